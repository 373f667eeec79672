#include "base/go_duration.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace base {
namespace {

// value/unit as a decimal without zeros at the end: 1500/1000 is "1.5".
std::string Decimal(uint64_t value, uint64_t unit) {
  std::string text = absl::StrCat(value / unit);
  uint64_t rest = value % unit;
  if (rest == 0) return text;
  text += '.';
  while (rest != 0) {
    unit /= 10;
    text += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return text;
}

// Takes digits from the front; false if they do not fit 63 bits.
bool TakeDigits(absl::string_view* text, uint64_t* value) {
  *value = 0;
  while (!text->empty() && absl::ascii_isdigit(text->front())) {
    const auto digit = static_cast<uint64_t>(text->front() - '0');
    if (*value > ((uint64_t{1} << 63) - digit) / 10) return false;
    *value = *value * 10 + digit;
    text->remove_prefix(1);
  }
  return true;
}

// Takes the digits after a point. `scale` becomes the power of ten to divide
// by; digits beyond 63 bits are too small to count and are dropped.
void TakeFraction(absl::string_view* text, uint64_t* value, double* scale) {
  *value = 0;
  *scale = 1;
  bool full = false;
  while (!text->empty() && absl::ascii_isdigit(text->front())) {
    const auto digit = static_cast<uint64_t>(text->front() - '0');
    full = full || *value > ((uint64_t{1} << 63) - 1 - digit) / 10;
    if (!full) {
      *value = *value * 10 + digit;
      *scale *= 10;
    }
    text->remove_prefix(1);
  }
}

uint64_t UnitNanoseconds(absl::string_view unit) {
  if (unit == "ns") return 1;
  // The micro sign has two code points: U+00B5 and the Greek letter U+03BC.
  if (unit == "us" || unit == "\u00b5s" || unit == "\u03bcs") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return 1'000'000'000;
  if (unit == "m") return 60'000'000'000;
  if (unit == "h") return 3'600'000'000'000;
  return 0;
}

absl::Status NotADuration(absl::string_view why) {
  return absl::InvalidArgumentError(why);
}

}  // namespace

std::string FormatGoDuration(absl::Duration duration) {
  const int64_t ns = absl::ToInt64Nanoseconds(duration);
  if (ns == 0) return "0s";
  const char* sign = ns < 0 ? "-" : "";
  const uint64_t size =
      ns < 0 ? ~static_cast<uint64_t>(ns) + 1 : static_cast<uint64_t>(ns);
  constexpr uint64_t kSecond = 1'000'000'000;
  if (size < 1'000) return absl::StrCat(sign, size, "ns");
  if (size < 1'000'000) return absl::StrCat(sign, Decimal(size, 1'000), "µs");
  if (size < kSecond) return absl::StrCat(sign, Decimal(size, 1'000'000), "ms");
  const uint64_t minutes = size / (60 * kSecond);
  const std::string seconds =
      absl::StrCat(Decimal(size % (60 * kSecond), kSecond), "s");
  if (minutes == 0) return absl::StrCat(sign, seconds);
  if (minutes < 60) return absl::StrCat(sign, minutes, "m", seconds);
  return absl::StrCat(sign, minutes / 60, "h", minutes % 60, "m", seconds);
}

absl::StatusOr<absl::Duration> ParseGoDuration(absl::string_view text) {
  constexpr absl::string_view kTooLong = "is longer than 292 years";
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  const absl::string_view whole = text;
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (!negative) absl::ConsumePrefix(&text, "+");
  if (text == "0") return absl::ZeroDuration();
  if (text.empty()) return NotADuration("is not a duration; write \"10s\"");

  uint64_t sum = 0;
  while (!text.empty()) {
    const absl::string_view number = text;
    uint64_t value = 0;
    if (!TakeDigits(&text, &value)) return NotADuration(kTooLong);
    size_t digits = number.size() - text.size();
    uint64_t fraction = 0;
    double scale = 1;
    if (absl::ConsumePrefix(&text, ".")) {
      const size_t before = text.size();
      TakeFraction(&text, &fraction, &scale);
      digits += before - text.size();
    }
    if (digits == 0) {
      return NotADuration(
          "is not a duration; write numbers with units and no blanks, "
          "such as \"1h30m\"");
    }
    size_t unit_size = 0;
    while (unit_size < text.size() && text[unit_size] != '.' &&
           !absl::ascii_isdigit(text[unit_size])) {
      ++unit_size;
    }
    if (unit_size == 0) {
      return NotADuration(
          absl::StrCat("has no unit; write \"", whole, "s\" for seconds"));
    }
    const absl::string_view name = text.substr(0, unit_size);
    const uint64_t unit = UnitNanoseconds(name);
    if (unit == 0) {
      return NotADuration(absl::StrCat("has the unknown unit \"", name,
                                       "\"; known are ns, us, ms, s, m, h"));
    }
    text.remove_prefix(unit_size);
    if (value > kLimit / unit) return NotADuration(kTooLong);
    value *= unit;
    // In this order of operations, as Go does it: the rounding is the same.
    value += static_cast<uint64_t>(static_cast<double>(fraction) *
                                   (static_cast<double>(unit) / scale));
    if (value > kLimit - sum) return NotADuration(kTooLong);
    sum += value;
  }
  if (negative) return absl::Nanoseconds(static_cast<int64_t>(~sum + 1));
  if (sum == kLimit) return NotADuration(kTooLong);
  return absl::Nanoseconds(static_cast<int64_t>(sum));
}

}  // namespace base
