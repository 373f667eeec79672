// One task of an allocation, over a driver without processes.

#include "agent/task_runner.h"

#include <string>
#include <vector>

#include "agent/runner_test_support.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class TaskRunnerTest : public RunnerTest {
 protected:
  static jobspec::Task WithRestarts(int attempts, absl::Duration delay) {
    jobspec::Task task = MakeTask("web");
    task.restart_policy.attempts = attempts;
    task.restart_policy.delay = delay;
    task.restart_policy.interval = absl::Minutes(5);
    return task;
  }
};

TEST_F(TaskRunnerTest, AG_001_AServiceIsReceivedSetUpAndStarted) {
  job_.type = "service";
  Start({MakeTask("web")});
  RunUntilEvent("web", "Started");
  EXPECT_THAT(Types("web"), ElementsAre("Received", "Task Setup", "Started"));
  EXPECT_EQ(Status().status, "running");
  EXPECT_EQ(State("web").finished_at, absl::InfinitePast());
}

TEST_F(TaskRunnerTest, AG_002_BatchWorkThatExitsWithZeroIsComplete) {
  Start({MakeTask("web")});
  RunUntilEvent("web", "Started");
  driver_.Exit("web", 0);
  RunUntilEnded();
  EXPECT_THAT(Types("web"),
              ElementsAre("Received", "Task Setup", "Started", "Terminated"));
  EXPECT_EQ(Status().status, "complete");
  EXPECT_FALSE(State("web").failed);
  EXPECT_EQ(State("web").restarts, 0);
  EXPECT_EQ(driver_.known(), 0u) << "the driver must forget it";
}

TEST_F(TaskRunnerTest, AG_003_IsRestartedAsThePolicySaysThenFails) {
  Start({WithRestarts(2, absl::Milliseconds(20))});
  for (int run = 1; run <= 3; ++run) {
    RunUntil([&] { return Count("web", "Started") == run; }, "start");
    driver_.Exit("web", 3);
  }
  RunUntilEnded();
  EXPECT_THAT(Types("web"),
              ElementsAre("Received", "Task Setup", "Started", "Terminated",
                          "Restarting", "Started", "Terminated", "Restarting",
                          "Started", "Terminated", "Not Restarting"));
  EXPECT_EQ(Message("web", "Not Restarting"),
            "Exceeded allowed attempts 2 in interval 5m0s and mode is "
            "\"fail\"");
  EXPECT_EQ(Status().status, "failed");
  EXPECT_EQ(State("web").restarts, 2);
  const std::vector<driver::TaskConfig> starts = driver_.starts();
  ASSERT_EQ(starts.size(), 3u);
  EXPECT_NE(starts[0].id, starts[1].id) << "each run has an id of its own";
  EXPECT_THAT(starts[0].id, StartsWith("a1/web/"));
}

TEST_F(TaskRunnerTest, AG_008_ACommandThatCannotBeStartedIsNotTriedAgain) {
  driver_.FailStart("web", absl::NotFoundError("no such file"));
  Start({WithRestarts(2, absl::Milliseconds(20))});
  RunUntilEnded();
  EXPECT_THAT(Types("web"), ElementsAre("Received", "Task Setup",
                                        "Driver Failure", "Not Restarting"));
  EXPECT_EQ(Message("web", "Driver Failure"), "no such file");
  EXPECT_EQ(Message("web", "Not Restarting"), "Error was unrecoverable");
  EXPECT_EQ(Status().status, "failed");
}

TEST_F(TaskRunnerTest, ATroubleThatMayGoAwayIsTriedAgain) {
  driver_.FailStart("web", absl::UnavailableError("spawner is gone"));
  Start({WithRestarts(1, absl::Milliseconds(20))});
  RunUntilEvent("web", "Started");
  EXPECT_THAT(Types("web"),
              ElementsAre("Received", "Task Setup", "Driver Failure",
                          "Restarting", "Started"));
  driver_.Exit("web", 0);
  RunUntilEnded();
}

TEST_F(TaskRunnerTest, RX_025_AWrongConfigFailsValidation) {
  jobspec::Task task = MakeTask("web");
  task.config =
      hcl::Value::Object({{"command", hcl::Value::String("/bin/true")},
                          {"foo", hcl::Value::String("bar")}});
  Start({task});
  RunUntilEnded();
  EXPECT_THAT(Message("web", "Failed Validation"),
              HasSubstr("No argument or block type is named \"foo\""));
  EXPECT_EQ(Status().status, "failed");
  EXPECT_THAT(driver_.starts(), IsEmpty());
}

TEST_F(TaskRunnerTest, AG_013_AStopIsKillingTerminatedKilled) {
  job_.type = "service";
  Start({MakeTask("web")});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntilEnded();
  EXPECT_THAT(Types("web"), ElementsAre("Received", "Task Setup", "Started",
                                        "Killing", "Terminated", "Killed"));
  EXPECT_EQ(Message("web", "Killing"),
            "Sent interrupt. Waiting 5s before force killing");
  EXPECT_EQ(Message("web", "Killed"), "Task successfully killed");
  EXPECT_EQ(Status().status, "complete");
  EXPECT_FALSE(State("web").failed);
  EXPECT_THAT(driver_.stops(), ElementsAre("web  5s"));
}

TEST_F(TaskRunnerTest, AG_016_MaxKillTimeoutCapsTheJobsOwn) {
  jobspec::Task task = MakeTask("web");
  task.kill_timeout = absl::Seconds(60);
  task.kill_signal = "SIGTERM";
  Start({task});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntilEnded();
  EXPECT_THAT(driver_.stops(), ElementsAre("web SIGTERM 30s"));
  EXPECT_EQ(Message("web", "Killing"),
            "Sent interrupt. Waiting 30s before force killing");
}

TEST_F(TaskRunnerTest, AG_018_AStopWhileItWaitsToRestartEndsAtOnce) {
  Start({WithRestarts(1, absl::Hours(1))});
  RunUntilEvent("web", "Started");
  driver_.Exit("web", 1);
  RunUntilEvent("web", "Restarting");
  alloc_->Stop();
  RunUntilEnded();
  EXPECT_THAT(Types("web"),
              ElementsAre("Received", "Task Setup", "Started", "Terminated",
                          "Restarting", "Killing", "Killed"));
}

TEST_F(TaskRunnerTest, AG_019_ShutdownDelayPassesBeforeTheSignal) {
  jobspec::Task task = MakeTask("web");
  task.shutdown_delay = absl::Milliseconds(30);
  Start({task});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntilEvent("web", "Waiting for shutdown delay");
  EXPECT_THAT(driver_.stops(), IsEmpty());
  RunUntilEnded();
  EXPECT_THAT(Types("web"), ElementsAre("Received", "Task Setup", "Started",
                                        "Killing", "Waiting for shutdown delay",
                                        "Terminated", "Killed"));
}

TEST_F(TaskRunnerTest, AnExitDuringTheShutdownDelayEndsIt) {
  jobspec::Task task = MakeTask("web");
  task.shutdown_delay = absl::Hours(1);
  Start({task});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntilEvent("web", "Waiting for shutdown delay");
  driver_.Exit("web", 0);
  RunUntilEnded();
  EXPECT_THAT(driver_.stops(), IsEmpty());
}

TEST_F(TaskRunnerTest, ASecondStopKillsAtOnce) {
  driver_.set_obedient(false);
  Start({MakeTask("web")});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntil([this] { return driver_.stops().size() == 1; }, "the first stop");
  alloc_->StopNow();
  RunUntilEnded();
  EXPECT_THAT(driver_.stops(), ElementsAre("web  5s", "web SIGKILL 0"));
  EXPECT_EQ(Count("web", "Killing"), 1);
  EXPECT_EQ(Message("web", "Terminated"), "Exit Code: 137, Signal: 9");
}

TEST_F(TaskRunnerTest, KillingAtOnceSkipsTheShutdownDelay) {
  jobspec::Task task = MakeTask("web");
  task.shutdown_delay = absl::Hours(1);
  Start({task});
  RunUntilEvent("web", "Started");
  alloc_->StopNow();
  RunUntilEnded();
  EXPECT_EQ(Count("web", "Skipping shutdown delay"), 1);
}

TEST_F(TaskRunnerTest, ASignalThatCannotBeSentStillEndsTheTask) {
  driver_.set_obedient(false);
  jobspec::Task task = MakeTask("web");
  task.kill_signal = "SIGFOO";
  Start({task});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntilEnded();
  EXPECT_THAT(driver_.stops(), Contains("web SIGKILL 0"));
  EXPECT_THAT(Message("web", "Killed"), HasSubstr("SIGFOO"));
}

TEST_F(TaskRunnerTest, AKillThatComesBeforeTheStartLeavesNothing) {
  Start({MakeTask("web")});
  alloc_->Stop();
  RunUntilEnded();
  EXPECT_EQ(Count("web", "Killing"), 1);
  EXPECT_EQ(Count("web", "Killed"), 1);
  EXPECT_EQ(State("web").phase, TaskPhase::kDead);
  EXPECT_EQ(driver_.known(), 0u);
}

TEST_F(TaskRunnerTest, HasItsDirectoriesEnvironmentAndLogsSet) {
  jobspec::Task task = MakeTask("web");
  task.config = hcl::Value::Object(
      {{"command", hcl::Value::String("/bin/echo")},
       {"args",
        hcl::Value::Tuple({hcl::Value::String("${NOMAD_TASK_NAME}-$HOME")})}});
  task.env = {{"COLOUR", "${NOMAD_JOB_ID} blue"}};
  task.user = "nobody";
  context_.host_env = {{"PATH", "/bin"}, {"COLOUR", "red"}};
  Start({task});
  RunUntilEvent("web", "Started");
  const driver::TaskConfig config = driver_.starts()[0];
  EXPECT_EQ(config.command, "/bin/echo");
  EXPECT_THAT(config.args, ElementsAre("web-$HOME"));
  EXPECT_EQ(config.user, "nobody");
  EXPECT_EQ(config.task_dir, root_.path() + "/a1/web");
  EXPECT_EQ(config.output.directory, root_.path() + "/a1/alloc/logs");
  EXPECT_EQ(config.output.prefix, "web");
  EXPECT_EQ(config.output.max_file_bytes, 10 << 20);
  EXPECT_THAT(config.env, Contains("COLOUR=job blue"));
  EXPECT_THAT(config.env, Contains("PATH=/bin"));
  EXPECT_THAT(config.env, Contains("NOMAD_ALLOC_ID=a1"));
  EXPECT_THAT(config.env,
              Contains("NOMAD_TASK_DIR=" + root_.path() + "/a1/web/local"));
  EXPECT_THAT(config.job_env, ElementsAre("COLOUR"));
  driver_.Exit("web", 0);
  RunUntilEnded();
}

TEST_F(TaskRunnerTest, AG_052_DisabledLogsGoNowhere) {
  jobspec::Task task = MakeTask("web");
  task.logs.disabled = true;
  Start({task});
  RunUntilEvent("web", "Started");
  EXPECT_EQ(driver_.starts()[0].output.directory, "");
  EXPECT_EQ(driver_.starts()[0].output.stdout_path, "");
  driver_.Exit("web", 0);
  RunUntilEnded();
}

TEST_F(TaskRunnerTest, TellsWhatAnEnvironmentRefersToInVain) {
  jobspec::Task task = MakeTask("web");
  task.env = {{"URL", "http://${nosuch}/"}};
  Start({task});
  RunUntilEvent("web", "Started");
  EXPECT_THAT(Message("web", "Task hook message"), HasSubstr("nosuch"));
  driver_.Exit("web", 0);
  RunUntilEnded();
}

}  // namespace
}  // namespace agent
