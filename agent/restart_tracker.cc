#include "agent/restart_tracker.h"

#include <cstdint>

#include "absl/random/distributions.h"
#include "absl/strings/str_cat.h"
#include "base/go_duration.h"

namespace agent {
namespace {

using Action = RestartDecision::Action;

// The delay and up to a quarter more, so that tasks that fell together do not
// get up together.
absl::Duration WithJitter(absl::Duration delay, absl::BitGenRef random) {
  const int64_t nanos = absl::ToInt64Nanoseconds(delay);
  if (nanos <= 0) return absl::ZeroDuration();
  return delay +
         absl::Nanoseconds(absl::Uniform<int64_t>(random, 0, nanos) / 4);
}

}  // namespace

RestartTracker::RestartTracker(const jobspec::RestartPolicy& policy,
                               bool restart_on_success, absl::Time now)
    : policy_(policy),
      restart_on_success_(restart_on_success),
      state_{0, now} {}

RestartDecision RestartTracker::AfterExit(bool success, absl::Time now,
                                          absl::BitGenRef random) {
  return Decide(success ? What::kSuccess : What::kFailure, now, random);
}

RestartDecision RestartTracker::AfterStartError(bool recoverable,
                                                absl::Time now,
                                                absl::BitGenRef random) {
  return Decide(recoverable ? What::kRecoverable : What::kUnrecoverable, now,
                random);
}

RestartDecision RestartTracker::Decide(What what, absl::Time now,
                                       absl::BitGenRef random) {
  const bool done = what == What::kSuccess && !restart_on_success_;
  const RestartDecision end = {
      Action::kEnd, absl::ZeroDuration(),
      "Restart unnecessary as task terminated successfully"};
  if (policy_.attempts == 0) {
    if (done) return end;
    return {Action::kFail, absl::ZeroDuration(), "Policy allows no restarts"};
  }
  const absl::Time window_end = state_.window_start + policy_.interval;
  if (now > window_end) state_ = {0, now};
  ++state_.count;
  if (what == What::kUnrecoverable) {
    return {Action::kFail, absl::ZeroDuration(), "Error was unrecoverable"};
  }
  if (done) return end;
  if (state_.count > policy_.attempts) {
    if (policy_.mode != "delay") {
      return {Action::kFail, absl::ZeroDuration(),
              absl::StrCat("Exceeded allowed attempts ", policy_.attempts,
                           " in interval ",
                           base::FormatGoDuration(policy_.interval),
                           " and mode is \"fail\"")};
    }
    return {Action::kRestart, window_end - now,
            "Exceeded allowed attempts, applying a delay"};
  }
  return {Action::kRestart, WithJitter(policy_.delay, random),
          kRestartWithinPolicy};
}

}  // namespace agent
