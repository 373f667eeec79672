// The last step to a Job: a tree in which every default is filled in becomes
// the structs.

#ifndef DROVER_JOBSPEC_READER_H_
#define DROVER_JOBSPEC_READER_H_

#include "jobspec/job.h"
#include "jobspec/node.h"

namespace jobspec {

// `root` is an object of SchemaOf<Job>(). Nulls leave a member at its default.
Job ReadJob(const Node& root);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_READER_H_
