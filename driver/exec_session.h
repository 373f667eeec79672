// A command that runs beside a task: in its groups, with its environment,
// working directory and user. `nomad alloc exec`, script checks.
//
//   ASSIGN_OR_RETURN(auto session, driver->StartExec(id, {.command = {"sh"}}));
//   ... read session->stdout_fd() and session->stderr_fd(), write
//       session->stdin_fd(), poll session->exit_fd() ...
//   ASSIGN_OR_RETURN(ExecExit exit, session->Wait(absl::InfiniteDuration()));
//
// It is passive: whoever holds it moves the bytes and polls. The command is a
// child of the task's shim. It ends with the task, and when this object goes:
// then it and all its descendants are killed. What a finished command left in
// the background stays until the task ends.
//
// Ownership:  owns its descriptors. It does not keep the task or the driver.
// Threads:    thread-compatible.
// Errors:     see driver.h.

#ifndef DROVER_DRIVER_EXEC_SESSION_H_
#define DROVER_DRIVER_EXEC_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "driver/handle.pb.h"

namespace driver {

struct ExecOptions {
  std::vector<std::string> command;  // the program first
  // A terminal: stdin and stdout are its other side, stderr is not there.
  bool tty = false;
  // Of the terminal; 0 leaves the kernel's default.
  int rows = 0;
  int columns = 0;
  // No stdin (/dev/null) and one pipe for stdout and stderr.
  bool merge_output = false;
};

struct ExecExit {
  int exit_code = 0;  // 128 + signal when a signal ended it
  int signal = 0;
};

// A command that ran to its end, or to a deadline.
struct ExecResult {
  std::string output;  // stdout and stderr as they came, the last 4096 bytes
  int exit_code = 0;   // 128 + signal when a signal ended it; -1: timed out
  int signal = 0;
  bool timed_out = false;
};

class ExecSession {
 public:
  // Used by the driver: `connection` leads to the shim of the task.
  static absl::StatusOr<std::unique_ptr<ExecSession>> Start(
      const drover::driver::TaskHandle& handle, const ExecOptions& options,
      base::UniqueFd connection);

  // -1 when there is none. All but the terminal's are ends of pipes; a read
  // from a terminal whose last process has gone fails with EIO.
  int stdin_fd() const { return tty() ? terminal_.get() : stdin_.get(); }
  int stdout_fd() const { return tty() ? terminal_.get() : stdout_.get(); }
  int stderr_fd() const { return stderr_.get(); }
  bool tty() const { return terminal_.valid(); }

  // The command sees the end of its input (without a terminal).
  void CloseStdin() { stdin_.Reset(); }

  // FailedPrecondition "attempted to resize a non-tty session".
  absl::Status Resize(int rows, int columns);

  // Readable when the command has ended, or the task.
  int exit_fd() const { return connection_.get(); }

  // DeadlineExceeded after `timeout`; Unavailable when the task ended first
  // and took the command with it.
  absl::StatusOr<ExecExit> Wait(absl::Duration timeout);

  // Reads the output (of a session with merge_output) until the command has
  // ended and its pipe is empty, or until `deadline`. It does not wait for
  // whoever was left in the background with the pipe open.
  absl::StatusOr<ExecResult> Collect(absl::Time deadline);

 private:
  ExecSession() = default;

  base::UniqueFd connection_;
  base::UniqueFd stdin_;
  base::UniqueFd stdout_;
  base::UniqueFd stderr_;
  base::UniqueFd terminal_;
  std::optional<ExecExit> exit_;
};

}  // namespace driver

#endif  // DROVER_DRIVER_EXEC_SESSION_H_
