#include "agent/lifecycle.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

jobspec::Task Task(const std::string& name, const std::string& hook = "",
                   bool sidecar = false) {
  jobspec::Task task;
  task.name = name;
  if (!hook.empty()) task.lifecycle = jobspec::Lifecycle{hook, sidecar};
  return task;
}

std::vector<jobspec::Task> OfEveryStage() {
  return {Task("init", "prestart"),
          Task("proxy", "prestart", true),
          Task("web"),
          Task("notify", "poststart"),
          Task("shipper", "poststart", true),
          Task("cleanup", "poststop")};
}

class LifecycleTest : public testing::Test {
 protected:
  // What may start, of those that have not.
  std::vector<std::string> Open() {
    lifecycle_.Update(states_);
    std::vector<std::string> open;
    for (const jobspec::Task& task : OfEveryStage()) {
      if (states_[task.name].phase == TaskPhase::kPending &&
          lifecycle_.IsOpen(task.name)) {
        open.push_back(task.name);
      }
    }
    return open;
  }
  void Run(const std::string& name) {
    states_[name].Enter(TaskPhase::kRunning, kNow);
  }
  void End(const std::string& name, bool failed = false) {
    states_[name].failed = failed;
    states_[name].Enter(TaskPhase::kDead, kNow);
  }
  std::string Reason() {
    const std::optional<TaskEvent> event =
        lifecycle_.ReasonToKill(states_, kNow);
    return event.has_value() ? event->type : "";
  }

  Lifecycle lifecycle_{OfEveryStage()};
  Lifecycle::States states_;
};

TEST_F(LifecycleTest, AG_024_EachStageWaitsForTheOneBefore) {
  EXPECT_THAT(Open(), ElementsAre("init", "proxy"));
  Run("init");
  EXPECT_THAT(Open(), ElementsAre("proxy"));
  End("init");
  EXPECT_THAT(Open(), ElementsAre("proxy")) << "the sidecar must run";
  Run("proxy");
  EXPECT_THAT(Open(), ElementsAre("web"));
  Run("web");
  EXPECT_THAT(Open(), ElementsAre("notify", "shipper"));
  Run("notify");
  Run("shipper");
  End("notify");
  EXPECT_THAT(Open(), IsEmpty());
  EXPECT_EQ(Reason(), "");
}

TEST_F(LifecycleTest, AG_025_SidecarsEndWhenTheMainTasksHave) {
  Run("proxy");
  End("init");
  (void)Open();
  Run("web");
  (void)Open();
  End("notify");
  Run("shipper");
  End("web");
  EXPECT_EQ(Reason(), "Main Tasks Dead");
  End("proxy");
  EXPECT_THAT(Open(), IsEmpty());
  End("shipper");
  EXPECT_THAT(Open(), ElementsAre("cleanup"));
  EXPECT_EQ(Reason(), "") << "poststop tasks are left alone";
}

TEST_F(LifecycleTest, AG_026_AFailedPrestartKeepsMainFromStarting) {
  Run("proxy");
  End("init", /*failed=*/true);
  EXPECT_THAT(Open(), IsEmpty());
  EXPECT_EQ(Reason(), "Sibling Task Failed");
  for (const char* name : {"proxy", "web", "notify", "shipper"}) End(name);
  EXPECT_THAT(Open(), ElementsAre("cleanup"));
}

TEST_F(LifecycleTest, AG_028_PoststopRunsAfterAStopAtAnyMoment) {
  EXPECT_THAT(Open(), ElementsAre("init", "proxy"));
  for (const char* name : {"init", "proxy", "web", "notify", "shipper"}) {
    End(name);
  }
  EXPECT_THAT(Open(), ElementsAre("cleanup"));
}

TEST(Lifecycle, AG_022_ADeadLeaderEndsTheOthersEvenWhenItFailed) {
  jobspec::Task leader = Task("leader");
  leader.leader = true;
  const Lifecycle lifecycle({leader, Task("other")});
  Lifecycle::States states;
  states["leader"].phase = TaskPhase::kDead;
  states["other"].phase = TaskPhase::kRunning;
  EXPECT_EQ(lifecycle.ReasonToKill(states, kNow)->type, "Leader Task Dead");
  states["leader"].failed = true;
  EXPECT_EQ(lifecycle.ReasonToKill(states, kNow)->type, "Leader Task Dead");
}

TEST(Lifecycle, AG_023_AFailedTaskEndsItsSiblings) {
  const Lifecycle lifecycle({Task("bad"), Task("good")});
  Lifecycle::States states;
  states["bad"].phase = TaskPhase::kDead;
  states["good"].phase = TaskPhase::kRunning;
  EXPECT_EQ(lifecycle.ReasonToKill(states, kNow), std::nullopt)
      << "it ended well";
  states["bad"].failed = true;
  EXPECT_EQ(lifecycle.ReasonToKill(states, kNow)->message,
            "Task's sibling \"bad\" failed");
}

TEST(Lifecycle, AG_027_TheLeaderIsKilledFirstAndSidecarsLast) {
  jobspec::Task leader = Task("z");
  leader.leader = true;
  const Lifecycle lifecycle({Task("a"), leader, Task("s", "prestart", true),
                             Task("b"), Task("c", "poststop")});
  EXPECT_THAT(
      lifecycle.KillOrder(),
      ElementsAre(ElementsAre("z"), ElementsAre("a", "b"), ElementsAre("s")));
}

TEST(RestartsOnSuccess, DependsOnStageAndJobType) {
  const struct {
    const char* why;
    Stage stage;
    const char* type;
    bool want;
  } kCases[] = {
      {"a service is never done", Stage::kMain, "service", true},
      {"nor a system job", Stage::kMain, "system", true},
      {"batch work is", Stage::kMain, "batch", false},
      {"also on every node", Stage::kMain, "sysbatch", false},
      {"prestart runs once, in a service too", Stage::kPrestart, "service",
       false},
      {"a sidecar runs on, in batch work too", Stage::kPrestartSidecar, "batch",
       true},
      {"poststart runs once", Stage::kPoststart, "service", false},
      {"a poststart sidecar runs on", Stage::kPoststartSidecar, "batch", true},
      {"poststop runs once", Stage::kPoststop, "service", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(RestartsOnSuccess(c.stage, c.type), c.want);
  }
}

}  // namespace
}  // namespace agent
