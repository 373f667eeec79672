// API JSON to a tree.

#ifndef DROVER_JOBSPEC_JSON_TREE_H_
#define DROVER_JOBSPEC_JSON_TREE_H_

#include "absl/strings/string_view.h"
#include "hcl/diagnostic.h"
#include "jobspec/node.h"

namespace jobspec {

// An object of SchemaOf<Job>(), or null after an error that leaves nothing to
// look at. See ParseJobJson().
Node ParseJsonTree(absl::string_view text, hcl::Diagnostics* diagnostics);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_JSON_TREE_H_
