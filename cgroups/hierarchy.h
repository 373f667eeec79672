// Which cgroup trees this machine has, and what we may do with them.
//
//   const cgroups::Hierarchy host = cgroups::Detect();
//   if (!host.v2.create.yes) Log(host.v2.create.reason);
//
// Detect() only looks: it reads mountinfo, asks each mount point for its file
// system (statfs magic), and looks at owners and permissions. It makes no
// group, never fails, and has a reason in words for everything that is not to
// be had. What it finds is a plain value.
//
//   mode      v2 tree   v1 controllers   what this library does there
//   unified   yes       no               everything in the v2 tree
//   hybrid    yes       yes              v2 tree to place, kill and remove; v1
//                                        only for limits and counters
//   legacy    no        yes              v1, the freezer first of all
//   none      no        no               nothing: callers follow the tree of
//                                        processes by other means
//
// Only root gets v1 groups. In the v2 tree an unprivileged user needs a
// delegated subtree: it owns the directory and the cgroup.procs of the group
// that this process is in, or of one above.
//
// Threads:  Detect() may be called from any thread.
// Kernel:   admin-guide/cgroup-v2.rst ("Delegation"), cgroups(7);
//           systemd.io/CGROUP_DELEGATION for who owns what.

#ifndef DROVER_CGROUPS_HIERARCHY_H_
#define DROVER_CGROUPS_HIERARCHY_H_

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace cgroups {

enum class Mode { kNone, kLegacy, kHybrid, kUnified };

// "none", "legacy", "hybrid", "unified".
absl::string_view ModeName(Mode mode);

// Yes; or no, and then why.
struct Answer {
  bool yes = false;
  std::string reason;  // empty when yes
};

// The v2 tree.
struct UnifiedTree {
  std::string mount_point;  // absolute; empty when there is none
  std::string own_group;    // directory of the calling process's group; empty
                            // when it lies outside of what is mounted
  Answer create;            // may groups be made?
  std::string base;         // directory to make them below: the mount point for
                            // root, the delegated group for others; empty when
                            // none may be made
  std::set<std::string> controllers;  // that `base` can hand to its children
};

// One v1 hierarchy, as one of its controllers sees it.
struct LegacyTree {
  std::string mount_point;  // absolute
  std::string own_group;    // as in UnifiedTree
  Answer create;
};

struct Hierarchy {
  Mode mode = Mode::kNone;
  std::string reason;  // for kNone: why
  UnifiedTree v2;
  // By controller ("memory"); controllers that are mounted together have the
  // same mount point.
  std::map<std::string, LegacyTree> v1;
  // Mount points of v1 hierarchies without controllers, by name ("systemd"). We
  // make no groups there, but a job may ask to join one.
  std::map<std::string, std::string> named;

  // May a group be made at all, in whichever tree?
  Answer CanCreate() const;
  // The v1 controller whose tree holds the group of a task where the v2 tree
  // does not: the freezer, since it stops a tree that forks while it is killed;
  // without it any other that is mounted. Empty when there is none.
  std::string LegacyTracker() const;
  // Can `controller` ("cpu", "cpuset", "io", "memory", "pids") limit a group of
  // ours? "io" is v1's "blkio".
  Answer CanLimit(absl::string_view controller) const;
};

// Where to look; the defaults are the real system.
struct DetectOptions {
  std::string mountinfo = "/proc/self/mountinfo";
  std::string own_groups = "/proc/self/cgroup";
  uid_t euid;
  // The statfs(2) magic of a path, or -1. Tests whose tree is an ordinary
  // folder answer for it.
  long (*filesystem_magic)(const char* path);

  DetectOptions();  // this process, the real statfs
};

Hierarchy Detect(const DetectOptions& options = DetectOptions());

}  // namespace cgroups

#endif  // DROVER_CGROUPS_HIERARCHY_H_
