#include "base/go_duration.h"

#include "absl/time/time.h"
#include "base/status_matchers.h"
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

TEST(ParseGoDuration, ReadsWhatGoReads) {
  const struct {
    const char* why;
    const char* text;
    int64_t want_ns;
  } kCases[] = {
      {"parts add up", "1h30m10.5s", 5410500000000},
      {"a plus is allowed", "+5s", 5000000000},
      {"no digit before the point", ".5s", 500000000},
      {"no digit after the point", "5.s", 5000000000},
      {"nothing needs no unit", "0", 0},
      {"with a minus neither", "-0", 0},
      {"microseconds", "1us", 1000},
      {"microseconds with the micro sign", "1\u00b5s", 1000},
      {"microseconds with the Greek letter", "1\u03bcs", 1000},
      {"negative", "-5s", -5000000000},
      {"any order, also twice", "1s1h1s", 3602000000000},
      {"the longest", "9223372036854775807ns", INT64_MAX},
      {"the longest backwards", "-9223372036854775808ns", INT64_MIN},
      {"more digits than count", "0.1234567891234567891234s", 123456789},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const absl::StatusOr<absl::Duration> parsed = ParseGoDuration(c.text);
    ASSERT_OK(parsed);
    EXPECT_EQ(absl::ToInt64Nanoseconds(*parsed), c.want_ns);
  }
}

TEST(ParseGoDuration, RefusesEverythingElse) {
  const struct {
    const char* why;
    const char* text;
    const char* message;
  } kCases[] = {
      {"a bare number", "15", "has no unit; write \"15s\""},
      {"nothing", "", "is not a duration"},
      {"a sign only", "-", "is not a duration"},
      {"days", "1d", "unknown unit \"d\""},
      {"a blank", "1 s", "unknown unit \" s\""},
      {"an exponent", "1e3s", "unknown unit \"e\""},
      {"a point only", ".s", "is not a duration"},
      {"two signs", "--5s", "is not a duration"},
      {"one too many hours", "2562048h", "longer than 292 years"},
      {"one nanosecond too many", "9223372036854775808ns", "longer than"},
      {"a sum that would wrap", "9223372036854775808ns9223372036854775808ns",
       "longer than"},
      {"more than 64 bits", "99999999999999999999s", "longer than"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_THAT(ParseGoDuration(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         testing::HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace base
