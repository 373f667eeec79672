#include "artifact/retry.h"

#include <algorithm>

namespace artifact {

bool IsWorthRetrying(const absl::Status& status) {
  return absl::IsUnavailable(status);
}

absl::Duration RetryDelay(const Options& options, int failures, double random) {
  absl::Duration delay = options.retry_delay;
  for (int i = 1; i < failures && delay < options.max_retry_delay; ++i) {
    delay *= 2;
  }
  return std::min(delay, options.max_retry_delay) * (1 - random / 2);
}

}  // namespace artifact
