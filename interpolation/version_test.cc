#include "interpolation/version.h"

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace interpolation {
namespace {

using ::testing::HasSubstr;

constexpr VersionStyle kLoose = VersionStyle::kLoose;
constexpr VersionStyle kStrict = VersionStyle::kStrict;

bool Fits(absl::string_view version, absl::string_view range,
          VersionStyle style) {
  const auto parsed = Version::Parse(version, style);
  const auto wanted = VersionRange::Parse(range, style);
  EXPECT_OK(parsed);
  EXPECT_OK(wanted);
  return parsed.ok() && wanted.ok() && wanted->Contains(*parsed);
}

TEST(VersionRange, ContainsWhatItSays) {
  const struct {
    const char* why;
    const char* version;
    const char* range;
    bool loose;
    bool strict;
  } kCases[] = {
      {"IP-139", "1.4", ">= 1.0, < 1.4", false, false},
      {"IP-140 IP-141", "1.3.0-beta1", ">= 0.6.1", false, true},
      {"IP-140 IP-141", "1.7.0-alpha1", ">= 1.6.0-beta1", false, true},
      {"IP-140 IP-141", "1.3.0-beta1+ent", "= 1.3.0-beta1", true, true},
      {"IP-142", "1.7.0-beta", ">= 1.7.0", false, false},
      {"IP-142", "1.7.0", ">= 1.7.0-dev", true, true},
      {"IP-143 a kernel", "6.18.44-fc-v669", ">= 5.0", false, true},
      {"no operator is equality", "1.2", "1.2.0", true, true},
      {"a leading v", "v1.2", "= 1.2", true, true},
      {"not equal", "1.2", "!= 1.3", true, true},
      {"numbers, not text", "1.10", "> 1.9", true, true},
      {"missing numbers are 0", "1", ">= 1.0.0, <= 1.0", true, true},
      {"pre-release of the same numbers", "1.2.0-beta", "> 1.2.0-alpha", true,
       true},
      {"numbers come before words", "1.0.0-2", "< 1.0.0-a", true, true},
      {"numbers by value", "1.0.0-10", "> 1.0.0-9", true, true},
      {"more identifiers are later", "1.0.0-a.1", "> 1.0.0-a", true, true},
      {"metadata does not count", "1.2+x", "= 1.2+y", true, true},
      {"many parts", "1.2.3.4.5", "> 1.2.3.4.4", true, true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Fits(c.version, c.range, kLoose), c.loose) << c.version;
    EXPECT_EQ(Fits(c.version, c.range, kStrict), c.strict) << c.version;
  }
}

TEST(VersionRange, AboutKeepsAllNumbersButTheLast) {
  const struct {
    const char* why;
    const char* version;
    const char* range;
    bool want;
  } kCases[] = {
      {"IP-139", "1.2.3", "~> 1.0", true},
      {"IP-139", "2.0.1", "~> 1.0", false},
      {"below the next minor", "1.2.9", "~> 1.2.3", true},
      {"the next minor", "1.3.0", "~> 1.2.3", false},
      {"too small", "1.2.2", "~> 1.2.3", false},
      {"no upper bound", "7.1", "~> 1", true},
      {"a pre-release is not about a release", "1.2.4-rc", "~> 1.2.3", false},
      {"nor the other way round", "1.2.4", "~> 1.2.3-rc", false},
      {"same numbers, both pre-releases", "1.2.3-rc2", "~> 1.2.3-rc1", true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Fits(c.version, c.range, kLoose), c.want);
  }
}

TEST(VersionRange, IP_142_SemverKnowsNoAbout) {
  EXPECT_THAT(
      VersionRange::Parse("~> 1.0", kStrict),
      base::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"~>\"")));
}

TEST(Version, RefusesWhatIsNone) {
  const struct {
    const char* why;
    const char* text;
    bool loose;
    bool strict;
  } kCases[] = {
      {"empty", "", false, false},
      {"a word", "latest", false, false},
      {"Fedora's kernels have an underscore", "6.10.7-200.fc40.x86_64", false,
       false},
      {"a letter at the number", "1.2rc1", true, false},
      {"a dot at the end", "1.2.", false, false},
      {"an empty pre-release", "1.2-", false, false},
      {"an empty identifier", "1.2-a..b", false, false},
      {"empty metadata", "1.2+", false, false},
      {"blanks", " 1.2", false, false},
      {"beyond 64 bits", "99999999999999999999", false, false},
      {"a plain one", "1", true, true},
      {"all there is", "v1.2.3-rc.1+build.5", true, true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Version::Parse(c.text, kLoose).ok(), c.loose) << c.text;
    EXPECT_EQ(Version::Parse(c.text, kStrict).ok(), c.strict) << c.text;
  }
}

TEST(VersionRange, RefusesWhatIsNone) {
  for (const char* text :
       {"", "1.2,", ">", ">> 1", "=> 1", ">= 1 2", "1 || 2"}) {
    EXPECT_FALSE(VersionRange::Parse(text, kLoose).ok()) << text;
    EXPECT_FALSE(VersionRange::Parse(text, kStrict).ok()) << text;
  }
}

}  // namespace
}  // namespace interpolation
