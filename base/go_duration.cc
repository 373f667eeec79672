#include "base/go_duration.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

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

}  // namespace base
