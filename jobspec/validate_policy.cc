#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/go_duration.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

std::string Text(absl::Duration duration) {
  return base::FormatGoDuration(duration);
}

void RefuseNegative(absl::Duration duration, absl::string_view field,
                    absl::string_view name, const Place& place) {
  if (duration >= absl::ZeroDuration()) return;
  place.Error(field, absl::StrCat("Invalid ", name),
              absl::StrCat(Text(duration), " is negative"));
}

void RefuseNegative(int64_t number, absl::string_view field,
                    absl::string_view name, const Place& place) {
  if (number >= 0) return;
  place.Error(field, absl::StrCat("Invalid ", name),
              absl::StrCat(number, " is negative"));
}

void ValidateRestart(const RestartPolicy& restart, const Place& place) {
  if (restart.mode != "fail" && restart.mode != "delay") {
    place.Error("Mode", "Invalid restart mode",
                absl::StrCat("\"", restart.mode,
                             "\" is neither \"fail\" nor \"delay\""));
  }
  RefuseNegative(restart.attempts, "Attempts", "attempts", place);
  if (restart.attempts == 0 && restart.mode != "fail") {
    place.Error("Attempts", "Ambiguous restart policy",
                absl::StrCat("0 attempts with mode \"", restart.mode,
                             "\" is ambiguous; write mode = \"fail\" for no "
                             "restarts"));
  }
  if (restart.interval < absl::Seconds(5)) {
    place.Error("Interval", "Invalid restart interval",
                absl::StrCat("the interval ", Text(restart.interval),
                             " is shorter than 5s"));
  }
  if (restart.attempts > 0 &&
      restart.delay * restart.attempts > restart.interval) {
    place.Error("Attempts", "Restarts do not fit their interval",
                absl::StrCat(restart.attempts, " attempts with a delay of ",
                             Text(restart.delay), " take longer than the ",
                             "interval of ", Text(restart.interval)));
  }
}

// The time that `attempts` reschedules take one after the other.
absl::Duration ProgressionOf(const ReschedulePolicy& policy) {
  absl::Duration sum, previous, delay = policy.delay;
  for (int64_t i = 0; i < policy.attempts; ++i) {
    sum += delay;
    absl::Duration next = delay;
    if (policy.delay_function == "exponential") next = delay * 2;
    if (policy.delay_function == "fibonacci") next = delay + previous;
    previous = delay;
    if (policy.delay_function != "constant") {
      next = std::min(next, policy.max_delay);
    }
    // From here on it stays the same. (Fibonacci repeats its first step once.)
    if (next == delay && i > 0) {
      return sum + delay * (policy.attempts - 1 - i);
    }
    delay = next;
  }
  return sum;
}

void ValidateRescheduleDelays(const ReschedulePolicy& policy,
                              const Place& place) {
  if (policy.delay < absl::Seconds(5)) {
    place.Error(
        "Delay", "Invalid reschedule delay",
        absl::StrCat("the delay ", Text(policy.delay), " is shorter than 5s"));
  }
  const std::string& function = policy.delay_function;
  if (function == "constant") return;
  if (function != "exponential" && function != "fibonacci") {
    place.Error("DelayFunction", "Invalid delay function",
                absl::StrCat("\"", function,
                             "\" is none of constant, exponential, fibonacci"));
    return;
  }
  if (policy.max_delay < absl::Seconds(5)) {
    place.Error("MaxDelay", "Invalid max_delay",
                absl::StrCat("max_delay ", Text(policy.max_delay),
                             " is shorter than 5s"));
  } else if (policy.max_delay < policy.delay) {
    place.Error(
        "MaxDelay", "Invalid max_delay",
        absl::StrCat("max_delay ", Text(policy.max_delay),
                     " is shorter than the delay ", Text(policy.delay)));
  }
}

void ValidateReschedule(const ReschedulePolicy& policy, const Place& place) {
  RefuseNegative(policy.attempts, "Attempts", "attempts", place);
  if (policy.attempts <= 0 && !policy.unlimited) return;
  if (policy.attempts > 0 && policy.unlimited) {
    place.Error("Attempts", "Ambiguous reschedule policy",
                "attempts and unlimited exclude each other; add unlimited = "
                "false");
  }
  if (policy.attempts > 0 && policy.interval <= absl::ZeroDuration()) {
    place.Error("Interval", "Invalid reschedule interval",
                "attempts need an interval longer than 0s to be counted in");
  }
  ValidateRescheduleDelays(policy, place);
  if (policy.unlimited || policy.interval <= absl::ZeroDuration()) return;
  if (policy.interval < absl::Seconds(15)) {
    place.Error("Interval", "Invalid reschedule interval",
                absl::StrCat("the interval ", Text(policy.interval),
                             " is shorter than 15s"));
  }
  const absl::Duration needed = ProgressionOf(policy);
  if (needed > policy.interval) {
    place.Error(
        "Attempts", "Reschedules do not fit their interval",
        absl::StrCat(policy.attempts, " attempts take ", Text(needed),
                     ", longer than the interval of ", Text(policy.interval)));
  }
}

void ValidateUpdate(const UpdateStrategy& update, const Place& place) {
  if (update.health_check != "checks" && update.health_check != "task_states" &&
      update.health_check != "manual") {
    place.Error("HealthCheck", "Invalid health_check",
                absl::StrCat("\"", update.health_check,
                             "\" is none of checks, task_states, manual"));
  }
  RefuseNegative(update.max_parallel, "MaxParallel", "max_parallel", place);
  RefuseNegative(update.canary, "Canary", "canary", place);
  if (update.auto_promote && update.canary == 0) {
    place.Error("AutoPromote", "Invalid auto_promote",
                "there is nothing to promote without canary > 0");
  }
  RefuseNegative(update.min_healthy_time, "MinHealthyTime", "min_healthy_time",
                 place);
  RefuseNegative(update.progress_deadline, "ProgressDeadline",
                 "progress_deadline", place);
  if (update.healthy_deadline <= absl::ZeroDuration()) {
    place.Error("HealthyDeadline", "Invalid healthy_deadline",
                "it must be longer than 0s");
  }
  if (update.min_healthy_time >= update.healthy_deadline) {
    place.Error("MinHealthyTime", "Invalid min_healthy_time",
                absl::StrCat(Text(update.min_healthy_time),
                             " is not shorter than healthy_deadline ",
                             Text(update.healthy_deadline)));
  }
  if (update.progress_deadline != absl::ZeroDuration() &&
      update.healthy_deadline >= update.progress_deadline) {
    place.Error("HealthyDeadline", "Invalid healthy_deadline",
                absl::StrCat(Text(update.healthy_deadline),
                             " is not shorter than progress_deadline ",
                             Text(update.progress_deadline)));
  }
  if (update.stagger <= absl::ZeroDuration()) {
    place.Error("Stagger", "Invalid stagger", "it must be longer than 0s");
  }
}

void ValidateMigrate(const MigrateStrategy& migrate, const Place& place) {
  RefuseNegative(migrate.max_parallel, "MaxParallel", "max_parallel", place);
  if (migrate.health_check != "checks" &&
      migrate.health_check != "task_states") {
    place.Error("HealthCheck", "Invalid health_check",
                absl::StrCat("\"", migrate.health_check,
                             "\" is neither checks nor task_states"));
  }
  RefuseNegative(migrate.min_healthy_time, "MinHealthyTime", "min_healthy_time",
                 place);
  RefuseNegative(migrate.healthy_deadline, "HealthyDeadline",
                 "healthy_deadline", place);
  if (migrate.min_healthy_time > migrate.healthy_deadline) {
    place.Error("MinHealthyTime", "Invalid min_healthy_time",
                absl::StrCat(Text(migrate.min_healthy_time),
                             " is longer than healthy_deadline ",
                             Text(migrate.healthy_deadline)));
  }
}

void ValidateDisconnect(const Job& job, const DisconnectStrategy& disconnect,
                        const Place& place) {
  if (disconnect.lost_after.has_value()) {
    RefuseNegative(*disconnect.lost_after, "LostAfter", "lost_after", place);
  }
  if (disconnect.stop_on_client_after.has_value()) {
    RefuseNegative(*disconnect.stop_on_client_after, "StopOnClientAfter",
                   "stop_on_client_after", place);
    if (job.type != "service" && job.type != "batch") {
      place.Error("StopOnClientAfter", "Invalid stop_on_client_after",
                  "only service and batch jobs can have it");
    }
    if (disconnect.lost_after.value_or(absl::ZeroDuration()) !=
        absl::ZeroDuration()) {
      place.Error("StopOnClientAfter", "Conflicting disconnect policy",
                  "lost_after and stop_on_client_after exclude each other");
    }
  }
  const std::string& reconcile = disconnect.reconcile;
  if (reconcile != "best_score" && reconcile != "longest_running" &&
      reconcile != "keep_original" && reconcile != "keep_replacement") {
    place.Error("Reconcile", "Invalid reconcile",
                absl::StrCat("\"", reconcile,
                             "\" is none of best_score, longest_running, "
                             "keep_original, keep_replacement"));
  }
}

}  // namespace

void ValidatePolicies(const Job& job, const TaskGroup& group,
                      const Place& place) {
  ValidateRestart(group.restart_policy,
                  Place(place, "RestartPolicy", "restart", ""));
  if (group.disconnect.has_value()) {
    ValidateDisconnect(job, *group.disconnect,
                       Place(place, "Disconnect", "disconnect", ""));
  }
  if (group.reschedule_policy.has_value()) {
    const Place reschedule(place, "ReschedulePolicy", "reschedule", "");
    if (job.type == "system" || job.type == "sysbatch") {
      reschedule.Error(
          "", "Invalid reschedule block",
          absl::StrCat("a ", job.type, " job is never rescheduled"));
    } else {
      ValidateReschedule(*group.reschedule_policy, reschedule);
    }
  }
  if (group.update.has_value()) {
    const Place update(place, "Update", "update", "");
    if (job.type != "service" && job.type != "system") {
      update.Error("", "Invalid update block",
                   absl::StrCat("only service and system jobs are updated, "
                                "this job's type is ",
                                job.type));
    } else {
      ValidateUpdate(*group.update, update);
    }
  }
  if (group.migrate.has_value()) {
    const Place migrate(place, "Migrate", "migrate", "");
    if (job.type != "service") {
      migrate.Error("", "Invalid migrate block",
                    absl::StrCat("only service jobs migrate, this job's type "
                                 "is ",
                                 job.type));
    } else {
      ValidateMigrate(*group.migrate, migrate);
    }
  }
}

}  // namespace jobspec
