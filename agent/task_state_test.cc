#include "agent/task_state.h"

#include <map>
#include <string>

#include "gtest/gtest.h"

namespace agent {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(TaskState, AG_011_KeepsTheTenNewestEvents) {
  TaskState state;
  for (int i = 0; i < 25; ++i) {
    state.Add(TaskEvent::Started(kNow + absl::Seconds(i)));
  }
  ASSERT_EQ(state.events.size(), 10u);
  EXPECT_EQ(state.events.front().time, kNow + absl::Seconds(15));
  EXPECT_EQ(state.events.back().time, kNow + absl::Seconds(24));
}

TEST(TaskState, AFailureIsNeverForgotten) {
  TaskState state;
  state.Add(TaskEvent::NotRestarting(kNow, "x"));
  for (int i = 0; i < 20; ++i) state.Add(TaskEvent::Started(kNow));
  EXPECT_TRUE(state.failed);
}

TEST(TaskState, ARestartMovesTheStartAndTheEndIsSetOnce) {
  TaskState state;
  state.Enter(TaskPhase::kRunning, kNow);
  state.Enter(TaskPhase::kRunning, kNow + absl::Seconds(1));
  EXPECT_EQ(state.started_at, kNow) << "it was running already";
  state.Enter(TaskPhase::kPending, kNow + absl::Seconds(2));
  state.Enter(TaskPhase::kRunning, kNow + absl::Seconds(3));
  EXPECT_EQ(state.started_at, kNow + absl::Seconds(3));
  state.Enter(TaskPhase::kDead, kNow + absl::Seconds(4));
  state.Enter(TaskPhase::kDead, kNow + absl::Seconds(5));
  EXPECT_EQ(state.finished_at, kNow + absl::Seconds(4));
}

TEST(ClientStatusOf, TakesTheFirstRuleThatHolds) {
  const auto task = [](TaskPhase phase, bool failed) {
    TaskState state;
    state.phase = phase;
    state.failed = failed;
    return state;
  };
  const TaskState pending = task(TaskPhase::kPending, false);
  const TaskState running = task(TaskPhase::kRunning, false);
  const TaskState dead = task(TaskPhase::kDead, false);
  const TaskState bad = task(TaskPhase::kDead, true);
  const struct {
    const char* why;
    TaskState a, b;
    const char* status;
    const char* description;
  } kCases[] = {
      {"one has failed while the other still runs", bad, running, "failed",
       "Failed tasks"},
      {"one runs", running, pending, "running", "Tasks are running"},
      {"one runs, one is done", running, dead, "running", "Tasks are running"},
      {"none has started", pending, pending, "pending",
       "No tasks have started"},
      {"a poststop task still waits", dead, pending, "pending",
       "No tasks have started"},
      {"all are done", dead, dead, "complete", "All tasks have completed"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const ClientStatus status = ClientStatusOf({{"a", c.a}, {"b", c.b}});
    EXPECT_EQ(status.status, c.status);
    EXPECT_EQ(status.description, c.description);
  }
}

}  // namespace
}  // namespace agent
