// Messages to and from a shim, with a deadline.
//
// Threads:  free functions; one thread a connection.

#ifndef DROVER_DRIVER_SHIM_CONNECTION_H_
#define DROVER_DRIVER_SHIM_CONNECTION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "driver/shim/fds.h"
#include "driver/shim/protocol.h"

namespace driver {

// A message of a type, with the protocol's version.
shim::Message MakeMessage(shim::MessageType type);

// `fds` may be null.
absl::Status SendMessage(int socket, const shim::Message& message,
                         const shim::FdSet* fds = nullptr);

// Waits for one message. Unavailable at the end of the connection,
// DeadlineExceeded after `timeout`.
absl::StatusOr<shim::Message> ReceiveMessage(int socket,
                                             absl::Duration timeout);

}  // namespace driver

#endif  // DROVER_DRIVER_SHIM_CONNECTION_H_
