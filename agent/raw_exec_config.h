// A task's `config` block to what the driver wants.
//
// The block's keys, their types and the conversions between them (numbers and
// bools to strings) are those of Nomad's raw_exec driver. What the values mean
// is checked by the driver itself.
//
// Threads:  a free function without state.
// Errors:   InvalidArgument: "failed to parse config: ...", naming the key and
//           for an unknown one the nearest known.

#ifndef DROVER_AGENT_RAW_EXEC_CONFIG_H_
#define DROVER_AGENT_RAW_EXEC_CONFIG_H_

#include "absl/status/status.h"
#include "driver/task_config.h"
#include "hcl/value.h"

namespace agent {

// Sets the members of `task` that stand in the config block. `config` has been
// evaluated: no `${...}` is looked at here.
absl::Status ReadRawExecConfig(const hcl::Value& config,
                               driver::TaskConfig* task);

}  // namespace agent

#endif  // DROVER_AGENT_RAW_EXEC_CONFIG_H_
