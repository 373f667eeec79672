// The page that this project began from, sentence by sentence, tried on the
// real binary. doc/conformance.md has the table from sentence to case; the
// numbers are the same.

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/drover_test_support.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testdata/http_server.h"
#include "testdata/process.h"

namespace agent {
namespace {

using testdata::Eventually;
using testdata::IsAlive;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr uid_t kNobody = 65534;
constexpr char kScript[] = "#!/bin/sh\necho ran as $0 with \"$@\"\n";

// The control group of a process as /proc/<pid>/cgroup tells it, where it is
// not that of the one who asks.
std::string CgroupsOf(const std::string& proc) {
  const auto text = base::ReadFile("/proc/" + proc + "/cgroup");
  return text.ok() ? *text : "";
}

class SeedPage : public DroverTest {
 protected:
  // What a task that runs this shell line writes to standard output.
  std::string OutputOf(const std::string& line,
                       const std::vector<std::string>& flags = {},
                       const std::string& more = "") {
    EXPECT_EQ(RunJob(CommandJob("/bin/sh", {"-c", line}, more), flags), 0)
        << err();
    return absl::StrReplaceAll(out(), {{"t | ", ""}});
  }

  // A server that has the script under every name.
  testdata::HttpServer server_{[](const testdata::HttpRequest&) {
    testdata::HttpReply reply;
    reply.body = kScript;
    return reply;
  }};
  std::string Artifact(const std::string& more = "") const {
    return absl::StrCat("artifact {\n source = \"",
                        server_.Url("/name-of-my-binary"), "\"\n", more, "\n}");
  }
  std::string Checksum() const {
    EXPECT_OK(base::WriteFileAtomically(directory() + "/script", kScript));
    testdata::Process::Options options;
    options.arguments = {"/usr/bin/sha256sum", directory() + "/script"};
    testdata::Process sum(options);
    EXPECT_EQ(sum.Wait(), 0);
    return "sha256:" + sum.out().substr(0, 64);
  }

  // Runs a task that leaves three processes behind, and says which live on.
  std::vector<pid_t> Survivors(const std::vector<std::string>& flags = {}) {
    const std::string pids = directory() + "/pids";
    EXPECT_EQ(RunJob(CommandJob(Program("leave_behind"),
                                {pids, "1000", "child", "session", "daemon"}),
                     flags),
              0)
        << err();
    EXPECT_THAT(PidsIn(pids), SizeIs(3));
    std::vector<pid_t> alive;
    for (const pid_t pid : PidsIn(pids)) {
      if (IsAlive(pid)) alive.push_back(pid);
    }
    return alive;
  }

  static bool CanMakeCgroups() {
    const auto mounts = base::ReadFile("/proc/self/mountinfo");
    return geteuid() == 0 && mounts.ok() &&
           absl::StrContains(*mounts, " - cgroup");
  }
};

TEST_F(SeedPage, S01_TheDriversNameIsRawExec) {
  EXPECT_EQ(RunJob(CommandJob("/bin/true")), 0) << err();
  std::string other = CommandJob("/bin/true");
  absl::StrReplaceAll({{"raw_exec", "rawexec"}}, &other);
  EXPECT_EQ(RunJob(other), 125);
}

TEST_F(SeedPage, S02_TheCommandRunsWithoutAnyIsolation) {
  const std::string spaces = OutputOf(
      "for n in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$n; "
      "done");
  std::string ours;
  for (const char* name :
       {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
    char link[64] = {};
    ASSERT_GT(readlink(absl::StrCat("/proc/self/ns/", name).c_str(), link,
                       sizeof(link) - 1),
              0);
    absl::StrAppend(&ours, link, "\n");
  }
  EXPECT_EQ(spaces, ours);
}

TEST_F(SeedPage, S03_TheTaskRunsAsTheUserOfTheAgent) {
  EXPECT_EQ(OutputOf("id -u"), absl::StrCat(geteuid(), "\n"));
}

TEST_F(SeedPage, S03_AlsoWhereThatIsNotRoot) {
  SKIP_UNLESS(geteuid() == 0, "needs root to become somebody else");
  BecomeUser(kNobody);
  EXPECT_EQ(OutputOf("id -u"), absl::StrCat(kNobody, "\n"));
}

// `drover run` enables the driver, because whoever types it asks for that;
// what is not exactly true leaves it disabled.
TEST_F(SeedPage, S04_ItIsDisabledUnlessItIsEnabled) {
  EXPECT_EQ(
      RunJob(CommandJob("/bin/true"), {"-option", "driver.raw_exec.enable="}),
      125);
  EXPECT_THAT(err(), HasSubstr("raw_exec is disabled"));
}

TEST_F(SeedPage, S05_TheConfigurationExampleRunsItsBinaryWithItsArguments) {
  const std::string bin = directory() + "/bin";
  ASSERT_OK(base::MakeDirectories(bin));
  ASSERT_OK(base::WriteFileAtomically(bin + "/my-binary", kScript, 0755));
  environment_["PATH"] = bin + ":/usr/bin:/bin";
  const std::string example = R"(task "webservice" {
  driver = "raw_exec"

  config {
    command = "my-binary"
    args    = ["-flag", "1"]
  }
}
)";
  EXPECT_EQ(RunJob(example), 0) << err();
  EXPECT_EQ(out(), absl::StrCat("webservice | ran as ", bin,
                                "/my-binary with -flag 1\n"));
}

TEST_F(SeedPage, S06_TheCommandMustBeProvided) {
  for (const char* config : {"args = [\"1\"]", "command = \"\""}) {
    EXPECT_EQ(RunJob(TaskJob(config)), 125) << config;
    EXPECT_THAT(err(), HasSubstr("command"));
    EXPECT_THAT(err(), Not(HasSubstr("Started")));
  }
}

TEST_F(SeedPage, S07_ABinaryOfTheHostIsNamedByItsAbsolutePath) {
  EXPECT_EQ(RunJob(CommandJob("/bin/echo", {"hello"})), 0) << err();
  EXPECT_EQ(out(), "t | hello\n");
  EXPECT_EQ(RunJob(CommandJob("bin/echo", {"hello"})), 125);
  EXPECT_THAT(err(), HasSubstr("binary \"bin/echo\" could not be found"));
}

TEST_F(SeedPage, S08_AnArtifactIsNamedRelativeToTheAllocationsRoot) {
  for (const char* command : {"t/local/name-of-my-binary",
                              "local/name-of-my-binary", "name-of-my-binary"}) {
    SCOPED_TRACE(command);
    EXPECT_EQ(RunJob(CommandJob(command, {}, Artifact())), 0) << err();
    EXPECT_THAT(out(), ContainsRegex("^t \\| ran as /.*/alloc/[-0-9a-f]+/t/"
                                     "local/name-of-my-binary with"));
  }
}

TEST_F(SeedPage, S09_ArgumentsAreOptionalAndAListThatReachesTheCommandAsItIs) {
  EXPECT_EQ(RunJob(TaskJob("command = \"/bin/true\"")), 0) << err();
  EXPECT_EQ(RunJob(TaskJob("command = \"/usr/bin/printf\"\n"
                           "args = [\"[%s]\\n\", \"a b\", \"\", \"*\", "
                           "\"$HOME\", \"a;b\"]")),
            0)
      << err();
  EXPECT_EQ(out(), "t | [a b]\nt | []\nt | [*]\nt | [$HOME]\nt | [a;b]\n");
}

TEST_F(SeedPage, S10_ReferencesInArgumentsAreInterpretedBeforeTheLaunch) {
  environment_["FROM_THE_HOST"] = "host";
  ASSERT_EQ(
      RunJob(TaskJob(
          "command = \"/usr/bin/printf\"\n"
          "args = [\"%s\\n\", \"${NOMAD_TASK_NAME}\", "
          "\"${env[\"MINE\"]}\", \"${FROM_THE_HOST}\", "
          "\"${attr.kernel.name}\", \"${node.datacenter}\", "
          "\"${NOMAD_META_owner}\", \"${NOMAD_JOB_ID}-${NOMAD_GROUP_NAME}\"]",
          "env {\n MINE = \"job\"\n }\n meta {\n owner = \"me\"\n }")),
      0)
      << err();
  EXPECT_EQ(out(),
            "t | t\nt | job\nt | host\nt | linux\nt | dc1\nt | me\nt | j-g\n");
}

TEST_F(SeedPage, S10_ReferencesInTheCommandAreInterpretedToo) {
  EXPECT_EQ(
      RunJob(CommandJob("${NOMAD_TASK_DIR}/name-of-my-binary", {}, Artifact())),
      0)
      << err();
}

TEST_F(SeedPage, S11_TheSleepExampleRunsAsItStands) {
  const absl::Time before = absl::Now();
  ASSERT_EQ(RunDrover({"run", "-data-dir", data_dir(),
                       DataFile("testdata/jobs/sleep.nomad.hcl")}),
            0)
      << err();
  EXPECT_GE(absl::Now() - before, absl::Seconds(1));
}

TEST_F(SeedPage, S12_TheArtifactExampleRunsWhatItDownloaded) {
  ASSERT_EQ(RunDrover({"run", "-data-dir", data_dir(), "-var",
                       "source=" + server_.Url("/name-of-my-binary"), "-var",
                       "checksum=" + Checksum(),
                       DataFile("testdata/jobs/artifact.nomad.hcl")}),
            0)
      << err();
  EXPECT_THAT(out(), HasSubstr("/example/local/name-of-my-binary"));
}

TEST_F(SeedPage, S13_ADownloadWithAnotherChecksumIsNotRun) {
  const std::string wrong = "sha256:" + std::string(64, '0');
  EXPECT_EQ(RunJob(CommandJob(
                "name-of-my-binary", {},
                Artifact("options {\n checksum = \"" + wrong + "\"\n}"))),
            125);
  EXPECT_EQ(out(), "");
  EXPECT_THAT(err(), AllOf(HasSubstr(std::string(64, '0')),
                           HasSubstr(Checksum().substr(7))));
  ASSERT_THAT(Allocations(), SizeIs(1));
  EXPECT_THAT(*base::ListDirectory(Allocations()[0] + "/t/local"), IsEmpty());
}

TEST_F(SeedPage, S13_TheChecksumAsPrintedIsNoSha256AndIsRefused) {
  ASSERT_EQ(RunDrover({"run", "-data-dir", data_dir(), "-var",
                       "source=" + server_.Url("/name-of-my-binary"),
                       DataFile("testdata/jobs/artifact.nomad.hcl")}),
            125);
  EXPECT_THAT(err(), HasSubstr("abd123445ds4555555555"));
  EXPECT_THAT(server_.requests(), IsEmpty()) << "it is seen without a request";
}

TEST_F(SeedPage, S15_TheOptionOfTheExampleEnablesIt) {
  EXPECT_EQ(
      RunJob(CommandJob("/bin/true"), {"-option", "driver.raw_exec.enable=1"}),
      0)
      << err();
}

TEST_F(SeedPage, S16_TheEnableOptionSaysWhetherItIsEnabled) {
  const struct {
    const char* value;
    bool enabled;
  } kCases[] = {
      {"1", true},  {"true", true},   {"TRUE", true}, {"t", true},
      {"0", false}, {"false", false}, {"yes", false}, {"tRUE", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(
        RunJob(CommandJob("/bin/true"),
               {"-option", absl::StrCat("driver.raw_exec.enable=", c.value)}),
        c.enabled ? 0 : 125)
        << err();
  }
}

TEST_F(SeedPage, S17_NoCgroupsKeepsTheTaskInTheAgentsGroup) {
  EXPECT_EQ(OutputOf("cat /proc/self/cgroup",
                     {"-option", "driver.raw_exec.no_cgroups=1"}),
            CgroupsOf("self"));
}

TEST_F(SeedPage, S18_ByDefaultAGroupOfItsOwnManagesTheProcessTree) {
  SKIP_UNLESS(CanMakeCgroups(), "needs root and a cgroup tree");
  const std::string groups = OutputOf("cat /proc/self/cgroup");
  EXPECT_NE(groups, CgroupsOf("self"));
  EXPECT_THAT(groups, ContainsRegex("[-0-9a-f]{36}\\.t"));
}

TEST_F(SeedPage, S18_AllProcessesThatTheTaskStartedAreCleanedUp) {
  EXPECT_THAT(Survivors(), IsEmpty());
}

TEST_F(SeedPage, S19_WithoutRootTheDriverUsesNoCgroups) {
  SKIP_UNLESS(geteuid() == 0, "needs root to become somebody else");
  BecomeUser(kNobody);
  EXPECT_EQ(OutputOf("cat /proc/self/cgroup"), CgroupsOf("self"));
}

TEST_F(SeedPage, S20_TheClientHasTheAttributeDriverRawExec) {
  EXPECT_EQ(RunJob(CommandJob("/bin/echo", {"${attr.driver.raw_exec}"})), 0)
      << err();
  EXPECT_EQ(out(), "t | 1\n");
}

TEST_F(SeedPage, S21_ThereIsNoIsolationOfResources) {
  // Neither a root of its own nor limits: the host's files and limits.
  ASSERT_OK(base::WriteFileAtomically(directory() + "/host-file", "seen"));
  EXPECT_EQ(OutputOf("cat " + directory() + "/host-file; echo; ulimit -v"),
            "seen\nunlimited\n");
}

// The page allows leaks here; nothing of ours makes use of that.
TEST_F(SeedPage, S22_NothingLeaksWithoutCgroupsEither) {
  EXPECT_THAT(Survivors({"-option", "driver.raw_exec.no_cgroups=1"}),
              IsEmpty());
}

TEST_F(SeedPage, S23_NothingLeaksOnShutdownWithCgroups) {
  SKIP_UNLESS(CanMakeCgroups(), "needs root and a cgroup tree");
  const std::string pids = directory() + "/pids";
  const auto drover = StartJob(
      CommandJob(Program("leave_behind"),
                 {pids, "1000", "child", "session", "daemon", "stay"}));
  ASSERT_TRUE(Eventually([&] { return PidsIn(pids).size() == 3; }))
      << drover->output();
  drover->Signal(SIGTERM);
  EXPECT_EQ(drover->Wait(), 130);
  for (const pid_t pid : PidsIn(pids)) EXPECT_FALSE(IsAlive(pid)) << pid;
}

TEST_F(SeedPage, S24_TheGroupIsRemovedWhenTheTaskIsOver) {
  SKIP_UNLESS(CanMakeCgroups(), "needs root and a cgroup tree");
  const std::string line =
      OutputOf("grep -o '/[^:]*[.]t[^:]*$' /proc/self/cgroup | head -n 1");
  ASSERT_THAT(line, Not(IsEmpty()));
  const std::string group = line.substr(0, line.size() - 1);
  for (const char* root :
       {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/freezer"}) {
    EXPECT_NE(access(absl::StrCat(root, group).c_str(), F_OK), 0)
        << root << group;
  }
}

}  // namespace
}  // namespace agent
