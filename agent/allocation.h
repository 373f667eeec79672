// One placement of a task group on this machine.
//
// Threads:  immutable once made; share it as shared_ptr<const Allocation>.

#ifndef DROVER_AGENT_ALLOCATION_H_
#define DROVER_AGENT_ALLOCATION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "jobspec/job.h"

namespace agent {

struct Allocation {
  std::string id;    // a UUID
  std::string name;  // "<job id>.<group>[<index>]"
  int64_t index = 0;
  std::shared_ptr<const jobspec::Job> job;
  const jobspec::TaskGroup* group = nullptr;  // of `job`
};

}  // namespace agent

#endif  // DROVER_AGENT_ALLOCATION_H_
