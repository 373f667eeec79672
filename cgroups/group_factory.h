// Makes the groups of tasks below one parent, and finds those left over.
//
//   v2   <base>/nomad.slice/share.slice/<name>.scope
//        <base>/nomad.slice/reserve.slice/<name>.scope   with CPUs of its own
//   v1   <controller's mount>/nomad/<name>
//        <cpuset's mount>/nomad/reserve/<name>
//
// where <name> is "<allocation id>.<task>" and <base> is the mount point, or
// the subtree that an unprivileged user was delegated (hierarchy.h). The names
// are those of the reference; the parent, "nomad.slice" above, can be chosen.
//
// Once the parents are there, a group without limits costs a mkdir and an open:
// the factory keeps the parents open. It makes them when the first group asks
// for them, and leaves them for the next run; RemoveParents() is for whoever
// wants no trace.
//
// Controllers are switched on (cgroup.subtree_control) only as far as needed:
// memory and pids, if they are there, for exact statistics, and what limits ask
// for. Where a delegated group holds processes of its own, the kernel refuses
// that until they stand in a leaf; when limits ask for it, the factory moves
// them into "<base>/drover-agent.scope".
//
// Threads:  thread-safe.
// Errors:   Create() fails when the task would not be tracked as asked, or when
//           an override names a group that cannot be joined. A limit that
//           cannot be had is an error too: a task must not run without a limit
//           that it was promised. What is merely less exact becomes a note of
//           the group.

#ifndef DROVER_CGROUPS_GROUP_FACTORY_H_
#define DROVER_CGROUPS_GROUP_FACTORY_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "cgroups/directory.h"
#include "cgroups/group.h"
#include "cgroups/hierarchy.h"
#include "cgroups/limits.h"

namespace cgroups {

struct GroupSpec {
  std::string name;  // "<allocation id>.<task>"; one path component
  Limits limits;     // with limits.cpus the group stands in reserve.slice
  // On hybrid and v1 hosts also make v1 groups in memory and cpuacct, so that
  // statistics are exact and an OOM kill can be told. Costs two directories.
  bool exact_counters = false;

  // Foreign groups that the task is to join. A relative path stands below the
  // mount point, an absolute one as it is. In the v2 tree, and in v1's tracking
  // hierarchy, the task gets a group of its own below the foreign one, so that
  // killing reaches it alone; in other v1 hierarchies it joins the foreign
  // group itself. The foreign group's limits are never written.
  std::string unified_override;
  std::map<std::string, std::string> legacy_override;  // controller to path

  // On v1: also join the CPUs that Partition() left for tasks without their
  // own. In the v2 tree share.slice does that by itself.
  bool share_cpus = false;
};

// A group below our parent that nobody claims.
struct Orphan {
  std::string name;  // as in GroupSpec
  GroupPaths paths;
};

class GroupFactory {
 public:
  // `parent` is one or more path components; "nomad.slice" is "nomad" on v1, as
  // in the reference. FailedPrecondition with the reason when `host` allows no
  // groups; InvalidArgument when `parent` is no relative path.
  static absl::StatusOr<std::unique_ptr<GroupFactory>> Make(
      Hierarchy host, absl::string_view parent = "nomad.slice");

  GroupFactory(const GroupFactory&) = delete;
  GroupFactory& operator=(const GroupFactory&) = delete;

  const Hierarchy& host() const { return host_; }

  // Makes the group of a task. What is left of an earlier group of that name is
  // killed and removed first, which may take as long as its processes need.
  absl::StatusOr<Group> Create(const GroupSpec& spec);

  // The groups below our parent whose names are not in `owned`: what an agent
  // that crashed has left. Open, kill and remove them. Groups below foreign
  // ones (overrides) cannot be found this way, only by their stored paths.
  absl::StatusOr<std::vector<Orphan>> Reconcile(
      const std::set<std::string>& owned);

  // Gives `reserved` CPUs to tasks with CPUs of their own and `shared` to all
  // others, as cpuset(7) lists; call it before a task with CPUs starts and
  // after it has ended. An empty list means: no restriction.
  absl::Status Partition(absl::string_view shared, absl::string_view reserved);

  // Removes our parent directories where they are empty.
  absl::Status RemoveParents();

 private:
  using Parent = std::shared_ptr<const Directory>;

  GroupFactory(Hierarchy host, std::string unified_parent,
               std::string legacy_parent);

  // The open directory of a parent, made if need be with all above it up to
  // `root`, which must exist.
  absl::StatusOr<Parent> OpenParent(const std::string& root,
                                    absl::string_view below);
  absl::StatusOr<Parent> UnifiedParent(absl::string_view slice);
  absl::StatusOr<Parent> LegacyParent(const LegacyTree& tree,
                                      absl::string_view part);
  void ForgetParents();

  // Makes `controllers` available in the groups of a slice. Those that the base
  // does not have, or that the kernel refuses, are an error. With `move`, the
  // processes in the base are moved where the kernel demands it.
  absl::Status Enable(const std::set<std::string>& controllers,
                      absl::string_view slice, bool move);
  absl::StatusOr<Directory> MakeTracker(const GroupSpec& spec,
                                        absl::string_view slice);
  // Of v1 controllers that are mounted together the one that stands for all.
  std::string Canonical(const std::string& controller) const;
  absl::StatusOr<const Directory*> JoinLegacy(const std::string& name,
                                              const std::string& wanted,
                                              absl::string_view part,
                                              Group* group);
  absl::Status JoinForeign(const std::string& controller,
                           absl::string_view path, Group* group);
  absl::Status Fill(const GroupSpec& spec, absl::string_view slice,
                    Group* group);

  const Hierarchy host_;
  const std::string unified_parent_;  // below host_.v2.base; may be ""
  const std::string legacy_parent_;   // below each v1 mount
  const bool unified_;                // do tracking groups stand in v2?
  const std::string legacy_tracker_;  // else: of which controller

  base::Mutex mutex_;
  std::map<std::string, Parent> parents_ ABSL_GUARDED_BY(mutex_);  // by path
  // Slices whose controllers for counting were switched on, or tried.
  std::set<std::string> counting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cgroups

#endif  // DROVER_CGROUPS_GROUP_FACTORY_H_
