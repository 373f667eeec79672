// What can be done with a running task: signals, stops, commands beside it,
// statistics, destruction. On the real kernel.

#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "cgroups/hierarchy.h"
#include "driver/driver.h"
#include "driver/driver_test_support.h"

namespace driver {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ControlTest : public DriverTest {
 protected:
  // Reads a descriptor until its end (or EIO, a terminal's).
  static std::string ReadAll(int fd) {
    std::string text;
    char buffer[4096];
    ssize_t n = 0;
    while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
      text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }
  std::unique_ptr<ExecSession> StartExec(const TaskConfig& task,
                                         std::vector<std::string> command,
                                         bool tty = false) {
    ExecOptions options;
    options.command = std::move(command);
    options.tty = tty;
    auto session = driver().StartExec(task.id, options);
    EXPECT_OK(session);
    return session.ok() ? *std::move(session) : nullptr;
  }
  TaskConfig StartSleeper() {
    const TaskConfig task = MakeTask("/bin/sleep", {"1000"});
    EXPECT_OK(driver().StartTask(task));
    return task;
  }
};

INSTANTIATE_TEST_SUITE_P(Tracked, ControlTest,
                         testing::Values(Tracking::kGroups, Tracking::kNone),
                         [](const auto& info) {
                           return info.param == Tracking::kGroups ? "ByGroup"
                                                                  : "ByTree";
                         });

TEST_P(ControlTest, RX_095_ASignalReachesTheMainProcess) {
  const TaskConfig task = MakeShell(
      "trap 'echo Terminated.; exit 3' USR1; echo ready >&2; while :; do sleep "
      "0.05; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stderr() == "ready\n");
  EXPECT_OK(driver().SignalTask(task.id, "SIGUSR1"));
  ASSERT_OK_AND_ASSIGN(const ExitResult result,
                       driver().WaitTask(task.id, absl::Seconds(10)));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(Stdout(), "Terminated.\n");
  EXPECT_THAT(driver().SignalTask(task.id, "SIGUSR1"),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("not running")));
}

TEST_P(ControlTest, RX_096_AnUnknownSignalIsAnErrorAndTheTaskLives) {
  const TaskConfig task = StartSleeper();
  for (const char* name : {"SIGUSR1x", "USR1", ""}) {
    EXPECT_THAT(driver().SignalTask(task.id, name),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("unknown signal")));
  }
  EXPECT_THAT(driver().StopTask(task.id, absl::Seconds(5), "SIGFOO"),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("unknown signal")));
  EXPECT_EQ(driver().InspectTask(task.id)->state, TaskState::kRunning);
}

TEST_P(ControlTest, RX_097_RX_098_RX_101_StopSendsTheSignalItWasTold) {
  const struct {
    const char* vector;
    const char* signal;
    int want;
  } kCases[] = {{"RX-097", "SIGINT", SIGINT},
                {"RX-101", "SIGTERM", SIGTERM},
                {"default", "", SIGINT},
                {"RX-104", "SIGKILL", SIGKILL},
                {"real-time", "SIGRTMIN+2", SIGRTMIN + 2}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.vector);
    const TaskConfig task = StartSleeper();
    const absl::Time start = absl::Now();
    EXPECT_OK(driver().StopTask(task.id, absl::Seconds(5), c.signal));
    EXPECT_LT(absl::Now() - start, absl::Seconds(1));
    EXPECT_EQ(driver().InspectTask(task.id)->state, TaskState::kExited);
    EXPECT_EQ(driver().WaitTask(task.id)->signal, c.want);
    EXPECT_OK(driver().DestroyTask(task.id, false));
  }
}

TEST_P(ControlTest, RX_099_AGracefulEndIsWaitedFor) {
  const TaskConfig task = MakeShell(
      "trap 'sleep 0.4; exit 0' INT; echo ready; while :; do sleep 0.02; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "ready\n");
  EXPECT_OK(driver().StopTask(task.id, absl::Seconds(5), "SIGINT"));
  EXPECT_TRUE(driver().WaitTask(task.id)->Successful());
}

TEST_P(ControlTest, RX_104_ATimeoutOfZeroKillsAtOnce) {
  const TaskConfig task =
      MakeShell("trap '' INT TERM; echo ready; while :; do sleep 0.02; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "ready\n");
  EXPECT_OK(driver().StopTask(task.id, absl::ZeroDuration(), "SIGINT"));
  EXPECT_EQ(driver().WaitTask(task.id)->signal, SIGKILL);
}

TEST_P(ControlTest, RX_106_WithScopeTreeEverybodyGetsTheSignalAndTheTime) {
  TaskConfig task = MakeShell(
      "(trap 'sleep 0.3; echo child done; exit' TERM; echo up; while :; do "
      "sleep 0.02; done) & "
      "setsid sh -c 'trap \"sleep 0.2; echo session done; exit\" TERM; echo "
      "up; "
      "while :; do sleep "
      "0.02; done' & trap 'exit 4' TERM; echo up; while :; do sleep 0.02; "
      "done");
  task.signal_scope = "tree";
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "up\nup\nup\n");
  EXPECT_OK(driver().StopTask(task.id, absl::Seconds(8), "SIGTERM"));
  EXPECT_EQ(driver().WaitTask(task.id)->exit_code, 4);
  EXPECT_THAT(Stdout(), HasSubstr("child done\n"));
  EXPECT_THAT(Stdout(), HasSubstr("session done\n"));
}

TEST_P(ControlTest, ASecondStopMayShortenTheFirst) {
  const TaskConfig task =
      MakeShell("trap '' INT; echo ready; while :; do sleep 0.02; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "ready\n");
  EXPECT_OK(driver().BeginStop(task.id, absl::Hours(1), "SIGINT"));
  EXPECT_OK(driver().BeginStop(task.id, absl::Hours(2), "SIGINT"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      driver().WaitTask(task.id, absl::Milliseconds(100)).status()));
  EXPECT_OK(driver().StopTask(task.id, absl::ZeroDuration(), ""));
  EXPECT_EQ(driver().WaitTask(task.id)->signal, SIGKILL);
}

TEST_P(ControlTest, AStopGoesOnToItsEndWithoutTheAgent) {
  const TaskConfig task =
      MakeShell("trap '' INT; echo ready; while :; do sleep 0.02; done");
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "ready\n");
  EXPECT_OK(driver().BeginStop(task.id, absl::Milliseconds(200), "SIGINT"));
  RestartDriver();
  WAIT_UNTIL(base::ReadFile(handle.state_dir() + "/exit").ok());
  ASSERT_OK(driver().RecoverTask(handle));
  EXPECT_EQ(driver().WaitTask(task.id)->signal, SIGKILL);
}

TEST_P(ControlTest, RX_111_AnOpenPipeInTheBackgroundHoldsNothingUp) {
  const absl::Time start = absl::Now();
  const TaskConfig task = MakeShell("sleep 1000 & echo main; exit 0");
  EXPECT_TRUE(Run(task).Successful());
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  EXPECT_EQ(Stdout(), "main\n");
}

TEST_P(ControlTest, RX_112_TheOldRunIsGoneBeforeTheNextStarts) {
  const std::string variable = "NOMAD_ALLOC_ID=" + alloc_id();
  for (int run = 0; run < 5; ++run) {
    const TaskConfig task = MakeShell("setsid sleep 1000 & exit 1");
    ASSERT_OK(driver().StartTask(task));
    EXPECT_EQ(driver().WaitTask(task.id, absl::Seconds(10))->exit_code, 1);
    EXPECT_THAT(ProcessesWithVariable(variable), SizeIs(0));
  }
}

TEST_P(ControlTest, RX_115_RX_116_RX_117_DestroyNeedsForceAndForgetsTheTask) {
  const TaskConfig task = MakeShell("setsid sleep 1000 & exec sleep 1001");
  ASSERT_OK(driver().StartTask(task));
  EXPECT_THAT(driver().DestroyTask(task.id, false),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             "cannot destroy running task"));
  EXPECT_OK(driver().DestroyTask(task.id, true));
  EXPECT_THAT(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id()), SizeIs(0));
  const auto not_found = base::StatusIs(absl::StatusCode::kNotFound,
                                        "task not found for given id");
  EXPECT_THAT(driver().InspectTask(task.id), not_found);
  EXPECT_THAT(driver().StopTask(task.id, absl::Seconds(1), ""), not_found);
  EXPECT_THAT(driver().WaitTask(task.id), not_found);
  EXPECT_THAT(driver().SignalTask(task.id, "SIGINT"), not_found);
  EXPECT_THAT(driver().TaskStats(task.id), not_found);
  EXPECT_THAT(driver().ExecTask(task.id, {"true"}, absl::Seconds(1)),
              not_found);
  EXPECT_THAT(driver().DestroyTask(task.id, true), not_found);
  EXPECT_FALSE(base::OpenDirectory(state_dir() + "/x").ok());
  EXPECT_THAT(*base::ListDirectory(state_dir()), SizeIs(0));
}

TEST_P(ControlTest, AnyNumberMayWaitAlsoAfterwards) {
  const TaskConfig task =
      MakeShell("while [ ! -e go ]; do sleep 0.01; done; exit 9");
  ASSERT_OK(driver().StartTask(task));
  std::vector<std::thread> waiters;
  std::atomic<int> seen = 0;
  for (int i = 0; i < 8; ++i) {
    waiters.emplace_back([&] {
      const auto result = driver().WaitTask(task.id, absl::Seconds(30));
      if (result.ok() && result->exit_code == 9) ++seen;
    });
  }
  ASSERT_OK(driver().OnExit(
      task.id, [&](const ExitResult& r) { seen += r.exit_code == 9; }));
  ASSERT_OK(base::WriteFileAtomically(task_dir() + "/go", ""));
  for (std::thread& waiter : waiters) waiter.join();
  WAIT_UNTIL(seen == 9);
  ASSERT_OK(driver().OnExit(
      task.id, [&](const ExitResult& r) { seen += r.exit_code == 9; }));
  EXPECT_EQ(seen, 10);
}

TEST_P(ControlTest,
       RX_160_RX_161_RX_162_RX_163_ExecTaskRunsACommandBesideTheTask) {
  const TaskConfig task = StartSleeper();
  ASSERT_OK_AND_ASSIGN(
      ExecResult result,
      driver().ExecTask(task.id, {"/usr/bin/stat", "/tmp"}, absl::Seconds(10)));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_GT(result.output.size(), 100U);
  ASSERT_OK_AND_ASSIGN(
      result, driver().ExecTask(task.id, {"stat", "notarealfile123abc"},
                                absl::Seconds(10)));
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("No such file or directory"));
  EXPECT_THAT(driver().ExecTask(task.id, {}, absl::Seconds(1)),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             "error cmd must have at least one value"));
  ASSERT_OK_AND_ASSIGN(
      result, driver().ExecTask(task.id,
                                {"sh", "-c", "yes | head -c 10000; printf end"},
                                absl::Seconds(10)));
  EXPECT_EQ(result.output.size(), 4096U);
  EXPECT_TRUE(absl::EndsWith(result.output, "\nend"))
      << result.output.substr(4080);
}

TEST_P(ControlTest, RX_164_ExecTaskKeepsItsDeadlineAlsoWithGrandchildren) {
  const TaskConfig task = StartSleeper();
  const absl::Time start = absl::Now();
  ASSERT_OK_AND_ASSIGN(
      const ExecResult result,
      driver().ExecTask(task.id, {"sh", "-c", "sleep 2000 & sleep 2001"},
                        absl::Seconds(1)));
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  // The command is gone, the task is not.
  WAIT_UNTIL(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id()).size() == 1);
  EXPECT_EQ(driver().InspectTask(task.id)->state, TaskState::kRunning);
}

TEST_P(ControlTest, RX_165_RX_166_RX_167_RX_171_ASessionWithoutATerminal) {
  const TaskConfig task = StartSleeper();
  auto session =
      StartExec(task, {"sh", "-c", "echo out; echo err >&2; exit 43"});
  EXPECT_EQ(ReadAll(session->stdout_fd()), "out\n");
  EXPECT_EQ(ReadAll(session->stderr_fd()), "err\n");
  EXPECT_EQ(session->Wait(absl::Seconds(10))->exit_code, 43);
  EXPECT_THAT(session->Resize(10, 10),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             "attempted to resize a non-tty session"));

  session = StartExec(task, {"stty", "size"});
  EXPECT_THAT(ReadAll(session->stderr_fd()),
              HasSubstr("Inappropriate ioctl for device"));
  EXPECT_EQ(session->Wait(absl::Seconds(10))->exit_code, 1);

  session = StartExec(task, {"head", "-n1"});
  ASSERT_OK(base::WriteAll(session->stdin_fd(), "hello from stdin\n"));
  EXPECT_EQ(ReadAll(session->stdout_fd()), "hello from stdin\n");
  EXPECT_EQ(session->Wait(absl::Seconds(10))->exit_code, 0);

  session = StartExec(task, {"cat"});
  ASSERT_OK(base::WriteAll(session->stdin_fd(), "all of it"));
  session->CloseStdin();
  EXPECT_EQ(ReadAll(session->stdout_fd()), "all of it");

  session = StartExec(task, {"sh", "-c", "kill -9 $$"});
  ASSERT_OK_AND_ASSIGN(const ExecExit exit, session->Wait(absl::Seconds(10)));
  EXPECT_EQ(exit.exit_code, 137);
  EXPECT_EQ(exit.signal, SIGKILL);
}

TEST_P(ControlTest, RX_168_RX_169_RX_170_ASessionWithATerminal) {
  const TaskConfig task = StartSleeper();
  auto session = StartExec(
      task, {"sh", "-c", "echo hello stdout; echo hello stderr >&2; exit 43"},
      true);
  EXPECT_EQ(ReadAll(session->stdout_fd()), "hello stdout\r\nhello stderr\r\n");
  EXPECT_EQ(session->Wait(absl::Seconds(10))->exit_code, 43);

  session = StartExec(task, {"sh", "-c", "read line; stty size"}, true);
  EXPECT_OK(session->Resize(50, 40));
  EXPECT_OK(session->Resize(100, 100));
  ASSERT_OK(base::WriteAll(session->stdin_fd(), "\n"));
  EXPECT_THAT(ReadAll(session->stdout_fd()), HasSubstr("100 100\r\n"));
  EXPECT_EQ(session->Wait(absl::Seconds(10))->exit_code, 0);

  const absl::Time start = absl::Now();
  session = StartExec(
      task, {"sh", "-c", "sleep 30 & sleep 0.2; echo from main"}, true);
  EXPECT_EQ(session->Wait(absl::Seconds(10))->exit_code, 0);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST_P(ControlTest, RX_172_AnUnknownExecCommandIsAnError) {
  const TaskConfig task = StartSleeper();
  EXPECT_THAT(driver().ExecTask(task.id, {"nosuchcmd"}, absl::Seconds(1)),
              base::StatusIs(absl::StatusCode::kNotFound,
                             HasSubstr("executable file not found in $PATH")));
  EXPECT_THAT(std::string(driver()
                              .ExecTask(task.id, {"/no/such"}, absl::Seconds(1))
                              .status()
                              .message()),
              HasSubstr("no such file or directory"));
}

TEST_P(ControlTest, RX_173_RX_174_ExecIsTheTasksUserInTheTasksDirectory) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  TaskConfig task = MakeTask("/bin/sleep", {"1000"});
  task.user = "nobody";
  ASSERT_OK(driver().StartTask(task));
  ASSERT_OK_AND_ASSIGN(
      const ExecResult result,
      driver().ExecTask(task.id,
                        {"sh", "-c", "id -u; id -G; pwd; mktemp -p tmp"},
                        absl::Seconds(10)));
  EXPECT_THAT(result.output,
              HasSubstr("65534\n65534\n" + task_dir() + "\ntmp/"));
  EXPECT_THAT(*base::ListDirectory(task_dir() + "/tmp"), SizeIs(1));
}

TEST_P(ControlTest, RX_175_ExecIsInTheTasksGroup) {
  const TaskConfig task = StartSleeper();
  ASSERT_OK_AND_ASSIGN(const TaskStatus status, driver().InspectTask(task.id));
  const std::string main_groups =
      *base::ReadFile(absl::StrCat("/proc/", status.pid, "/cgroup"));
  ASSERT_OK_AND_ASSIGN(const ExecResult result,
                       driver().ExecTask(task.id, {"cat", "/proc/self/cgroup"},
                                         absl::Seconds(10)));
  EXPECT_EQ(result.output, main_groups);
  EXPECT_EQ(
      absl::StrContains(main_groups, alloc_id() + ".web"),
      GetParam() == Tracking::kGroups && cgroups::Detect().CanCreate().yes)
      << main_groups;
}

TEST_P(ControlTest, RX_176_ExecDiesWithTheTaskAndWithItsConnection) {
  const TaskConfig task = StartSleeper();
  const std::string variable = "NOMAD_ALLOC_ID=" + alloc_id();
  auto first = StartExec(task, {"sh", "-c", "setsid sleep 3000 & sleep 3001"});
  WAIT_UNTIL(ProcessesWithVariable(variable).size() == 4);
  first.reset();
  WAIT_UNTIL(ProcessesWithVariable(variable).size() == 1);
  auto second = StartExec(task, {"sh", "-c", "setsid sleep 3000 & sleep 3001"});
  WAIT_UNTIL(ProcessesWithVariable(variable).size() == 4);
  EXPECT_OK(driver().StopTask(task.id, absl::Seconds(5), ""));
  EXPECT_THAT(ProcessesWithVariable(variable), SizeIs(0));
  const auto exit = second->Wait(absl::Seconds(10));
  EXPECT_TRUE(!exit.ok() || exit->signal == SIGKILL);
  EXPECT_THAT(driver().ExecTask(task.id, {"true"}, absl::Seconds(1)),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("not running")));
}

TEST_P(ControlTest, ManyExecsAtOnce) {
  const TaskConfig task = StartSleeper();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        const auto result = driver().ExecTask(
            task.id, {"sh", "-c", absl::StrCat("echo ", i, "; exit ", i)},
            absl::Seconds(30));
        if (result.ok() && result->exit_code == i &&
            result->output == absl::StrCat(i, "\n"))
          ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

TEST_P(ControlTest,
       RX_180_RX_181_RX_182_RX_183_StatisticsCountTheTaskAndNobodyElse) {
  const TaskConfig task =
      MakeShell("setsid sleep 1000 & echo up; while :; do :; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "up\n");
  const std::vector<int> pids =
      ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id());
  ASSERT_OK_AND_ASSIGN(const TaskUsage first, driver().TaskStats(task.id));
  EXPECT_EQ(first.total.cpu.total(), 0);
  EXPECT_GT(first.total.stats.memory.rss, 0U);
  std::vector<int> counted;
  for (const auto& [pid, usage] : first.processes) counted.push_back(pid);
  EXPECT_EQ(counted, pids);
  EXPECT_THAT(counted, SizeIs(2));
  // Long enough that clock ticks of 10 ms and a loaded machine even out.
  (void)poll(nullptr, 0, 700);
  ASSERT_OK_AND_ASSIGN(const TaskUsage second, driver().TaskStats(task.id));
  EXPECT_GT(second.total.cpu.total(), 5);
  EXPECT_LT(second.total.cpu.total(), 130);
}

TEST_P(ControlTest, RX_193_RecoveringNothingIsAnErrorAndAKnownTaskIsFine) {
  EXPECT_THAT(driver().RecoverTask(TaskHandle()),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             "handle cannot be nil"));
  const TaskConfig task = MakeTask("/bin/sleep", {"1000"});
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  EXPECT_OK(driver().RecoverTask(handle));
  EXPECT_EQ(driver().InspectTask(task.id)->state, TaskState::kRunning);
}

TEST_P(ControlTest, RX_192_AShimLostWhileTheAgentIsAwayLeavesNobody) {
  const TaskConfig task =
      MakeShell("sleep 1000 & setsid sleep 1001 & echo up; wait");
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "up\n");
  RestartDriver();
  ASSERT_EQ(kill(handle.shim_pid(), SIGKILL), 0);
  WAIT_UNTIL(
      kill(handle.shim_pid(), 0) != 0 ||
      base::ReadFile(absl::StrCat("/proc/", handle.shim_pid(), "/cmdline"))
          .value_or("")
          .empty());
  ASSERT_OK(driver().RecoverTask(handle));
  ASSERT_OK_AND_ASSIGN(const ExitResult result,
                       driver().WaitTask(task.id, absl::Seconds(20)));
  EXPECT_TRUE(result.lost);
  EXPECT_THAT(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id()), SizeIs(0));
}

TEST_P(ControlTest, RX_195_AfterARebootNoPidOfBeforeIsTouched) {
  const TaskConfig task = StartSleeper();
  ASSERT_OK_AND_ASSIGN(const std::vector<TaskHandle> handles,
                       driver().ListTasks());
  ASSERT_THAT(handles, SizeIs(1));
  TaskHandle stale = handles[0];
  stale.set_task_id(alloc_id() + "/web/ffffffff");
  stale.set_state_dir(state_dir() + "/elsewhere");
  stale.set_boot_id("00000000-0000-0000-0000-000000000000");
  ASSERT_OK(driver().RecoverTask(stale));
  ASSERT_OK_AND_ASSIGN(const ExitResult result,
                       driver().WaitTask(stale.task_id()));
  EXPECT_TRUE(result.lost);
  EXPECT_THAT(result.message, HasSubstr("rebooted"));
  EXPECT_EQ(driver().InspectTask(task.id)->state, TaskState::kRunning);
  EXPECT_EQ(kill(driver().InspectTask(task.id)->pid, 0), 0);
}

TEST_P(ControlTest, RX_197_ARecoveredTaskCanBeKilled) {
  const TaskConfig task = MakeTask("/bin/sleep", {"1000"});
  ASSERT_OK_AND_ASSIGN(const TaskHandle handle, driver().StartTask(task));
  RestartDriver();
  ASSERT_OK(driver().RecoverTask(handle));
  EXPECT_OK(driver().StopTask(task.id, absl::ZeroDuration(), "SIGKILL"));
  ASSERT_OK_AND_ASSIGN(const ExitResult result, driver().WaitTask(task.id));
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_NE(result.exit_code, 0);
}

TEST_P(ControlTest, RX_118_AForkStormIsEnded) {
  TaskConfig task = MakeShell(
      "storm() { for i in 1 2 3 4 5 6; do (setsid sh -c 'while :; do (sleep "
      "0.01; :) & wait; done') & done; }; "
      "storm; echo up; while :; do sh -c : ; done");
  ASSERT_OK(driver().StartTask(task));
  WAIT_UNTIL(Stdout() == "up\n");
  EXPECT_OK(driver().StopTask(task.id, absl::ZeroDuration(), ""));
  EXPECT_THAT(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id()), SizeIs(0));
}

TEST_P(ControlTest, AFullDiskBlocksAndResumesWithoutLoss) {
  SKIP_UNLESS(geteuid() == 0, "needs root to mount a small file system");
  const std::string disk = root() + "/small";
  ASSERT_OK(base::MakeDirectories(disk));
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k") != 0) {
    SKIP_UNLESS(false, "cannot mount a tmpfs");
  }
  ASSERT_OK(base::WriteFileAtomically(disk + "/ballast",
                                      std::string(128 << 10, 'x')));
  // 400 KB do not fit into what is left of 256 KiB until the ballast goes.
  TaskConfig task = MakeShell(
      "i=0; while [ $i -lt 10000 ]; do echo \"$i "
      "456789012345678901234567890123456789\"; i=$((i+1)); done; echo done "
      ">&2");
  task.output.directory = disk;
  task.output.max_file_bytes = 64 << 10;
  task.output.max_files = 2;
  ASSERT_OK(driver().StartTask(task));
  // Two files of 64 KiB fit; what was rotated away is lost by the job's own
  // limits, but the last files hold the end, whole and in order.
  ASSERT_OK_AND_ASSIGN(ExitResult result,
                       driver().WaitTask(task.id, absl::Seconds(30)));
  EXPECT_TRUE(result.Successful()) << result.message;

  TaskConfig all = MakeShell(
      "i=0; while [ $i -lt 8000 ]; do echo \"$i "
      "456789012345678901234567890123456789\"; i=$((i+1)); done; echo done "
      ">&2");
  all.name = "all";
  all.output.directory = disk;
  all.output.prefix = "all";
  ASSERT_OK(driver().StartTask(all));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      driver().WaitTask(all.id, absl::Seconds(2)).status()))
      << "it should wait for room";
  ASSERT_OK(base::RemoveTree(disk + "/ballast"));
  for (const char* name :
       {"/web.stdout.0", "/web.stdout.1", "/web.stdout.2", "/web.stdout.3",
        "/web.stdout.4", "/web.stdout.5", "/web.stdout.6", "/web.stdout.7"}) {
    (void)unlink((disk + name).c_str());
  }
  // Still not enough for all of it: a larger disk.
  ASSERT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=4m"), 0);
  ASSERT_OK_AND_ASSIGN(result, driver().WaitTask(all.id, absl::Seconds(30)));
  EXPECT_TRUE(result.Successful()) << result.message;
  std::string want;
  for (int i = 0; i < 8000; ++i)
    absl::StrAppend(&want, i, " 456789012345678901234567890123456789\n");
  EXPECT_EQ(base::ReadFile(disk + "/all.stdout.0").value_or(""), want);
  EXPECT_EQ(umount2(disk.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace driver
