// What the task's process looks like to itself: environment, user, groups,
// session, descriptors, signals, scores. On the real kernel.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "driver/driver.h"
#include "driver/driver_test_support.h"

namespace driver {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ProcessTest : public DriverTest {
 protected:
  // The lines of /proc/self/status that begin with `key`.
  std::string StatusLine(const TaskConfig& base, const std::string& key) {
    TaskConfig task = base;
    task.command = "/bin/grep";
    task.args = {"^" + key + ":", "/proc/self/status"};
    const size_t before = Stdout().size();
    EXPECT_TRUE(Run(task).Successful()) << Stderr();
    return std::string(absl::StripAsciiWhitespace(
        absl::StripPrefix(Stdout().substr(before), key + ":")));
  }
  void SetUp() override {
    DriverTest::SetUp();
    ASSERT_EQ(chmod((root() + "/alloc").c_str(), 0777), 0);
    ASSERT_EQ(chmod(root().c_str(), 0755), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Tracked, ProcessTest,
                         testing::Values(Tracking::kGroups, Tracking::kNone),
                         [](const auto& info) {
                           return info.param == Tracking::kGroups ? "ByGroup"
                                                                  : "ByTree";
                         });

TEST_P(ProcessTest, RX_047_RX_048_TheWorkingDirectoryIsTheTasksOrAsTold) {
  EXPECT_TRUE(Run(MakeTask("/bin/pwd")).Successful());
  EXPECT_EQ(Stdout(), task_dir() + "\n");
  ASSERT_OK(base::WriteFileAtomically(root() + "/alloc/foo.txt", ""));
  TaskConfig task = MakeTask("stat", {"foo.txt"});
  task.work_dir = root() + "/alloc";
  EXPECT_TRUE(Run(task).Successful());
}

TEST_P(ProcessTest, RX_021_RX_022_RX_023_RulesOfTheConfigAreChecked) {
  TaskConfig both = MakeTask("/bin/true");
  both.cgroup_v1_override = {{"pids", "x"}};
  both.cgroup_v2_override = "y";
  TaskConfig negative = MakeTask("/bin/true");
  negative.oom_score_adj = -1;
  TaskConfig relative = MakeTask("/bin/true");
  relative.work_dir = "bad/path";
  TaskConfig scope = MakeTask("/bin/true");
  scope.signal_scope = "all";
  const struct {
    const char* vector;
    TaskConfig task;
    const char* message;
  } kCases[] = {
      {"RX-021", both, "only one of"},
      {"RX-022", negative, "must not be negative"},
      {"RX-023", relative, "must be an absolute path"},
      {"signal_scope", scope, "\"main\" or \"tree\""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.vector);
    EXPECT_THAT(driver().StartTask(c.task),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(c.message)));
  }
}

TEST_P(ProcessTest, RX_012_ADisabledDriverStartsNothing) {
  config().enabled = false;
  ASSERT_OK(driver().SetConfig(config()));
  EXPECT_EQ(driver().Fingerprint().description, "disabled");  // RX-001
  EXPECT_FALSE(driver().Fingerprint().healthy);
  EXPECT_THAT(driver().StartTask(MakeTask("/bin/true")),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("raw_exec is disabled")));
  config().enabled = true;
  ASSERT_OK(driver().SetConfig(config()));
  EXPECT_EQ(driver().Fingerprint().description, "Healthy");  // RX-002
  EXPECT_TRUE(driver().Fingerprint().healthy);
}

TEST_P(ProcessTest, RX_028_AnIdCanBeStartedOnce) {
  const TaskConfig task = MakeTask("/bin/sleep", {"1000"});
  ASSERT_OK(driver().StartTask(task));
  EXPECT_THAT(driver().StartTask(task),
              base::StatusIs(absl::StatusCode::kAlreadyExists,
                             HasSubstr("already started")));
}

TEST_P(ProcessTest, RX_067_DeniedVariablesAreGoneAlsoInExec) {
  config().denied_envvars = {"NOMAD_T*"};
  ASSERT_OK(driver().SetConfig(config()));
  TaskConfig task = MakeShell("env; echo ready >&2; exec sleep 1000");
  task.env.push_back("MY_TOKEN=secret");
  task.env.push_back("KEPT=yes");
  task.denied_envvars = {"*TOKEN"};
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stderr() == "ready\n");
  EXPECT_THAT(Stdout(), HasSubstr("KEPT=yes\n"));
  EXPECT_THAT(Stdout(), Not(HasSubstr("TOKEN")));
  EXPECT_THAT(Stdout(), Not(HasSubstr("NOMAD_TASK_NAME")));
  ASSERT_OK_AND_ASSIGN(const ExecResult exec,
                       driver().ExecTask(task.id, {"env"}, absl::Seconds(10)));
  EXPECT_THAT(exec.output, HasSubstr("KEPT=yes\n"));
  EXPECT_THAT(exec.output, Not(HasSubstr("TOKEN")));
}

TEST_P(ProcessTest, TheEnvironmentIsExactlyTheList) {
  ASSERT_EQ(setenv("FROM_THE_AGENT", "1", 1), 0);
  TaskConfig task = MakeTask("/usr/bin/env");
  task.env = {"B=2", "A=1", "C=with = sign\nand line"};
  EXPECT_TRUE(Run(task).Successful());
  EXPECT_EQ(Stdout(), "A=1\nB=2\nC=with = sign\nand line\n");
  // Denying all names leaves none, not the agent's.
  task = MakeTask("/usr/bin/env");
  task.denied_envvars = {"*"};
  EXPECT_TRUE(Run(task).Successful());
  EXPECT_EQ(Stdout(), "A=1\nB=2\nC=with = sign\nand line\n");
  ASSERT_EQ(unsetenv("FROM_THE_AGENT"), 0);
}

TEST_P(ProcessTest, RX_069_RX_070_RX_071_RunsAsTheUserWithExactlyItsGroups) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  EXPECT_EQ(StatusLine(MakeTask(""), "Uid"), "0\t0\t0\t0");  // RX-069
  TaskConfig task = MakeTask("");
  task.user = "nobody";
  EXPECT_EQ(StatusLine(task, "Uid"), "65534\t65534\t65534\t65534");
  task.id += "1";
  EXPECT_EQ(StatusLine(task, "Gid"), "65534\t65534\t65534\t65534");
  task.id += "1";
  EXPECT_EQ(StatusLine(task, "Groups"), "65534");
  task.id += "1";
  task.user = "65534";  // RX-074
  EXPECT_EQ(StatusLine(task, "Uid"), "65534\t65534\t65534\t65534");
  task.id += "1";
  task.user = "12345:23456";
  EXPECT_EQ(StatusLine(task, "Gid"), "23456\t23456\t23456\t23456");
  task.id += "1";
  EXPECT_EQ(StatusLine(task, "CapEff"), "0000000000000000");
}

TEST_P(ProcessTest, RX_072_HomeAndNameAreTheUsers) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  TaskConfig task = MakeShell("echo $HOME $USER $LOGNAME");
  task.user = "nobody";
  task.env.push_back("HOME=/root");
  EXPECT_TRUE(Run(task).Successful());
  EXPECT_EQ(Stdout(), "/nonexistent nobody nobody\n");
}

TEST_P(ProcessTest, RX_018_RX_019_RX_020_DeniedIdsAreRefused) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  config().denied_host_uids = "0";
  ASSERT_OK(driver().SetConfig(config()));
  EXPECT_THAT(driver().StartTask(MakeTask("/bin/true")),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("running as uid 0 is disallowed")));
  config().denied_host_uids = "";
  config().denied_host_gids = "0";
  ASSERT_OK(driver().SetConfig(config()));
  TaskConfig task = MakeTask("/bin/true");
  task.user = "nobody";
  EXPECT_TRUE(Run(task).Successful());
  config().denied_host_gids = "65534";
  ASSERT_OK(driver().SetConfig(config()));
  EXPECT_THAT(driver().StartTask(task),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("running as gid 65534 is disallowed")));
  // A bad range changes nothing (RX-015).
  config().denied_host_gids = "5-1";
  EXPECT_FALSE(driver().SetConfig(config()).ok());
}

TEST_P(ProcessTest, RX_073_AnUnknownUserIsNotStarted) {
  TaskConfig task = MakeTask("/bin/true");
  task.user = "alice-is-not-here";
  EXPECT_THAT(driver().StartTask(task),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("unknown user alice-is-not-here")));
}

TEST_P(ProcessTest, RX_077_RX_078_OwnSessionNoTerminalAndAnEmptyStdin) {
  EXPECT_TRUE(
      Run(MakeShell(
              "set -- $(cat /proc/$$/stat); echo $$ $5 $6 $7; cat; readlink "
              "/proc/$$/fd/0"))
          .Successful());
  const std::vector<std::string> lines = absl::StrSplit(Stdout(), '\n');
  const std::vector<std::string> numbers = absl::StrSplit(lines[0], ' ');
  ASSERT_EQ(numbers.size(), 4U) << Stdout();
  EXPECT_EQ(numbers[1], numbers[0]);  // process group
  EXPECT_EQ(numbers[2], numbers[0]);  // session
  EXPECT_EQ(numbers[3], "0");         // terminal
  EXPECT_EQ(lines[1], "/dev/null");
}

TEST_P(ProcessTest, RX_079_NoDescriptorOfOursReachesTheTask) {
  // One that anybody who executes a program would hand on.
  const int fd = open("/etc/passwd", O_RDONLY);
  ASSERT_GE(fd, 0);
  RestartDriver();  // so that its spawner was executed with it open
  EXPECT_TRUE(Run(MakeTask("/bin/ls", {"/proc/self/fd"})).Successful());
  EXPECT_EQ(Stdout(), "0\n1\n2\n3\n");  // 3 is ls's own, of the directory
  ASSERT_EQ(close(fd), 0);
}

TEST_P(ProcessTest, SignalsAreCleanWhateverWeInherited) {
  ASSERT_NE(signal(SIGTTIN, SIG_IGN), SIG_ERR);
  ASSERT_NE(signal(SIGPIPE, SIG_IGN), SIG_ERR);
  sigset_t blocked;
  sigset_t old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &blocked, &old), 0);
  RestartDriver();
  TaskConfig task =
      MakeTask("/bin/grep", {"^Sig\\|^ShdPnd", "/proc/self/status"});
  EXPECT_TRUE(Run(task).Successful());
  EXPECT_THAT(Stdout(), HasSubstr("SigBlk:\t0000000000000000\n"));
  EXPECT_THAT(Stdout(), HasSubstr("SigIgn:\t0000000000000000\n"));
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &old, nullptr), 0);
  (void)signal(SIGTTIN, SIG_DFL);
  (void)signal(SIGPIPE, SIG_DFL);
}

TEST_P(ProcessTest, TheUmaskIsTheUsualOneWhateverWeInherited) {
  const mode_t old = umask(077);
  RestartDriver();
  EXPECT_TRUE(Run(MakeShell("umask")).Successful());
  umask(old);
  EXPECT_EQ(Stdout(), "0022\n");
}

TEST_P(ProcessTest, RX_080_RX_081_RX_082_TheOomScoreIsTheTasksAlone) {
  SKIP_UNLESS(geteuid() == 0, "only root may lower the score again");
  ASSERT_OK(base::WriteFileAt(AT_FDCWD, "/proc/self/oom_score_adj", "100"));
  RestartDriver();
  TaskConfig task = MakeShell("cat /proc/self/oom_score_adj; exec sleep 1000");
  ASSERT_OK_AND_ASSIGN(TaskHandle handle, driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "0\n");  // RX-080
  const auto shims_score = [](const TaskHandle& h) {
    return *base::ReadFile(
        absl::StrCat("/proc/", h.shim_pid(), "/oom_score_adj"));
  };
  EXPECT_EQ(shims_score(handle), "100\n");
  ASSERT_OK(driver().DestroyTask(task.id, true));
  TaskConfig high = MakeShell("cat /proc/self/oom_score_adj; exec sleep 1000");
  high.oom_score_adj = 1000;
  ASSERT_OK_AND_ASSIGN(handle, driver().StartTask(high));
  WAIT_UNTIL(Stdout() == "0\n1000\n");      // RX-081
  EXPECT_EQ(shims_score(handle), "100\n");  // RX-082
  ASSERT_OK(driver().DestroyTask(high.id, true));
  TaskConfig too_high = MakeTask("/bin/true");
  too_high.oom_score_adj = 1001;
  EXPECT_THAT(driver().StartTask(too_high),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("cannot set oom_score_adj to 1001: "
                                       "invalid argument")));
  (void)base::WriteFileAt(AT_FDCWD, "/proc/self/oom_score_adj", "0");
}

TEST_P(ProcessTest, RX_039_RX_041_ModesChangeInsideTheTaskOnly) {
  ASSERT_OK(base::WriteFileAtomically(task_dir() + "/local/x",
                                      "#!/bin/sh\necho ran $0\n", 0644));
  EXPECT_TRUE(Run(MakeTask("x")).Successful());
  EXPECT_EQ(Stdout(), "ran " + task_dir() + "/local/x\n");
  ASSERT_OK(base::WriteFileAtomically(root() + "/host", "#!/bin/sh\n", 0600));
  EXPECT_THAT(
      std::string(
          driver().StartTask(MakeTask(root() + "/host")).status().message()),
      HasSubstr("permission denied"));
  struct stat status;
  ASSERT_EQ(stat((root() + "/host").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_P(ProcessTest, RX_053_TheSharedDirectoryKeepsWhatATaskWrites) {
  EXPECT_TRUE(Run(MakeShell("sleep 0.1; echo content >../alloc/data.txt"))
                  .Successful());
  EXPECT_EQ(*base::ReadFile(root() + "/alloc/alloc/data.txt"), "content\n");
}

TEST_P(ProcessTest, LongArgumentListsArriveWhole) {
  TaskConfig task = MakeShell("echo $#; printf %s \"$1\" | wc -c");
  task.args.push_back("name");
  task.args.push_back(std::string(100'000, 'x'));
  for (int i = 0; i < 5000; ++i)
    task.args.push_back("argument " + std::to_string(i));
  EXPECT_TRUE(Run(task).Successful());
  EXPECT_EQ(Stdout(), "5001\n100000\n");
  task = MakeTask("/bin/true");
  for (int i = 0; i < 40; ++i) task.args.push_back(std::string(100'000, 'x'));
  EXPECT_THAT(std::string(driver().StartTask(task).status().message()),
              HasSubstr("too long"));
  task = MakeTask("/bin/echo", {std::string("a\0b", 3)});
  EXPECT_THAT(std::string(driver().StartTask(task).status().message()),
              HasSubstr("NUL byte"));
}

TEST_P(ProcessTest, OutputPathsAreGivenToTheTaskAsTheyAre) {
  const std::string fifo = root() + "/alloc/.web.stdout.fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  TaskConfig task = MakeShell("echo through the fifo; readlink /proc/$$/fd/2");
  task.output = OutputConfig();
  task.output.stdout_path = fifo;
  task.output.stderr_path = "/dev/null";
  EXPECT_THAT(std::string(driver().StartTask(task).status().message()),
              HasSubstr("nobody reads it"));
  const base::UniqueFd reader(
      open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.valid());
  EXPECT_TRUE(Run(task).Successful());
  char buffer[256];
  const ssize_t n = read(reader.get(), buffer, sizeof(buffer));
  ASSERT_GT(n, 0);
  EXPECT_EQ(std::string(buffer, static_cast<size_t>(n)),
            "through the fifo\n/dev/null\n");
}

}  // namespace
}  // namespace driver
