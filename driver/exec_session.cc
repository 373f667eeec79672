#include "driver/exec_session.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "driver/command.h"
#include "driver/plan.h"
#include "driver/shim/fds.h"
#include "driver/shim_connection.h"
#include "driver/start_error.h"
#include "driver/user.h"

namespace driver {
namespace {

constexpr absl::Duration kAnswerTimeout = absl::Seconds(30);

// What Collect() keeps: the end of the output.
constexpr size_t kMaxCollected = 4096;

absl::Status MakePipe(base::UniqueFd* reader, base::UniqueFd* writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return base::ErrnoStatus(errno, "cannot make a pipe");
  }
  reader->Reset(ends[0]);
  writer->Reset(ends[1]);
  return absl::OkStatus();
}

absl::Status SetSize(int terminal, int rows, int columns) {
  winsize size = {};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  if (ioctl(terminal, TIOCSWINSZ, &size) != 0) {
    return base::ErrnoStatus(errno, "cannot set the size of the terminal");
  }
  return absl::OkStatus();
}

// Both sides of a new terminal. The task's side belongs to its user, so that
// its programs may open /dev/tty.
absl::Status MakeTerminal(const User& user, base::UniqueFd* ours,
                          base::UniqueFd* theirs) {
  ours->Reset(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  char name[64];
  if (!ours->valid() || grantpt(ours->get()) != 0 ||
      unlockpt(ours->get()) != 0 ||
      ptsname_r(ours->get(), name, sizeof(name)) != 0) {
    return base::ErrnoStatus(errno, "cannot make a terminal");
  }
  theirs->Reset(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!theirs->valid() ||
      (user.switches &&
       fchown(theirs->get(), user.uid, static_cast<gid_t>(-1)) != 0)) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot open ", name));
  }
  return absl::OkStatus();
}

// As a shell would: with a slash from the working directory, else in PATH.
absl::StatusOr<std::string> FindExecCommand(const std::string& command,
                                            const std::string& cwd) {
  if (absl::StartsWith(command, "/")) return command;
  if (absl::StrContains(command, '/')) return absl::StrCat(cwd, "/", command);
  absl::StatusOr<std::string> found = FindInPath(command, OwnPath());
  if (!found.ok()) {
    return absl::NotFoundError(
        absl::StrCat("failed to start command: exec: \"", command,
                     "\": executable file not found in $PATH"));
  }
  return found;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ExecSession>> ExecSession::Start(
    const drover::driver::TaskHandle& handle, const ExecOptions& options,
    base::UniqueFd connection) {
  if (options.command.empty() || options.command[0].empty()) {
    return absl::InvalidArgumentError("error cmd must have at least one value");
  }
  std::unique_ptr<ExecSession> session(new ExecSession);
  session->connection_ = std::move(connection);

  ProcessPlan plan;
  plan.cwd = handle.work_dir();
  ASSIGN_OR_RETURN(plan.path, FindExecCommand(options.command[0], plan.cwd));
  plan.arguments = options.command;
  plan.environment.assign(handle.env().begin(), handle.env().end());
  ASSIGN_OR_RETURN(plan.user, ResolveUser(handle.user()));
  plan.terminal = options.tty;
  // As the task itself; whatever that is, a session need not fail over it.
  ASSIGN_OR_RETURN(const base::UniqueFd plan_file, WritePlan(plan));

  base::UniqueFd theirs[3];
  if (options.tty) {
    RETURN_IF_ERROR(MakeTerminal(plan.user, &session->terminal_, &theirs[0]));
    if (options.rows > 0 && options.columns > 0) {
      RETURN_IF_ERROR(
          SetSize(session->terminal_.get(), options.rows, options.columns));
    }
  } else if (options.merge_output) {
    theirs[0].Reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
    RETURN_IF_ERROR(MakePipe(&session->stdout_, &theirs[1]));
  } else {
    RETURN_IF_ERROR(MakePipe(&theirs[0], &session->stdin_));
    RETURN_IF_ERROR(MakePipe(&session->stdout_, &theirs[1]));
    RETURN_IF_ERROR(MakePipe(&session->stderr_, &theirs[2]));
  }
  const auto or_else = [&](int i, int other) {
    return theirs[i].valid() ? theirs[i].get() : theirs[other].get();
  };
  shim::FdSet fds;
  fds[shim::FdUse::kPlan] = plan_file.get();
  fds[shim::FdUse::kStdin] = theirs[0].get();
  fds[shim::FdUse::kStdout] = or_else(1, 0);
  fds[shim::FdUse::kStderr] = or_else(2, options.tty ? 0 : 1);

  shim::Message request = MakeMessage(shim::MessageType::kExec);
  request.present = fds.Present();
  RETURN_IF_ERROR(SendMessage(session->connection_.get(), request, &fds));
  ASSIGN_OR_RETURN(const shim::Message answer,
                   ReceiveMessage(session->connection_.get(), kAnswerTimeout));
  if (answer.type != shim::MessageType::kExecStarted ||
      (answer.step == shim::Step::kPlan && answer.error == ESRCH)) {
    return absl::FailedPreconditionError("task is not running");
  }
  RETURN_IF_ERROR(StartError(plan, answer.step, answer.error, answer.detail));
  return session;
}

absl::Status ExecSession::Resize(int rows, int columns) {
  if (!tty()) {
    return absl::FailedPreconditionError(
        "attempted to resize a non-tty session");
  }
  return SetSize(terminal_.get(), rows, columns);
}

absl::StatusOr<ExecExit> ExecSession::Wait(absl::Duration timeout) {
  while (!exit_.has_value()) {
    ASSIGN_OR_RETURN(const shim::Message message,
                     ReceiveMessage(connection_.get(), timeout));
    if (message.type != shim::MessageType::kExecExited) continue;
    exit_.emplace();
    exit_->signal = message.exit_signal;
    exit_->exit_code = message.exit_signal != 0 ? 128 + message.exit_signal
                                                : message.exit_status;
  }
  return *exit_;
}

absl::StatusOr<ExecResult> ExecSession::Collect(absl::Time deadline) {
  ExecResult result;
  const auto keep_the_end = [&result](size_t size) {
    if (result.output.size() <= size) return;
    result.output.erase(0, result.output.size() - kMaxCollected);
  };
  const auto take = [&] {
    char buffer[4096];
    const ssize_t n = read(stdout_fd(), buffer, sizeof(buffer));
    if (n <= 0) return false;
    result.output.append(buffer, static_cast<size_t>(n));
    keep_the_end(16 * kMaxCollected);
    return true;
  };
  if (fcntl(stdout_fd(), F_SETFL, O_NONBLOCK) != 0) {
    return base::ErrnoStatus(errno, "cannot prepare a pipe");
  }
  pollfd polled[2] = {{exit_fd(), POLLIN, 0}, {stdout_fd(), POLLIN, 0}};
  while (polled[0].revents == 0) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      result.timed_out = true;
      result.exit_code = -1;
      break;
    }
    const int64_t millis =
        absl::ToInt64Milliseconds(std::min(left, absl::Hours(1)));
    (void)poll(polled, 2, static_cast<int>(millis) + 1);
    // A closed pipe would be ready for ever.
    if (polled[1].revents != 0 && !take() && errno != EAGAIN) polled[1].fd = -1;
  }
  if (!result.timed_out) {
    ASSIGN_OR_RETURN(const ExecExit exit, Wait(kAnswerTimeout));
    result.exit_code = exit.exit_code;
    result.signal = exit.signal;
  }
  while (take()) {
  }
  keep_the_end(kMaxCollected);
  return result;
}

}  // namespace driver
