#include "jobspec/validate.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/go_duration.h"
#include "jobspec/cron.h"
#include "jobspec/place.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

constexpr absl::string_view kNul("\0", 1);

bool IsBatch(const Job& job) {
  return job.type == "batch" || job.type == "sysbatch";
}
bool IsSystem(const Job& job) {
  return job.type == "system" || job.type == "sysbatch";
}

void ValidateNames(const Job& job, const Place& place) {
  if (job.id.empty()) {
    place.Error("ID", "Missing job ID", "the job needs an ID");
  } else if (absl::StrContains(job.id, ' ')) {
    place.Error("ID", "Invalid job ID",
                absl::StrCat("the ID \"", job.id,
                             "\" has a blank in it; a dash would do"));
  }
  if (job.name.empty()) {
    place.Error("Name", "Missing job name", "the job needs a name");
  }
  if (absl::StrContains(job.id, kNul) || absl::StrContains(job.name, kNul)) {
    place.Error("ID", "Invalid job ID",
                "a NUL byte cannot stand in the ID or name of a job");
  }
}

void ValidateType(const Job& job, const Place& place) {
  static const auto* const types =
      new std::vector<std::string>{"service", "batch", "sysbatch", "system"};
  if (std::find(types->begin(), types->end(), job.type) != types->end()) return;
  place.Error("Type", "Invalid job type",
              absl::StrCat("the type \"", job.type,
                           "\" is unknown; it is one of service, batch, "
                           "sysbatch and system",
                           hcl::DidYouMean(job.type, *types)));
}

void ValidatePeriodic(const Job& job, const Place& job_place) {
  if (!job.periodic.has_value()) return;
  const Periodic& periodic = *job.periodic;
  const Place place(job_place, "Periodic", "periodic", "");
  if (!IsBatch(job)) {
    place.Error("", "Invalid periodic block",
                absl::StrCat("only batch and sysbatch jobs can be periodic, "
                             "this job's type is ",
                             job.type));
  }
  if (!periodic.enabled) return;
  if (periodic.spec_type != "cron") {
    place.Error("SpecType", "Invalid periodic block",
                absl::StrCat("the specification type \"", periodic.spec_type,
                             "\" is unknown; only cron is known"));
  }
  if (periodic.spec.empty() && periodic.specs.empty()) {
    place.Error("", "Missing cron expression",
                "it needs crons = [\"MINUTE HOUR DAY MONTH WEEKDAY\"]");
  } else if (!periodic.spec.empty() && !periodic.specs.empty()) {
    place.Error("Spec", "Conflicting cron expressions",
                "give either crons or the older cron, not both");
  } else if (!periodic.spec.empty()) {
    place.Warning("Spec", "Deprecated argument",
                  absl::StrCat("cron is deprecated; write crons = [\"",
                               periodic.spec, "\"]"));
  }
  if (!periodic.spec.empty()) {
    if (const auto cron = Cron::Parse(periodic.spec); !cron.ok()) {
      place.Error("Spec", "Invalid cron expression", cron.status().message());
    }
  }
  for (const std::string& spec : periodic.specs) {
    if (const auto cron = Cron::Parse(spec); !cron.ok()) {
      place.Error("Specs", "Invalid cron expression", cron.status().message());
    }
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(periodic.time_zone, &zone)) {
    place.Error("TimeZone", "Invalid time zone",
                absl::StrCat("the time zone \"", periodic.time_zone,
                             "\" is unknown; write a name such as "
                             "\"Europe/Berlin\" or \"UTC\""));
  }
}

void ValidateParameterized(const Job& job, const Place& job_place) {
  if (!job.parameterized.has_value()) return;
  const Parameterized& parameterized = *job.parameterized;
  const Place place(job_place, "ParameterizedJob", "parameterized", "");
  if (!IsBatch(job)) {
    place.Error("", "Invalid parameterized block",
                absl::StrCat("only batch and sysbatch jobs can be "
                             "parameterized, this job's type is ",
                             job.type));
  }
  const std::string& payload = parameterized.payload;
  if (!payload.empty() && payload != "optional" && payload != "required" &&
      payload != "forbidden") {
    place.Error("Payload", "Invalid payload",
                absl::StrCat("\"", payload,
                             "\" is none of optional, required, forbidden"));
  }
  for (const std::string& key : parameterized.meta_required) {
    const auto& optional = parameterized.meta_optional;
    if (std::find(optional.begin(), optional.end(), key) == optional.end()) {
      continue;
    }
    place.Error(
        "MetaOptional", "Duplicate meta key",
        absl::StrCat("\"", key, "\" cannot be both required and optional"));
  }
}

void ValidateJob(const Job& job, const Place& place,
                 const ValidateOptions& options) {
  ValidateNames(job, place);
  ValidateType(job, place);
  if (job.priority < 1 || job.priority > options.max_priority) {
    place.Error("Priority", "Invalid priority",
                absl::StrCat("the priority ", job.priority,
                             " is not between 1 and ", options.max_priority));
  }
  for (const std::string& datacenter : job.datacenters) {
    if (datacenter.empty()) {
      place.Error("Datacenters", "Invalid datacenter",
                  "a datacenter's name cannot be empty");
    }
  }
  if (job.ui.has_value() && job.ui->description.size() > 1000) {
    place.Error(
        "UI", "Description too long",
        absl::StrCat("the ui description has ", job.ui->description.size(),
                     " bytes; at most 1000 are allowed"));
  }
  ValidateConstraints(job.constraints, /*in_task=*/false, place);
  ValidateAffinities(job.affinities, job.type, place);
  ValidateSpreads(job.spreads, job.type, place);
  ValidatePeriodic(job, place);
  ValidateParameterized(job, place);
}

void ValidateScaling(const Job& job, const TaskGroup& group,
                     const Place& group_place) {
  if (!group.scaling.has_value()) return;
  const Scaling& scaling = *group.scaling;
  const Place place(group_place, "Scaling", "scaling", "");
  if (job.type == "system") {
    place.Error("", "Invalid scaling block", "a system job cannot be scaled");
  }
  const int64_t min = scaling.min.value_or(0);
  if (!scaling.max.has_value()) {
    place.Error("Max", "Missing max", "it needs max, the largest count");
    return;
  }
  if (min < 0 || *scaling.max < 0) {
    place.Error("Min", "Invalid scaling block", "min and max are 0 or more");
  } else if (min > *scaling.max) {
    place.Error(
        "Min", "Invalid scaling block",
        absl::StrCat("min ", min, " is greater than max ", *scaling.max));
  } else if (group.count < min || group.count > *scaling.max) {
    group_place.Error("Count", "Invalid count",
                      absl::StrCat("the count ", group.count,
                                   " is not between the scaling block's min ",
                                   min, " and max ", *scaling.max));
  }
}

void ValidateVolumes(const Job& job, const TaskGroup& group,
                     const Place& group_place) {
  const Place volumes(group_place, "Volumes", "", "");
  for (const auto& [name, volume] : group.volumes) {
    const Place place(volumes, name, "volume", name);
    if (volume.type != "host" && volume.type != "csi") {
      place.Error(
          "Type", "Invalid volume type",
          absl::StrCat("\"", volume.type, "\" is neither host nor csi"));
    }
    if (volume.source.empty()) {
      place.Error("Source", "Missing volume source",
                  "it needs a source, the volume's name on the node");
    }
    if (volume.per_alloc && IsSystem(job)) {
      place.Error(
          "PerAlloc", "Invalid volume",
          absl::StrCat("per_alloc cannot be used in a ", job.type, " job"));
    }
  }
}

void ValidateGroupDurations(const Job& job, const TaskGroup& group,
                            const Place& place) {
  if (group.shutdown_delay.has_value() &&
      *group.shutdown_delay < absl::ZeroDuration()) {
    place.Error("ShutdownDelay", "Invalid shutdown_delay",
                absl::StrCat(base::FormatGoDuration(*group.shutdown_delay),
                             " is negative"));
  }
  if (!group.max_run_duration.has_value()) return;
  if (*group.max_run_duration <= absl::ZeroDuration()) {
    place.Error("MaxRunDuration", "Invalid max_run_duration",
                "it must be longer than 0s");
  }
  if (!IsBatch(job)) {
    place.Error("MaxRunDuration", "Invalid max_run_duration",
                "only batch and sysbatch jobs can have one");
  }
}

void ValidateTasks(const Job& job, const TaskGroup& group, const Place& place,
                   const ValidateOptions& options) {
  if (group.tasks.empty()) {
    place.Error("", "Missing task", "a group needs at least one task");
  }
  std::set<std::string> names, actions;
  int leaders = 0;
  for (size_t i = 0; i < group.tasks.size(); ++i) {
    const Task& task = group.tasks[i];
    const Place task_place(place, "Tasks", i, "task", task.name);
    if (!names.insert(task.name).second) {
      task_place.Error("Name", "Duplicate task name",
                       "another task of this group has the same name");
    }
    if (task.leader && ++leaders > 1) {
      task_place.Error("Leader", "Second leader",
                       "only one task of a group can be its leader");
    }
    ValidateTask(job, group, task, task_place, options);
  }
}

void ValidateGroup(const Job& job, const TaskGroup& group, const Place& place,
                   const ValidateOptions& options) {
  if (group.name.empty()) {
    place.Error("Name", "Missing group name", "a group needs a name");
  } else if (absl::StrContains(group.name, kNul)) {
    place.Error("Name", "Invalid group name",
                "a NUL byte cannot stand in a name");
  }
  if (group.count < 0) {
    place.Error("Count", "Invalid count",
                absl::StrCat("the count ", group.count, " is negative"));
  }
  if (job.type == "system" && group.count > 1) {
    place.Error("Count", "Invalid count",
                "a system job runs once on each node; the count cannot be "
                "more than 1");
  }
  if (group.ephemeral_disk.size_mb < 10) {
    const Place disk(place, "EphemeralDisk", "ephemeral_disk", "");
    disk.Error("SizeMB", "Invalid size",
               absl::StrCat("the size is ", group.ephemeral_disk.size_mb,
                            " MB; at least 10 are needed"));
  }
  ValidateGroupDurations(job, group, place);
  ValidateConstraints(group.constraints, /*in_task=*/false, place);
  ValidateAffinities(group.affinities, job.type, place);
  ValidateSpreads(group.spreads, job.type, place);
  ValidatePolicies(job, group, place);
  ValidateScaling(job, group, place);
  ValidateVolumes(job, group, place);
  ValidateNetworks(group, place);
  ValidateServices(job, group, place);
  ValidateTasks(job, group, place, options);
}

void ValidateGroups(const Job& job, const Place& place,
                    const ValidateOptions& options) {
  if (job.task_groups.empty()) {
    place.Error("", "Missing group", "a job needs at least one group");
  }
  std::set<std::string> names;
  int64_t count = 0;
  for (size_t i = 0; i < job.task_groups.size(); ++i) {
    const TaskGroup& group = job.task_groups[i];
    const Place group_place(place, "TaskGroups", i, "group", group.name);
    if (!names.insert(group.name).second) {
      group_place.Error("Name", "Duplicate group name",
                        "another group of this job has the same name");
    }
    // Each summand is cut, so that hostile counts cannot overflow the sum.
    count += std::clamp<int64_t>(group.count, 0, options.max_count + 1);
    ValidateGroup(job, group, group_place, options);
  }
  if (count > options.max_count) {
    place.Error("", "Too many allocations",
                absl::StrCat("the counts of all groups add up to more than ",
                             options.max_count));
  }
}

}  // namespace

hcl::Diagnostics Validate(const Job& job, const Node* tree,
                          const ValidateOptions& options) {
  hcl::Diagnostics diagnostics;
  const Place place(tree, &diagnostics);
  ValidateJob(job, place, options);
  ValidateGroups(job, place, options);
  WarnUnsupported(job, place);
  return diagnostics;
}

}  // namespace jobspec
