#include "driver/task_start.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/status.h"
#include "driver/command.h"
#include "driver/environment.h"
#include "driver/log_files.h"
#include "driver/shim/log_stream.h"
#include "driver/user.h"

namespace driver {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

absl::StatusOr<User> TaskUser(const TaskConfig& task,
                              const CheckedConfig& config) {
  ASSIGN_OR_RETURN(User user, ResolveUser(task.user));
  RETURN_IF_ERROR(CheckUser(user, config.denied_uids, config.denied_gids));
  return user;
}

cgroups::GroupSpec GroupSpecOf(const TaskConfig& task, const Config& config,
                               const cgroups::Hierarchy& host) {
  cgroups::GroupSpec spec;
  // One path component, whatever the task is called.
  spec.name = absl::StrReplaceAll(absl::StrCat(task.alloc_id, ".", task.name),
                                  {{"/", "-"}});
  spec.unified_override = task.cgroup_v2_override;
  spec.legacy_override = task.cgroup_v1_override;
  const TaskResources& asked = task.resources;
  if (host.CanLimit("cpuset").yes) spec.limits.cpus = asked.cpuset;
  if (!config.enforce_limits) return spec;
  spec.exact_counters = true;
  if (asked.cpu_mhz > 0) {
    spec.limits.cpu_shares = static_cast<uint64_t>(asked.cpu_mhz);
  }
  const int64_t hard =
      asked.memory_max_mb != 0 ? asked.memory_max_mb : asked.memory_mb;
  if (hard > 0) {
    spec.limits.memory_max_bytes = static_cast<uint64_t>(hard) * kMebibyte;
    spec.limits.swap_max_bytes = 0;
  }
  if (asked.memory_max_mb != 0 && asked.memory_mb > 0) {
    spec.limits.memory_low_bytes =
        static_cast<uint64_t>(asked.memory_mb) * kMebibyte;
  }
  return spec;
}

shim::GroupKind KindOf(const cgroups::Group::Member& member) {
  if (member.foreign) return shim::GroupKind::kForeign;
  if (!member.tracks) return shim::GroupKind::kLimits;
  return member.controller.empty() ? shim::GroupKind::kUnified
                                   : shim::GroupKind::kFreezer;
}

absl::Status AddGroup(const TaskConfig& task, const Config& config,
                      cgroups::GroupFactory* groups, TaskStart* start) {
  if (groups == nullptr) return absl::OkStatus();
  absl::StatusOr<cgroups::Group> group =
      groups->Create(GroupSpecOf(task, config, groups->host()));
  if (!group.ok()) {
    return base::Prefixed("unable to configure cgroups: ", group.status());
  }
  start->group = *std::move(group);
  for (const cgroups::Group::Member& member : start->group.members()) {
    start->plan.groups.push_back(
        {KindOf(member), member.path,
         member.controller.empty() || member.controller == "memory"});
  }
  if (start->plan.groups.size() > shim::kMaxGroups) {
    return absl::InvalidArgumentError(
        absl::StrCat("the task would join ", start->plan.groups.size(),
                     " cgroups, more than ", shim::kMaxGroups));
  }
  return absl::OkStatus();
}

absl::Status AddRotatedLogs(const OutputConfig& output, TaskStart* start) {
  const std::vector<std::string> names = {output.prefix + ".stdout",
                                          output.prefix + ".stderr"};
  if (names[0].size() > shim::LogStream::kMaxName ||
      absl::StrContains(names[0], '/')) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", output.prefix, "\" cannot be part of a log file's name"));
  }
  ASSIGN_OR_RETURN(start->log_dir, base::OpenDirectory(output.directory));
  ASSIGN_OR_RETURN(const std::vector<LogFiles> files,
                   FindLogFiles(start->log_dir.get(), names));
  for (size_t i = 0; i < names.size(); ++i) {
    PlannedLog log;
    log.name = names[i];
    log.index = files[i].newest;
    log.oldest = files[i].oldest;
    log.max_files = static_cast<uint32_t>(std::max(output.max_files, 1));
    log.max_bytes =
        static_cast<uint64_t>(std::max<int64_t>(output.max_file_bytes, 1));
    start->plan.logs.push_back(std::move(log));
  }
  return absl::OkStatus();
}

// Opening a FIFO for writing waits for its reader, which a plugin's client has
// opened before; without one ENXIO is better than waiting for ever.
absl::StatusOr<base::UniqueFd> OpenOutputPath(const std::string& path) {
  if (path.empty() || path == "/dev/null") return base::UniqueFd();
  base::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot open the task's output \"", path, "\"",
                            errno == ENXIO ? " (nobody reads it)" : ""));
  }
  // The task expects writes that block.
  const int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0 || fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot prepare the task's output \"", path, "\""));
  }
  return fd;
}

absl::Status AddOutput(const OutputConfig& output, TaskStart* start) {
  if (!output.directory.empty()) return AddRotatedLogs(output, start);
  ASSIGN_OR_RETURN(start->output[0], OpenOutputPath(output.stdout_path));
  ASSIGN_OR_RETURN(start->output[1], OpenOutputPath(output.stderr_path));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedConfig> CheckConfig(const Config& config) {
  CheckedConfig checked;
  checked.config = config;
  ASSIGN_OR_RETURN(checked.denied_uids,
                   IdSet::Parse("deniedHostUIDs", config.denied_host_uids));
  ASSIGN_OR_RETURN(checked.denied_gids,
                   IdSet::Parse("deniedHostGIDs", config.denied_host_gids));
  return checked;
}

absl::Status ValidateTask(const TaskConfig& task) {
  const auto fail = [](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("failed driver config validation: ", what));
  };
  if (!task.cgroup_v1_override.empty() && !task.cgroup_v2_override.empty()) {
    return fail(
        "only one of cgroups_v1_override and cgroups_v2_override may be set");
  }
  if (task.oom_score_adj.has_value() && *task.oom_score_adj < 0) {
    return fail("oom_score_adj must not be negative");
  }
  if (!task.work_dir.empty() && !absl::StartsWith(task.work_dir, "/")) {
    return fail(absl::StrCat("work_dir must be an absolute path, but is \"",
                             task.work_dir, "\""));
  }
  if (task.signal_scope != "main" && task.signal_scope != "tree") {
    return fail(
        absl::StrCat("signal_scope must be \"main\" or \"tree\", but is \"",
                     task.signal_scope, "\""));
  }
  return absl::OkStatus();
}

absl::StatusOr<shim::FdSet> TaskStart::Fds(base::UniqueFd* plan_file) const {
  ASSIGN_OR_RETURN(*plan_file, WritePlan(plan));
  shim::FdSet fds;
  fds[shim::FdUse::kPlan] = plan_file->get();
  fds[shim::FdUse::kLogDir] = log_dir.get();
  fds[shim::FdUse::kStdout] = output[0].get();
  fds[shim::FdUse::kStderr] = output[1].get();
  fds[shim::FdUse::kNetworkNamespace] = network_namespace.get();
  uint32_t index = 0;
  for (const cgroups::Group::Member& member : group.members()) {
    fds.group(index++) = member.fd;
  }
  return fds;
}

absl::StatusOr<TaskStart> PrepareStart(const TaskConfig& task,
                                       const CheckedConfig& config,
                                       cgroups::GroupFactory* groups) {
  RETURN_IF_ERROR(ValidateTask(task));
  TaskStart start;
  ProcessPlan& plan = start.plan;
  absl::StatusOr<User> user = TaskUser(task, config);
  if (!user.ok()) {
    return base::Prefixed("failed driver config validation: ", user.status());
  }
  plan.user = *std::move(user);
  ASSIGN_OR_RETURN(plan.path,
                   FindCommand(task.command, task.task_dir, OwnPath()));
  RETURN_IF_ERROR(CheckAllowed(plan.path, config.config.allowed_commands));
  RETURN_IF_ERROR(MakeExecutable(plan.path, task.task_dir));
  plan.title = absl::StrCat(task.alloc_id, ".", task.name);
  plan.cwd = task.work_dir.empty() ? task.task_dir : task.work_dir;
  plan.arguments = {plan.path};
  plan.arguments.insert(plan.arguments.end(), task.args.begin(),
                        task.args.end());
  std::vector<std::string> denied = config.config.denied_envvars;
  denied.insert(denied.end(), task.denied_envvars.begin(),
                task.denied_envvars.end());
  plan.environment =
      BuildEnvironment(task.env, task.job_env, plan.user, denied);
  plan.oom_score_adj = task.oom_score_adj;
  if (!task.network_namespace.empty()) {
    start.network_namespace.Reset(
        open(task.network_namespace.c_str(), O_RDONLY | O_CLOEXEC));
    if (!start.network_namespace.valid()) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot open the network namespace \"",
                              task.network_namespace, "\""));
    }
  }
  RETURN_IF_ERROR(AddOutput(task.output, &start));
  // Last: what was made here must be removed again.
  RETURN_IF_ERROR(AddGroup(task, config.config, groups, &start));
  return start;
}

}  // namespace driver
