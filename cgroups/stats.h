// What a task uses, read from the counters of its group: exact, and as dear for
// a thousand processes as for one.
//
// A counter that the group does not have (no memory controller in the v2 tree
// of a hybrid host, no group at all) is made up from /proc/<pid> of each
// process; `exact` says which it was. The meaning of a field is the same in
// either case:
//
//   field                v2 group            v1 groups                  /proc
//   memory.rss           memory.stat anon    memory.stat total_rss      RssAnon
//   memory.cache         memory.stat file    memory.stat total_cache    -
//   memory.swap          memory.swap.current memory.stat total_swap     VmSwap
//   memory.usage         memory.current      memory.usage_in_bytes      VmRSS
//   memory.max_usage     memory.peak         memory.max_usage_in_bytes  -
//   memory.kernel_usage  memory.stat kernel  memory.kmem.usage_in_bytes -
//   memory.max_kernel_.. -                   ...kmem.max_usage_in_bytes -
//   cpu.user, .system    cpu.stat            cpuacct.usage_user, _sys   stat
//   cpu.throttled_...    cpu.stat            cpu.stat                   -
//   tasks                pids.current        pids.current               Threads
//   oom_kills            memory.events       memory.oom_control         -
//
// A dash is nullopt. The sums of VmRSS count a page once for each process that
// shares it; those of stat hold the ended children that their parents have
// waited for, and lose the others.
//
// Threads:  free functions; callable from any thread.
// Units:    bytes, absl::Duration, processes and threads together for `tasks`.
// Errors:   NotFound when the group is gone. A process that ends while it is
//           read is left out.
// Kernel:   admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, proc(5).
//           memory.peak needs Linux 5.19, "kernel" 5.18.

#ifndef DROVER_CGROUPS_STATS_H_
#define DROVER_CGROUPS_STATS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "cgroups/group.h"

namespace cgroups {

struct MemoryStats {
  bool exact = false;
  uint64_t rss = 0;
  uint64_t usage = 0;
  std::optional<uint64_t> cache;
  std::optional<uint64_t> swap;
  std::optional<uint64_t> max_usage;
  std::optional<uint64_t> kernel_usage;
  std::optional<uint64_t> max_kernel_usage;
};

struct CpuStats {
  bool exact = false;
  absl::Duration user;
  absl::Duration system;
  // Only where the CPU controller counts for this group.
  std::optional<uint64_t> throttled_periods;
  std::optional<absl::Duration> throttled_time;
};

struct Stats {
  absl::Time time;           // for people
  absl::Duration monotonic;  // for differences
  MemoryStats memory;
  CpuStats cpu;
  uint64_t tasks = 0;
  std::optional<uint64_t> oom_kills;
};

absl::StatusOr<Stats> ReadStats(const Group& group,
                                const base::Clock& clock = base::Clock::Real());

// The same of a list of processes alone, for tasks without a group.
Stats ReadProcessStats(const std::vector<pid_t>& pids,
                       const base::Clock& clock = base::Clock::Real());

// How many processes of the group, and of groups below it, the kernel has
// killed for want of memory. nullopt when nothing counts that here. One or two
// small reads: made for the moment at which a task was killed.
absl::StatusOr<std::optional<uint64_t>> ReadOomKills(const Group& group);

// The use of the CPU between two samples of a task, in percent of one core.
struct CpuUse {
  double user = 0;
  double system = 0;
  double total() const { return user + system; }
};

// 0 without an earlier sample, for no time between them, and where a sum of
// /proc has become smaller because processes have ended.
CpuUse CpuBetween(const std::optional<Stats>& before, const Stats& after);

}  // namespace cgroups

#endif  // DROVER_CGROUPS_STATS_H_
