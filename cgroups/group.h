// The control group of one task: where it is, how to put the task in, and how
// to be rid of everything in it.
//
// A task has one *tracking* group, which holds all that it ever starts: in the
// v2 tree where there is one, else in a v1 hierarchy, the freezer if possible.
// Beside it may stand v1 groups for limits and counters. The life of one:
//
//   ASSIGN_OR_RETURN(Group group, factory.Create(spec));   // group_factory.h
//   ... start the task in it:
//         clone3(CLONE_INTO_CGROUP) with group.unified_fd(), if >= 0; and the
//         child writes "0" to cgroup.procs of each of group.join_fds()
//   RETURN_IF_ERROR(group.Kill());
//   RETURN_IF_ERROR(group.WaitEmpty(absl::Seconds(10)));
//   RETURN_IF_ERROR(group.Remove());
//
// A task's supervisor does the last three itself, with signal-safe code on the
// same descriptors; these are for whoever finds a group without a supervisor.
// group.paths() is text to be stored; Group::Open() finds the group again.
//
// Ownership:  of descriptors only. Destroying a Group leaves its directories
//             and processes alone.
// Threads:    thread-compatible; const methods may run at the same time.
// Errors:     name the group. NotFound when it is gone: where the aim is that
//             it be empty or gone, that is success.
// Kernel:     admin-guide/cgroup-v2.rst; cgroup.kill needs Linux 5.14, v1 and
//             older kernels are killed frozen.

#ifndef DROVER_CGROUPS_GROUP_H_
#define DROVER_CGROUPS_GROUP_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "cgroups/directory.h"

namespace cgroups {

// The directories that were made for a task, to be stored. Foreign groups that
// it joined (overrides) are not among them: they are not ours to kill.
struct GroupPaths {
  std::string unified;  // absolute; empty when there is no v2 group
  // By controller ("freezer", "memory"); controllers that are mounted together
  // stand once, under the first.
  std::map<std::string, std::string> legacy;
  // The controller of the tracking group; empty when that is `unified`.
  std::string legacy_tracker;
  // The kernel's id of the tracking group: another group that later gets the
  // same name has another. 0: not known, and not checked.
  uint64_t id = 0;

  bool empty() const { return unified.empty() && legacy.empty(); }
};

class Group {
 public:
  Group() = default;  // no group: joins nothing, and is empty and removed

  // Finds a group again. NotFound when the tracking group is gone or its id
  // differs; a v1 group beside it that is gone is left out.
  static absl::StatusOr<Group> Open(const GroupPaths& paths);

  const GroupPaths& paths() const { return paths_; }

  // Is there a tracking group, so that Kill() reaches every process?
  bool tracks() const { return tracker() != nullptr; }

  // Every group that the task joins, its tracking group first, for whoever
  // supervises it. The descriptors stay this object's.
  struct Member {
    int fd;
    std::string path;
    std::string controller;  // empty: v2
    bool tracks;
    bool foreign;  // joined only: neither killed nor removed
  };
  std::vector<Member> members() const;

  // The directory for CLONE_INTO_CGROUP, cgroup.kill and cgroup.events; -1
  // when the task has no v2 group of its own and none to join.
  int unified_fd() const { return unified_.fd(); }
  // The v1 directories into whose cgroup.procs the child writes "0", the
  // tracking group first.
  std::vector<int> join_fds() const;
  // The v1 freezer directory when that is the tracking group, else -1.
  int freezer_fd() const;

  // The task's own groups for who reads their files (stats.h); null when there
  // is no v2 group. They live as long as this object.
  const Directory* unified() const;
  std::vector<const Directory*> legacy() const;

  // What was asked for and could not be had, in words, such as a limit whose
  // controller is missing. For a log or an event; the task can be started.
  const std::vector<std::string>& notes() const { return notes_; }

  // The processes in the tracking group and below, sorted.
  absl::StatusOr<std::vector<pid_t>> Pids() const;

  // Kills every process in the group and below. With cgroup.kill it returns
  // when the kernel has accepted the request, not when they are gone: for that
  // there is WaitEmpty(). Elsewhere it freezes the group, sends SIGKILL to
  // each, thaws, and looks again until none is left, at most `patience`.
  absl::Status Kill(absl::Duration patience = absl::Seconds(10)) const;

  // Waits until no process is left in the group and below. DeadlineExceeded
  // tells how many are left and names some.
  absl::Status WaitEmpty(absl::Duration patience) const;

  // Removes the groups below (a task may have made some) and then the groups
  // of the task. Waits at most `patience` for processes that are still on
  // their way out.
  absl::Status Remove(absl::Duration patience = absl::Seconds(5));

 private:
  friend class GroupFactory;

  struct Joined {
    std::string controller;
    Directory directory;
    bool foreign = false;  // joined only: neither killed nor removed
  };

  GroupPaths paths_;
  Directory unified_;

  std::vector<Joined> legacy_;
  // unified_ or one of legacy_; null when nothing tracks.
  const Directory* tracker() const;
  int tracker_index_ = kNoTracker;
  static constexpr int kNoTracker = -2;
  static constexpr int kUnifiedTracker = -1;
  std::vector<std::string> notes_;
};

}  // namespace cgroups

#endif  // DROVER_CGROUPS_GROUP_H_
