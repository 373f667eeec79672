#include "hcl/number.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "boost/multiprecision/cpp_int.hpp"

namespace hcl {

using Integer = boost::multiprecision::cpp_int;

namespace {

constexpr int kMantissaBits = 512;
constexpr int kDoubleBits = 53;
// Binary exponents beyond this do not exist (as in Go's big.Float).
constexpr int64_t kMaxExponent = std::numeric_limits<int32_t>::max();

int BitLength(const Integer& value) {
  return value == 0 ? 0
                    : static_cast<int>(boost::multiprecision::msb(value)) + 1;
}

// 10^n, exact.
Integer PowerOfTen(unsigned n) {
  return boost::multiprecision::pow(Integer(10), n);
}

}  // namespace

// A finite number that is not a small integer: (-1)^negative * mantissa *
// 2^exponent with an odd mantissa of at most 512 bits; or an infinity.
struct Number::Big {
  bool infinite = false;
  bool negative = false;
  int precision = kMantissaBits;
  Integer mantissa;
  int64_t exponent = 0;
};

// A magnitude that is being computed: mantissa * 2^exponent, not normalised.
// `sticky` says that something between 0 and 1 unit of the last bit was cut
// off.
struct Unrounded {
  Integer mantissa;
  int64_t exponent = 0;
  bool sticky = false;
};

struct NumberAccess {
  // Any number as a Big.
  static Number::Big Wide(const Number& n) {
    if (n.big_ != nullptr) return *n.big_;
    Number::Big wide;
    wide.negative = n.small_ < 0;
    wide.mantissa = n.small_ < 0 ? -Integer(n.small_) : Integer(n.small_);
    return wide;
  }
  // A double stays one only among doubles: small integers count as literals.
  static int ResultPrecision(const Number& a, const Number& b) {
    if (a.big_ == nullptr || b.big_ == nullptr) return kMantissaBits;
    return std::max(a.big_->precision, b.big_->precision);
  }

  // Rounds to nearest even, strips trailing zero bits, and picks the small
  // form when there is one.
  static Number Round(bool negative, Unrounded u, int precision) {
    if (u.mantissa == 0) return Number();
    int bits = BitLength(u.mantissa);
    if (bits > precision) {
      const int drop = bits - precision;
      const bool half = bit_test(u.mantissa, static_cast<unsigned>(drop - 1));
      const bool below =
          u.sticky ||
          (drop > 1 && static_cast<int>(lsb(u.mantissa)) < drop - 1);
      u.mantissa >>= drop;
      u.exponent += drop;
      if (half && (below || bit_test(u.mantissa, 0))) ++u.mantissa;
    }
    const auto zeros = lsb(u.mantissa);
    u.mantissa >>= zeros;
    u.exponent += static_cast<int64_t>(zeros);
    bits = BitLength(u.mantissa);
    if (u.exponent + bits > kMaxExponent) return Number::Infinity(negative);
    if (u.exponent + bits < -kMaxExponent) return Number();
    if (u.exponent >= 0 && u.exponent + bits <= 63) {
      u.mantissa <<= u.exponent;
      const auto value = static_cast<int64_t>(u.mantissa);
      return Number::FromInt(negative ? -value : value);
    }
    auto big = std::make_shared<Number::Big>();
    big->negative = negative;
    big->precision = precision;
    big->mantissa = std::move(u.mantissa);
    big->exponent = u.exponent;
    Number result;
    result.big_ = std::move(big);
    return result;
  }

  static Number FromBig(Number::Big big) {
    Number result;
    result.big_ = std::make_shared<Number::Big>(std::move(big));
    return result;
  }

  // The magnitude without its fraction. Only for exponents that are sane.
  static Integer Whole(const Number::Big& big) {
    if (big.exponent >= 0) return big.mantissa << big.exponent;
    if (-big.exponent > kMantissaBits) return 0;
    return big.mantissa >> -big.exponent;
  }
};

namespace {

// -1, 0, 1 for magnitudes that are finite.
int CompareMagnitude(const Integer& a_mantissa, int64_t a_exponent,
                     const Integer& b_mantissa, int64_t b_exponent) {
  if (a_mantissa == 0 || b_mantissa == 0) {
    return (a_mantissa == 0 ? 0 : 1) - (b_mantissa == 0 ? 0 : 1);
  }
  const int64_t a_top = a_exponent + BitLength(a_mantissa);
  const int64_t b_top = b_exponent + BitLength(b_mantissa);
  if (a_top != b_top) return a_top < b_top ? -1 : 1;
  // The same highest bit: exponents differ by at most 512.
  Integer a = a_mantissa, b = b_mantissa;
  if (a_exponent > b_exponent) a <<= a_exponent - b_exponent;
  if (b_exponent > a_exponent) b <<= b_exponent - a_exponent;
  return a.compare(b) < 0 ? -1 : a == b ? 0 : 1;
}

// 5^n * 2^n with the mantissa cut to 1088 bits; the relative error after the
// 31 steps that an exponent can need is far below half a bit of 512.
Unrounded ApproximatePowerOfTen(uint64_t n) {
  constexpr int kWorkingBits = 1088;
  const auto cut = [](Unrounded* u) {
    const int drop = BitLength(u->mantissa) - kWorkingBits;
    if (drop <= 0) return;
    u->mantissa >>= drop;
    u->exponent += drop;
    u->sticky = true;
  };
  Unrounded result{1, 0, false}, square{10, 0, false};
  for (; n != 0; n >>= 1) {
    if (n & 1) {
      result.mantissa *= square.mantissa;
      result.exponent += square.exponent;
      result.sticky |= square.sticky;
      cut(&result);
    }
    square.mantissa *= square.mantissa;
    square.exponent += square.exponent;
    cut(&square);
  }
  return result;
}

Unrounded DivideMagnitudes(const Unrounded& a, const Unrounded& b) {
  // Enough bits in the quotient for rounding to 512.
  const int shift = std::max(
      0, kMantissaBits + 8 + BitLength(b.mantissa) - BitLength(a.mantissa));
  Integer quotient, remainder;
  divide_qr(Integer(a.mantissa << shift), b.mantissa, quotient, remainder);
  return {std::move(quotient), a.exponent - shift - b.exponent,
          remainder != 0 || a.sticky || b.sticky};
}

// digits * 10^exponent.
Number FromDecimal(const Integer& digits, int64_t exponent, bool sticky,
                   bool negative) {
  if (digits == 0) return Number();
  Unrounded value{digits, 0, sticky};
  constexpr int64_t kExactExponent = 600;
  const auto magnitude =
      static_cast<uint64_t>(exponent < 0 ? -exponent : exponent);
  if (magnitude != 0) {
    const Unrounded power =
        magnitude <= kExactExponent
            ? Unrounded{PowerOfTen(static_cast<unsigned>(magnitude)), 0, false}
            : ApproximatePowerOfTen(magnitude);
    if (exponent > 0) {
      value.mantissa *= power.mantissa;
      value.exponent += power.exponent;
      value.sticky |= power.sticky;
    } else {
      value = DivideMagnitudes(value, power);
    }
  }
  return NumberAccess::Round(negative, std::move(value), kMantissaBits);
}

absl::Status NotANumber(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "cannot parse \"", text.substr(0, 40), "\" as a decimal number"));
}

}  // namespace

Number Number::FromInt(int64_t value) {
  Number result;
  result.small_ = value;
  return result;
}

Number Number::FromUint(uint64_t value) {
  return NumberAccess::Round(false, {Integer(value), 0, false}, kMantissaBits);
}

Number Number::FromDouble(double value) {
  if (std::isnan(value)) std::abort();
  if (std::isinf(value)) return Infinity(value < 0);
  if (value == 0) return Number();
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  const auto mantissa =
      static_cast<uint64_t>(std::ldexp(fraction, kDoubleBits));
  return NumberAccess::Round(value < 0,
                             {Integer(mantissa), exponent - kDoubleBits, false},
                             kDoubleBits);
}

Number Number::Infinity(bool negative) {
  Big big;
  big.infinite = true;
  big.negative = negative;
  return NumberAccess::FromBig(std::move(big));
}

absl::StatusOr<Number> Number::FromLiteral(absl::string_view text) {
  // What nearly every number in a file looks like.
  if (text.size() <= 18) {
    int64_t value = 0;
    size_t i = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      value = value * 10 + (text[i] - '0');
    }
    if (i == text.size() && i > 0) return FromInt(value);
  }
  if (text.empty() || text[0] < '0' || text[0] > '9') return NotANumber(text);
  // A literal is decimal: no sign, and no name of an infinity or binary
  // exponent either, which FromString would take.
  for (const char c : text) {
    if (c == 'p' || c == 'P') return NotANumber(text);
  }
  return FromString(text);
}

absl::StatusOr<Number> Number::FromString(absl::string_view text) {
  if (text.size() > kMaxLiteralBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a number of ", text.size(), " characters is too long; the limit is ",
        kMaxLiteralBytes));
  }
  absl::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "Inf" || rest == "inf") return Infinity(negative);
  // More digits than this cannot change the result, but for whether the rest
  // is zero.
  constexpr size_t kSignificantDigits = 1200;
  std::string digits;
  bool sticky = false, point = false, any = false;
  int64_t exponent = 0;
  size_t i = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (digits.size() < kSignificantDigits) {
      if (c != '0' || !digits.empty()) digits.push_back(c);
      if (point) --exponent;
    } else {
      sticky |= c != '0';
      if (!point) ++exponent;
    }
  }
  if (!any) return NotANumber(text);
  int64_t written = 0;
  char letter = 0;
  if (i < rest.size()) {
    letter = rest[i];
    if (letter != 'e' && letter != 'E' && letter != 'p' && letter != 'P') {
      return NotANumber(text);
    }
    absl::string_view power = rest.substr(i + 1);
    bool down = false;
    if (!power.empty() && (power[0] == '+' || power[0] == '-')) {
      down = power[0] == '-';
      power.remove_prefix(1);
    }
    if (power.empty()) return NotANumber(text);
    for (const char c : power) {
      if (c < '0' || c > '9') return NotANumber(text);
      if (written < int64_t{1} << 40) written = written * 10 + (c - '0');
    }
    if (written >= kMaxExponent) {
      return absl::OutOfRangeError(absl::StrCat(
          "the exponent of \"", text.substr(0, 40), "\" is out of range"));
    }
    if (down) written = -written;
  }
  if (digits.empty()) return Number();
  if (sticky) digits.push_back('1'), --exponent;
  const Integer mantissa(digits);
  Number result;
  if (letter == 'p' || letter == 'P') {
    const Unrounded scaled = [&] {
      const Number base = FromDecimal(mantissa, exponent, sticky, false);
      const Big wide = NumberAccess::Wide(base);
      return Unrounded{wide.mantissa, wide.exponent + written, false};
    }();
    result = NumberAccess::Round(negative, scaled, kMantissaBits);
  } else {
    result = FromDecimal(mantissa, exponent + written, sticky, negative);
  }
  if (result.IsInfinite()) {
    return absl::OutOfRangeError(
        absl::StrCat("the number \"", text.substr(0, 40), "\" is too large"));
  }
  return result;
}

bool Number::IsInfinite() const { return big_ != nullptr && big_->infinite; }

bool Number::IsInteger() const {
  return big_ == nullptr || (!big_->infinite && big_->exponent >= 0);
}

int Number::Sign() const {
  if (big_ != nullptr) return big_->negative ? -1 : 1;
  return small_ < 0 ? -1 : small_ > 0 ? 1 : 0;
}

absl::optional<int64_t> Number::AsInt64() const {
  if (big_ == nullptr) return small_;
  // Round() makes everything up to 63 bits small; only -2^63 is left.
  if (!big_->infinite && big_->negative && big_->mantissa == 1 &&
      big_->exponent == 63) {
    return std::numeric_limits<int64_t>::min();
  }
  return absl::nullopt;
}

absl::optional<uint64_t> Number::AsUint64() const {
  if (big_ == nullptr) {
    if (small_ < 0) return absl::nullopt;
    return static_cast<uint64_t>(small_);
  }
  if (big_->infinite || big_->negative || big_->exponent < 0 ||
      big_->exponent + BitLength(big_->mantissa) > 64) {
    return absl::nullopt;
  }
  return static_cast<uint64_t>(big_->mantissa << big_->exponent);
}

double Number::AsDouble() const {
  if (big_ == nullptr) return static_cast<double>(small_);
  double magnitude;
  const int bits = BitLength(big_->mantissa);
  const int64_t top = big_->exponent + bits;  // value < 2^top
  if (big_->infinite || top > 1024) {
    magnitude = std::numeric_limits<double>::infinity();
  } else if (top < -1074) {
    magnitude = 0;
  } else {
    // Subnormal doubles have fewer bits; round once, to what there is.
    const int precision = static_cast<int>(
        std::max<int64_t>(0, std::min<int64_t>(kDoubleBits, top + 1074)));
    Integer mantissa = big_->mantissa;
    int64_t exponent = big_->exponent;
    const int drop = bits - precision;
    if (drop > 0) {
      const bool half = bit_test(mantissa, static_cast<unsigned>(drop - 1));
      const bool below = drop > 1 && static_cast<int>(lsb(mantissa)) < drop - 1;
      mantissa >>= drop;
      exponent += drop;
      if (half && (below || bit_test(mantissa, 0))) ++mantissa;
    }
    magnitude = std::ldexp(static_cast<double>(static_cast<uint64_t>(mantissa)),
                           static_cast<int>(exponent));
  }
  return big_->negative ? -magnitude : magnitude;
}

absl::StatusOr<std::string> Number::ToString() const {
  if (big_ == nullptr) return absl::StrCat(small_);
  if (big_->infinite) return std::string(big_->negative ? "-Inf" : "Inf");
  const int64_t top = big_->exponent + BitLength(big_->mantissa);
  // log10(2) is about 0.30103.
  if (std::abs(top) > int64_t{kMaxDecimalDigits} * 332 / 100) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a number with more than ", kMaxDecimalDigits,
                     " decimal digits cannot be written as text"));
  }
  // Steele and White's digit generation (Dragon4) on exact integers: the
  // value is r/s, and whatever lies within half a unit of the last mantissa
  // bit, that is within m/s, reads back as the same number.
  const int shift = big_->precision - BitLength(big_->mantissa);
  const Integer mantissa = big_->mantissa << shift;
  const int64_t exponent = big_->exponent - shift;
  const bool even = !bit_test(mantissa, 0);
  Integer r = mantissa * 2, s = 2, m = 1;
  if (exponent >= 0) {
    r <<= exponent;
    m <<= exponent;
  } else {
    s <<= -exponent;
  }
  // Scale so that the first digit is the one before the point.
  auto point = static_cast<int64_t>(
      std::ceil(static_cast<double>(top) * 0.30102999566398120 - 1e-6));
  if (point > 0) {
    s *= PowerOfTen(static_cast<unsigned>(point));
  } else if (point < 0) {
    const Integer scale = PowerOfTen(static_cast<unsigned>(-point));
    r *= scale;
    m *= scale;
  }
  const auto reaches_one = [&] { return even ? r + m >= s : r + m > s; };
  while (reaches_one()) {
    s *= 10;
    ++point;
  }
  while (true) {
    r *= 10;
    m *= 10;
    --point;
    if (reaches_one()) break;  // never more than one or two rounds
  }
  std::string digits;
  while (true) {
    Integer digit, remainder;
    divide_qr(r, s, digit, remainder);
    r = std::move(remainder);
    int d = static_cast<int>(digit);
    const bool low = even ? r <= m : r < m;
    const bool high = even ? r + m >= s : r + m > s;
    if (low || high) {
      const int half = Integer(r * 2).compare(s);
      if (low && high ? half > 0 || (half == 0 && d % 2 == 1) : high) ++d;
      digits.push_back(static_cast<char>('0' + d));
      break;
    }
    digits.push_back(static_cast<char>('0' + d));
    r *= 10;
    m *= 10;
  }
  // A rounded-up 9 became ':'.
  for (size_t i = digits.size(); i-- > 0 && digits[i] > '9';) {
    digits[i] = '0';
    if (i == 0) {
      digits.insert(digits.begin(), '1');
      ++point;
    } else {
      ++digits[i - 1];
    }
  }
  // digits[0] has the weight 10^point.
  std::string out = big_->negative ? "-" : "";
  const auto count = static_cast<int64_t>(digits.size());
  if (point < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-point - 1), '0');
    out += digits;
  } else if (count <= point + 1) {
    out += digits;
    out.append(static_cast<size_t>(point + 1 - count), '0');
  } else {
    out += digits.substr(0, static_cast<size_t>(point + 1));
    out += '.';
    out += digits.substr(static_cast<size_t>(point + 1));
  }
  if (const size_t at = out.find('.'); at != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out;
}

std::string Number::ForDisplay() const {
  const absl::StatusOr<std::string> text = ToString();
  return text.ok() ? *text : "a number with too many digits";
}

absl::StatusOr<std::string> Number::ToFixed(int decimals) const {
  if (IsInfinite()) return ToString();
  decimals = std::max(decimals, 0);
  const Big wide = NumberAccess::Wide(*this);
  const int64_t top = wide.exponent + BitLength(wide.mantissa);
  if (top > int64_t{kMaxDecimalDigits} * 332 / 100 ||
      decimals > kMaxDecimalDigits) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a number with more than ", kMaxDecimalDigits,
                     " decimal digits cannot be written as text"));
  }
  Integer scaled = wide.mantissa * PowerOfTen(static_cast<unsigned>(decimals));
  if (wide.exponent >= 0) {
    scaled <<= wide.exponent;
  } else if (const int64_t drop = -wide.exponent;
             drop > BitLength(scaled) + 1) {
    scaled = 0;
  } else if (scaled != 0) {
    const bool half = bit_test(scaled, static_cast<unsigned>(drop - 1));
    const bool below = drop > 1 && static_cast<int64_t>(lsb(scaled)) < drop - 1;
    scaled >>= drop;
    if (half && (below || bit_test(scaled, 0))) ++scaled;
  }
  std::string digits = scaled.str();
  if (digits.size() <= static_cast<size_t>(decimals)) {
    digits.insert(0, static_cast<size_t>(decimals) + 1 - digits.size(), '0');
  }
  if (decimals > 0) {
    digits.insert(digits.size() - static_cast<size_t>(decimals), 1, '.');
  }
  return Sign() < 0 ? "-" + digits : digits;
}

namespace {

constexpr char kDigits[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

}  // namespace

absl::StatusOr<std::string> Number::ToBase(int base) const {
  if (!IsInteger()) {
    return absl::InvalidArgumentError(
        absl::StrCat(ForDisplay(), " is not a whole number"));
  }
  const Big wide = NumberAccess::Wide(*this);
  if (wide.exponent > int64_t{kMaxDecimalDigits} * 332 / 100) {
    return absl::ResourceExhaustedError("the number has too many digits");
  }
  Integer rest = NumberAccess::Whole(wide);
  std::string out;
  do {
    out.push_back(kDigits[static_cast<int>(Integer(rest % base))]);
    rest /= base;
  } while (rest != 0);
  if (Sign() < 0) out.push_back('-');
  std::reverse(out.begin(), out.end());
  return out;
}

absl::StatusOr<Number> Number::FromBase(absl::string_view text, int base) {
  absl::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest.size() > kMaxLiteralBytes / 4) {
    return absl::ResourceExhaustedError("the number has too many digits");
  }
  Integer value = 0;
  for (char c : rest) {
    if (base <= 36 && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    const char* found = std::find(kDigits, kDigits + base, c);
    if (found == kDigits + base) {
      rest = {};
      break;
    }
    value = value * base + static_cast<int>(found - kDigits);
  }
  if (rest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot parse \"", text.substr(0, 40), "\" as a base ",
                     base, " integer"));
  }
  return NumberAccess::Round(negative, {std::move(value), 0, false},
                             kMantissaBits);
}

Number Number::Negate() const {
  if (big_ == nullptr) {
    if (small_ == std::numeric_limits<int64_t>::min()) {
      return NumberAccess::Round(false, {Integer(1), 63, false}, kMantissaBits);
    }
    return FromInt(-small_);
  }
  Big big = *big_;
  big.negative = !big.negative;
  return NumberAccess::FromBig(std::move(big));
}

Number Number::Abs() const { return Sign() < 0 ? Negate() : *this; }

Number Number::Truncate() const {
  if (IsInteger() || IsInfinite()) return *this;
  return NumberAccess::Round(
      big_->negative, {NumberAccess::Whole(*big_), 0, false}, kMantissaBits);
}

Number Number::Floor() const {
  const Number whole = Truncate();
  if (Sign() >= 0 || whole == *this) return whole;
  return *Subtract(whole, FromInt(1));
}

Number Number::Ceil() const {
  const Number whole = Truncate();
  if (Sign() <= 0 || whole == *this) return whole;
  return *Add(whole, FromInt(1));
}

namespace {

absl::Status Undefined(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the result of ", what, " is not defined"));
}

}  // namespace

absl::StatusOr<Number> Number::Add(const Number& a, const Number& b) {
  if (a.big_ == nullptr && b.big_ == nullptr) {
    int64_t sum;
    if (!__builtin_add_overflow(a.small_, b.small_, &sum)) return FromInt(sum);
  }
  if (a.IsInfinite() || b.IsInfinite()) {
    if (a.IsInfinite() && b.IsInfinite() && a.Sign() != b.Sign()) {
      return Undefined("infinity minus infinity");
    }
    return a.IsInfinite() ? a : b;
  }
  const int precision = NumberAccess::ResultPrecision(a, b);
  Big x = NumberAccess::Wide(a), y = NumberAccess::Wide(b);
  if (x.mantissa == 0) return b;
  if (y.mantissa == 0) return a;
  if (CompareMagnitude(x.mantissa, x.exponent, y.mantissa, y.exponent) < 0) {
    std::swap(x, y);
  }
  // If y lies far below the last bit of x it only matters as a sticky bit;
  // give x enough bits and let y be a tiny one.
  const int64_t x_top = x.exponent + BitLength(x.mantissa);
  const int64_t y_top = y.exponent + BitLength(y.mantissa);
  if (x_top - y_top > kMantissaBits + 64) {
    y.mantissa = 1;
    y.exponent = x_top - kMantissaBits - 80;
  }
  const int64_t low = std::min(x.exponent, y.exponent);
  x.mantissa <<= x.exponent - low;
  y.mantissa <<= y.exponent - low;
  if (x.negative == y.negative) {
    x.mantissa += y.mantissa;
  } else {
    x.mantissa -= y.mantissa;
  }
  return NumberAccess::Round(x.negative, {std::move(x.mantissa), low, false},
                             precision);
}

absl::StatusOr<Number> Number::Subtract(const Number& a, const Number& b) {
  if (a.big_ == nullptr && b.big_ == nullptr) {
    int64_t difference;
    if (!__builtin_sub_overflow(a.small_, b.small_, &difference)) {
      return FromInt(difference);
    }
  }
  return Add(a, b.Negate());
}

absl::StatusOr<Number> Number::Multiply(const Number& a, const Number& b) {
  if (a.big_ == nullptr && b.big_ == nullptr) {
    int64_t product;
    if (!__builtin_mul_overflow(a.small_, b.small_, &product)) {
      return FromInt(product);
    }
  }
  const bool negative = (a.Sign() < 0) != (b.Sign() < 0);
  if (a.IsInfinite() || b.IsInfinite()) {
    if (a.Sign() == 0 || b.Sign() == 0) return Undefined("zero times infinity");
    return Infinity(negative);
  }
  const Big x = NumberAccess::Wide(a), y = NumberAccess::Wide(b);
  return NumberAccess::Round(
      negative,
      {Integer(x.mantissa * y.mantissa), x.exponent + y.exponent, false},
      NumberAccess::ResultPrecision(a, b));
}

absl::StatusOr<Number> Number::Divide(const Number& a, const Number& b) {
  if (a.big_ == nullptr && b.big_ == nullptr && b.small_ != 0 &&
      b.small_ != -1 && a.small_ % b.small_ == 0) {
    return FromInt(a.small_ / b.small_);
  }
  const bool negative = (a.Sign() < 0) != (b.Sign() < 0);
  if (b.Sign() == 0) {
    if (a.Sign() == 0) return Undefined("zero divided by zero");
    return Infinity(negative);
  }
  if (a.IsInfinite()) {
    if (b.IsInfinite()) return Undefined("infinity divided by infinity");
    return Infinity(negative);
  }
  if (b.IsInfinite() || a.Sign() == 0) return Number();
  const Big x = NumberAccess::Wide(a), y = NumberAccess::Wide(b);
  return NumberAccess::Round(negative,
                             DivideMagnitudes({x.mantissa, x.exponent, false},
                                              {y.mantissa, y.exponent, false}),
                             NumberAccess::ResultPrecision(a, b));
}

absl::StatusOr<Number> Number::Modulo(const Number& a, const Number& b) {
  if (a.IsInfinite() || b.IsInfinite()) return Multiply(a, b);
  if (b.Sign() == 0) return a;
  if (a.big_ == nullptr && b.big_ == nullptr) {
    return FromInt(b.small_ == -1 ? 0 : a.small_ % b.small_);
  }
  // Exact remainder of the magnitudes over a common exponent.
  const Big x = NumberAccess::Wide(a), y = NumberAccess::Wide(b);
  const int64_t low = std::min(x.exponent, y.exponent);
  constexpr int64_t kSaneShift = 1 << 16;
  if (x.exponent - low > kSaneShift) {
    return absl::ResourceExhaustedError(
        "the operands of % are too far apart in size");
  }
  if (y.exponent - low > kSaneShift) return a;  // |a| is far below |b|
  Integer divisor = y.mantissa << (y.exponent - low);
  Integer dividend = x.mantissa << (x.exponent - low);
  Integer rest = dividend % divisor;
  return NumberAccess::Round(x.negative, {std::move(rest), low, false},
                             NumberAccess::ResultPrecision(a, b));
}

int Number::Compare(const Number& a, const Number& b) {
  if (a.big_ == nullptr && b.big_ == nullptr) {
    return a.small_ < b.small_ ? -1 : a.small_ > b.small_ ? 1 : 0;
  }
  if (a.Sign() != b.Sign()) return a.Sign() < b.Sign() ? -1 : 1;
  const int sign = a.Sign();
  if (a.IsInfinite() || b.IsInfinite()) {
    return sign * (static_cast<int>(a.IsInfinite()) -
                   static_cast<int>(b.IsInfinite()));
  }
  const Big x = NumberAccess::Wide(a), y = NumberAccess::Wide(b);
  return sign *
         CompareMagnitude(x.mantissa, x.exponent, y.mantissa, y.exponent);
}

}  // namespace hcl
