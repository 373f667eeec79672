// Numbers of HCL: binary floating point with a mantissa of 512 bits, rounded to
// nearest even, with infinities and without NaN.
//
// Whole numbers that fit into an int64 are kept as such, which is what nearly
// all numbers in files are; others point to a shared big number. Numbers that
// come from a double (pow, log, JSON) remember their 53 bits, because their
// shortest decimal form depends on it.
//
// Threads:    a value class; what is shared is immutable.
// Errors:     Status where the language has one (0/0, too many digits).

#ifndef DROVER_HCL_NUMBER_H_
#define DROVER_HCL_NUMBER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace hcl {

class Number {
 public:
  // Literals with more characters are refused.
  static constexpr size_t kMaxLiteralBytes = 20000;
  // Numbers that need more decimal digits have no text form.
  static constexpr int kMaxDecimalDigits = 10000;

  Number() = default;  // zero
  static Number FromInt(int64_t value);
  static Number FromUint(uint64_t value);
  static Number FromDouble(double value);  // NaN is a programmer's mistake
  static Number Infinity(bool negative);

  // Digits, optional point and digits, optional exponent: the number token of
  // the language. No sign.
  static absl::StatusOr<Number> FromLiteral(absl::string_view text);
  // What converts from a string: also a sign, ".5", "5.", "Inf", and a binary
  // exponent "1p3".
  static absl::StatusOr<Number> FromString(absl::string_view text);

  bool IsInfinite() const;
  bool IsInteger() const;  // false for infinities
  int Sign() const;        // -1, 0, 1

  absl::optional<int64_t> AsInt64() const;    // whole and in range
  absl::optional<uint64_t> AsUint64() const;  // whole and in range
  double AsDouble() const;  // nearest; infinite when out of range

  // Plain decimal notation, the fewest digits that identify the value; "Inf"
  // and "-Inf". ResourceExhausted beyond kMaxDecimalDigits.
  absl::StatusOr<std::string> ToString() const;
  // For diagnostics and tests: as above, or "a number with too many digits".
  std::string ForDisplay() const;
  // With exactly `decimals` digits after the point, rounded half to even.
  absl::StatusOr<std::string> ToFixed(int decimals) const;
  // A whole number in base 2 to 62 (0-9a-zA-Z); InvalidArgument if not whole.
  absl::StatusOr<std::string> ToBase(int base) const;
  // Reads what ToBase writes; letter case is ignored up to base 36.
  static absl::StatusOr<Number> FromBase(absl::string_view text, int base);

  Number Negate() const;
  Number Abs() const;
  Number Floor() const;
  Number Ceil() const;
  Number Truncate() const;

  // Inf-Inf, 0*Inf, 0/0 and Inf/Inf are InvalidArgument.
  static absl::StatusOr<Number> Add(const Number& a, const Number& b);
  static absl::StatusOr<Number> Subtract(const Number& a, const Number& b);
  static absl::StatusOr<Number> Multiply(const Number& a, const Number& b);
  static absl::StatusOr<Number> Divide(const Number& a, const Number& b);
  // Sign of a; x % 0 is x.
  static absl::StatusOr<Number> Modulo(const Number& a, const Number& b);

  // -1, 0, 1.
  static int Compare(const Number& a, const Number& b);
  friend bool operator==(const Number& a, const Number& b) {
    return Compare(a, b) == 0;
  }
  friend bool operator!=(const Number& a, const Number& b) {
    return Compare(a, b) != 0;
  }
  friend bool operator<(const Number& a, const Number& b) {
    return Compare(a, b) < 0;
  }

 private:
  struct Big;
  friend struct NumberAccess;  // helpers of number.cc

  int64_t small_ = 0;
  std::shared_ptr<const Big> big_;  // null: the value is small_
};

}  // namespace hcl

#endif  // DROVER_HCL_NUMBER_H_
