#include "artifact/transfer.h"

#include <poll.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.h"

namespace artifact {
namespace {

absl::Duration Now() { return base::Clock::Real().Monotonic(); }

int ToPollTimeout(absl::Duration time) {
  if (time == absl::InfiniteDuration()) return -1;
  // Rounded up: waking early would only mean to wait once more.
  const int64_t milliseconds =
      absl::ToInt64Milliseconds(time + absl::Microseconds(999));
  return static_cast<int>(
      std::min<int64_t>(milliseconds, std::numeric_limits<int>::max()));
}

}  // namespace

Transfer::Transfer(const Options& options, const Cancellation* cancellation,
                   ProgressCallback progress)
    : options_(options),
      cancellation_(cancellation),
      progress_(std::move(progress)),
      reported_at_(Now()) {}

void Transfer::SetTimeout(absl::Duration timeout) {
  deadline_ = timeout <= absl::ZeroDuration() ? absl::InfiniteDuration()
                                              : Now() + timeout;
}

absl::Duration Transfer::TimeLeft() const {
  return std::max(absl::ZeroDuration(), deadline_ - Now());
}

int Transfer::PollTimeout() const { return ToPollTimeout(TimeLeft()); }

absl::Status Transfer::Check() const {
  if (cancellation_ != nullptr && cancellation_->cancelled()) {
    return absl::CancelledError("download was cancelled");
  }
  if (TimeLeft() == absl::ZeroDuration()) {
    return absl::DeadlineExceededError("context deadline exceeded");
  }
  return absl::OkStatus();
}

int Transfer::cancel_fd() const {
  return cancellation_ == nullptr ? -1 : cancellation_->fd();
}

absl::Status Transfer::Sleep(absl::Duration time) const {
  const absl::Duration until = Now() + time;
  while (true) {
    if (absl::Status status = Check(); !status.ok()) return status;
    const absl::Duration left = std::min(until - Now(), TimeLeft());
    if (left <= absl::ZeroDuration() && Now() >= until) {
      return absl::OkStatus();
    }
    pollfd cancel = {.fd = cancel_fd(), .events = POLLIN, .revents = 0};
    (void)poll(&cancel, 1, ToPollTimeout(left));  // the loop looks again
  }
}

void Transfer::Report(int64_t bytes, std::optional<int64_t> total_bytes,
                      bool last) {
  if (!progress_) return;
  const absl::Duration elapsed = Now() - reported_at_;
  if (elapsed < absl::Seconds(1) && !last) return;
  const double seconds = absl::ToDoubleSeconds(elapsed);
  const double rate =
      seconds > 0
          ? static_cast<double>(std::max<int64_t>(0, bytes - reported_bytes_)) /
                seconds
          : 0;
  reported_at_ = Now();
  reported_bytes_ = bytes;
  progress_({bytes, total_bytes, rate});
}

}  // namespace artifact
