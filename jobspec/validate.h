// What is wrong with a canonical job, all of it at once.
//
// Two kinds of faults. What Nomad's server refuses is an error always. What
// only shows later, when a client is to run the job (another driver, a wrong
// `config`), is an error too, unless the caller wants it as Nomad has it: a
// server that accepts the job and a task that then fails. And whatever is
// accepted without effect on one node with raw_exec is a warning that says
// what will not happen.
//
// Threads:  free functions without state.
// Follows:  the checks of Nomad 2.0's server and of its raw_exec driver.

#ifndef DROVER_JOBSPEC_VALIDATE_H_
#define DROVER_JOBSPEC_VALIDATE_H_

#include <cstdint>

#include "hcl/diagnostic.h"
#include "jobspec/job.h"

namespace jobspec {

class Node;

struct ValidateOptions {
  // Errors, or warnings only, for what a client would find out.
  bool client_faults_are_errors = true;
  int64_t max_priority = 100;
  int64_t max_count = 50000;  // of all groups together
};

// `tree` is what the job was made from, for positions; null if there is none
// any more.
hcl::Diagnostics Validate(const Job& job, const Node* tree,
                          const ValidateOptions& options);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_VALIDATE_H_
