#include "interpolation/task_env.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace interpolation {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAllocId[] = "b971b3ae-5f1e-4a6c-9d5c-6d5c2f1f9f6a";

// The fixture of the vectors: job j1, group g, task t, node n1.
TaskEnvInput Fixture() {
  NodeVariables node;
  node.id = "61e2a9c4-0f39-4b5a-8f25-8e3d3f1d7b11";
  node.name = "n1";
  node.attributes = {{"kernel.name", "linux"}, {"driver.raw_exec", "1"}};
  node.meta = {{"connect.sidecar_image",
                "docker.io/envoyproxy/envoy:v${NOMAD_envoy_version}"}};
  TaskEnvInput input;
  input.node = std::make_shared<Node>(node);
  input.alloc_id = kAllocId;
  input.alloc_name = "j1.g[0]";
  input.alloc_index = 0;
  input.group_name = "g";
  input.task_name = "t";
  input.job_id = "j1";
  input.job_name = "j1";
  const std::string root = absl::StrCat("/data/alloc/", kAllocId);
  input.directories = {.alloc_dir = root + "/alloc",
                       .task_dir = root + "/t/local",
                       .secrets_dir = root + "/t/secrets"};
  return input;
}

TaskEnv Build(const TaskEnvInput& input) {
  absl::StatusOr<TaskEnv> env = BuildTaskEnv(input);
  EXPECT_OK(env);
  return *std::move(env);
}

// The value of a variable as the process sees it, or "<none>".
std::string Get(const TaskEnv& env, absl::string_view name) {
  const std::string prefix = absl::StrCat(name, "=");
  for (const std::string& entry : env.List()) {
    if (absl::StartsWith(entry, prefix)) return entry.substr(prefix.size());
  }
  return "<none>";
}

// What the job's env block makes of one value.
std::string InEnv(TaskEnvInput input, absl::string_view value) {
  input.job_env["RESULT"] = std::string(value);
  return Get(Build(input), "RESULT");
}

TEST(TaskEnv, SetsTheNamesOfEveryTask) {
  TaskEnvInput input = Fixture();
  input.job_parent_id = "j1-parent";
  input.resources = {.cpu_mhz = 500,
                     .memory_mb = 256,
                     .memory_max_mb = 512,
                     .cores = "0,5-7"};  // IP-070
  const std::string root = absl::StrCat("/data/alloc/", kAllocId);
  EXPECT_THAT(
      Build(input).List(),
      ElementsAre(absl::StrCat("NOMAD_ALLOC_DIR=", root, "/alloc"),
                  absl::StrCat("NOMAD_ALLOC_ID=", kAllocId),
                  "NOMAD_ALLOC_INDEX=0", "NOMAD_ALLOC_NAME=j1.g[0]",
                  "NOMAD_CPU_CORES=0,5-7", "NOMAD_CPU_LIMIT=500",
                  "NOMAD_DC=dc1", "NOMAD_GROUP_NAME=g", "NOMAD_JOB_ID=j1",
                  "NOMAD_JOB_NAME=j1", "NOMAD_JOB_PARENT_ID=j1-parent",
                  "NOMAD_MEMORY_LIMIT=256", "NOMAD_MEMORY_MAX_LIMIT=512",
                  "NOMAD_NAMESPACE=default", "NOMAD_PARENT_CGROUP=nomad.slice",
                  "NOMAD_REGION=global",
                  absl::StrCat("NOMAD_SECRETS_DIR=", root, "/t/secrets"),
                  "NOMAD_SHORT_ALLOC_ID=b971b3ae",
                  absl::StrCat("NOMAD_TASK_DIR=", root, "/t/local"),
                  "NOMAD_TASK_NAME=t"));
}

TEST(TaskEnv, LeavesOutWhatIsNotSet) {
  const TaskEnv env = Build(Fixture());
  for (const char* name :
       {"NOMAD_CPU_CORES", "NOMAD_CPU_LIMIT", "NOMAD_MEMORY_LIMIT",
        "NOMAD_MEMORY_MAX_LIMIT", "NOMAD_JOB_PARENT_ID"}) {
    EXPECT_EQ(Get(env, name), "<none>") << name;
  }
}

TEST(TaskEnv, ReplacesInTheEnvBlock) {
  TaskEnvInput input = Fixture();
  input.job_meta = {{"a-b", "3"}};
  input.group_ports = {{"my-port", "127.0.0.1", 22731, 9000}};
  input.upstreams = {{"foo-bar", 1234}};
  input.optional_meta = {"opt1"};
  input.secrets = {{"x.key", "hush"}};
  const struct {
    const char* why;
    const char* text;
    const char* want;
  } kCases[] = {
      {"IP-011 a secret", "${secret.x.key}", "hush"},
      {"IP-029 no class is an empty class", "<${node.class}>", "<>"},
      {"IP-030", "${node.region}", "global"},
      {"IP-031 an alias of the template engine only",
       "${node.attr.kernel.name}", "${node.attr.kernel.name}"},
      {"IP-032", "${attr.driver.raw_exec}", "1"},
      {"IP-033 not read again", "${meta.connect.sidecar_image}",
       "docker.io/envoyproxy/envoy:v${NOMAD_envoy_version}"},
      {"IP-053 as written", "${NOMAD_META_a-b}", "3"},
      {"IP-053 cleaned; Nomad leaves it", "${NOMAD_META_a_b}", "3"},
      {"IP-057 optional meta that was not given", "[${NOMAD_META_opt1}]", "[]"},
      {"IP-058", "[${NOMAD_META_undeclared}]", "[${NOMAD_META_undeclared}]"},
      {"IP-061 as written", "${NOMAD_PORT_my-port}", "9000"},
      {"IP-061 cleaned; Nomad leaves it", "${NOMAD_PORT_my_port}", "9000"},
      {"IP-069 cleaned", "${NOMAD_UPSTREAM_ADDR_foo_bar}", "127.0.0.1:1234"},
      {"IP-069 as written", "${NOMAD_UPSTREAM_PORT_foo-bar}", "1234"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(InEnv(input, c.text), c.want);
  }
}

TEST(TaskEnv, IP_028_SelfReferenceStaysWhenNothingAboveHasTheName) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"D", "${D}x"}};
  EXPECT_EQ(Get(Build(input), "D"), "${D}x");
}

TEST(TaskEnv, SelfReferenceGetsTheHostsValue) {
  TaskEnvInput input = Fixture();
  input.host_env = {{"PATH", "/bin"}};
  input.job_env = {{"PATH", "/opt/bin:${PATH}"}};
  EXPECT_EQ(Get(Build(input), "PATH"), "/opt/bin:/bin");
}

TEST(TaskEnv, IP_034_IP_035_EntriesThatReferToEachOtherAreResolvedInAnyOrder) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"B", "${A}"}, {"C", "${B}"}, {"A", "1"}, {"Z", "${C}!"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "B"), "1");
  EXPECT_EQ(Get(env, "C"), "1");
  EXPECT_EQ(Get(env, "Z"), "1!");
}

TEST(TaskEnv, CycleInTheEnvBlockIsAnErrorThatNamesIt) {
  TaskEnvInput input = Fixture();
  input.job_env = {
      {"OTHER", "${A}"}, {"A", "${B}"}, {"B", "x${C}"}, {"C", "${A}"}};
  EXPECT_THAT(
      BuildTaskEnv(input),
      base::StatusIs(
          absl::StatusCode::kInvalidArgument,
          HasSubstr("env \"A\" -> env \"B\" -> env \"C\" -> env \"A\"")));
}

TEST(TaskEnv, CycleInMetaIsAnErrorThatNamesIt) {
  TaskEnvInput input = Fixture();
  input.job_meta = {{"a", "${NOMAD_META_B}"}};
  input.task_meta = {{"b", "${NOMAD_META_a}"}};
  EXPECT_THAT(BuildTaskEnv(input),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("meta \"a\" -> meta \"b\" -> meta")));
}

TEST(TaskEnv, CycleInTheHostsEnvironmentIsNoErrorOfTheJob) {
  TaskEnvInput input = Fixture();
  input.host_env = {{"A", "${B}"}, {"B", "<${A}>"}};
  const TaskEnv env = Build(input);
  // A is looked at first and needs B, whose reference back stays.
  EXPECT_EQ(Get(env, "A"), "<${A}>");
  EXPECT_EQ(Get(env, "B"), "<${A}>");
}

TEST(TaskEnv, DeepChainsDoNotOverflowTheStack) {
  TaskEnvInput input = Fixture();
  constexpr int kLength = 50000;
  for (int i = 0; i < kLength; ++i) {
    input.job_env[absl::StrCat("V", i)] = absl::StrCat("${V", i + 1, "}");
  }
  input.job_env[absl::StrCat("V", kLength)] = "end";
  EXPECT_EQ(Get(Build(input), "V0"), "end");
}

TEST(TaskEnv, ValuesThatDoubleAtEveryStepEndInAnError) {
  TaskEnvInput input = Fixture();
  for (int i = 0; i < 64; ++i) {
    const std::string next = absl::StrCat("${V", i + 1, "}");
    input.job_env[absl::StrCat("V", i)] = next + next;
  }
  input.job_env["V64"] = "xx";
  EXPECT_THAT(BuildTaskEnv(input),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("too long")));
}

TEST(TaskEnv, IP_036_DirectoriesAreThoseOfTheHost) {
  EXPECT_THAT(InEnv(Fixture(), "${NOMAD_TASK_DIR}"),
              AllOf(StartsWith("/"), EndsWith("/t/local")));
}

TEST(TaskEnv, IP_037_NodeBeatsAVariableOfTheSameName) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"node.class", "mine"}, {"X", "<${node.class}>"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "X"), "<>");
  EXPECT_EQ(Get(env, "node.class"), "mine");
  // In fields that are read later the environment comes first.
  EXPECT_EQ(env.Interpolate("${node.class}"), "mine");
}

TEST(TaskEnv, IP_038_EnvBlockBeatsBuiltIns) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"NOMAD_ALLOC_ID", "fake"}, {"X", "${NOMAD_ALLOC_ID}"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_ALLOC_ID"), "fake");
  EXPECT_EQ(Get(env, "X"), "fake");
}

TEST(TaskEnv, IP_039_IP_040_IP_041_CleansOnlySomeNames) {
  const struct {
    const char* why;
    const char* name;
    const char* want;
  } kCases[] = {
      {"IP-039", "a b", "a b"},
      {"IP-039", "7x", "7x"},
      {"IP-039", "x/y", "x/y"},
      {"IP-039", "\xC3\xA9", "\xC3\xA9"},
      {"IP-039", "test-one-two", "test-one-two"},
      {"IP-040", "NOMAD_PORT_q-q", "NOMAD_PORT_q_q"},
      {"IP-040", "NOMAD_META_z-z", "NOMAD_META_z_z"},
      {"IP-041", "NOMAD_HOST_IP_w-w", "NOMAD_HOST_IP_w-w"},
      {"IP-041", "NOMAD_IP_1.2", "NOMAD_IP_1.2"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    TaskEnvInput input = Fixture();
    input.job_env = {{c.name, "here"}};
    EXPECT_EQ(Get(Build(input), c.want), "here") << c.name;
  }
}

TEST(TaskEnv, IP_042_BuiltInsBeatTheHost) {
  TaskEnvInput input = Fixture();
  input.host_env = {{"NOMAD_ALLOC_ID", "94fa69a3"}, {"LC_ALL", "C"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_ALLOC_ID"), kAllocId);
  EXPECT_EQ(Get(env, "LC_ALL"), "C");
}

TEST(TaskEnv, HostValuesAreInterpolatedAndNotReported) {
  TaskEnvInput input = Fixture();
  input.host_env = {{"BASE", "/srv/${NOMAD_JOB_ID}"}, {"PS1", "${unknown}"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "BASE"), "/srv/j1");
  EXPECT_EQ(Get(env, "PS1"), "${unknown}");
  EXPECT_THAT(env.unresolved(), IsEmpty());
}

TEST(TaskEnv, UserBeatsTheHostAndTheJobBeatsTheUser) {
  TaskEnvInput input = Fixture();
  input.host_env = {{"HOME", "/root"}, {"USER", "root"}, {"LANG", "C"}};
  input.user_env = {{"HOME", "/home/w"}, {"USER", "w"}, {"SHELL", "/bin/sh"}};
  input.job_env = {{"HOME", "${HOME}/job"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "HOME"), "/home/w/job");
  EXPECT_EQ(Get(env, "USER"), "w");
  EXPECT_EQ(Get(env, "SHELL"), "/bin/sh");
  EXPECT_EQ(Get(env, "LANG"), "C");
}

TEST(TaskEnv, IP_043_TemplateVariablesAreNotSeenByTheEnvBlock) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"F", "${TV}"}};
  input.template_env = {{"TV", "hello"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "F"), "${TV}");
  EXPECT_EQ(Get(env, "TV"), "hello");
}

TEST(TaskEnv, IP_044_TemplateVariablesAreNotInterpolated) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"A", "task"}};
  input.template_env = {{"TV2", "${A}"}};
  EXPECT_EQ(Get(Build(input), "TV2"), "${A}");
}

TEST(TaskEnv, IP_045_TemplateVariablesBeatTheEnvBlock) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"A", "task"}};
  input.template_env = {{"A", "over"}};
  EXPECT_EQ(Get(Build(input), "A"), "over");
}

TEST(TaskEnv, IP_046_TheLastHookWins) {
  TaskEnvInput input = Fixture();
  input.hook_env = {{{"foo", "bar"}}, {{"foo", "123"}}};
  EXPECT_EQ(Get(Build(input), "foo"), "123");
  input.hook_env[1].clear();
  EXPECT_EQ(Get(Build(input), "foo"), "bar");
}

TEST(TaskEnv, MetaReachesTheTaskInTwoSpellings) {
  TaskEnvInput input = Fixture();
  input.job_meta = {{"a-b", "3"}, {"x.y", "4"},      {"q/r", "5"},
                    {"w w", "6"}, {"\xC3\xA9", "9"}, {"7z", "6"}};
  const TaskEnv env = Build(input);
  const struct {
    const char* why;
    const char* name;
    const char* want;
  } kCases[] = {
      {"IP-047", "NOMAD_META_a_b", "3"}, {"IP-047", "NOMAD_META_A_B", "3"},
      {"IP-048", "NOMAD_META_x.y", "4"}, {"IP-048", "NOMAD_META_X.Y", "4"},
      {"IP-049", "NOMAD_META_q_r", "5"}, {"IP-049", "NOMAD_META_Q_R", "5"},
      {"IP-049", "NOMAD_META_w_w", "6"}, {"IP-049", "NOMAD_META_W_W", "6"},
      {"IP-050", "NOMAD_META___", "9"},  {"IP-051", "NOMAD_META_7z", "6"},
      {"IP-051", "NOMAD_META_7Z", "6"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Get(env, c.name), c.want) << c.name;
  }
}

TEST(TaskEnv, IP_052_KeysThatDifferInCaseHaveADeterministicWinner) {
  TaskEnvInput input = Fixture();
  input.job_meta = {{"Foo", "1"}, {"foo", "2"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_META_Foo"), "1");
  EXPECT_EQ(Get(env, "NOMAD_META_foo"), "2");
  EXPECT_EQ(Get(env, "NOMAD_META_FOO"), "1");  // the first in byte order
  EXPECT_THAT(env.warnings(), ElementsAre(HasSubstr("NOMAD_META_FOO")));

  input.job_meta["FOO"] = "3";
  EXPECT_EQ(Get(Build(input), "NOMAD_META_FOO"), "3");  // its own key
}

TEST(TaskEnv, IP_055_MetaValuesAreInterpolated) {
  TaskEnvInput input = Fixture();
  input.job_meta = {{"m", "${NOMAD_JOB_ID}"}, {"n", "${NOMAD_META_m}!"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_META_m"), "j1");
  EXPECT_EQ(Get(env, "NOMAD_META_N"), "j1!");
}

TEST(TaskEnv, IP_056_MetaKeysAreInterpolated) {
  TaskEnvInput input = Fixture();
  input.task_name = "web";
  input.task_meta = {
      {"taskMetaKey-${NOMAD_TASK_NAME}", "taskMetaVal-${node.unique.id}"}};
  const TaskEnv env = Build(input);
  const std::string want = "taskMetaVal-61e2a9c4-0f39-4b5a-8f25-8e3d3f1d7b11";
  EXPECT_EQ(Get(env, "NOMAD_META_taskMetaKey_web"), want);
  EXPECT_EQ(Get(env, "NOMAD_META_TASKMETAKEY_web"), want);
}

TEST(TaskEnv, TasksMetaBeatsTheGroupsAndThatTheJobs) {
  TaskEnvInput input = Fixture();
  input.job_meta = {{"a", "job"}, {"b", "job"}, {"c", "job"}};
  input.group_meta = {{"b", "group"}, {"c", "group"}};
  input.task_meta = {{"c", "task"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_META_a"), "job");
  EXPECT_EQ(Get(env, "NOMAD_META_b"), "group");
  EXPECT_EQ(Get(env, "NOMAD_META_c"), "task");
}

TEST(TaskEnv, IP_059_WorksAtTheLevelOfTheGroup) {
  TaskEnvInput input = Fixture();
  input.task_name.clear();
  input.directories = {};
  input.directories.alloc_dir = "/data/alloc/x";
  input.job_meta = {{"jobt", "foo"}};
  input.group_meta = {{"groupt", "bar"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(env.Interpolate("${NOMAD_META_jobt} ${NOMAD_META_groupt}"),
            "foo bar");
  EXPECT_EQ(Get(env, "NOMAD_TASK_NAME"), "<none>");
  EXPECT_EQ(Get(env, "NOMAD_TASK_DIR"), "<none>");
  EXPECT_EQ(Get(env, "NOMAD_ALLOC_DIR"), "/data/alloc/x");
}

TEST(TaskEnv, PortsOfTheGroup) {
  TaskEnvInput input = Fixture();
  input.group_ports = {{"my-port", "127.0.0.1", 22731, 9000},
                       {"d.ot", "127.0.0.1", 80, 0}};
  const TaskEnv env = Build(input);
  const struct {
    const char* why;
    const char* name;
    const char* want;
  } kCases[] = {
      {"IP-060", "NOMAD_PORT_my_port", "9000"},
      {"IP-060", "NOMAD_HOST_PORT_my_port", "22731"},
      {"IP-060", "NOMAD_ADDR_my_port", "127.0.0.1:22731"},
      {"IP-060", "NOMAD_IP_my_port", "127.0.0.1"},
      {"IP-060", "NOMAD_ALLOC_PORT_my-port", "9000"},
      {"IP-060", "NOMAD_HOST_IP_my-port", "127.0.0.1"},
      {"IP-060", "NOMAD_HOST_ADDR_my-port", "127.0.0.1:22731"},
      {"no shell reads those; ours only", "NOMAD_ALLOC_PORT_my_port", "9000"},
      {"no shell reads those; ours only", "NOMAD_HOST_IP_my_port", "127.0.0.1"},
      {"as Nomad: not in the raw spelling", "NOMAD_PORT_my-port", "<none>"},
      {"no namespace", "NOMAD_ALLOC_IP_my_port", "<none>"},
      {"IP-063", "NOMAD_PORT_d.ot", "80"},
      {"to = 0 is the host's", "NOMAD_ALLOC_PORT_d.ot", "80"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Get(env, c.name), c.want) << c.name;
  }
}

TEST(TaskEnv, PortsInsideANetworkNamespace) {
  TaskEnvInput input = Fixture();
  input.network_namespace = {.interface = "eth0", .address = "172.26.64.19"};
  input.group_ports = {{"admin", "127.0.0.1", 32000, 9000},
                       {"http", "127.0.0.1", 80, 0}};
  const TaskEnv env = Build(input);
  const struct {
    const char* why;
    const char* name;
    const char* want;
  } kCases[] = {
      {"IP-067", "NOMAD_PORT_admin", "9000"},
      {"IP-067", "NOMAD_ALLOC_PORT_admin", "9000"},
      {"IP-067", "NOMAD_HOST_PORT_admin", "32000"},
      {"IP-067", "NOMAD_ADDR_admin", "127.0.0.1:32000"},
      {"IP-067", "NOMAD_HOST_ADDR_admin", "127.0.0.1:32000"},
      {"IP-067", "NOMAD_ALLOC_IP_admin", "172.26.64.19"},
      {"IP-067", "NOMAD_ALLOC_ADDR_admin", "172.26.64.19:9000"},
      {"IP-067", "NOMAD_ALLOC_INTERFACE_admin", "eth0"},
      {"IP-068", "NOMAD_ALLOC_ADDR_http", "172.26.64.19:80"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Get(env, c.name), c.want) << c.name;
  }
}

TEST(TaskEnv, PortsOfTasks) {
  TaskEnvInput input = Fixture();
  input.task_name = "t-2";
  input.task_ports = {{"t-1", "a-b", "127.0.0.1", 4711},
                      {"mail", "ipv6", "fd12:3456:789a:1::1", 2222},
                      {"t-2", "https", "127.0.0.1", 8080},
                      {"t-2", "six", "::1", 443}};
  input.driver_port_map = {{"https", 443}};
  const TaskEnv env = Build(input);
  const struct {
    const char* why;
    const char* name;
    const char* want;
  } kCases[] = {
      {"IP-064", "NOMAD_ADDR_t_1_a_b", "127.0.0.1:4711"},
      {"IP-064", "NOMAD_IP_t_1_a_b", "127.0.0.1"},
      {"IP-064", "NOMAD_PORT_t_1_a_b", "4711"},
      {"IP-065", "NOMAD_ADDR_mail_ipv6", "[fd12:3456:789a:1::1]:2222"},
      {"IP-066", "NOMAD_PORT_https", "443"},
      {"IP-066", "NOMAD_HOST_PORT_https", "8080"},
      {"IP-066", "NOMAD_ADDR_https", "127.0.0.1:8080"},
      {"the family's own name", "NOMAD_IPv4_https", "127.0.0.1"},
      {"the family's own name", "NOMAD_IPv6_six", "::1"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Get(env, c.name), c.want) << c.name;
  }
}

TEST(TaskEnv, IP_071_DriversPortMapBeatsTheEnvBlock) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"foo", "bar"}, {"NOMAD_PORT_ssh", "2342"}};
  input.driver_port_map = {{"ssh", 22}, {"http", 80}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_PORT_ssh"), "22");
  EXPECT_EQ(Get(env, "NOMAD_PORT_http"), "80");
}

TEST(TaskEnv, IP_072_CredentialsAreThereWhenGivenAndMaskedInViews) {
  TaskEnvInput input = Fixture();
  EXPECT_EQ(Get(Build(input), "VAULT_TOKEN"), "<none>");
  input.credentials = {{"VAULT_TOKEN", "123"}};
  input.secrets = {{"db.pass", "hush"}};
  input.job_env = {{"URL", "http://u:${secret.db.pass}@h"},
                   {"AUTH", "Bearer ${VAULT_TOKEN}"},
                   {"AGAIN", "${AUTH}"},
                   {"DB_PASSWORD", "plain"},
                   {"PLAIN", "x"}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "VAULT_TOKEN"), "123");
  EXPECT_EQ(Get(env, "URL"), "http://u:hush@h");
  const TaskEnv masked = env.Masked();
  for (const char* name :
       {"VAULT_TOKEN", "URL", "AUTH", "AGAIN", "DB_PASSWORD"}) {
    EXPECT_EQ(Get(masked, name), "<masked>") << name;
  }
  EXPECT_EQ(Get(masked, "PLAIN"), "x");
  EXPECT_EQ(Get(masked, "NOMAD_SECRETS_DIR"), Get(env, "NOMAD_SECRETS_DIR"));
  EXPECT_EQ(masked.Interpolate("${secret.db.pass}"), "<masked>");
}

TEST(TaskEnv, ReportsWhatStayedAsWrittenWithItsField) {
  TaskEnvInput input = Fixture();
  input.job_env = {{"A", "${nope} ${nope}"}, {"B", "${meta.rack}"}};
  input.job_meta = {{"m", "${gone}"}};
  const TaskEnv env = Build(input);
  EXPECT_THAT(env.unresolved(),
              ElementsAre(Unresolved{"meta \"m\"", "gone"},
                          Unresolved{"env \"A\"", "nope"},
                          Unresolved{"env \"B\"", "meta.rack"}));
  EXPECT_THAT(env.unresolved()[1].ToString(),
              AllOf(HasSubstr("env \"A\""), HasSubstr("${nope}")));
}

TEST(TaskEnv, NamesThatCleanToTheSameAreWarnedAboutAndDeterministic) {
  TaskEnvInput input = Fixture();
  input.group_ports = {{"a-b", "127.0.0.1", 1, 0}, {"a_b", "127.0.0.1", 2, 0}};
  const TaskEnv env = Build(input);
  EXPECT_EQ(Get(env, "NOMAD_PORT_a_b"), "2");  // spelt exactly so
  EXPECT_THAT(env.warnings(), Contains(HasSubstr("NOMAD_PORT_a_b")));
}

TEST(TaskEnv, RefusesWhatNoEnvironmentCanCarry) {
  const struct {
    const char* why;
    std::string name;
    std::string value;
  } kCases[] = {
      {"equals sign", "A=B", "x"},
      {"empty", "", "x"},
      {"NUL in the name", std::string("A\0B", 3), "x"},
      {"NUL in the value", "A", std::string("x\0y", 3)},
      {"longer than the kernel takes", "A", std::string(128 << 10, 'x')},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    TaskEnvInput input = Fixture();
    input.job_env = {{c.name, c.value}};
    EXPECT_THAT(BuildTaskEnv(input),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("environment variable")));
  }
}

TEST(TaskEnv, HostVariablesThatCannotBeCarriedAreLeftOut) {
  TaskEnvInput input = Fixture();
  input.host_env = {{"", "x"}, {"A", "1"}};
  EXPECT_EQ(Get(Build(input), "A"), "1");
}

}  // namespace
}  // namespace interpolation
