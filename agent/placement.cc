#include "agent/placement.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/nearest_name.h"
#include "base/status.h"

namespace agent {
namespace {

absl::Status NotThereYet(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat(what, " cannot be used yet: this version does not have it"));
}

absl::Status CheckTask(const jobspec::Task& task) {
  if (task.driver != "raw_exec") {
    std::string text = absl::StrCat("unknown driver \"", task.driver, "\"");
    if (!base::NearestName(task.driver, {"raw_exec"}).empty()) {
      absl::StrAppend(&text, "; did you mean \"raw_exec\"?");
    } else {
      absl::StrAppend(&text, "; the only driver here is \"raw_exec\"");
    }
    return absl::InvalidArgumentError(text);
  }
  if (!task.templates.empty()) return NotThereYet("a template block");
  if (!task.volume_mounts.empty()) return NotThereYet("a volume_mount block");
  if (task.dispatch_payload.has_value()) {
    return NotThereYet("a dispatch_payload block");
  }
  if (task.resources.cores > 0) return NotThereYet("cores in resources");
  if (!task.resources.networks.empty()) {
    return NotThereYet("a network block in resources");
  }
  return absl::OkStatus();
}

absl::Status CheckGroup(const jobspec::TaskGroup& group) {
  if (!group.networks.empty()) return NotThereYet("a network block");
  if (!group.volumes.empty()) return NotThereYet("a volume block");
  for (const jobspec::Task& task : group.tasks) {
    RETURN_IF_ERROR(base::Prefixed(absl::StrCat("task \"", task.name, "\": "),
                                   CheckTask(task)));
  }
  return absl::OkStatus();
}

absl::Status CheckJob(const jobspec::Job& job) {
  if (job.periodic.has_value()) return NotThereYet("a periodic block");
  if (job.parameterized.has_value()) {
    return NotThereYet("a parameterized block");
  }
  for (const jobspec::TaskGroup& group : job.task_groups) {
    RETURN_IF_ERROR(base::Prefixed(absl::StrCat("group \"", group.name, "\": "),
                                   CheckGroup(group)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPlacement(const jobspec::Job& job) {
  return base::Prefixed(absl::StrCat("job \"", job.id, "\": "), CheckJob(job));
}

}  // namespace agent
