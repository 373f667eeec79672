// Time that a test can hold still.
//
// Threads:  both implementations are thread-safe.
// Units:    Now() is wall time, for people and records; Monotonic() counts
//           from an unknown start, for deadlines, and never jumps.

#ifndef DROVER_BASE_CLOCK_H_
#define DROVER_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace base {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  virtual absl::Duration Monotonic() const = 0;

  // The machine's clock; lives as long as the program.
  static const Clock& Real();
};

// Moves only when told to.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time now = absl::FromUnixSeconds(1'700'000'000))
      : now_(now) {}
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
  void Advance(absl::Duration by);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace base

#endif  // DROVER_BASE_CLOCK_H_
