// The tasks of one allocation together, over a driver without processes.

#include "agent/alloc_runner.h"

#include <string>
#include <vector>

#include "agent/runner_test_support.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AllocRunnerTest : public RunnerTest {};

TEST_F(AllocRunnerTest, RunsAllTasksOfAGroupAtTheSameTime) {
  Start({MakeTask("a"), MakeTask("b")});
  RunUntil(
      [this] { return Count("a", "Started") + Count("b", "Started") == 2; },
      "both run");
  driver_.Exit("a", 0);
  driver_.Exit("b", 0);
  RunUntilEnded();
  EXPECT_EQ(Status().status, "complete");
}

TEST_F(AllocRunnerTest, AG_022_TheLeadersEndEndsTheOthers) {
  jobspec::Task leader = MakeTask("leader");
  leader.leader = true;
  Start({leader, MakeTask("other")});
  RunUntilEvent("other", "Started");
  RunUntilEvent("leader", "Started");
  driver_.Exit("leader", 0);
  RunUntilEnded();
  EXPECT_THAT(Types("other"), ElementsAre("Received", "Task Setup", "Started",
                                          "Leader Task Dead", "Killing",
                                          "Terminated", "Killed"));
  EXPECT_EQ(Status().status, "complete");
}

TEST_F(AllocRunnerTest, AG_023_AFailedTaskEndsItsSibling) {
  Start({MakeTask("bad"), MakeTask("good")});
  RunUntilEvent("good", "Started");
  RunUntilEvent("bad", "Started");
  driver_.Exit("bad", 1);
  RunUntilEnded();
  EXPECT_EQ(Message("good", "Sibling Task Failed"),
            "Task's sibling \"bad\" failed");
  EXPECT_EQ(Status().status, "failed");
  EXPECT_FALSE(State("good").failed);
}

TEST_F(AllocRunnerTest, AG_024_StagesStartInTheirOrder) {
  Start({WithHook(MakeTask("cleanup"), "poststop"), MakeTask("web"),
         WithHook(MakeTask("notify"), "poststart"),
         WithHook(MakeTask("proxy"), "prestart", true),
         WithHook(MakeTask("init"), "prestart")});
  RunUntilEvent("init", "Started");
  RunUntilEvent("proxy", "Started");
  EXPECT_EQ(Count("web", "Started"), 0);
  driver_.Exit("init", 0);
  RunUntilEvent("notify", "Started");
  EXPECT_LT(Position("init", "Terminated"), Position("web", "Started"));
  EXPECT_LT(Position("web", "Started"), Position("notify", "Started"));
  driver_.Exit("notify", 0);
  RunUntilEvent("notify", "Terminated");
  driver_.Exit("web", 0);
  RunUntilEvent("cleanup", "Started");
  EXPECT_EQ(Count("proxy", "Main Tasks Dead"), 1);
  EXPECT_LT(Position("proxy", "Killed"), Position("cleanup", "Started"));
  EXPECT_EQ(Count("init", "Killing"), 0) << "AG-025: it was dead already";
  driver_.Exit("cleanup", 0);
  RunUntilEnded();
  EXPECT_EQ(Status().status, "complete");
}

TEST_F(AllocRunnerTest, AG_026_AFailedPrestartTaskKeepsMainFromStarting) {
  Start({WithHook(MakeTask("init"), "prestart"), MakeTask("web"),
         WithHook(MakeTask("cleanup"), "poststop")});
  RunUntilEvent("init", "Started");
  driver_.Exit("init", 1);
  RunUntilEvent("cleanup", "Started");
  EXPECT_EQ(State("web").phase, TaskPhase::kDead);
  EXPECT_EQ(State("web").started_at, absl::InfinitePast());
  driver_.Exit("cleanup", 0);
  RunUntilEnded();
  EXPECT_EQ(Status().status, "failed");
}

TEST_F(AllocRunnerTest, AG_027_SidecarsAreStoppedAfterTheMainTasks) {
  driver_.set_obedient(false);
  Start({MakeTask("web"), WithHook(MakeTask("proxy"), "prestart", true)});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntil([this] { return driver_.stops().size() == 1; }, "the first stop");
  EXPECT_EQ(Count("proxy", "Killing"), 0);
  driver_.Exit("web", 0);
  RunUntilEvent("proxy", "Killing");
  EXPECT_LT(Position("web", "Terminated"), Position("proxy", "Killing"));
  driver_.Exit("proxy", 0);
  RunUntilEnded();
}

TEST_F(AllocRunnerTest, AG_028_PoststopRunsAfterAStop) {
  job_.type = "service";
  Start({MakeTask("web"), WithHook(MakeTask("cleanup"), "poststop")});
  RunUntilEvent("web", "Started");
  alloc_->Stop();
  RunUntilEvent("cleanup", "Started");
  driver_.Exit("cleanup", 0);
  RunUntilEnded();
  EXPECT_EQ(Status().status, "complete");
}

TEST_F(AllocRunnerTest, StoppingAtOnceSkipsPoststopTasks) {
  Start({MakeTask("web"), WithHook(MakeTask("cleanup"), "poststop")});
  RunUntilEvent("web", "Started");
  alloc_->StopNow();
  RunUntilEnded();
  EXPECT_EQ(Count("cleanup", "Started"), 0);
}

TEST_F(AllocRunnerTest, AG_021_TheGroupsShutdownDelayComesBeforeAnyKilling) {
  group_.shutdown_delay = absl::Milliseconds(50);
  Start({MakeTask("a"), MakeTask("b")});
  RunUntilEvent("a", "Started");
  RunUntilEvent("b", "Started");
  const absl::Time before = absl::Now();
  alloc_->Stop();
  RunUntilEnded();
  for (const auto& [name, event] : events_) {
    if (event.type == "Killing") {
      EXPECT_GE(event.time - before, absl::Milliseconds(50)) << name;
    }
  }
  EXPECT_EQ(Count("a", "Killing") + Count("b", "Killing"), 2);
}

TEST_F(AllocRunnerTest, ADirectoryThatCannotBeMadeFailsEveryTask) {
  ASSERT_OK(base::WriteFileAtomically(root_.path() + "/a1", "in the way"));
  Start({MakeTask("a"), MakeTask("b")});
  RunUntilEnded();
  for (const char* task : {"a", "b"}) {
    EXPECT_THAT(Message(task, "Setup Failure"),
                HasSubstr("failed to setup alloc: pre-run hook \"alloc_dir\" "
                          "failed: "));
  }
  EXPECT_EQ(Status().status, "failed");
  EXPECT_THAT(driver_.starts(), IsEmpty());
}

}  // namespace
}  // namespace agent
