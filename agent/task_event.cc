#include "agent/task_event.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agent/restart_tracker.h"
#include "base/go_duration.h"

namespace agent {
namespace {

TaskEvent Event(absl::string_view type, absl::Time now,
                absl::string_view message) {
  return {std::string(type), now, std::string(message), {}, false};
}

// `text`, or what Nomad says when there is none; also as detail `key`.
TaskEvent ErrorEvent(absl::string_view type, absl::Time now,
                     absl::string_view error, absl::string_view otherwise,
                     const char* key) {
  TaskEvent event = Event(type, now, error.empty() ? otherwise : error);
  if (!error.empty()) event.details[key] = std::string(error);
  return event;
}

}  // namespace

TaskEvent TaskEvent::Received(absl::Time now) {
  return Event("Received", now, "Task received by client");
}

TaskEvent TaskEvent::TaskSetup(absl::Time now, absl::string_view message) {
  TaskEvent event = Event("Task Setup", now, message);
  event.details["message"] = std::string(message);
  return event;
}

TaskEvent TaskEvent::DownloadingArtifacts(absl::Time now) {
  return Event("Downloading Artifacts", now, "Client is downloading artifacts");
}

TaskEvent TaskEvent::FailedArtifactDownload(absl::Time now,
                                            absl::string_view error) {
  return ErrorEvent("Failed Artifact Download", now, error,
                    "Failed to download artifacts", "download_error");
}

TaskEvent TaskEvent::FailedValidation(absl::Time now, absl::string_view error) {
  return ErrorEvent("Failed Validation", now, error,
                    "Validation of task failed", "validation_error");
}

TaskEvent TaskEvent::SetupFailure(absl::Time now, absl::string_view error) {
  TaskEvent event = ErrorEvent("Setup Failure", now, error, "Task setup failed",
                               "setup_error");
  event.details["fails_task"] = "true";
  event.fails_task = true;
  return event;
}

TaskEvent TaskEvent::HookFailed(absl::Time now, absl::string_view hook,
                                absl::string_view error) {
  TaskEvent event =
      Event("Task hook failed", now, absl::StrCat(hook, ": ", error));
  event.details["message"] = event.message;
  return event;
}

TaskEvent TaskEvent::HookMessage(absl::Time now, absl::string_view message) {
  TaskEvent event = Event("Task hook message", now, message);
  event.details["message"] = std::string(message);
  return event;
}

TaskEvent TaskEvent::DriverFailure(absl::Time now, absl::string_view error) {
  return ErrorEvent(kEventDriverFailure, now, error, "Failed to start task",
                    "driver_error");
}

TaskEvent TaskEvent::DriverMessage(absl::Time now, absl::string_view message) {
  TaskEvent event = Event("Driver", now, message);
  event.details["driver_message"] = std::string(message);
  return event;
}

TaskEvent TaskEvent::Started(absl::Time now) {
  return Event(kEventStarted, now, "Task started by client");
}

TaskEvent TaskEvent::Terminated(absl::Time now,
                                const driver::ExitResult& result) {
  std::string message = absl::StrCat("Exit Code: ", result.exit_code);
  if (result.signal != 0) {
    absl::StrAppend(&message, ", Signal: ", result.signal);
  }
  if (!result.message.empty()) {
    absl::StrAppend(&message, ", Exit Message: \"",
                    absl::Utf8SafeCEscape(result.message), "\"");
  }
  TaskEvent event = Event(kEventTerminated, now, message);
  event.details["exit_code"] = absl::StrCat(result.exit_code);
  event.details["signal"] = absl::StrCat(result.signal);
  event.details["oom_killed"] = result.oom_killed ? "true" : "false";
  if (!result.message.empty()) event.details["exit_message"] = result.message;
  return event;
}

TaskEvent TaskEvent::Restarting(absl::Time now, absl::Duration delay,
                                absl::string_view reason) {
  std::string message =
      absl::StrCat("Task restarting in ", base::FormatGoDuration(delay));
  if (!reason.empty() && reason != kRestartWithinPolicy) {
    message = absl::StrCat(reason, " - ", message);
  }
  TaskEvent event = Event("Restarting", now, message);
  event.details["restart_reason"] = std::string(reason);
  event.details["start_delay"] = absl::StrCat(absl::ToInt64Nanoseconds(delay));
  return event;
}

TaskEvent TaskEvent::NotRestarting(absl::Time now, absl::string_view reason) {
  TaskEvent event =
      ErrorEvent(kEventNotRestarting, now, reason,
                 "Task exceeded restart policy", "restart_reason");
  event.details["fails_task"] = "true";
  event.fails_task = true;
  return event;
}

TaskEvent TaskEvent::RestartSignaled(absl::Time now, absl::string_view reason) {
  return ErrorEvent("Restart Signaled", now, reason, "Task signaled to restart",
                    "restart_reason");
}

TaskEvent TaskEvent::Signaling(absl::Time now, absl::string_view signal) {
  TaskEvent event = Event("Signaling", now, "Task being sent a signal");
  event.details["signal"] = std::string(signal);
  return event;
}

TaskEvent TaskEvent::SignalingFor(absl::Time now, absl::string_view signal,
                                  absl::string_view reason) {
  TaskEvent event =
      Event("Signaling", now,
            absl::StrCat("Task being sent signal ", signal, ": ", reason));
  event.details["task_signal"] = std::string(signal);
  event.details["task_signal_reason"] = std::string(reason);
  return event;
}

TaskEvent TaskEvent::Killing(absl::Time now, absl::Duration kill_timeout) {
  const std::string timeout = base::FormatGoDuration(kill_timeout);
  TaskEvent event = Event("Killing", now,
                          kill_timeout > absl::ZeroDuration()
                              ? absl::StrCat("Sent interrupt. Waiting ",
                                             timeout, " before force killing")
                              : "Sent interrupt");
  event.details["kill_timeout"] = timeout;
  return event;
}

TaskEvent TaskEvent::KillingFor(absl::Time now, absl::string_view reason) {
  TaskEvent event = Event("Killing", now, reason);
  event.details["kill_reason"] = std::string(reason);
  return event;
}

TaskEvent TaskEvent::Killed(absl::Time now, absl::string_view error) {
  return ErrorEvent(kEventKilled, now, error, "Task successfully killed",
                    "kill_error");
}

TaskEvent TaskEvent::SiblingFailed(absl::Time now, absl::string_view sibling) {
  TaskEvent event =
      Event("Sibling Task Failed", now,
            absl::StrCat("Task's sibling \"", sibling, "\" failed"));
  event.details["failed_sibling"] = std::string(sibling);
  return event;
}

TaskEvent TaskEvent::LeaderDead(absl::Time now) {
  return Event("Leader Task Dead", now, "Leader Task in Group dead");
}

TaskEvent TaskEvent::MainTasksDead(absl::Time now) {
  return Event("Main Tasks Dead", now, "Main tasks in the group died");
}

TaskEvent TaskEvent::FailedRestoring(absl::Time now) {
  return Event("Failed Restoring Task", now,
               "failed to restore task; will not run until server is "
               "contacted");
}

TaskEvent TaskEvent::WaitingForShutdownDelay(absl::Time now,
                                             absl::Duration delay) {
  return Event(
      "Waiting for shutdown delay", now,
      absl::StrCat("Waiting for shutdown_delay of ",
                   base::FormatGoDuration(delay), " before killing the task."));
}

TaskEvent TaskEvent::SkippingShutdownDelay(absl::Time now,
                                           absl::Duration delay) {
  return Event(
      "Skipping shutdown delay", now,
      absl::StrCat("Skipping shutdown_delay of ", base::FormatGoDuration(delay),
                   " before killing the task."));
}

TaskEvent TaskEvent::AllocUnhealthy(absl::Time now, absl::string_view message) {
  TaskEvent event = Event("Alloc Unhealthy", now, message);
  event.details["message"] = std::string(message);
  return event;
}

}  // namespace agent
