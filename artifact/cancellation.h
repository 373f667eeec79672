// A flag that can be waited for: "stop what you are doing".
//
// One side calls Cancel(), once or more often. The other polls fd() for
// POLLIN together with what it waits for, or looks at cancelled() between two
// steps. It cannot be taken back.
//
// Ownership:  must outlive the calls that it was handed to.
// Threads:    thread-safe; Cancel() is also safe in a signal handler.
// Kernel:     eventfd(2).

#ifndef DROVER_ARTIFACT_CANCELLATION_H_
#define DROVER_ARTIFACT_CANCELLATION_H_

#include <atomic>

#include "base/unique_fd.h"

namespace artifact {

class Cancellation {
 public:
  // Without a descriptor to spare fd() is -1, which poll(2) ignores.
  Cancellation();
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void Cancel();
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

  // Readable from the moment of Cancel() on; never read from it.
  int fd() const { return event_.get(); }

 private:
  const base::UniqueFd event_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace artifact

#endif  // DROVER_ARTIFACT_CANCELLATION_H_
