#include "agent/task_event.h"

#include <map>
#include <string>

#include "agent/restart_tracker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using Details = std::map<std::string, std::string>;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

driver::ExitResult Result(int exit_code, int signal) {
  driver::ExitResult result;
  result.exit_code = exit_code;
  result.signal = signal;
  return result;
}

TEST(TaskEvent, HasTypeTextAndDetailsThatScriptsMatch) {
  driver::ExitResult odd = Result(-1, 0);
  odd.message = "supervisor \"lost\"\n";
  driver::ExitResult oom = Result(137, 9);
  oom.oom_killed = true;
  const struct {
    const char* why;
    TaskEvent event;
    const char* type;
    const char* message;
    Details details;
  } kCases[] = {
      {"AG-001",
       TaskEvent::Received(kNow),
       "Received",
       "Task received by client",
       {}},
      {"AG-001",
       TaskEvent::TaskSetup(kNow, "Building Task Directory"),
       "Task Setup",
       "Building Task Directory",
       {{"message", "Building Task Directory"}}},
      {"AG-002",
       TaskEvent::Terminated(kNow, Result(0, 0)),
       "Terminated",
       "Exit Code: 0",
       {{"exit_code", "0"}, {"signal", "0"}, {"oom_killed", "false"}}},
      {"AG-009",
       TaskEvent::Terminated(kNow, Result(137, 9)),
       "Terminated",
       "Exit Code: 137, Signal: 9",
       {{"exit_code", "137"}, {"signal", "9"}, {"oom_killed", "false"}}},
      {"out of memory is told",
       TaskEvent::Terminated(kNow, oom),
       "Terminated",
       "Exit Code: 137, Signal: 9",
       {{"exit_code", "137"}, {"signal", "9"}, {"oom_killed", "true"}}},
      {"a message is quoted",
       TaskEvent::Terminated(kNow, odd),
       "Terminated",
       "Exit Code: -1, Exit Message: \"supervisor \\\"lost\\\"\\n\"",
       {{"exit_code", "-1"},
        {"signal", "0"},
        {"oom_killed", "false"},
        {"exit_message", "supervisor \"lost\"\n"}}},
      {"a usual restart needs no reason",
       TaskEvent::Restarting(kNow, absl::Milliseconds(15800),
                             kRestartWithinPolicy),
       "Restarting",
       "Task restarting in 15.8s",
       {{"restart_reason", "Restart within policy"},
        {"start_delay", "15800000000"}}},
      {"AG-007",
       TaskEvent::Restarting(kNow, absl::Seconds(7),
                             "Exceeded allowed attempts, applying a delay"),
       "Restarting",
       "Exceeded allowed attempts, applying a delay - Task restarting in 7s",
       {{"restart_reason", "Exceeded allowed attempts, applying a delay"},
        {"start_delay", "7000000000"}}},
      {"AG-029",
       TaskEvent::Restarting(kNow, absl::ZeroDuration(), ""),
       "Restarting",
       "Task restarting in 0s",
       {{"restart_reason", ""}, {"start_delay", "0"}}},
      {"AG-005",
       TaskEvent::NotRestarting(kNow, "Policy allows no restarts"),
       "Not Restarting",
       "Policy allows no restarts",
       {{"restart_reason", "Policy allows no restarts"},
        {"fails_task", "true"}}},
      {"AG-013",
       TaskEvent::Killing(kNow, absl::Seconds(5)),
       "Killing",
       "Sent interrupt. Waiting 5s before force killing",
       {{"kill_timeout", "5s"}}},
      {"AG-013",
       TaskEvent::Killed(kNow, ""),
       "Killed",
       "Task successfully killed",
       {}},
      {"AG-019",
       TaskEvent::WaitingForShutdownDelay(kNow, absl::Seconds(1)),
       "Waiting for shutdown delay",
       "Waiting for shutdown_delay of 1s before killing the task.",
       {}},
      {"AG-020",
       TaskEvent::SkippingShutdownDelay(kNow, absl::Minutes(1)),
       "Skipping shutdown delay",
       "Skipping shutdown_delay of 1m0s before killing the task.",
       {}},
      {"AG-022",
       TaskEvent::LeaderDead(kNow),
       "Leader Task Dead",
       "Leader Task in Group dead",
       {}},
      {"AG-023",
       TaskEvent::SiblingFailed(kNow, "bad"),
       "Sibling Task Failed",
       "Task's sibling \"bad\" failed",
       {{"failed_sibling", "bad"}}},
      {"AG-025",
       TaskEvent::MainTasksDead(kNow),
       "Main Tasks Dead",
       "Main tasks in the group died",
       {}},
      {"AG-031",
       TaskEvent::Signaling(kNow, "SIGUSR1"),
       "Signaling",
       "Task being sent a signal",
       {{"signal", "SIGUSR1"}}},
      {"by a template",
       TaskEvent::SignalingFor(kNow, "SIGHUP", "template re-rendered"),
       "Signaling",
       "Task being sent signal SIGHUP: template re-rendered",
       {{"task_signal", "SIGHUP"},
        {"task_signal_reason", "template re-rendered"}}},
      {"an error takes the place of the text",
       TaskEvent::DriverFailure(kNow, "no such file"),
       "Driver Failure",
       "no such file",
       {{"driver_error", "no such file"}}},
      {"no error, no detail",
       TaskEvent::DriverFailure(kNow, ""),
       "Driver Failure",
       "Failed to start task",
       {}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(c.event.type, c.type);
    EXPECT_EQ(c.event.message, c.message);
    EXPECT_EQ(c.event.details, c.details);
    EXPECT_EQ(c.event.time, kNow);
  }
}

TEST(TaskEvent, OnlyTwoKindsFailTheTask) {
  EXPECT_TRUE(TaskEvent::SetupFailure(kNow, "x").fails_task);
  EXPECT_TRUE(TaskEvent::NotRestarting(kNow, "x").fails_task);
  EXPECT_FALSE(TaskEvent::DriverFailure(kNow, "x").fails_task);
  EXPECT_FALSE(TaskEvent::Terminated(kNow, Result(1, 0)).fails_task);
  EXPECT_FALSE(TaskEvent::Killed(kNow, "x").fails_task);
}

}  // namespace
}  // namespace agent
