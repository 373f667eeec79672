#include "base/go_duration.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace base {
namespace {

TEST(FormatGoDuration, PrintsWhatGoPrints) {
  const struct {
    const char* why;
    absl::Duration duration;
    const char* want;
  } kCases[] = {
      {"nothing", absl::ZeroDuration(), "0s"},
      {"a nanosecond", absl::Nanoseconds(1), "1ns"},
      {"microseconds", absl::Nanoseconds(1100), "1.1µs"},
      {"milliseconds", absl::Microseconds(2200), "2.2ms"},
      {"whole seconds", absl::Seconds(5), "5s"},
      {"part of a second", absl::Milliseconds(1500), "1.5s"},
      {"down to nanoseconds", absl::Nanoseconds(18265536400), "18.2655364s"},
      {"a minute keeps its seconds", absl::Minutes(1), "1m0s"},
      {"an hour keeps both", absl::Hours(24), "24h0m0s"},
      {"all parts", absl::Hours(1) + absl::Minutes(2) + absl::Seconds(3.5),
       "1h2m3.5s"},
      {"negative", -absl::Milliseconds(1500), "-1.5s"},
      {"no end", absl::InfiniteDuration(), "2562047h47m16.854775807s"},
      {"the smallest", -absl::InfiniteDuration(), "-2562047h47m16.854775808s"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(FormatGoDuration(c.duration), c.want);
  }
}

}  // namespace
}  // namespace base
