// Whether a job can run on this machine, told before anything of it starts.
//
// Threads:  a free function without state.

#ifndef DROVER_AGENT_PLACEMENT_H_
#define DROVER_AGENT_PLACEMENT_H_

#include "absl/status/status.h"
#include "jobspec/job.h"

namespace agent {

// OK, or what stands in the way, naming group and task and what to do.
// InvalidArgument: the job can never run here. Unimplemented: it asks for
// something that this version does not have yet.
absl::Status CheckPlacement(const jobspec::Job& job);

}  // namespace agent

#endif  // DROVER_AGENT_PLACEMENT_H_
