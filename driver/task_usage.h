// What a task uses: from the counters of its group where there are any, else
// from /proc (see cgroups/stats.h for what each number means).

#ifndef DROVER_DRIVER_TASK_USAGE_H_
#define DROVER_DRIVER_TASK_USAGE_H_

#include <sys/types.h>

#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "cgroups/stats.h"
#include "driver/handle.pb.h"

namespace driver {

struct Usage {
  cgroups::Stats stats;
  cgroups::CpuUse cpu;  // since the sample before; 0 in the first
};

struct TaskUsage {
  Usage total;
  std::map<pid_t, Usage> processes;  // of the task, its shim not among them
};

// NotFound when its group is gone.
absl::StatusOr<TaskUsage> MeasureTask(const drover::driver::TaskHandle& handle);

// Fills in `cpu` from the difference to an earlier sample.
void AddCpuUse(const std::optional<TaskUsage>& before, TaskUsage* usage);

// All processes below `pid`, from /proc/<pid>/task/<tid>/children.
std::vector<pid_t> DescendantsOf(pid_t pid);

}  // namespace driver

#endif  // DROVER_DRIVER_TASK_USAGE_H_
