#include "driver/environment.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace driver {
namespace {

using testing::ElementsAre;

TEST(MatchesPattern, StarStandsForAnyRunAndAllElseForItself) {
  const struct {
    const char* why;
    const char* pattern;
    const char* name;
    bool want;
  } kCases[] = {
      {"equality", "AZ", "AZ", true},
      {"case counts", "AZ", "aZ", false},
      {"RX-068", "A*Z", "AZ", true},
      {"RX-068", "A*Z", "AbZ", true},
      {"RX-068", "A*Z", "AbZc", false},
      {"RX-068", "A*Z", "aZ", false},
      {"prefix", "NOMAD_*", "NOMAD_X", true},
      {"suffix", "*_TOKEN", "A_TOKEN", true},
      {"suffix needs all of it", "*_TOKEN", "A_TOKENS", false},
      {"two stars", "*A*B*", "xxAyyBzz", true},
      {"backtracks", "*ab", "aab", true},
      {"empty pattern", "", "A", false},
      {"empty pattern, empty name", "", "", true},
      {"? is itself", "B?R", "BAR", false},
      {"classes are not there", "[B]AR", "BAR", false},
      {"all", "*", "anything", true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(MatchesPattern(c.pattern, c.name), c.want);
  }
}

TEST(BuildEnvironment, RX_065_RX_066_RemovesWhatIsDeniedAndSortsTheRest) {
  const std::vector<std::string> env = {"VAR_TEST_AWS=1", "AWS_SECRET_KEY=2",
                                        "TEST_AWS_VAR=3", "PORT=4",
                                        "NOMAD_ADDR=5",   "CONSUL_TOKEN=6"};
  EXPECT_THAT(BuildEnvironment(env, {}, User(), {"*_TOKEN", "AWS_SECRET_KEY"}),
              ElementsAre("NOMAD_ADDR=5", "PORT=4", "TEST_AWS_VAR=3",
                          "VAR_TEST_AWS=1"));
  EXPECT_THAT(BuildEnvironment(env, {}, User(), {"*AWS*"}),
              ElementsAre("CONSUL_TOKEN=6", "NOMAD_ADDR=5", "PORT=4"));
  EXPECT_THAT(BuildEnvironment(env, {}, User(), {"*"}), ElementsAre());
}

TEST(BuildEnvironment, RX_072_ASwitchedUserHasItsOwnHome) {
  User user;
  user.switches = true;
  user.name = "nobody";
  user.home = "/nonexistent";
  user.shell = "/usr/sbin/nologin";
  EXPECT_THAT(BuildEnvironment({"HOME=/root", "A=1"}, {}, user, {}),
              ElementsAre("A=1", "HOME=/nonexistent", "LOGNAME=nobody",
                          "SHELL=/usr/sbin/nologin", "USER=nobody"));
  // What the job wrote itself stays.
  EXPECT_THAT(
      BuildEnvironment({"HOME=/mine", "USER=me"}, {"HOME", "USER"}, user, {}),
      ElementsAre("HOME=/mine", "LOGNAME=nobody", "SHELL=/usr/sbin/nologin",
                  "USER=me"));
}

TEST(BuildEnvironment, OfOneNameTheLaterCounts) {
  EXPECT_THAT(BuildEnvironment({"A=1", "A=2", "junk", "=x"}, {}, User(), {}),
              ElementsAre("A=2"));
}

}  // namespace
}  // namespace driver
