// What a task may use at most, in the terms of a job, and the files of the
// kernel that say so.
//
// Everything is off by default: the driver provides no isolation unless it was
// told to (see group_factory.h). Nothing here touches the kernel.
//
// Units:   bytes; cpu_shares as v1's cpu.shares has them, which are the MHz of
//          a job; lists of CPUs and memory nodes as cpuset(7) writes them.
// Kernel:  admin-guide/cgroup-v2.rst, admin-guide/cgroup-v1/.
//
// memory_low is kept as written, but it protects only as far as every group
// above is protected too; drover leaves those at the kernel's default.

#ifndef DROVER_CGROUPS_LIMITS_H_
#define DROVER_CGROUPS_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cgroups {

// Limits of one block device, by its number. 0 means no limit.
struct IoLimit {
  unsigned major = 0;
  unsigned minor = 0;
  uint64_t read_bytes_per_second = 0;
  uint64_t write_bytes_per_second = 0;
  uint64_t reads_per_second = 0;
  uint64_t writes_per_second = 0;
};

struct Limits {
  std::optional<uint64_t> memory_max_bytes;
  std::optional<uint64_t> memory_low_bytes;  // reservation
  std::optional<uint64_t> swap_max_bytes;    // beside the memory; 0: no swap
  std::optional<uint64_t> cpu_shares;
  std::string cpus;          // "0-1,4": these and no others; empty: not set
  std::string memory_nodes;  // as cpus
  std::optional<uint64_t> pids_max;
  std::optional<uint64_t> io_weight;  // 1 to 10000
  std::vector<IoLimit> io;

  bool empty() const;
};

// One value for one file of a group.
struct Setting {
  const char* controller;  // the v1 name on v1: "blkio" for io
  std::string file;
  std::string value;
  // Written instead when the kernel does not have `file`.
  std::string fallback_file;
  std::string fallback_value;
  // Without it the promise to the task is broken. Swap is not: where the kernel
  // cannot account it, there is mostly none.
  bool required = true;
};

// The settings in the order in which the kernel accepts them. InvalidArgument
// for a value that no kernel takes, naming it.
absl::Status UnifiedSettings(const Limits& limits, std::vector<Setting>* out);
absl::Status LegacySettings(const Limits& limits, std::vector<Setting>* out);

// v2's cpu.weight for v1's cpu.shares, by the conversion that container
// managers agree on since 2025: 100 for 1024, logarithmic on both sides.
uint64_t CpuWeight(uint64_t cpu_shares);

}  // namespace cgroups

#endif  // DROVER_CGROUPS_LIMITS_H_
