#include "driver/task_usage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status.h"
#include "cgroups/group.h"
#include "driver/stored_groups.h"

namespace driver {
namespace {

std::vector<pid_t> ChildrenOf(pid_t pid) {
  std::vector<pid_t> children;
  const std::string tasks = absl::StrCat("/proc/", pid, "/task");
  const absl::StatusOr<std::vector<std::string>> threads =
      base::ListDirectory(tasks);
  if (!threads.ok()) return children;  // it has ended
  for (const std::string& thread : *threads) {
    const absl::StatusOr<std::string> text =
        base::ReadFile(absl::StrCat(tasks, "/", thread, "/children"));
    if (!text.ok()) continue;
    for (const absl::string_view word :
         absl::StrSplit(*text, ' ', absl::SkipWhitespace())) {
      pid_t child = 0;
      if (absl::SimpleAtoi(word, &child)) children.push_back(child);
    }
  }
  return children;
}

}  // namespace

std::vector<pid_t> DescendantsOf(pid_t pid) {
  std::vector<pid_t> found = ChildrenOf(pid);
  for (size_t i = 0; i < found.size(); ++i) {
    const std::vector<pid_t> children = ChildrenOf(found[i]);
    found.insert(found.end(), children.begin(), children.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

absl::StatusOr<TaskUsage> MeasureTask(
    const drover::driver::TaskHandle& handle) {
  TaskUsage usage;
  std::vector<pid_t> pids;
  const cgroups::GroupPaths paths = StoredPaths(handle);
  if (!paths.empty()) {
    ASSIGN_OR_RETURN(const cgroups::Group group, cgroups::Group::Open(paths));
    ASSIGN_OR_RETURN(pids, group.Pids());
    ASSIGN_OR_RETURN(usage.total.stats, cgroups::ReadStats(group));
  } else {
    pids = DescendantsOf(handle.shim_pid());
    usage.total.stats = cgroups::ReadProcessStats(pids);
  }
  for (const pid_t pid : pids) {
    usage.processes[pid].stats = cgroups::ReadProcessStats({pid});
  }
  return usage;
}

void AddCpuUse(const std::optional<TaskUsage>& before, TaskUsage* usage) {
  const auto difference = [](const Usage* earlier, Usage* now) {
    now->cpu = cgroups::CpuBetween(
        earlier == nullptr ? std::nullopt : std::optional(earlier->stats),
        now->stats);
  };
  difference(before.has_value() ? &before->total : nullptr, &usage->total);
  for (auto& [pid, process] : usage->processes) {
    const Usage* earlier = nullptr;
    if (before.has_value()) {
      const auto found = before->processes.find(pid);
      if (found != before->processes.end()) earlier = &found->second;
    }
    difference(earlier, &process);
  }
}

}  // namespace driver
