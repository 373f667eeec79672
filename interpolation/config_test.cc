#include "interpolation/config.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/convert.h"
#include "interpolation/config_scope.h"

namespace interpolation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using hcl::Value;

constexpr char kAllocId[] = "b971b3ae-5f1e-4a6c-9d5c-6d5c2f1f9f6a";

// The fixture of the vectors: job j1, group g, task t, node n1.
TaskEnvInput Fixture() {
  NodeVariables node;
  node.id = "61e2a9c4-0f39-4b5a-8f25-8e3d3f1d7b11";
  node.name = "n1";
  node.attributes = {{"kernel.name", "linux"},
                     {"driver.raw_exec", "1"},
                     {"driver.java", "1"},
                     {"driver.java.version", "17.0.15"}};
  node.meta = {{"connect.sidecar_image",
                "docker.io/envoyproxy/envoy:v${NOMAD_envoy_version}"},
               {"connect.log_level", "info"}};
  TaskEnvInput input;
  input.node = std::make_shared<Node>(node);
  input.alloc_id = kAllocId;
  input.group_name = "g";
  input.task_name = "t";
  input.job_id = "j1";
  input.job_name = "j1";
  input.resources.cpu_mhz = 50;
  return input;
}

TaskEnv Build(const TaskEnvInput& input) {
  absl::StatusOr<TaskEnv> env = BuildTaskEnv(input);
  EXPECT_OK(env);
  return *std::move(env);
}

Value Args(std::vector<Value> args) {
  return Value::Object({{"args", Value::Tuple(std::move(args))}});
}

// One argument as a driver gets it: evaluated, and converted to a string.
absl::StatusOr<std::string> Argument(const Value& argument,
                                     const TaskEnv& env) {
  const absl::StatusOr<Value> config = EvaluateConfig(Args({argument}), env);
  if (!config.ok()) return config.status();
  const absl::StatusOr<Value> list =
      hcl::Convert(*config->Find("args"), hcl::Type::List(hcl::Type::String()));
  if (!list.ok()) return list.status();
  return list->AsList()[0].AsString();
}

absl::StatusOr<std::string> Argument(absl::string_view text,
                                     const TaskEnv& env) {
  return Argument(Value::String(text), env);
}

TEST(EvaluateConfig, EvaluatesArguments) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"A-B", "ab"},
                   {"A.B", "a.b"},
                   {"a", "prim"},
                   {"a.b", "nested"},
                   {"c..d", "bad"},
                   {"attr.mine", "m"},
                   {"attr.kernel.name", "bsd"},
                   {"env", "e"},
                   {"node", "n"},
                   {"V", "vv"},
                   {"CMDN", "echo"}};
  input.template_env = {{"TV", "hello"}};
  input.job_meta = {{"a-b", "3"}};
  input.group_ports = {{"my-port", "127.0.0.1", 22731, 9000}};
  input.secrets = {{"x.key", "hush"}};
  const TaskEnv env = Build(input);
  const struct {
    const char* why;
    const char* text;
    const char* want;
  } kCases[] = {
      {"IP-043 variables of templates", "${TV}", "hello"},
      {"IP-054 cleaned", "${NOMAD_META_a_b}", "3"},
      {"IP-054 as written; fails in Nomad", "${NOMAD_META_a-b}", "3"},
      {"IP-062", "${NOMAD_PORT_my_port}", "9000"},
      {"as written; fails in Nomad", "${NOMAD_PORT_my-port}", "9000"},
      {"IP-073", "${NOMAD_JOB_ID}", "j1"},
      {"IP-073 blanks", "${ NOMAD_JOB_ID }", "j1"},
      {"IP-074", "$NOMAD_JOB_ID", "$NOMAD_JOB_ID"},
      {"IP-074", "$", "$"},
      {"IP-074", "$$", "$$"},
      {"IP-074", "a$b", "a$b"},
      {"IP-074", "a}b", "a}b"},
      {"IP-074", "%", "%"},
      {"IP-074", "%%", "%%"},
      {"IP-075", "$${NOMAD_JOB_ID}", "${NOMAD_JOB_ID}"},
      {"IP-076", "$$${NOMAD_TASK_NAME}", "$${NOMAD_TASK_NAME}"},
      {"IP-076", "$$$${NOMAD_TASK_NAME}", "$$${NOMAD_TASK_NAME}"},
      {"IP-077 a backslash is a byte", "\\${NOMAD_TASK_NAME}", "\\t"},
      {"IP-081", "${hasindex(env,\"zzz\") ? env[\"zzz\"] : \"dflt\"}", "dflt"},
      {"IP-082", "${A-B}", "ab"},
      {"IP-082", "${env.A-B}", "ab"},
      {"IP-082", "${A.B}", "a.b"},
      {"IP-082", "${env[\"A.B\"]}", "a.b"},
      {"IP-086", "%%{", "%{"},
      {"IP-087", "%{ if NOMAD_TASK_NAME == \"t\" }yes%{ else }no%{ endif }",
       "yes"},
      {"IP-088", "%{ for x in [\"a\",\"b\"] }${x}%{ endfor }", "ab"},
      {"IP-089", "${1+1}", "2"},
      {"IP-089", "${NOMAD_CPU_LIMIT + 1}", "51"},
      {"IP-090", "${NOMAD_CPU_LIMIT > 9 ? \"big\":\"small\"}", "big"},
      {"IP-091", "${upper(NOMAD_TASK_NAME)}", "T"},
      {"IP-091", "${strlen(\"abc\")}", "3"},
      {"IP-091", "${max(1,2)}", "2"},
      {"IP-094", "<${coalesce(\"\", NOMAD_JOB_ID)}>", "<>"},
      {"IP-095", "${substr(NOMAD_ALLOC_ID,0,8)}", "b971b3ae"},
      {"IP-096", "${node.attr.kernel.name}", "linux"},
      {"IP-096", "${attr[\"kernel\"].name}", "linux"},
      {"IP-097", "${node.meta.connect.log_level}", "info"},
      {"IP-098 fails in Nomad", "${attr.driver.java}", "1"},
      {"IP-099", "${attr.driver.java.version}", "17.0.15"},
      {"IP-101", "${a.b}", "nested"},
      {"IP-101 fails in Nomad", "${a}", "prim"},
      {"IP-102", "${env[\"c..d\"]}", "bad"},
      {"IP-103", "${attr.mine}", "m"},
      {"IP-103", "${attr.kernel.name}", "linux"},
      {"IP-104", "${env.env}", "e"},
      {"IP-104", "${env[\"node\"]}", "n"},
      {"IP-105", "${lower(env[\"V\"])}~${~ NOMAD_TASK_NAME ~} x", "vv~tx"},
      {"IP-107", "/bin/${CMDN}", "/bin/echo"},
      {"IP-109 not evaluated again", "${meta.connect.sidecar_image}",
       "docker.io/envoyproxy/envoy:v${NOMAD_envoy_version}"},
      {"secrets", "${secret.x.key}", "hush"},
      {"a part is an object", "${hasindex(attr.kernel, \"name\")}", "true"},
      {"keys found in a loop",
       "%{ for k, v in attr.kernel }${k}=${v}%{ endfor }", "name=linux"},
      {"no template, byte for byte", "e\xCC\x81\xFF", "e\xCC\x81\xFF"},
      {"int", "${int(3.9)}", "3"},
      {"abs, min and length", "${abs(-2)+min(3,4)+length([1])}", "6"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.why, ": ", c.text));
    const auto got = Argument(c.text, env);
    EXPECT_OK(got);
    EXPECT_EQ(got.value_or("<error>"), c.want);
  }
}

TEST(EvaluateConfig, IP_091_NamesMayHaveDashes) {
  TaskEnvInput input = Fixture();
  input.task_name = "t-1";
  const auto got = Argument("${upper(NOMAD_TASK_NAME)}", Build(input));
  ASSERT_OK(got);
  EXPECT_EQ(*got, "T-1");
}

TEST(EvaluateConfig, IP_106_NumbersAndBoolsBecomeStrings) {
  const TaskEnv env = Build(Fixture());
  const auto number = Argument(Value::Int(5), env);
  ASSERT_OK(number);
  EXPECT_EQ(*number, "5");
  const auto flag = Argument(Value::Bool(true), env);
  ASSERT_OK(flag);
  EXPECT_EQ(*flag, "true");
}

TEST(EvaluateConfig, RefusesWhatItCannotEvaluate) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"A.B", "1"}, {"c..d", "bad"}};
  const TaskEnv env = Build(input);
  const struct {
    const char* why;
    const char* text;
    const char* message;
  } kCases[] = {
      {"IP-078", "${nope}", "nothing is named \"nope\""},
      {"IP-079", "${attr.nope}", "nothing is named \"attr.nope\""},
      {"IP-079", "${attr.nope.deep}", "nothing is named \"attr.nope.deep\""},
      {"IP-079", "${meta.nope}", "nothing is named \"meta.nope\""},
      {"IP-080", "${env[\"nope\"]}", "environment has no \"nope\""},
      {"IP-083", "${A.C}", "nothing is named \"A.C\""},
      {"IP-084", "${}", "args[0]"},
      {"IP-084", "${NOMAD_JOB_ID", "args[0]"},
      {"IP-084", "${${NOMAD_TASK_NAME}}", "args[0]"},
      {"IP-084", "${7abc}", "args[0]"},
      {"IP-085", "%{", "args[0]"},
      {"IP-085", "$%{x", "args[0]"},
      {"IP-092", "${length(\"abc\")}", "length"},
      {"IP-093", "${try(nope,\"d\")}", "try"},
      {"IP-093", "${format(\"%s\",\"a\")}", "format"},
      {"IP-093", "${join(\",\",[1])}", "join"},
      {"IP-100", "x${attr}", "args[0]"},
      {"IP-102", "${c..d}", "args[0]"},
      {"hasindex of a text", "${hasindex(\"a\", \"b\")}", "collection"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.why, ": ", c.text));
    const auto got = Argument(c.text, env);
    EXPECT_THAT(got, base::StatusIs(absl::StatusCode::kInvalidArgument,
                                    AllOf(HasSubstr(c.message),
                                          HasSubstr("args[0]: in "))));
  }
}

TEST(EvaluateConfig, IP_100_AnObjectIsNoArgument) {
  const TaskEnv env = Build(Fixture());
  EXPECT_FALSE(Argument("${attr}", env).ok());
  EXPECT_FALSE(Argument("${meta.connect}", env).ok());
}

TEST(EvaluateConfig, UnknownNameSuggestsAndLists) {
  const auto got = Argument("${NOMAD_JOB_IDD}", Build(Fixture()));
  EXPECT_THAT(
      got,
      base::StatusIs(absl::StatusCode::kInvalidArgument,
                     AllOf(HasSubstr("in \"${NOMAD_JOB_IDD}\""),
                           HasSubstr("did you mean \"NOMAD_JOB_ID\""),
                           HasSubstr("known names that begin with \"NOMAD_\": "
                                     "\"NOMAD_ALLOC_ID\", "),
                           HasSubstr("write \"$${\""))));
}

TEST(EvaluateConfig, NamesPlaceOfEveryFault) {
  const Value config = Value::Object(
      {{"command", Value::String("${nope1}")},
       {"args", Value::Tuple({Value::String("ok"), Value::String("${nope2}")})},
       {"options", Value::Object({{"k", Value::String("a\n${nope3}")}})}});
  EXPECT_THAT(
      EvaluateConfig(config, Build(Fixture())),
      base::StatusIs(absl::StatusCode::kInvalidArgument,
                     AllOf(HasSubstr("command: in "), HasSubstr("args[1]: in "),
                           HasSubstr("options.k: in "),
                           HasSubstr(", line 2 column 3: "))));
}

TEST(EvaluateConfig, TheBranchNotTakenIsNoFault) {
  const auto got = Argument("${true ? NOMAD_JOB_ID : nope}", Build(Fixture()));
  ASSERT_OK(got);
  EXPECT_EQ(*got, "j1");
}

TEST(EvaluateConfig, KeysBelowTheFirstLevelAreTemplates) {
  const Value config = Value::Object(
      {{"${NOMAD_JOB_ID}", Value::String("x")},
       {"labels",
        Value::Object({{"job-${NOMAD_JOB_ID}", Value::String("y")}})}});
  const auto got = EvaluateConfig(config, Build(Fixture()));
  ASSERT_OK(got);
  EXPECT_NE(got->Find("${NOMAD_JOB_ID}"), nullptr);
  EXPECT_NE(got->Find("labels")->Find("job-j1"), nullptr);
}

TEST(EvaluateConfig, LeavesTheRestAsItIs) {
  const Value config = Value::Object({{"n", Value::Int(5)},
                                      {"null", Value::Null()},
                                      {"t", Value::Bool(true)}});
  const auto got = EvaluateConfig(config, Build(Fixture()));
  ASSERT_OK(got);
  EXPECT_EQ(*got, config);
  const auto none = EvaluateConfig(Value::Null(), Build(Fixture()));
  ASSERT_OK(none);
  EXPECT_TRUE(none->IsNull());
}

TEST(EvaluateConfig, MaskedEnvironmentGivesMaskedArguments) {
  TaskEnvInput input = Fixture();
  input.secrets = {{"x.key", "hush"}};
  input.job_env = {{"DB_PASSWORD", "hush"}};
  const TaskEnv masked = Build(input).Masked();
  const auto got = Argument("${secret.x.key}/${DB_PASSWORD}", masked);
  ASSERT_OK(got);
  EXPECT_THAT(*got, Not(HasSubstr("hush")));
}

TEST(EvaluateConfig, WorkIsBounded) {
  // Nested loops over a list of 100, five deep.
  std::string list = "[1";
  for (int i = 0; i < 99; ++i) list += ",1";
  list += "]";
  std::string text;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    absl::StrAppend(&text, "%{ for ", name, " in ", list, " }");
  }
  text += "x";
  for (int i = 0; i < 5; ++i) text += "%{ endfor }";
  EXPECT_FALSE(Argument(text, Build(Fixture())).ok());
}

TEST(Nest, IP_110_MakesObjectsOutOfNamesWithDots) {
  EXPECT_EQ(
      Nest({{"foo.bar.quux", "x"}}).DebugString(),
      Value::Object(
          {{"foo",
            Value::Object(
                {{"bar", Value::Object({{"quux", Value::String("x")}})}})}})
          .DebugString());
  EXPECT_EQ(Nest({{"a", "a"}, {"a.b", "x"}}),
            Value::Object({{"a", Value::Object({{"b", Value::String("x")}})}}));
  EXPECT_EQ(
      Nest({{"a.b.c", "c"}, {"a.b", "x"}}),
      Value::Object(
          {{"a", Value::Object(
                     {{"b", Value::Object({{"c", Value::String("c")}})}})}}));
}

TEST(Nest, IP_111_LeavesOutNamesWithAnEmptyPart) {
  for (const char* name :
       {".", ".foo", "foo.", ".a.", "foo..bar", "foo.bar.quux."}) {
    EXPECT_EQ(Nest({{name, "x"}}), Value::Object({})) << name;
  }
}

TEST(EvaluateTemplate, GivesTheTypeOfAnExpressionThatStandsAlone) {
  const TaskEnv env = Build(Fixture());
  const auto number = EvaluateTemplate("${1 + 1}", "here", env);
  ASSERT_OK(number);
  EXPECT_TRUE(number->IsNumber());
  const auto text = EvaluateTemplate("${1 + 1}!", "here", env);
  ASSERT_OK(text);
  EXPECT_EQ(text->AsString(), "2!");
  EXPECT_THAT(EvaluateTemplate("${nope}", "here", env),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("here: in ")));
}

}  // namespace
}  // namespace interpolation
