// What a task asks of the machine: the resources block.

#ifndef DROVER_JOBSPEC_RESOURCES_H_
#define DROVER_JOBSPEC_RESOURCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobspec/constraint.h"
#include "jobspec/network.h"

namespace jobspec {

// `device "vendor/type/model" {}`. No device plugins exist on one node with
// raw_exec; validation says that nothing will be given to the task.
struct RequestedDevice {
  std::string name;
  uint64_t count = 1;
  std::vector<Constraint> constraints;
  std::vector<Affinity> affinities;
};

// `numa {}`.
struct NumaPolicy {
  std::string affinity = "none";  // none, prefer, require
  std::vector<std::string> devices;
};

// `resources {}`. raw_exec reserves these amounts for placement; they become
// limits only where the agent's configuration says so.
struct Resources {
  int64_t cpu = 100;                     // MHz; 0 when `cores` is given
  int64_t cores = 0;                     // whole cores for this task alone
  int64_t memory_mb = 300;               // MiB
  std::optional<int64_t> memory_max_mb;  // MiB; may use up to; -1 no limit
  std::optional<int64_t> disk_mb;        // ignored; see EphemeralDisk
  std::vector<Network> networks;         // deprecated; see TaskGroup::networks
  std::vector<RequestedDevice> devices;
  std::optional<NumaPolicy> numa;
  std::optional<int64_t> secrets_mb;  // MiB, size of the secrets directory
  std::optional<int64_t> iops;        // ignored
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_RESOURCES_H_
