// The small text formats in which the kernel describes mounts, groups and
// processes, parsed without touching the kernel.
//
// Whoever owns a process or a mount chooses part of these texts (a command's
// name, a mount point), so every parser takes any bytes, never fails hard, and
// passes over what it does not know: later kernels add fields.
//
// Threads:  free functions without state.
// Kernel:   proc(5), filesystems/proc.rst (mountinfo), cgroups(7).

#ifndef DROVER_CGROUPS_KERNEL_TEXT_H_
#define DROVER_CGROUPS_KERNEL_TEXT_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cgroups {

// One line of /proc/<pid>/mountinfo, with \040 and its like undone.
struct Mount {
  std::string root;         // what of the file system is mounted
  std::string mount_point;  // where
  std::string type;         // "cgroup", "cgroup2", "tmpfs", ...
  bool read_only = false;   // this mount or the whole file system
  std::vector<std::string> super_options;  // "rw", "cpu", "name=systemd", ...
};

// The lines that have the form of a mount; others are left out.
std::vector<Mount> ParseMountInfo(absl::string_view text);

// /proc/<pid>/cgroup: the group of a process by controller. A co-mounted
// hierarchy ("cpu,cpuacct") has an entry for each; the v2 tree has the key "".
std::map<std::string, std::string> ParseProcCgroup(absl::string_view text);

// "key 123\n" lines, as in cpu.stat, memory.stat, cgroup.events. Lines whose
// value is not an unsigned number are left out. The keys point into `text`.
std::map<absl::string_view, uint64_t> ParseFlatKeyed(absl::string_view text);

// The number of one key of such a text, without a map for the rest.
std::optional<uint64_t> FindFlatKeyed(absl::string_view text,
                                      absl::string_view key);

// A file that holds one number; "max" and anything else is nullopt.
std::optional<uint64_t> ParseNumber(absl::string_view text);

// cgroup.procs: one process id a line. 0 (a process of another pid namespace)
// and what is not a number are left out.
std::vector<pid_t> ParsePids(absl::string_view text);

// The fields of /proc/<pid>/stat that are of use here.
struct ProcStat {
  pid_t parent = 0;
  char state = '?';
  uint64_t user_ticks = 0;           // its own
  uint64_t system_ticks = 0;         // its own
  uint64_t waited_user_ticks = 0;    // of children it has waited for
  uint64_t waited_system_ticks = 0;  // of children it has waited for
  uint64_t start_ticks = 0;          // since boot
};

// nullopt unless all fields are there. The name in parentheses may hold
// anything, also parentheses and line feeds.
std::optional<ProcStat> ParseProcStat(absl::string_view text);

// Fields of /proc/<pid>/status; memory in bytes, 0 where a line is missing, as
// with kernel threads and zombies.
struct ProcStatus {
  uint64_t anonymous = 0;  // RssAnon
  uint64_t resident = 0;   // VmRSS: anonymous, mapped files, shared memory
  uint64_t swap = 0;       // VmSwap
  uint64_t threads = 0;    // Threads
};
ProcStatus ParseProcStatus(absl::string_view text);

}  // namespace cgroups

#endif  // DROVER_CGROUPS_KERNEL_TEXT_H_
