#include "base/clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace base {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Monotonic() const override {
    timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail for this clock
    return absl::DurationFromTimespec(now);
  }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock* const clock = new RealClock;
  return *clock;
}

absl::Time ManualClock::Now() const {
  MutexLock lock(&mutex_);
  return now_;
}

absl::Duration ManualClock::Monotonic() const {
  MutexLock lock(&mutex_);
  return monotonic_;
}

void ManualClock::Advance(absl::Duration by) {
  MutexLock lock(&mutex_);
  now_ += by;
  monotonic_ += by;
}

}  // namespace base
