// The way back: a Job to a tree, for its JSON.

#ifndef DROVER_JOBSPEC_WRITER_H_
#define DROVER_JOBSPEC_WRITER_H_

#include "jobspec/job.h"
#include "jobspec/node.h"

namespace jobspec {

// An object of SchemaOf<Job>(). Empty lists and maps become null, as a server
// stores them.
Node JobNode(const Job& job);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_WRITER_H_
