// What went wrong between the plan and the running program, in words.

#ifndef DROVER_DRIVER_START_ERROR_H_
#define DROVER_DRIVER_START_ERROR_H_

#include "absl/status/status.h"
#include "driver/plan.h"
#include "driver/shim/protocol.h"

namespace driver {

// The status for a step that failed with `error` (errno). `detail` is the
// message's: for kJoinGroup the index of the group. OK when error is 0.
absl::Status StartError(const ProcessPlan& plan, shim::Step step, int error,
                        uint32_t detail);

}  // namespace driver

#endif  // DROVER_DRIVER_START_ERROR_H_
