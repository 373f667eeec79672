// The cgroups of one task, as its shim needs them: is anybody left, kill them
// all, remove the groups.
//
// They were made, and limits set, by the driver (//cgroups), which hands over
// open directories. This code must do without allocation and outlive the agent.
//
// Threads:  one.
// Kernel:   admin-guide/cgroup-v2.rst; cgroup.kill needs Linux 5.14: before,
//           and on v1, the group is frozen, everything in it killed, thawed.

#ifndef DROVER_DRIVER_SHIM_GROUPS_H_
#define DROVER_DRIVER_SHIM_GROUPS_H_

#include <sys/types.h>

#include <cstdint>

#include "driver/shim/protocol.h"

namespace driver::shim {

// The groups of one task. Paths are copied, directories are kept open.
class Groups {
 public:
  static constexpr uint32_t kMaxPath = 768;

  Groups() = default;
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  // Takes the descriptor. False when the path is too long.
  bool Add(GroupKind kind, int directory, const char* path, bool counts_oom);

  // The directory of the v2 group to be born in, or -1.
  int unified() const { return directory_of(GroupKind::kUnified); }

  uint32_t count() const { return count_; }
  GroupKind kind(uint32_t i) const { return groups_[i].kind; }
  int directory(uint32_t i) const { return groups_[i].directory; }

  // Is a process left in the tracking group (or below it)? False without one.
  bool Populated() const;

  // Kills everything in the tracking group. True when one call is enough for
  // all that is in it now and that is being forked (cgroup.kill).
  bool Kill() const;

  // A descriptor that reports POLLPRI when Populated() may have changed, or
  // -1. Opened by the first call.
  int Events();

  // Removes our groups, children first. Returns 0, or EBUSY and the like:
  // then call again later.
  int Remove();

  // Processes that the kernel's OOM killer has ended in them.
  uint32_t OomKills() const;

 private:
  struct Group {
    GroupKind kind;
    int directory;
    bool counts_oom;
    bool removed;
    char path[kMaxPath];
  };

  int directory_of(GroupKind kind) const;
  int tracking() const;

  uint32_t count_ = 0;
  int events_ = -1;
  Group groups_[kMaxGroups];
};

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_GROUPS_H_
