#include "cgroups/stats.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "base/status.h"
#include "cgroups/directory.h"
#include "cgroups/kernel_text.h"

namespace cgroups {
namespace {

// Statistics files are a few kilobytes.
constexpr size_t kMaxBytes = size_t{1} << 20;

std::optional<uint64_t> Number(const Directory& group, absl::string_view file) {
  const absl::StatusOr<std::string> text = group.Read(file);
  if (!text.ok()) return std::nullopt;
  return ParseNumber(*text);
}

std::optional<uint64_t> Keyed(const Directory& group, absl::string_view file,
                              absl::string_view key) {
  const absl::StatusOr<std::string> text = group.Read(file);
  if (!text.ok()) return std::nullopt;
  return FindFlatKeyed(*text, key);
}

// False when this group has no memory controller.
bool ReadUnifiedMemory(const Directory& group, MemoryStats* memory) {
  const std::optional<uint64_t> usage = Number(group, "memory.current");
  const absl::StatusOr<std::string> stat = group.Read("memory.stat");
  if (!usage || !stat.ok()) return false;
  memory->exact = true;
  memory->usage = *usage;
  memory->rss = FindFlatKeyed(*stat, "anon").value_or(0);
  memory->cache = FindFlatKeyed(*stat, "file");
  memory->swap = Number(group, "memory.swap.current");
  memory->max_usage = Number(group, "memory.peak");
  memory->kernel_usage = FindFlatKeyed(*stat, "kernel");
  return true;
}

bool ReadLegacyMemory(const Directory& group, MemoryStats* memory) {
  const std::optional<uint64_t> usage = Number(group, "memory.usage_in_bytes");
  const absl::StatusOr<std::string> stat = group.Read("memory.stat");
  if (!usage || !stat.ok()) return false;
  memory->exact = true;
  memory->usage = *usage;
  memory->rss = FindFlatKeyed(*stat, "total_rss").value_or(0);
  memory->cache = FindFlatKeyed(*stat, "total_cache");
  memory->swap = FindFlatKeyed(*stat, "total_swap");
  memory->max_usage = Number(group, "memory.max_usage_in_bytes");
  memory->kernel_usage = Number(group, "memory.kmem.usage_in_bytes");
  memory->max_kernel_usage = Number(group, "memory.kmem.max_usage_in_bytes");
  return true;
}

void ReadLegacyThrottling(const Directory& group, CpuStats* cpu) {
  const absl::StatusOr<std::string> stat = group.Read("cpu.stat");
  if (!stat.ok()) return;
  cpu->throttled_periods = FindFlatKeyed(*stat, "nr_throttled");
  if (const auto time = FindFlatKeyed(*stat, "throttled_time")) {
    cpu->throttled_time = absl::Nanoseconds(*time);
  }
}

// Every v2 group has these, also without the CPU controller.
bool ReadUnifiedCpu(const Directory& group, CpuStats* cpu) {
  const absl::StatusOr<std::string> stat = group.Read("cpu.stat");
  if (!stat.ok()) return false;
  const std::optional<uint64_t> user = FindFlatKeyed(*stat, "user_usec");
  const std::optional<uint64_t> system = FindFlatKeyed(*stat, "system_usec");
  if (!user || !system) return false;
  cpu->exact = true;
  cpu->user = absl::Microseconds(*user);
  cpu->system = absl::Microseconds(*system);
  cpu->throttled_periods = FindFlatKeyed(*stat, "nr_throttled");
  if (const auto time = FindFlatKeyed(*stat, "throttled_usec")) {
    cpu->throttled_time = absl::Microseconds(*time);
  }
  return true;
}

bool ReadLegacyCpu(const Directory& group, CpuStats* cpu) {
  const std::optional<uint64_t> user = Number(group, "cpuacct.usage_user");
  const std::optional<uint64_t> system = Number(group, "cpuacct.usage_sys");
  if (!user || !system) return false;
  cpu->exact = true;
  cpu->user = absl::Nanoseconds(*user);
  cpu->system = absl::Nanoseconds(*system);
  return true;
}

absl::StatusOr<std::string> ReadProc(pid_t pid, absl::string_view file) {
  return base::ReadFile(absl::StrCat("/proc/", pid, "/", file), kMaxBytes);
}

void AddProcesses(const std::vector<pid_t>& pids, bool want_memory,
                  bool want_cpu, bool want_tasks, Stats* stats) {
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  if (want_memory) stats->memory.swap = 0;
  for (const pid_t pid : pids) {
    if (want_cpu) {
      const absl::StatusOr<std::string> text = ReadProc(pid, "stat");
      if (text.ok()) {
        if (const std::optional<ProcStat> stat = ParseProcStat(*text)) {
          user_ticks += stat->user_ticks + stat->waited_user_ticks;
          system_ticks += stat->system_ticks + stat->waited_system_ticks;
        }
      }
    }
    if (!want_memory && !want_tasks) continue;
    const absl::StatusOr<std::string> text = ReadProc(pid, "status");
    if (!text.ok()) continue;
    const ProcStatus status = ParseProcStatus(*text);
    if (want_memory) {
      stats->memory.rss += status.anonymous;
      stats->memory.usage += status.resident;
      *stats->memory.swap += status.swap;
    }
    if (want_tasks) stats->tasks += status.threads;
  }
  if (want_cpu) {
    stats->cpu.user =
        absl::Seconds(static_cast<double>(user_ticks) / ticks_per_second);
    stats->cpu.system =
        absl::Seconds(static_cast<double>(system_ticks) / ticks_per_second);
  }
}

Stats Stamped(const base::Clock& clock) {
  Stats stats;
  stats.time = clock.Now();
  stats.monotonic = clock.Monotonic();
  return stats;
}

// One group's own kills; nullopt where nothing counts them.
std::optional<uint64_t> LocalOomKills(int fd) {
  for (const char* file : {"memory.events.local", "memory.oom_control"}) {
    const absl::StatusOr<std::string> text =
        base::ReadFileAt(fd, file, kMaxBytes);
    if (text.ok()) return FindFlatKeyed(*text, "oom_kill");
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Stats> ReadStats(const Group& group, const base::Clock& clock) {
  Stats stats = Stamped(clock);
  const Directory* unified = group.unified();
  const std::vector<const Directory*> legacy = group.legacy();
  const auto any = [&](auto&& read) {
    return std::any_of(legacy.begin(), legacy.end(),
                       [&](const Directory* one) { return read(*one); });
  };
  // Right after the time was taken: a percentage is as good as both are near.
  const bool has_cpu =
      (unified != nullptr && ReadUnifiedCpu(*unified, &stats.cpu)) ||
      any([&](const Directory& one) { return ReadLegacyCpu(one, &stats.cpu); });
  const bool has_memory =
      (unified != nullptr && ReadUnifiedMemory(*unified, &stats.memory)) ||
      any([&](const Directory& one) {
        return ReadLegacyMemory(one, &stats.memory);
      });
  if (!stats.cpu.throttled_periods) {
    for (const Directory* one : legacy) ReadLegacyThrottling(*one, &stats.cpu);
  }
  std::optional<uint64_t> tasks;
  if (unified != nullptr) tasks = Number(*unified, "pids.current");
  for (const Directory* one : legacy) {
    if (!tasks) tasks = Number(*one, "pids.current");
  }
  if (tasks) stats.tasks = *tasks;
  if (!has_memory || !has_cpu || !tasks) {
    ASSIGN_OR_RETURN(const std::vector<pid_t> pids, group.Pids());
    AddProcesses(pids, !has_memory, !has_cpu, !tasks, &stats);
  }
  ASSIGN_OR_RETURN(stats.oom_kills, ReadOomKills(group));
  return stats;
}

Stats ReadProcessStats(const std::vector<pid_t>& pids,
                       const base::Clock& clock) {
  Stats stats = Stamped(clock);
  AddProcesses(pids, true, true, true, &stats);
  return stats;
}

absl::StatusOr<std::optional<uint64_t>> ReadOomKills(const Group& group) {
  std::optional<uint64_t> kills;
  const auto take = [&](std::optional<uint64_t> found) {
    if (found) kills = std::max(kills.value_or(0), *found);
  };
  // memory.events of a v2 group counts for the groups below it too, unless the
  // tree was mounted with memory_localevents; v1's file never does. So the
  // groups of a task that made some are added up as well.
  std::vector<const Directory*> groups = group.legacy();
  if (const Directory* unified = group.unified(); unified != nullptr) {
    take(Keyed(*unified, "memory.events", "oom_kill"));
    groups.push_back(unified);
  }
  for (const Directory* top : groups) {
    std::optional<uint64_t> sum;
    RETURN_IF_ERROR(WalkTree(*top, [&](int fd) {
      if (const std::optional<uint64_t> local = LocalOomKills(fd)) {
        sum = sum.value_or(0) + *local;
      }
      return absl::OkStatus();
    }));
    take(sum);
  }
  return kills;
}

CpuUse CpuBetween(const std::optional<Stats>& before, const Stats& after) {
  CpuUse use;
  if (!before) return use;
  const absl::Duration wall = after.monotonic - before->monotonic;
  if (wall <= absl::ZeroDuration()) return use;
  const auto percent = [&](absl::Duration from, absl::Duration to) {
    return std::max(0.0, 100 * absl::FDivDuration(to - from, wall));
  };
  use.user = percent(before->cpu.user, after.cpu.user);
  use.system = percent(before->cpu.system, after.cpu.system);
  return use;
}

}  // namespace cgroups
