// What happens to a task, in the words that Nomad's users and tools know.
//
//   Add(TaskEvent::Terminated(clock.Now(), result));
//
// Types, texts and keys of the details are Nomad's, byte for byte: scripts
// match them. Each function below makes one kind of event.
//
// Threads:  plain data.
// Follows:  TaskEvent of Nomad's API. Its deprecated fields are left out;
//           clients need them only when DisplayMessage is empty.

#ifndef DROVER_AGENT_TASK_EVENT_H_
#define DROVER_AGENT_TASK_EVENT_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "driver/exit_result.h"

namespace agent {

struct TaskEvent {
  std::string type;
  absl::Time time;
  std::string message;  // DisplayMessage
  std::map<std::string, std::string> details;
  bool fails_task = false;

  static TaskEvent Received(absl::Time now);
  static TaskEvent TaskSetup(absl::Time now, absl::string_view message);
  static TaskEvent DownloadingArtifacts(absl::Time now);
  static TaskEvent FailedArtifactDownload(absl::Time now,
                                          absl::string_view error);
  static TaskEvent FailedValidation(absl::Time now, absl::string_view error);
  static TaskEvent SetupFailure(absl::Time now, absl::string_view error);
  static TaskEvent HookFailed(absl::Time now, absl::string_view hook,
                              absl::string_view error);
  static TaskEvent HookMessage(absl::Time now, absl::string_view message);
  static TaskEvent DriverFailure(absl::Time now, absl::string_view error);
  static TaskEvent DriverMessage(absl::Time now, absl::string_view message);
  static TaskEvent Started(absl::Time now);
  static TaskEvent Terminated(absl::Time now, const driver::ExitResult& result);
  static TaskEvent Restarting(absl::Time now, absl::Duration delay,
                              absl::string_view reason);
  static TaskEvent NotRestarting(absl::Time now, absl::string_view reason);
  static TaskEvent RestartSignaled(absl::Time now, absl::string_view reason);
  // On demand: the name as it was given.
  static TaskEvent Signaling(absl::Time now, absl::string_view signal);
  // By a template, for a reason.
  static TaskEvent SignalingFor(absl::Time now, absl::string_view signal,
                                absl::string_view reason);
  static TaskEvent Killing(absl::Time now, absl::Duration kill_timeout);
  // For a reason of ours instead of somebody's wish.
  static TaskEvent KillingFor(absl::Time now, absl::string_view reason);
  // `error` is empty when all went well.
  static TaskEvent Killed(absl::Time now, absl::string_view error);
  static TaskEvent SiblingFailed(absl::Time now, absl::string_view sibling);
  static TaskEvent LeaderDead(absl::Time now);
  static TaskEvent MainTasksDead(absl::Time now);
  static TaskEvent FailedRestoring(absl::Time now);
  static TaskEvent WaitingForShutdownDelay(absl::Time now,
                                           absl::Duration delay);
  static TaskEvent SkippingShutdownDelay(absl::Time now, absl::Duration delay);
  static TaskEvent AllocUnhealthy(absl::Time now, absl::string_view message);
};

// The types that code of ours asks for.
inline constexpr char kEventDriverFailure[] = "Driver Failure";
inline constexpr char kEventKilled[] = "Killed";
inline constexpr char kEventNotRestarting[] = "Not Restarting";
inline constexpr char kEventStarted[] = "Started";
inline constexpr char kEventTerminated[] = "Terminated";

}  // namespace agent

#endif  // DROVER_AGENT_TASK_EVENT_H_
