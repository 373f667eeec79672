// raw_exec: runs a task's command as a plain process, without isolation.
//
//   ASSIGN_OR_RETURN(auto driver, driver::RawExecDriver::Create({
//       .state_dir = "/var/lib/drover/driver"}));
//   driver::Config config;
//   config.enabled = true;
//   RETURN_IF_ERROR(driver->SetConfig(config));
//   driver::TaskConfig task;
//   task.id = "5f0e.../web/1a2b3c4d";
//   task.command = "/bin/sleep";
//   task.args = {"60"};
//   task.task_dir = "/var/lib/drover/alloc/5f0e.../web";
//   ASSIGN_OR_RETURN(driver::TaskHandle handle, driver->StartTask(task));
//   ...store the handle...
//   ASSIGN_OR_RETURN(driver::ExitResult result, driver->WaitTask(task.id));
//   RETURN_IF_ERROR(driver->DestroyTask(task.id, /*force=*/false));
//
// Each task has a shim: a small process that starts the command, moves its
// output into files, waits for it, kills what it leaves behind, and keeps its
// exit status until somebody asks. Shims outlive the driver object and its
// process on purpose; RecoverTask() finds them again.
//
// What always holds (see doc/architecture.md):
//   * When a result is given out, every process of that run is gone and its
//     group is removed.
//   * An exit status is never lost: not while nobody listened, not when the
//     process that holds this object was killed.
//   * Signals never reach a process that is not of the task.
//
// It leaves to its caller: interpolation, artifacts, restart policy, creating
// the task's directories, storing handles.
//
// Ownership:  the driver owns the spawner process and ends it; tasks are owned
//             by nobody and go on.
// Threads:    thread-safe. Callbacks run on a thread of the driver: they must
//             not block, and must not call the driver's blocking functions.
// Errors:     absl::Status whose text says what failed, on what, why and what
//             to do. NotFound: "task not found for given id".
//             InvalidArgument: the job is wrong (starting it again cannot
//             help). FailedPrecondition: the host or the configuration does
//             not allow it. Unavailable: may succeed when tried again.
// Follows:    Nomad's raw_exec driver, task driver plugin interface.

#ifndef DROVER_DRIVER_DRIVER_H_
#define DROVER_DRIVER_DRIVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "driver/config.h"
#include "driver/exec_session.h"
#include "driver/exit_result.h"
#include "driver/handle.pb.h"
#include "driver/task_config.h"
#include "driver/task_usage.h"

namespace driver {

using TaskHandle = drover::driver::TaskHandle;

// What the node learns about the driver.
struct FingerprintReport {
  // "undetected" while the driver is disabled, else "healthy".
  bool healthy = false;
  std::string description;  // "Healthy" or "disabled"
};

// What happens to a running task besides its end.
struct TaskEvent {
  std::string task_id;
  absl::Time time;
  std::string message;  // "cannot write alloc/logs/web.stdout.0: No space..."
};

enum class TaskState { kRunning, kExited, kUnknown };

struct TaskStatus {
  std::string id;
  std::string name;
  TaskState state = TaskState::kUnknown;
  int pid = 0;
  absl::Time started_at;
  absl::Time completed_at;  // InfinitePast while it runs
  ExitResult result;        // meaningful when exited
};

class RawExecDriver {
 public:
  struct Options {
    // Sockets and exit records of tasks, one directory each; made 0700. A
    // successor finds tasks again only with the same directory.
    std::string state_dir;
    // Called for every TaskEvent; may be empty.
    std::function<void(const TaskEvent&)> on_event;
  };

  // Finds out what the host offers and starts the spawner. The driver is
  // disabled until SetConfig() enables it.
  static absl::StatusOr<std::unique_ptr<RawExecDriver>> Create(Options options);
  virtual ~RawExecDriver() = default;

  // InvalidArgument for a bad range of ids; the old configuration stays then.
  virtual absl::Status SetConfig(const Config& config) = 0;

  virtual FingerprintReport Fingerprint() const = 0;

  // Starts the task and returns when its command has been executed (the execve
  // succeeded) or could not be. On an error no process, no group and no
  // directory of it is left.
  virtual absl::StatusOr<TaskHandle> StartTask(const TaskConfig& config) = 0;

  // Takes up a task that an earlier driver started. Success when it is known
  // already, when its shim answers, or when its exit record was found; also
  // when the shim was lost: then what is left of the task is killed first, and
  // its result says so (ExitResult::lost). InvalidArgument for an empty handle.
  virtual absl::Status RecoverTask(const TaskHandle& handle) = 0;

  // Blocks until the task is over; at once when it is. DeadlineExceeded after
  // `timeout`. Any number of waiters.
  virtual absl::StatusOr<ExitResult> WaitTask(
      absl::string_view id,
      absl::Duration timeout = absl::InfiniteDuration()) = 0;

  // Calls `function` once with the result, now if the task is over.
  virtual absl::Status OnExit(
      absl::string_view id,
      std::function<void(const ExitResult&)> function) = 0;

  // Sends `signal` ("SIGINT" when empty) to the main process, waits up to
  // `timeout`, then kills the whole tree; with a zero timeout kills at once.
  // Blocks until everything is gone. Success when the task is over already.
  virtual absl::Status StopTask(absl::string_view id, absl::Duration timeout,
                                absl::string_view signal) = 0;

  // The same without waiting: OnExit() tells when it is done. The stop goes on
  // to its end even if this process dies. A second call may only shorten.
  virtual absl::Status BeginStop(absl::string_view id, absl::Duration timeout,
                                 absl::string_view signal) = 0;

  // To the main process. InvalidArgument, and nothing is sent, for a name that
  // is not a signal; the error lists the known ones.
  virtual absl::Status SignalTask(absl::string_view id,
                                  absl::string_view signal) = 0;

  // Runs a command beside the task until it ends or `timeout` is over; then it
  // and its descendants are killed. Blocks.
  virtual absl::StatusOr<ExecResult> ExecTask(
      absl::string_view id, const std::vector<std::string>& command,
      absl::Duration timeout) = 0;

  // The same with its input and output in the caller's hands, see
  // exec_session.h. FailedPrecondition when the task is not running.
  virtual absl::StatusOr<std::unique_ptr<ExecSession>> StartExec(
      absl::string_view id, const ExecOptions& options) = 0;

  virtual absl::StatusOr<TaskStatus> InspectTask(absl::string_view id) = 0;

  // What a running task uses now, and its share of the CPU since the last call.
  virtual absl::StatusOr<TaskUsage> TaskStats(absl::string_view id) = 0;

  // Tasks that stand in the state directory, known or not: what a crashed
  // predecessor may have started without storing the handle. RecoverTask()
  // each, then stop or adopt it.
  virtual absl::StatusOr<std::vector<TaskHandle>> ListTasks() const = 0;

  // Forgets a task and removes its state directory. FailedPrecondition
  // "cannot destroy running task" unless `force`, which kills it first.
  virtual absl::Status DestroyTask(absl::string_view id, bool force) = 0;
};

}  // namespace driver

#endif  // DROVER_DRIVER_DRIVER_H_
