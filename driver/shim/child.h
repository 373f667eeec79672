// From a prepared plan to a running program: the few steps between clone3(2)
// and execve(2).
//
// The child shares the shim's memory until it has executed the program
// (CLONE_VM and CLONE_VFORK: the shim stands still meanwhile), so it calls
// only what signal-safety(7) lists, and by raw system calls where the C
// library would keep books (setresuid(2) and friends).
//
// Kernel:  clone(2); CLONE_INTO_CGROUP needs Linux 5.7. On processors without
//          the few lines of assembly that a shared stack needs, the child gets
//          a copy of the memory instead.

#ifndef DROVER_DRIVER_SHIM_CHILD_H_
#define DROVER_DRIVER_SHIM_CHILD_H_

#include <sys/types.h>

#include <cstdint>
#include <type_traits>

#include "driver/shim/protocol.h"

namespace driver::shim {

struct ChildPlan {
  const char* path;      // absolute
  char* const* argv;     // ends with nullptr
  char* const* envp;     // ends with nullptr
  const char* cwd;       // absolute
  int stdio[3];          // become descriptors 0, 1 and 2
  int into_group;        // directory of a v2 group to be born in, or -1
  int join[kMaxGroups];  // directories of groups to join by cgroup.procs
  uint32_t join_index[kMaxGroups];  // their places in the plan
  uint32_t join_count;
  int network_namespace;  // or -1
  int32_t oom_score_adj;
  bool set_oom_score;  // no: the parent has the right one already
  bool oom_required;
  bool terminal;
  bool switch_user;
  uid_t uid;
  gid_t gid;
  uint32_t group_count;
  const gid_t* groups;
};
static_assert(std::is_trivially_copyable_v<ChildPlan>);

struct ChildReport {
  Step step;        // the last one begun; kExec without error is success
  int error;        // errno, or 0
  uint32_t detail;  // kJoinGroup: which
};

// Starts the program. Returns its pid and a report whose step is kExec and
// whose error is 0; or -1 and what failed, with no process left.
pid_t StartChild(const ChildPlan& plan, ChildReport* report);

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_CHILD_H_
