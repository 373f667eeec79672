// A task's state directory: <state dir>/<task id, made a file name>/
//
//   handle      the TaskHandle, written before the task is started
//   shim.sock   the shim listens here while it lives
//   exit        the exit record (shim/exit_record.h), written at the end
//
// It is made before the start and removed by DestroyTask(), so whatever
// stands here is a task that was not finished with.
//
// Whoever may still run the task holds a lock (flock(2)) on the directory: the
// descriptor that Create() returns goes to the shim, and belongs to the request
// while that is on its way. So who gets the lock knows that no shim lives, and
// that none will come.
//
// Threads:  thread-compatible.

#ifndef DROVER_DRIVER_STATE_DIR_H_
#define DROVER_DRIVER_STATE_DIR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"
#include "driver/handle.pb.h"
#include "driver/shim/protocol.h"

namespace driver {

class StateDir {
 public:
  // The directory for a task id below `root`.
  StateDir(absl::string_view root, absl::string_view task_id);
  explicit StateDir(absl::string_view path) : path_(path) {}

  const std::string& path() const { return path_; }

  // Makes it, 0700, and locks it. AlreadyExists when it is there.
  absl::StatusOr<base::UniqueFd> Create() const;
  // The lock, for as long as the descriptor is open; an invalid descriptor when
  // somebody else has it.
  absl::StatusOr<base::UniqueFd> TryLock() const;
  absl::Status Remove() const;

  absl::Status WriteHandle(const drover::driver::TaskHandle& handle) const;
  absl::StatusOr<drover::driver::TaskHandle> ReadHandle() const;

  // A new connection to the shim. NotFound or Unavailable when it is gone.
  absl::StatusOr<base::UniqueFd> Connect() const;

  // The exit record; nullopt when there is none.
  absl::StatusOr<std::optional<shim::Message>> ReadExitRecord() const;

 private:
  std::string path_;
};

}  // namespace driver

#endif  // DROVER_DRIVER_STATE_DIR_H_
