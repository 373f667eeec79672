// What the words of a job file mean in the API's JSON: shortcut arguments of
// constraints, ports by kind, tasks outside of groups, inherited vault blocks
// and secrets. Applied once to the tree of a job file; API JSON has none of it.

#ifndef DROVER_JOBSPEC_NORMALIZE_H_
#define DROVER_JOBSPEC_NORMALIZE_H_

#include "hcl/diagnostic.h"
#include "jobspec/node.h"

namespace jobspec {

// `job` is an object of SchemaOf<Job>() as DecodeBody() made it.
void NormalizeJob(Node& job, hcl::Diagnostics* diagnostics);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_NORMALIZE_H_
