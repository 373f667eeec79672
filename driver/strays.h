// Processes of a task that nobody follows any more.
//
// The last resort: the agent, its spawner and the shim were all killed, and
// there was no cgroup. What is left of the task can only be told by what it was
// born with: NOMAD_ALLOC_ID and NOMAD_TASK_NAME in its environment. An
// allocation id is random, so nobody else has it by accident.
//
// Threads:  free function; blocks until they are gone.
// Errors:   DeadlineExceeded when some are left after ten seconds.

#ifndef DROVER_DRIVER_STRAYS_H_
#define DROVER_DRIVER_STRAYS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace driver {

// Kills them all and waits until they are gone. Does nothing for ids that are
// shorter than a UUID: too little to tell a process by.
absl::Status KillStrays(absl::string_view alloc_id,
                        absl::string_view task_name);

}  // namespace driver

#endif  // DROVER_DRIVER_STRAYS_H_
