#include "agent/raw_exec_config.h"

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using hcl::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Value Config(hcl::ValueMap extra = {}) {
  extra.insert({"command", Value::String("/bin/true")});
  return Value::Object(std::move(extra));
}

Value Strings(const std::vector<std::string>& texts) {
  hcl::ValueList list;
  for (const std::string& text : texts) list.push_back(Value::String(text));
  return Value::Tuple(std::move(list));
}

TEST(ReadRawExecConfig, ReadsEveryKey) {
  driver::TaskConfig task;
  ASSERT_OK(ReadRawExecConfig(
      Config({{"args", Strings({"-n", "a b"})},
              {"work_dir", Value::String("/srv")},
              {"oom_score_adj", Value::Int(500)},
              {"denied_envvars", Strings({"AWS_*"})},
              {"cgroup_v2_override", Value::String("my.slice")},
              {"cgroup_v1_override",
               Value::Tuple({Value::Object({{"pids", Value::String("a")}}),
                             Value::Object({{"pids", Value::String("b")}})})},
              {"signal_scope", Value::String("tree")}}),
      &task));
  EXPECT_EQ(task.command, "/bin/true");
  EXPECT_THAT(task.args, ElementsAre("-n", "a b"));
  EXPECT_EQ(task.work_dir, "/srv");
  EXPECT_EQ(task.oom_score_adj, 500);
  EXPECT_THAT(task.denied_envvars, ElementsAre("AWS_*"));
  EXPECT_EQ(task.cgroup_v2_override, "my.slice");
  EXPECT_THAT(task.cgroup_v1_override, ElementsAre(Pair("pids", "b")));
  EXPECT_EQ(task.signal_scope, "tree");
}

TEST(ReadRawExecConfig, RX_027_NumbersAndBoolsBecomeStrings) {
  driver::TaskConfig task;
  ASSERT_OK(ReadRawExecConfig(
      Config({{"args",
               Value::Tuple({Value::Int(1), Value::Bool(true),
                             Value::Number(hcl::Number::FromDouble(2.5))})},
              {"oom_score_adj", Value::String("7")}}),
      &task));
  EXPECT_THAT(task.args, ElementsAre("1", "true", "2.5"));
  EXPECT_EQ(task.oom_score_adj, 7);
}

TEST(ReadRawExecConfig, WhatIsNullCountsAsNotGiven) {
  driver::TaskConfig task;
  ASSERT_OK(ReadRawExecConfig(
      Config({{"args", Value::Null()}, {"oom_score_adj", Value::Null()}}),
      &task));
  EXPECT_THAT(task.args, IsEmpty());
  EXPECT_EQ(task.oom_score_adj, std::nullopt);
}

TEST(ReadRawExecConfig, SaysWhichKeyIsWrong) {
  const struct {
    const char* why;
    Value config;
    const char* message;
  } kCases[] = {
      {"RX-024", Value::Object({}),
       "failed to parse config: The argument \"command\" is required"},
      {"no block at all", Value::Null(), "\"command\" is required"},
      {"RX-025", Config({{"foo", Value::String("bar")}}),
       "No argument or block type is named \"foo\""},
      {"a slip", Config({{"arg", Strings({})}}), "did you mean \"args\"?"},
      {"RX-026", Config({{"args", Value::String("one string")}}),
       "Inappropriate value for attribute \"args\": list of string required, "
       "but have string"},
      {"a null argument", Config({{"args", Value::Tuple({Value::Null()})}}),
       "attribute \"args\": list of string required"},
      {"half a number",
       Config({{"oom_score_adj", Value::Number(hcl::Number::FromDouble(1.5))}}),
       "attribute \"oom_score_adj\": a whole number is required"},
      {"no number", Config({{"oom_score_adj", Value::String("high")}}),
       "attribute \"oom_score_adj\": number required, but have string"},
      {"not a map", Config({{"cgroup_v1_override", Value::String("pids")}}),
       "attribute \"cgroup_v1_override\": map of string required"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    driver::TaskConfig task;
    EXPECT_THAT(ReadRawExecConfig(c.config, &task),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace agent
