// Whether and when a task that ended is started again.
//
// Pure: told what happened and what time it is, it answers. Kills and restarts
// that somebody asked for are not its business: the task runner decides those
// first.
//
// Threads:  thread-compatible.
// Follows:  Nomad's restart { attempts interval delay mode }.

#ifndef DROVER_AGENT_RESTART_TRACKER_H_
#define DROVER_AGENT_RESTART_TRACKER_H_

#include <string>

#include "absl/random/bit_gen_ref.h"
#include "absl/time/time.h"
#include "jobspec/policy.h"

namespace agent {

struct RestartDecision {
  enum class Action {
    kRestart,  // after `delay`
    kFail,     // the task has failed, for `reason`
    kEnd,      // the task is done
  };
  Action action = Action::kEnd;
  absl::Duration delay;
  std::string reason;  // as the event has it
};

inline constexpr char kRestartWithinPolicy[] = "Restart within policy";

class RestartTracker {
 public:
  // What must survive a restart of the agent.
  struct State {
    int count = 0;            // starts again in this window
    absl::Time window_start;  // when the window began
  };

  // The first window begins now. `restart_on_success`: also after exit 0, as
  // services and sidecars want it and batch work does not.
  RestartTracker(const jobspec::RestartPolicy& policy, bool restart_on_success,
                 absl::Time now);

  // The task's process ended.
  RestartDecision AfterExit(bool success, absl::Time now,
                            absl::BitGenRef random);

  // The task could not be started; `recoverable` when trying again may help.
  RestartDecision AfterStartError(bool recoverable, absl::Time now,
                                  absl::BitGenRef random);

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  enum class What { kSuccess, kFailure, kRecoverable, kUnrecoverable };
  RestartDecision Decide(What what, absl::Time now, absl::BitGenRef random);

  const jobspec::RestartPolicy policy_;
  const bool restart_on_success_;
  State state_;
};

}  // namespace agent

#endif  // DROVER_AGENT_RESTART_TRACKER_H_
