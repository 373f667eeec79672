// Durations as Go prints and reads them: "0s", "1.5s", "1m0s", "18.2655364s",
// "24h0m0s". Nomad's events, logs, API texts and job files use this form.

#ifndef DROVER_BASE_GO_DURATION_H_
#define DROVER_BASE_GO_DURATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace base {

// Exact to the nanosecond; what does not fit 64 bits of nanoseconds (292
// years) is shown as that limit.
std::string FormatGoDuration(absl::Duration duration);

// A sign or none, then numbers with units and nothing between: "1h30m10.5s",
// ".5s", "-5s", "0". Units are ns, us (also with the micro sign), ms, s, m, h;
// there is no day. InvalidArgument says what is wrong in words that follow the
// quoted text, for example `has no unit; write "15s"`; so do more than 2^63-1
// nanoseconds (about 292 years).
absl::StatusOr<absl::Duration> ParseGoDuration(absl::string_view text);

}  // namespace base

#endif  // DROVER_BASE_GO_DURATION_H_
