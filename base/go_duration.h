// Durations as Go prints them: "0s", "1.5s", "1m0s", "18.2655364s", "24h0m0s".
// Nomad's events, logs and API texts use this form.

#ifndef DROVER_BASE_GO_DURATION_H_
#define DROVER_BASE_GO_DURATION_H_

#include <string>

#include "absl/time/time.h"

namespace base {

// Exact to the nanosecond; what does not fit 64 bits of nanoseconds (292
// years) is shown as that limit.
std::string FormatGoDuration(absl::Duration duration);

}  // namespace base

#endif  // DROVER_BASE_GO_DURATION_H_
