#include "agent/restart_tracker.h"

#include <random>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using Action = RestartDecision::Action;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

jobspec::RestartPolicy Policy(int attempts) {
  jobspec::RestartPolicy policy;
  policy.attempts = attempts;
  policy.interval = absl::Minutes(5);
  policy.delay = absl::Seconds(2);
  return policy;
}

RestartTracker Service(int attempts) {
  return RestartTracker(Policy(attempts), /*restart_on_success=*/true, kStart);
}

RestartTracker Batch(int attempts) {
  return RestartTracker(Policy(attempts), /*restart_on_success=*/false, kStart);
}

TEST(RestartTracker, AG_003_RestartsAsOftenAsAllowedThenFails) {
  std::mt19937_64 random(1);
  RestartTracker tracker = Batch(2);
  for (int i = 0; i < 2; ++i) {
    const RestartDecision again = tracker.AfterExit(false, kStart, random);
    EXPECT_EQ(again.action, Action::kRestart);
    EXPECT_EQ(again.reason, "Restart within policy");
    EXPECT_GE(again.delay, absl::Seconds(2));
    EXPECT_LT(again.delay, absl::Seconds(2.5));
  }
  const RestartDecision last = tracker.AfterExit(false, kStart, random);
  EXPECT_EQ(last.action, Action::kFail);
  EXPECT_EQ(last.reason,
            "Exceeded allowed attempts 2 in interval 5m0s and mode is "
            "\"fail\"");
}

TEST(RestartTracker, AG_004_AServiceThatExitsWithSuccessIsRestarted) {
  std::mt19937_64 random(1);
  RestartTracker tracker = Service(1);
  EXPECT_EQ(tracker.AfterExit(true, kStart, random).action, Action::kRestart);
  EXPECT_EQ(tracker.AfterExit(true, kStart, random).action, Action::kFail);
}

TEST(RestartTracker, AG_005_AServiceWithoutAttemptsFailsEvenAfterSuccess) {
  std::mt19937_64 random(1);
  RestartTracker tracker = Service(0);
  const RestartDecision decision = tracker.AfterExit(true, kStart, random);
  EXPECT_EQ(decision.action, Action::kFail);
  EXPECT_EQ(decision.reason, "Policy allows no restarts");
}

TEST(RestartTracker, AG_006_BatchWorkThatSucceededIsDone) {
  std::mt19937_64 random(1);
  RestartTracker none = Batch(0);
  EXPECT_EQ(none.AfterExit(true, kStart, random).action, Action::kEnd);
  RestartTracker some = Batch(3);
  EXPECT_EQ(some.AfterExit(true, kStart, random).action, Action::kEnd);
}

TEST(RestartTracker, AG_007_ModeDelayWaitsForTheEndOfTheWindow) {
  std::mt19937_64 random(1);
  jobspec::RestartPolicy policy = Policy(1);
  policy.interval = absl::Seconds(10);
  policy.delay = absl::Seconds(1);
  policy.mode = "delay";
  RestartTracker tracker(policy, /*restart_on_success=*/false, kStart);
  EXPECT_EQ(tracker.AfterExit(false, kStart, random).action, Action::kRestart);
  const RestartDecision second =
      tracker.AfterExit(false, kStart + absl::Seconds(3), random);
  EXPECT_EQ(second.action, Action::kRestart);
  EXPECT_EQ(second.delay, absl::Seconds(7));
  EXPECT_EQ(second.reason, "Exceeded allowed attempts, applying a delay");
}

TEST(RestartTracker, AG_008_AStartErrorThatCannotGoAwayIsFinal) {
  std::mt19937_64 random(1);
  RestartTracker tracker = Batch(2);
  const RestartDecision decision =
      tracker.AfterStartError(false, kStart, random);
  EXPECT_EQ(decision.action, Action::kFail);
  EXPECT_EQ(decision.reason, "Error was unrecoverable");

  RestartTracker none = Batch(0);
  EXPECT_EQ(none.AfterStartError(false, kStart, random).reason,
            "Policy allows no restarts");
}

TEST(RestartTracker, AStartErrorThatMayGoAwayCountsAsAFailure) {
  std::mt19937_64 random(1);
  RestartTracker tracker = Batch(1);
  EXPECT_EQ(tracker.AfterStartError(true, kStart, random).action,
            Action::kRestart);
  EXPECT_EQ(tracker.AfterExit(false, kStart, random).action, Action::kFail);
}

TEST(RestartTracker, AG_010_JitterIsUpToAQuarterAndSpreadEvenly) {
  std::mt19937_64 random(1);
  jobspec::RestartPolicy policy = Policy(1);
  policy.delay = absl::Seconds(15);
  absl::Duration sum;
  for (int i = 0; i < 1000; ++i) {
    RestartTracker tracker(policy, /*restart_on_success=*/false, kStart);
    const absl::Duration delay = tracker.AfterExit(false, kStart, random).delay;
    ASSERT_GE(delay, absl::Seconds(15));
    ASSERT_LT(delay, absl::Seconds(18.75));
    sum += delay;
  }
  // The middle of an even spread is 16.875 s; 1,000 draws stray 0.034 s.
  EXPECT_NEAR(absl::ToDoubleSeconds(sum) / 1000, 16.875, 0.2);
}

TEST(RestartTracker, AG_012_ANewWindowForgetsTheOldFailures) {
  std::mt19937_64 random(1);
  RestartTracker tracker = Batch(1);
  EXPECT_EQ(tracker.AfterExit(false, kStart, random).action, Action::kRestart);
  EXPECT_EQ(tracker.AfterExit(false, kStart + absl::Minutes(6), random).action,
            Action::kRestart);
}

TEST(RestartTracker, AG_039_AttemptsAreCountedOnFromStoredState) {
  std::mt19937_64 random(1);
  RestartTracker before = Batch(1);
  ASSERT_EQ(before.AfterExit(false, kStart, random).action, Action::kRestart);
  RestartTracker after = Batch(1);
  after.set_state(before.state());
  EXPECT_EQ(after.AfterExit(false, kStart + absl::Seconds(2), random).action,
            Action::kFail);
}

TEST(RestartTracker, NoDelayMeansNoJitter) {
  std::mt19937_64 random(1);
  jobspec::RestartPolicy policy = Policy(1);
  policy.delay = absl::ZeroDuration();
  RestartTracker tracker(policy, /*restart_on_success=*/false, kStart);
  EXPECT_EQ(tracker.AfterExit(false, kStart, random).delay,
            absl::ZeroDuration());
}

}  // namespace
}  // namespace agent
