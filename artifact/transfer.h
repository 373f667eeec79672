// What a running transfer has to obey: limits, a deadline, a stop.
//
// One Transfer belongs to one artifact and goes through all its requests,
// retries and child processes.
//
// Threads:  thread-compatible: one fetch runs on one thread. Cancellation is
//           what others may touch.
// Units:    the deadline counts CLOCK_MONOTONIC, so that setting the clock
//           neither ends nor lengthens a download.

#ifndef DROVER_ARTIFACT_TRANSFER_H_
#define DROVER_ARTIFACT_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "artifact/cancellation.h"
#include "artifact/options.h"

namespace artifact {

struct Progress {
  int64_t bytes = 0;                   // so far, of the current transfer
  std::optional<int64_t> total_bytes;  // absent if the server did not say
  double bytes_per_second = 0;         // over the last second or more
};

using ProgressCallback = std::function<void(const Progress&)>;

class Transfer {
 public:
  // `options` and `cancellation`, which may be null, must outlive it.
  Transfer(const Options& options, const Cancellation* cancellation,
           ProgressCallback progress);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  const Options& options() const { return options_; }

  // Starts the time for all that follows; infinite or zero is no limit.
  void SetTimeout(absl::Duration timeout);
  // Until the deadline; infinite without one, never negative.
  absl::Duration TimeLeft() const;
  // The same for poll(2): -1 is for ever.
  int PollTimeout() const;

  // OK, or Cancelled, or DeadlineExceeded `context deadline exceeded`.
  absl::Status Check() const;
  // Readable when cancelled; -1 if nobody can cancel.
  int cancel_fd() const;

  // Waits that long or until it is cancelled or late.
  absl::Status Sleep(absl::Duration time) const;

  // Tells the caller where the transfer is, if the last time was a second ago
  // or more, or if `last`.
  void Report(int64_t bytes, std::optional<int64_t> total_bytes,
              bool last = false);

 private:
  const Options& options_;
  const Cancellation* const cancellation_;
  const ProgressCallback progress_;

  absl::Duration deadline_ = absl::InfiniteDuration();
  absl::Duration reported_at_;
  int64_t reported_bytes_ = 0;
};

}  // namespace artifact

#endif  // DROVER_ARTIFACT_TRANSFER_H_
