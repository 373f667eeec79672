// When to try a transfer again.
//
// Threads:  free functions without state.

#ifndef DROVER_ARTIFACT_RETRY_H_
#define DROVER_ARTIFACT_RETRY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "artifact/options.h"

namespace artifact {

// Whether the same request may succeed later: errors of the network and of a
// server that is busy, not a missing file or a refusal.
bool IsWorthRetrying(const absl::Status& status);

// How long to wait after that many failures in a row (1 is the first):
// Options::retry_delay, doubled each time, up to Options::max_retry_delay.
// `random` in [0, 1) takes away up to half of it, so that many clients that
// failed together do not come back together.
absl::Duration RetryDelay(const Options& options, int failures, double random);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_RETRY_H_
