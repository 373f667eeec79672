// The spawner process, seen from the agent: started once, started again when
// it dies, and asked to turn plans into shims.
//
// The program is part of this one (shim/spawner_main.cc, embedded) and is
// executed from a memory file, so nothing needs to be installed.
//
// Ownership:  owns the process. It ends when this object goes; shims do not.
// Threads:    thread-safe.
// Errors:     Unavailable when no spawner can be started.

#ifndef DROVER_DRIVER_SPAWNER_H_
#define DROVER_DRIVER_SPAWNER_H_

#include <sys/types.h>

#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/unique_fd.h"
#include "driver/shim/fds.h"

namespace driver {

class Spawner {
 public:
  static absl::StatusOr<std::unique_ptr<Spawner>> Start();
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  // Sends a request with the descriptors in `fds`. A dead spawner is replaced
  // first. The answer comes on the other end of fds[kControl].
  absl::Status Request(const shim::FdSet& fds);

  // Waits until the spawner has reported that shim `pid` is gone with all that
  // it left behind. False when it does not within `timeout`, or when the shim
  // is not of this spawner.
  bool WaitForEndOf(pid_t pid, absl::Duration timeout);

  // False from its death until the next Request().
  bool Alive() const;

  pid_t pid() const;

 private:
  Spawner() = default;

  absl::Status StartLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AliveLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable base::Mutex mutex_;
  base::UniqueFd image_ ABSL_GUARDED_BY(mutex_);  // the program
  base::UniqueFd requests_ ABSL_GUARDED_BY(mutex_);
  base::UniqueFd notices_ ABSL_GUARDED_BY(mutex_);
  base::UniqueFd pidfd_ ABSL_GUARDED_BY(mutex_);
  pid_t pid_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<pid_t> ended_ ABSL_GUARDED_BY(mutex_);  // abnormal ends, unasked
};

}  // namespace driver

#endif  // DROVER_DRIVER_SPAWNER_H_
