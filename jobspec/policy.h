// What happens when a task ends, fails or is replaced: restart, reschedule,
// update, migrate and disconnect blocks.
//
// In a canonical job every policy below is complete: a group's `restart` has
// been laid over the defaults of its job type, a task's over its group's.

#ifndef DROVER_JOBSPEC_POLICY_H_
#define DROVER_JOBSPEC_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace jobspec {

// Restarts of one task on the same node (`restart`). The member defaults are
// those of batch and sysbatch jobs; service and system jobs get 2 attempts in
// 30 minutes.
struct RestartPolicy {
  absl::Duration interval = absl::Hours(24);  // window that counts attempts
  int64_t attempts = 3;                       // restarts within one interval
  absl::Duration delay = absl::Seconds(15);   // wait before a restart; up to
                                              // 25 % are added to it
  std::string mode = "fail";      // after the last attempt: "fail" gives up,
                                  // "delay" waits for the next interval
  bool render_templates = false;  // render templates again on each restart
};

// A new allocation for a failed one (`reschedule`); absent for system and
// sysbatch jobs. The member defaults are those of service jobs; batch jobs get
// 1 attempt in 24 hours, constant 5 s, limited.
struct ReschedulePolicy {
  int64_t attempts = 0;     // within `interval`; unused when unlimited
  absl::Duration interval;  // 0
  absl::Duration delay = absl::Seconds(30);
  std::string delay_function = "exponential";  // constant, fibonacci
  absl::Duration max_delay = absl::Hours(1);   // cap of a growing delay
  bool unlimited = true;
};

// How a changed service or system job replaces its allocations (`update`).
struct UpdateStrategy {
  absl::Duration stagger = absl::Seconds(30);  // system jobs: between two
  int64_t max_parallel = 1;  // replaced at a time; 0 makes no deployment
  std::string health_check = "checks";  // task_states, manual
  absl::Duration min_healthy_time = absl::Seconds(10);
  absl::Duration healthy_deadline = absl::Minutes(5);
  absl::Duration progress_deadline = absl::Minutes(10);  // 0: the first
                                                         // unhealthy one fails
  int64_t canary = 0;  // new allocations beside the old before promotion
  bool auto_revert = false;
  bool auto_promote = false;
};

// How allocations leave a draining node (`migrate`). Service jobs only.
struct MigrateStrategy {
  int64_t max_parallel = 1;
  std::string health_check = "checks";  // task_states
  absl::Duration min_healthy_time = absl::Seconds(10);
  absl::Duration healthy_deadline = absl::Minutes(5);
};

// What happens when the client loses its servers (`disconnect`). One agent is
// both, so these never act here; kept for the answer to API readers.
struct DisconnectStrategy {
  std::optional<absl::Duration> lost_after;
  std::optional<absl::Duration> stop_on_client_after;
  bool replace = true;
  std::string reconcile = "best_score";  // longest_running, keep_original,
                                         // keep_replacement
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_POLICY_H_
