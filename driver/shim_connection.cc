#include "driver/shim_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "absl/time/clock.h"
#include "base/status.h"

namespace driver {

using shim::Message;

Message MakeMessage(shim::MessageType type) {
  Message message = {};
  message.type = type;
  message.version = shim::kProtocolVersion;
  return message;
}

absl::Status SendMessage(int socket, const Message& message,
                         const shim::FdSet* fds) {
  const int error = shim::SendWithFds(socket, &message, sizeof(message), fds);
  if (error == EPIPE || error == ECONNRESET || error == ENOTCONN) {
    return absl::UnavailableError("the task's shim has ended");
  }
  if (error != 0) {
    return base::ErrnoStatus(error, "cannot reach the task's shim");
  }
  return absl::OkStatus();
}

absl::StatusOr<Message> ReceiveMessage(int socket, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    Message message = {};
    const ssize_t n = recv(socket, &message, sizeof(message), MSG_DONTWAIT);
    if (n > 0) return message;
    if (n == 0 || errno == ECONNRESET) {
      return absl::UnavailableError("the task's shim has ended");
    }
    if (errno != EAGAIN && errno != EINTR) {
      return base::ErrnoStatus(errno, "cannot hear the task's shim");
    }
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError("the task's shim does not answer");
    }
    pollfd polled = {socket, POLLIN, 0};
    const int64_t millis =
        absl::ToInt64Milliseconds(std::min(left, absl::Hours(1)));
    if (poll(&polled, 1, static_cast<int>(millis) + 1) < 0 && errno != EINTR) {
      return base::ErrnoStatus(errno, "cannot wait for the task's shim");
    }
  }
}

}  // namespace driver
