// From a TaskConfig to everything a shim needs: checks, user, program,
// environment, groups, output. Nothing runs yet.

#ifndef DROVER_DRIVER_TASK_START_H_
#define DROVER_DRIVER_TASK_START_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "cgroups/group.h"
#include "cgroups/group_factory.h"
#include "driver/config.h"
#include "driver/id_set.h"
#include "driver/plan.h"
#include "driver/shim/fds.h"
#include "driver/task_config.h"

namespace driver {

// A Config that was checked.
struct CheckedConfig {
  Config config;
  IdSet denied_uids;
  IdSet denied_gids;
};
absl::StatusOr<CheckedConfig> CheckConfig(const Config& config);

// The rules of a task's config that need no look at the machine.
absl::Status ValidateTask(const TaskConfig& task);

// Owns what it opens. The groups are made, and must be removed by whoever does
// not start the task after all.
struct TaskStart {
  ProcessPlan plan;
  cgroups::Group group;  // none: not tracked by cgroup
  base::UniqueFd log_dir;
  base::UniqueFd output[2];  // stdout, stderr as paths were given
  base::UniqueFd network_namespace;

  // The descriptors for a request, but for control and state directory, which
  // the caller adds. They stay this object's.
  absl::StatusOr<shim::FdSet> Fds(base::UniqueFd* plan_file) const;
};

// `groups` is null where no cgroups are used. Errors are for people: see
// driver.h. Makes the program executable where needed.
absl::StatusOr<TaskStart> PrepareStart(const TaskConfig& task,
                                       const CheckedConfig& config,
                                       cgroups::GroupFactory* groups);

}  // namespace driver

#endif  // DROVER_DRIVER_TASK_START_H_
