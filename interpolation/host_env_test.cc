#include "interpolation/host_env.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace interpolation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Options = std::map<std::string, std::string>;

TEST(HostEnvPolicy, PassesAllButTheDeniedNames) {
  const struct {
    const char* why;
    Options options;
    const char* name;
    bool want;
  } kCases[] = {
      {"default list", {}, "VAULT_TOKEN", false},
      {"default list", {}, "AWS_SECRET_ACCESS_KEY", false},
      {"default list", {}, "CONSUL_HTTP_TOKEN", false},
      {"not on it", {}, "PATH", true},
      {"case counts", {}, "vault_token", true},
      {"a list takes the place of the default",
       {{"env.denylist", "PATH"}},
       "VAULT_TOKEN",
       true},
      {"a list of one", {{"env.denylist", "PATH"}}, "PATH", false},
      {"old spelling", {{"env.blacklist", "PATH"}}, "PATH", false},
      {"the new spelling wins",
       {{"env.blacklist", "A"}, {"env.denylist", "B"}},
       "A",
       true},
      {"blanks do not count", {{"env.denylist", "A, B"}}, "B", false},
      {"an empty list denies nothing",
       {{"env.denylist", ""}},
       "NOMAD_TOKEN",
       true},
      {"a star", {{"env.denylist", "AWS_*"}}, "AWS_REGION", false},
      {"the whole name", {{"env.denylist", "AWS"}}, "AWS_REGION", true},
      {"allowed", {{"env.allowlist", "PATH,LC_*"}}, "LC_ALL", true},
      {"not allowed", {{"env.allowlist", "PATH,LC_*"}}, "HOME", false},
      {"denied although allowed",
       {{"env.allowlist", "*"}},
       "VAULT_TOKEN",
       false},
      {"an empty list allows nothing", {{"env.allowlist", ""}}, "PATH", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(HostEnvPolicy::FromOptions(c.options).Passes(c.name), c.want);
  }
}

TEST(HostEnvPolicy, EmptyAllowListGivesACleanEnvironment) {
  const auto policy = HostEnvPolicy::FromOptions({{"env.allowlist", ""}});
  EXPECT_THAT(policy.Filter({{"PATH", "/bin"}, {"HOME", "/"}}), IsEmpty());
}

TEST(ReadEnvironment, LeavesOutWhatIsNoVariable) {
  const char* const environ[] = {"A=1", "B=x=y", "noequals", "=odd",
                                 "A=2", "C=",    nullptr};
  EXPECT_THAT(ReadEnvironment(environ),
              ElementsAre(Pair("A", "1"), Pair("B", "x=y"), Pair("C", "")));
}

TEST(MatchesGlob, KnowsOnlyTheStar) {
  const struct {
    const char* pattern;
    const char* name;
    bool want;
  } kCases[] = {
      {"", "", true},         {"", "a", false},         {"*", "", true},
      {"*", "abc", true},     {"a*", "abc", true},      {"*c", "abc", true},
      {"a*c", "abc", true},   {"a*c", "ac", true},      {"a*c", "acb", false},
      {"*b*", "abc", true},   {"a?c", "abc", false},    {"[a]", "a", false},
      {"a**c", "abbc", true}, {"*ab*ab", "abab", true}, {"*aab", "aaab", true},
      {"abc*", "ab", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(MatchesGlob(c.pattern, c.name), c.want)
        << c.pattern << " " << c.name;
  }
}

}  // namespace
}  // namespace interpolation
