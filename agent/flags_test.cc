#include "agent/flags.h"

#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

struct Options {
  std::string data_dir;
  std::vector<std::string> var_files;
  std::vector<KeyValue> vars;
  bool verbose = false;
  FlagSet flags;

  Options() {
    flags.Text("data-dir", "DIR", "Where state is kept.", &data_dir);
    flags.List("var-file", "FILE", "A file of variables.", &var_files);
    flags.KeyValues("var", "NAME=VALUE", "A variable.", &vars);
    flags.Switch("verbose", "Say more.", &verbose);
  }
};

TEST(FlagSet, TakesEveryWayAFlagIsTyped) {
  const struct {
    const char* why;
    std::vector<std::string> args;
  } kCases[] = {
      {"one dash, next word", {"-var", "x=y"}},
      {"one dash, equals", {"-var=x=y"}},
      {"two dashes, next word", {"--var", "x=y"}},
      {"two dashes, equals", {"--var=x=y"}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    Options options;
    ASSERT_OK_AND_ASSIGN(const FlagSet::Parsed parsed,
                         options.flags.Parse(c.args));
    EXPECT_THAT(options.vars, ElementsAre(Pair("x", "y")));
    EXPECT_THAT(parsed.arguments, IsEmpty());
    EXPECT_FALSE(parsed.help);
  }
}

TEST(FlagSet, KeepsTheOrderOfRepeatedFlagsAndTheLastOfSingleOnes) {
  Options options;
  ASSERT_OK(
      options.flags.Parse({"-var-file", "a", "-var-file=b", "-data-dir", "/1",
                           "-data-dir", "/2", "-var", "a=1=2", "-var=b="}));
  EXPECT_THAT(options.var_files, ElementsAre("a", "b"));
  EXPECT_EQ(options.data_dir, "/2");
  EXPECT_THAT(options.vars, ElementsAre(Pair("a", "1=2"), Pair("b", "")));
}

TEST(FlagSet, FindsFlagsBeforeAndAfterArguments) {
  Options options;
  ASSERT_OK_AND_ASSIGN(const FlagSet::Parsed parsed,
                       options.flags.Parse({"-verbose", "a", "-var", "x=y", "-",
                                            "--", "-b", "--"}));
  EXPECT_TRUE(options.verbose);
  EXPECT_THAT(options.vars, ElementsAre(Pair("x", "y")));
  EXPECT_THAT(parsed.arguments, ElementsAre("a", "-", "-b", "--"));
}

TEST(FlagSet, LeavesEverythingAfterTheFirstArgumentAloneIfToldSo) {
  Options options;
  options.flags.StopAtFirstArgument();
  ASSERT_OK_AND_ASSIGN(const FlagSet::Parsed parsed,
                       options.flags.Parse({"-verbose", "ls", "-l", "--var"}));
  EXPECT_TRUE(options.verbose);
  EXPECT_THAT(parsed.arguments, ElementsAre("ls", "-l", "--var"));
}

TEST(FlagSet, SwitchesTakeGosTruthValues) {
  Options options;
  ASSERT_OK(options.flags.Parse({"-verbose=T"}));
  EXPECT_TRUE(options.verbose);
  ASSERT_OK(options.flags.Parse({"-verbose=FALSE"}));
  EXPECT_FALSE(options.verbose);
  ASSERT_OK(options.flags.Parse({"-verbose", "false"}));
  EXPECT_TRUE(options.verbose) << "the next word is an argument";
}

TEST(FlagSet, AsksForHelpInFourWays) {
  for (const char* text : {"-h", "-help", "--h", "--help"}) {
    Options options;
    ASSERT_OK_AND_ASSIGN(const FlagSet::Parsed parsed,
                         options.flags.Parse({text, "-nonsense"}));
    EXPECT_TRUE(parsed.help) << text;
  }
}

TEST(FlagSet, SaysWhatIsWrongAndWhatWasMeant) {
  const struct {
    const char* why;
    std::vector<std::string> args;
    const char* message;
  } kCases[] = {
      {"letters swapped",
       {"-vra", "x=y"},
       "unknown flag \"-vra\"; did you mean \"-var\"?"},
      {"underscore", {"--data_dir=/x"}, "did you mean \"-data-dir\"?"},
      {"nothing near", {"-zzzzzz"}, "unknown flag \"-zzzzzz\""},
      {"no value",
       {"-data-dir"},
       "flag \"-data-dir\" needs a value: -data-dir DIR"},
      {"not a pair", {"-var", "x"}, "flag \"-var\": \"x\" is not NAME=VALUE"},
      {"no name before the equals", {"-var", "=x"}, "is not NAME=VALUE"},
      {"not a truth value",
       {"-verbose=yes"},
       "flag \"-verbose\": \"yes\" is neither true nor false"},
      {"three dashes", {"---var"}, "\"---var\" is not a flag"},
      {"no name", {"-=x"}, "\"-=x\" is not a flag"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    Options options;
    EXPECT_THAT(options.flags.Parse(c.args),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(c.message)));
  }
}

TEST(FlagSet, HelpNamesEveryFlagWithItsValue) {
  const Options options;
  EXPECT_THAT(options.flags.Help(),
              HasSubstr("  -var NAME=VALUE\n      A variable. May be "
                        "repeated.\n  -verbose\n      Say more.\n"));
}

}  // namespace
}  // namespace agent
