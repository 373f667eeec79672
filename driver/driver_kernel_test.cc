// The driver on the real kernel: how a process is made and how it ends. Every
// case runs with cgroups and without.

#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "driver/driver.h"
#include "driver/driver_test_support.h"

namespace driver {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::SizeIs;

INSTANTIATE_TEST_SUITE_P(Tracked, DriverTest,
                         testing::Values(Tracking::kGroups, Tracking::kNone),
                         [](const auto& info) {
                           return info.param == Tracking::kGroups ? "ByGroup"
                                                                  : "ByTree";
                         });

TEST_P(DriverTest, RX_090_AShortTaskEndsWithZero) {
  const ExitResult result = Run(MakeTask("/bin/true"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.signal, 0);
  EXPECT_FALSE(result.oom_killed);
  EXPECT_TRUE(result.Successful()) << result.message;
}

TEST_P(DriverTest, RX_091_RX_092_RX_093_ExitCodesAndSignalsAreTold) {
  const struct {
    const char* vector;
    const char* line;
    int exit_code;
    int signal;
  } kCases[] = {
      {"RX-091", "exit 7", 7, 0},
      {"RX-091", "exit 255", 255, 0},
      {"RX-091", "exit 256", 0, 0},
      {"RX-092", "kill -TERM $$", 143, 15},
      {"RX-092", "kill -KILL $$", 137, 9},
      {"RX-092", "ulimit -c 0; kill -SEGV $$", 139, 11},
      {"RX-092", "kill -HUP $$", 129, 1},
      {"RX-092", "kill -34 $$", 162, 34},
      {"RX-093", "exit 143", 143, 0},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.vector, ": ", c.line));
    const ExitResult result = Run(MakeShell(c.line));
    EXPECT_EQ(result.exit_code, c.exit_code);
    EXPECT_EQ(result.signal, c.signal);
  }
}

TEST_P(DriverTest, RX_030_ArgumentsAreNotSplit) {
  EXPECT_TRUE(
      Run(MakeTask("/bin/echo", {"a b", "c", "$HOME", "*"})).Successful());
  EXPECT_EQ(Stdout(), "a b c $HOME *\n");
}

TEST_P(DriverTest, StdoutAndStderrGoToTheirOwnFiles) {
  Run(MakeShell("echo out; echo err >&2"));
  EXPECT_EQ(Stdout(), "out\n");
  EXPECT_EQ(Stderr(), "err\n");
}

TEST_P(DriverTest, RX_107_RX_108_StopEndsEveryoneWhereverTheyHide) {
  const TaskConfig task = MakeShell(
      "sleep 1000 & setsid sleep 1001 & (setsid sh -c 'sleep 1002 & sleep "
      "1003' "
      "&) ; exec sleep 1004");
  ASSERT_OK(driver().StartTask(task));
  const std::string variable = "NOMAD_ALLOC_ID=" + alloc_id();
  WAIT_UNTIL(ProcessesWithVariable(variable).size() >= 6);
  const absl::Time start = absl::Now();
  EXPECT_OK(driver().StopTask(task.id, absl::Seconds(5), "SIGINT"));
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  EXPECT_THAT(ProcessesWithVariable(variable), SizeIs(0));
  ASSERT_OK_AND_ASSIGN(const ExitResult result, driver().WaitTask(task.id));
  EXPECT_EQ(result.signal, SIGINT);
}

TEST_P(DriverTest, RX_109_RX_110_WhatMainLeavesBehindDiesWithIt) {
  const TaskConfig task = MakeShell(
      "sleep 1000 & setsid sleep 1001 & (setsid sleep 1002 &); exit 5");
  ASSERT_OK(driver().StartTask(task));
  ASSERT_OK_AND_ASSIGN(const ExitResult result,
                       driver().WaitTask(task.id, absl::Seconds(10)));
  // Not "soon": when the result is given out.
  EXPECT_THAT(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id()), SizeIs(0));
  EXPECT_EQ(result.exit_code, 5);
}

TEST_P(DriverTest, RX_100_KillsAtTheEndOfTheTimeout) {
  const TaskConfig task =
      MakeShell("trap '' INT; echo ready; while :; do sleep 1; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "ready\n");
  const absl::Time start = absl::Now();
  EXPECT_OK(driver().StopTask(task.id, absl::Milliseconds(300), "SIGINT"));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(300));
  ASSERT_OK_AND_ASSIGN(const ExitResult result, driver().WaitTask(task.id));
  EXPECT_EQ(result.exit_code, 137);
  EXPECT_EQ(result.signal, SIGKILL);
}

TEST_P(DriverTest, RX_191_AnExitWhileTheAgentIsAwayIsKnownAfterwards) {
  const TaskConfig task =
      MakeShell("echo started; while [ ! -e go ]; do sleep 0.01; done; exit 7");
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "started\n");
  RestartDriver();
  ASSERT_OK(base::WriteFileAtomically(task_dir() + "/go", ""));
  WAIT_UNTIL(base::ReadFile(handle.state_dir() + "/exit").ok());
  ASSERT_OK(driver().RecoverTask(handle));
  ASSERT_OK_AND_ASSIGN(const ExitResult result, driver().WaitTask(task.id));
  EXPECT_EQ(result.exit_code, 7);
}

TEST_P(DriverTest, RX_190_ARunningTaskIsTakenUpAgain) {
  const TaskConfig task = MakeTask("/bin/sleep", {"1000"});
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  RestartDriver();
  ASSERT_OK(driver().RecoverTask(handle));
  ASSERT_OK_AND_ASSIGN(const TaskStatus status, driver().InspectTask(task.id));
  EXPECT_EQ(status.state, TaskState::kRunning);
  EXPECT_EQ(status.pid, handle.pid());
  EXPECT_OK(driver().StopTask(task.id, absl::ZeroDuration(), "SIGKILL"));
  ASSERT_OK_AND_ASSIGN(const ExitResult result, driver().WaitTask(task.id));
  EXPECT_EQ(result.signal, SIGKILL);
}

TEST_P(DriverTest, RX_113_RX_114_ALostShimEndsItsTreeAndSaysSo) {
  const TaskConfig task =
      MakeShell("sleep 1000 & setsid sleep 1001 & echo up; wait");
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "up\n");
  ASSERT_EQ(kill(handle.shim_pid(), SIGKILL), 0);
  ASSERT_OK_AND_ASSIGN(const ExitResult result,
                       driver().WaitTask(task.id, absl::Seconds(20)));
  EXPECT_THAT(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id()), SizeIs(0));
  EXPECT_TRUE(result.lost);
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_FALSE(result.Successful());
  EXPECT_THAT(result.message, HasSubstr("lost"));
}

TEST_P(DriverTest, ASpawnerThatDiesIsReplacedAndShimsDoNotNotice) {
  const TaskConfig first = MakeTask("/bin/sleep", {"1000"});
  ASSERT_OK(driver().StartTask(first));
  const std::string children =
      *base::ReadFile(absl::StrCat("/proc/self/task/", getpid(), "/children"));
  const int spawner = std::stoi(children);
  ASSERT_EQ(kill(spawner, SIGKILL), 0);
  TaskConfig second = MakeTask("/bin/true");
  second.name = "other";
  EXPECT_TRUE(Run(second).Successful());
  ASSERT_OK_AND_ASSIGN(const TaskStatus status, driver().InspectTask(first.id));
  EXPECT_EQ(status.state, TaskState::kRunning);
  EXPECT_EQ(kill(status.pid, 0), 0);
}

TEST_P(DriverTest, ErrorsBeforeTheProgramRunsSayWhichStepAndWhy) {
  ASSERT_OK(
      base::WriteFileAtomically(task_dir() + "/local/garbage", "garbage\n"));
  ASSERT_OK(base::WriteFileAtomically(task_dir() + "/local/badinterp",
                                      "#!/no/such\n"));
  TaskConfig no_dir = MakeTask("/bin/true");
  no_dir.work_dir = "/no/such/dir";
  const struct {
    const char* why;
    TaskConfig task;
    const char* message;
  } kCases[] = {
      {"RX-038", MakeTask("nosuchbinary"),
       "binary \"nosuchbinary\" could not be found"},
      {"RX-038", MakeTask("/no/such/binary"),
       "binary \"/no/such/binary\" could not be found"},
      {"RX-043", MakeTask("local/garbage"), "exec format error"},
      {"bad interpreter", MakeTask("badinterp"), "no such file or directory"},
      {"RX-044", MakeTask(""), "empty command"},
      {"RX-045", MakeTask("/bin/echo "), "could not be found"},
      {"RX-046", MakeTask("/tmp/"), "permission denied"},
      {"no working directory", no_dir,
       "cannot enter its working directory \"/no/such/dir\""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const auto handle = driver().StartTask(c.task);
    ASSERT_FALSE(handle.ok());
    EXPECT_THAT(std::string(handle.status().message()), HasSubstr(c.message));
    EXPECT_THAT(driver().InspectTask(c.task.id).status(),
                base::StatusIs(absl::StatusCode::kNotFound,
                               "task not found for given id"));
  }
  EXPECT_THAT(*driver().ListTasks(), SizeIs(0));
}

}  // namespace
}  // namespace driver
