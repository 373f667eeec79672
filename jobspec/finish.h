// From a tree to a ParseResult: the steps that job files and API JSON share.

#ifndef DROVER_JOBSPEC_FINISH_H_
#define DROVER_JOBSPEC_FINISH_H_

#include "jobspec/node.h"
#include "jobspec/parse.h"

namespace jobspec {

// Defaults, structs and validation, and the JSON text that was asked for. What
// the tree's places refer to must be alive.
void FinishJob(Node job, const ParseOptions& options, ParseResult* result);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_FINISH_H_
