// The defaults: from what was written to what it means.
//
// Policies are merged here as well: a group's restart block over the defaults
// of the job's type, a task's over its group's, update and reschedule blocks
// of the job under those of its groups.

#ifndef DROVER_JOBSPEC_CANONICAL_H_
#define DROVER_JOBSPEC_CANONICAL_H_

#include "jobspec/job.h"
#include "jobspec/node.h"

namespace jobspec {

// What a client of the API does before it sends a job, and the parse API with
// Canonicalize. `job` is an object of SchemaOf<Job>(); idempotent.
void CanonicalizeNode(Node& job);

// What the agent does with a job that it is given, before validation: "*" as
// datacenter, names of services and checks, the default identity. After this a
// Job is what a stored job is; idempotent.
void CanonicalizeJob(Job& job);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_CANONICAL_H_
