#include "cgroups/group_factory.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/status.h"
#include "cgroups/kernel_text.h"
#include "cgroups/sweep.h"

namespace cgroups {
namespace {

constexpr char kShare[] = "share.slice";
constexpr char kReserve[] = "reserve.slice";
constexpr char kScope[] = ".scope";
constexpr char kAgentScope[] = "drover-agent.scope";

// How long what is left of an earlier group may take to die.
constexpr absl::Duration kLeftoverPatience = absl::Seconds(10);

// Switched on without being asked for, since statistics are exact with them.
constexpr const char* kCounting[] = {"memory", "pids"};

absl::Status CheckComponent(absl::string_view what, absl::string_view name) {
  constexpr size_t kLongest = 255 - sizeof(kScope) + 1;
  if (name.empty() || name == "." || name == ".." || name.size() > kLongest ||
      absl::StrContains(name, '/') || absl::StrContains(name, '\n') ||
      absl::StrContains(name, '\0')) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, " \"", name,
        "\" cannot be the name of a cgroup: it must be one path component of 1 "
        "to ",
        kLongest, " bytes without a line feed"));
  }
  return absl::OkStatus();
}

std::string Below(absl::string_view path, absl::string_view rest) {
  if (rest.empty()) return std::string(path);
  return absl::StrCat(absl::StripSuffix(path, "/"), "/", rest);
}

std::vector<absl::string_view> Components(absl::string_view path) {
  return absl::StrSplit(path, '/', absl::SkipEmpty());
}

// "a.slice/b.slice" to "a/b".
std::string LegacyName(absl::string_view parent) {
  std::vector<absl::string_view> parts = Components(parent);
  for (absl::string_view& part : parts) {
    const absl::string_view short_name = absl::StripSuffix(part, ".slice");
    if (!short_name.empty()) part = short_name;
  }
  return absl::StrJoin(parts, "/");
}

// A delegated base that is itself called like the parent is the parent.
std::string UnifiedName(const Hierarchy& host, absl::string_view parent) {
  if (absl::EndsWith(host.v2.base, absl::StrCat("/", parent))) return "";
  return std::string(parent);
}

absl::StatusOr<Directory> OpenForeign(absl::string_view mount_point,
                                      absl::string_view path, long magic) {
  const std::string full = absl::StartsWith(path, "/")
                               ? std::string(path)
                               : Below(mount_point, path);
  absl::StatusOr<Directory> directory = Directory::Open(full);
  if (!directory.ok()) {
    return base::Prefixed("cgroup override: ", directory.status());
  }
  struct statfs status;
  if (fstatfs(directory->fd(), &status) != 0 || status.f_type != magic) {
    return absl::InvalidArgumentError(
        absl::StrCat("cgroup override: \"", full, "\" is not a cgroup ",
                     magic == CGROUP2_SUPER_MAGIC ? "v2" : "v1", " directory"));
  }
  return directory;
}

// Hands controllers on to the groups below a directory; those that it hands on
// already are left as they are. FailedPrecondition when processes are in the
// way: any group but the root, which has no cgroup.type, must hold none. The
// kernel refuses only some controllers then. With the others (cpu, cpuset,
// pids) it turns the group into the root of a threaded subtree, and the groups
// below take no process any more.
absl::Status EnableAt(const Directory& directory,
                      const std::set<std::string>& controllers) {
  ASSIGN_OR_RETURN(const std::string text,
                   directory.Read("cgroup.subtree_control"));
  const std::vector<absl::string_view> on =
      absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  for (const std::string& controller : controllers) {
    if (std::find(on.begin(), on.end(), controller) != on.end()) continue;
    if (directory.Has("cgroup.type")) {
      ASSIGN_OR_RETURN(const std::string procs, directory.Read("cgroup.procs"));
      if (!procs.empty()) {
        return absl::FailedPreconditionError(
            absl::StrCat("cgroup \"", directory.path(),
                         "\" cannot hand on the controller \"", controller,
                         "\" while it holds processes itself"));
      }
    }
    RETURN_IF_ERROR(directory.Write("cgroup.subtree_control",
                                    absl::StrCat("+", controller)));
  }
  return absl::OkStatus();
}

// The kernel lets no group but the root both hold processes and hand on
// controllers. In a delegated group those processes are the agent's own
// service: they go into a leaf beside our parent.
absl::Status MoveOutOfTheWay(const Directory& base) {
  ASSIGN_OR_RETURN(const Directory leaf, base.MakeOrOpen(kAgentScope));
  // Those that fork meanwhile leave some for the next look.
  for (int i = 0; i < 10; ++i) {
    ASSIGN_OR_RETURN(const std::string text, base.Read("cgroup.procs"));
    const std::vector<pid_t> pids = ParsePids(text);
    if (pids.empty()) return absl::OkStatus();
    for (const pid_t pid : pids) {
      const absl::Status moved = leaf.Write("cgroup.procs", absl::StrCat(pid));
      if (!moved.ok() && !absl::IsNotFound(moved)) return moved;  // has ended
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("cgroup \"", base.path(),
                   "\": processes keep appearing in it, so that it cannot hand "
                   "on controllers"));
}

// Makes a group that is new, so that its counters begin at zero: what an
// earlier run has left of that name is ended first.
absl::StatusOr<Directory> MakeNew(const Directory& parent,
                                  absl::string_view name, bool unified) {
  absl::StatusOr<Directory> made = parent.Make(name);
  if (!absl::IsAlreadyExists(made.status())) return made;
  GroupPaths paths;
  if (unified) {
    paths.unified = absl::StrCat(parent.path(), "/", name);
  } else {
    paths.legacy_tracker = "freezer";  // or not: then it is killed unfrozen
    paths.legacy["freezer"] = absl::StrCat(parent.path(), "/", name);
  }
  absl::StatusOr<Group> leftover = Group::Open(paths);
  absl::Status ended = leftover.status();
  // More than once, since a child that was forked before may join only now.
  const absl::Duration end =
      base::Clock::Real().Monotonic() + kLeftoverPatience;
  while (leftover.ok()) {
    const absl::Duration left = end - base::Clock::Real().Monotonic();
    ended = leftover->Kill(left);
    if (ended.ok()) ended = leftover->WaitEmpty(left);
    if (ended.ok()) ended = leftover->Remove(absl::Milliseconds(100));
    if (!absl::IsDeadlineExceeded(ended) || left <= absl::ZeroDuration()) break;
  }
  if (!ended.ok() && !absl::IsNotFound(ended)) {
    return base::Prefixed("cannot end what is left of an earlier run: ", ended);
  }
  return parent.Make(name);
}

// A v1 cpuset group takes no process before it has CPUs and memory nodes.
absl::Status FillCpuset(const Directory& group, const Directory& parent) {
  for (const char* file : {"cpuset.cpus", "cpuset.mems"}) {
    ASSIGN_OR_RETURN(const std::string own, group.Read(file));
    if (!absl::StripAsciiWhitespace(own).empty()) continue;
    ASSIGN_OR_RETURN(const std::string above, parent.Read(file));
    RETURN_IF_ERROR(group.Write(file, absl::StripAsciiWhitespace(above)));
  }
  return absl::OkStatus();
}

absl::Status Apply(const Setting& setting, const Directory& directory,
                   std::vector<std::string>* notes) {
  if (directory.Has(setting.file)) {
    return directory.Write(setting.file, setting.value);
  }
  if (!setting.fallback_file.empty() && directory.Has(setting.fallback_file)) {
    return directory.Write(setting.fallback_file, setting.fallback_value);
  }
  std::string missing = absl::StrCat(
      "cannot set ", setting.file, "=\"", setting.value, "\" for cgroup \"",
      directory.path(), "\": this kernel does not have the file");
  if (setting.required) return absl::FailedPreconditionError(missing);
  notes->push_back(std::move(missing));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<GroupFactory>> GroupFactory::Make(
    Hierarchy host, absl::string_view parent) {
  const absl::string_view trimmed = absl::StripPrefix(parent, "/");
  if (Components(trimmed).empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cgroup parent \"", parent, "\" names no group"));
  }
  for (absl::string_view part : absl::StrSplit(trimmed, '/')) {
    RETURN_IF_ERROR(CheckComponent("cgroup parent", part));
  }
  if (const Answer can = host.CanCreate(); !can.yes) {
    return absl::FailedPreconditionError(
        absl::StrCat("no cgroup can be made: ", can.reason));
  }
  std::string unified_parent = UnifiedName(host, trimmed);
  return std::unique_ptr<GroupFactory>(new GroupFactory(
      std::move(host), std::move(unified_parent), LegacyName(trimmed)));
}

GroupFactory::GroupFactory(Hierarchy host, std::string unified_parent,
                           std::string legacy_parent)
    : host_(std::move(host)),
      unified_parent_(std::move(unified_parent)),
      legacy_parent_(std::move(legacy_parent)),
      unified_(host_.v2.create.yes),
      legacy_tracker_(unified_ ? "" : host_.LegacyTracker()) {}

absl::StatusOr<GroupFactory::Parent> GroupFactory::OpenParent(
    const std::string& root, absl::string_view below) {
  const std::string path = Below(root, below);
  base::MutexLock lock(&mutex_);
  if (const auto found = parents_.find(path); found != parents_.end()) {
    return found->second;
  }
  ASSIGN_OR_RETURN(Directory directory, Directory::Open(root));
  for (absl::string_view part : Components(below)) {
    ASSIGN_OR_RETURN(Directory child, directory.MakeOrOpen(part));
    if (child.Has("cpuset.mems") && !child.Has("cgroup.controllers")) {
      RETURN_IF_ERROR(FillCpuset(child, directory));
    }
    directory = std::move(child);
  }
  Parent parent = std::make_shared<const Directory>(std::move(directory));
  parents_.emplace(path, parent);
  return parent;
}

void GroupFactory::ForgetParents() {
  base::MutexLock lock(&mutex_);
  parents_.clear();
  counting_.clear();
}

absl::StatusOr<GroupFactory::Parent> GroupFactory::UnifiedParent(
    absl::string_view slice) {
  ASSIGN_OR_RETURN(Parent parent,
                   OpenParent(host_.v2.base, Below(unified_parent_, slice)));
  {
    base::MutexLock lock(&mutex_);
    if (!counting_.insert(std::string(slice)).second) return parent;
  }
  for (const char* controller : kCounting) {
    if (host_.v2.controllers.count(controller) == 0) continue;
    // Processes in a delegated group may forbid it, and are not moved for this.
    // Statistics then come from /proc.
    (void)Enable({controller}, slice, /*move=*/false);
  }
  return parent;
}

absl::StatusOr<GroupFactory::Parent> GroupFactory::LegacyParent(
    const LegacyTree& tree, absl::string_view part) {
  if (!tree.create.yes) {
    return absl::FailedPreconditionError(
        absl::StrCat("no cgroup can be made: ", tree.create.reason));
  }
  return OpenParent(tree.mount_point, Below(legacy_parent_, part));
}

absl::Status GroupFactory::Enable(const std::set<std::string>& controllers,
                                  absl::string_view slice, bool move) {
  // A group can hand on only what its parent has handed to it, so from the top
  // down. The slice is the last that hands on: a task's group has no children.
  ASSIGN_OR_RETURN(Directory directory, Directory::Open(host_.v2.base));
  absl::Status enabled = EnableAt(directory, controllers);
  if (move && enabled.code() == absl::StatusCode::kFailedPrecondition) {
    RETURN_IF_ERROR(MoveOutOfTheWay(directory));
    enabled = EnableAt(directory, controllers);
  }
  RETURN_IF_ERROR(enabled);
  const std::string below = Below(unified_parent_, slice);
  for (absl::string_view part : Components(below)) {
    ASSIGN_OR_RETURN(directory, directory.OpenChild(part));
    RETURN_IF_ERROR(EnableAt(directory, controllers));
  }
  return absl::OkStatus();
}

absl::StatusOr<Directory> GroupFactory::MakeTracker(const GroupSpec& spec,
                                                    absl::string_view slice) {
  const std::string name = unified_ ? spec.name + kScope : spec.name;
  if (unified_ && !spec.unified_override.empty()) {
    ASSIGN_OR_RETURN(Directory foreign,
                     OpenForeign(host_.v2.mount_point, spec.unified_override,
                                 CGROUP2_SUPER_MAGIC));
    return MakeNew(foreign, name, unified_);
  }
  if (const auto found = spec.legacy_override.find(legacy_tracker_);
      !unified_ && found != spec.legacy_override.end()) {
    ASSIGN_OR_RETURN(Directory foreign,
                     OpenForeign(host_.v1.at(legacy_tracker_).mount_point,
                                 found->second, CGROUP_SUPER_MAGIC));
    return MakeNew(foreign, name, unified_);
  }
  for (int attempt = 0;; ++attempt) {
    ASSIGN_OR_RETURN(const Parent parent,
                     unified_ ? UnifiedParent(slice)
                              : LegacyParent(host_.v1.at(legacy_tracker_), ""));
    absl::StatusOr<Directory> made = MakeNew(*parent, name, unified_);
    // Somebody has removed a parent that we hold open.
    if (!absl::IsNotFound(made.status()) || attempt > 0) return made;
    ForgetParents();
  }
}

std::string GroupFactory::Canonical(const std::string& controller) const {
  const auto tree = host_.v1.find(controller);
  if (tree == host_.v1.end()) return controller;
  const auto same = [&](const std::string& other) {
    const auto found = host_.v1.find(other);
    return found != host_.v1.end() &&
           found->second.mount_point == tree->second.mount_point;
  };
  if (same(legacy_tracker_)) return legacy_tracker_;
  for (const auto& [first, unused] : host_.v1) {
    if (same(first)) return first;
  }
  return controller;
}

absl::StatusOr<const Directory*> GroupFactory::JoinLegacy(
    const std::string& name, const std::string& wanted, absl::string_view part,
    Group* group) {
  const std::string controller = Canonical(wanted);
  const auto tree = host_.v1.find(controller);
  if (tree == host_.v1.end()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no mounted hierarchy has the controller \"", controller, "\""));
  }
  for (const Group::Joined& joined : group->legacy_) {
    if (!joined.foreign && joined.controller == controller) {
      return &joined.directory;
    }
  }
  ASSIGN_OR_RETURN(const Parent parent, LegacyParent(tree->second, part));
  ASSIGN_OR_RETURN(Directory made, MakeNew(*parent, name, /*unified=*/false));
  group->paths_.legacy[controller] = made.path();
  group->legacy_.push_back({controller, std::move(made), false});
  if (wanted == "cpuset") {
    RETURN_IF_ERROR(FillCpuset(group->legacy_.back().directory, *parent));
  }
  return &group->legacy_.back().directory;
}

absl::Status GroupFactory::JoinForeign(const std::string& controller,
                                       absl::string_view path, Group* group) {
  const absl::string_view name = absl::StripPrefix(controller, "name=");
  const auto tree = host_.v1.find(controller);
  const auto named = host_.named.find(std::string(name));
  if (tree == host_.v1.end() && named == host_.named.end()) {
    return absl::NotFoundError(absl::StrCat(
        "cgroup override: no v1 hierarchy is mounted for the controller \"",
        controller, "\""));
  }
  ASSIGN_OR_RETURN(Directory foreign,
                   OpenForeign(tree != host_.v1.end() ? tree->second.mount_point
                                                      : named->second,
                               path, CGROUP_SUPER_MAGIC));
  group->legacy_.push_back({controller, std::move(foreign), true});
  return absl::OkStatus();
}

absl::Status GroupFactory::Fill(const GroupSpec& spec, absl::string_view slice,
                                Group* group) {
  ASSIGN_OR_RETURN(Directory tracker, MakeTracker(spec, slice));
  group->paths_.id = tracker.id();
  if (unified_) {
    group->paths_.unified = tracker.path();
    group->unified_ = std::move(tracker);
    group->tracker_index_ = Group::kUnifiedTracker;
  } else {
    group->paths_.legacy[legacy_tracker_] = tracker.path();
    group->paths_.legacy_tracker = legacy_tracker_;
    group->legacy_.push_back({legacy_tracker_, std::move(tracker), false});
    group->tracker_index_ = 0;
  }
  const bool overrides =
      !spec.unified_override.empty() || !spec.legacy_override.empty();
  if (!overrides && spec.limits.empty() && !spec.exact_counters &&
      !spec.share_cpus) {
    return absl::OkStatus();
  }

  if (!spec.unified_override.empty() && !unified_) {
    group->notes_.push_back(
        absl::StrCat("cgroup_v2_override \"", spec.unified_override,
                     "\" has no effect: ", host_.v2.create.reason));
  }
  if (!spec.legacy_override.empty() && host_.v1.empty()) {
    group->notes_.push_back(
        "cgroup_v1_override has no effect: no v1 controller is mounted");
  }
  for (const auto& [controller, path] : spec.legacy_override) {
    if (host_.v1.empty() || controller == legacy_tracker_) continue;
    RETURN_IF_ERROR(JoinForeign(controller, path, group));
  }
  const auto is_foreign = [&](const std::string& controller) {
    return spec.legacy_override.count(controller) != 0 && !host_.v1.empty();
  };

  // Each limit in the v2 tree if that has its controller, else on v1. Foreign
  // groups bring limits of their own, which take the place of ours.
  const bool foreign_tracker = unified_ && !spec.unified_override.empty();
  std::vector<Setting> unified_settings;
  std::vector<Setting> legacy_settings;
  RETURN_IF_ERROR(UnifiedSettings(spec.limits, &unified_settings));
  std::set<std::string> enable;
  std::set<std::string> on_unified;
  for (const Setting& setting : unified_settings) {
    if (!unified_ || host_.v2.controllers.count(setting.controller) == 0) {
      continue;
    }
    on_unified.insert(setting.controller);
    enable.insert(setting.controller);
  }
  if (foreign_tracker) {
    for (const std::string& controller : on_unified) {
      group->notes_.push_back(absl::StrCat("the ", controller,
                                           " limits of the job are those of ",
                                           "the cgroup_v2_override instead"));
    }
  } else {
    if (!enable.empty()) {
      RETURN_IF_ERROR(Enable(enable, slice, /*move=*/true));
    }
    for (const Setting& setting : unified_settings) {
      if (on_unified.count(setting.controller) == 0) continue;
      RETURN_IF_ERROR(Apply(setting, group->unified_, &group->notes_));
    }
  }
  if (host_.v1.empty()) {
    for (const Setting& setting : unified_settings) {
      if (on_unified.count(setting.controller) == 0) {
        return absl::FailedPreconditionError(
            absl::StrCat("cannot set ", setting.file, "=\"", setting.value,
                         "\": ", host_.CanLimit(setting.controller).reason));
      }
    }
    return absl::OkStatus();
  }

  RETURN_IF_ERROR(LegacySettings(spec.limits, &legacy_settings));
  for (const Setting& setting : legacy_settings) {
    const std::string controller = setting.controller;
    if (on_unified.count(controller == "blkio" ? "io" : controller) != 0) {
      continue;
    }
    if (is_foreign(controller)) {
      group->notes_.push_back(
          absl::StrCat(setting.file, "=\"", setting.value,
                       "\" is not set: the cgroup_v1_override for \"",
                       controller, "\" brings its own limits"));
      continue;
    }
    ASSIGN_OR_RETURN(
        const Directory* directory,
        JoinLegacy(spec.name, controller,
                   controller == "cpuset" ? "reserve" : "", group));
    RETURN_IF_ERROR(Apply(setting, *directory, &group->notes_));
  }
  if (spec.exact_counters) {
    for (const char* controller : {"memory", "cpuacct", "pids"}) {
      const auto tree = host_.v1.find(controller);
      if (tree == host_.v1.end() || is_foreign(controller) ||
          (unified_ && host_.v2.controllers.count(controller) != 0) ||
          (unified_ && std::string(controller) == "cpuacct")) {
        continue;  // the v2 group counts it
      }
      if (!tree->second.create.yes) {
        group->notes_.push_back(
            absl::StrCat("statistics of ", controller,
                         " come from /proc: ", tree->second.create.reason));
        continue;
      }
      RETURN_IF_ERROR(JoinLegacy(spec.name, controller, "", group).status());
    }
  }
  const auto cpuset = host_.v1.find("cpuset");
  if (spec.share_cpus && spec.limits.cpus.empty() && !is_foreign("cpuset") &&
      cpuset != host_.v1.end() && cpuset->second.create.yes) {
    RETURN_IF_ERROR(LegacyParent(cpuset->second, "share").status());
    RETURN_IF_ERROR(JoinForeign(
        "cpuset",
        Below(cpuset->second.mount_point, Below(legacy_parent_, "share")),
        group));
  }
  return absl::OkStatus();
}

absl::StatusOr<Group> GroupFactory::Create(const GroupSpec& spec) {
  RETURN_IF_ERROR(CheckComponent("task group", spec.name));
  if (!spec.unified_override.empty() && !spec.legacy_override.empty()) {
    return absl::InvalidArgumentError(
        "only one of cgroup_v1_override and cgroup_v2_override may be set");
  }
  Group group;
  const absl::Status filled =
      Fill(spec, spec.limits.cpus.empty() ? kShare : kReserve, &group);
  if (filled.ok()) return group;
  // Nothing runs in it yet. The error that counts is the first one.
  (void)group.Remove();
  return base::Prefixed(absl::StrCat("cgroup of \"", spec.name, "\": "),
                        filled);
}

absl::StatusOr<std::vector<Orphan>> GroupFactory::Reconcile(
    const std::set<std::string>& owned) {
  std::map<std::string, Orphan> orphans;
  const auto look = [&](const std::string& root, absl::string_view below,
                        const std::string& controller) -> absl::Status {
    const bool v2 = controller.empty();
    absl::StatusOr<Directory> parent = Directory::Open(Below(root, below));
    if (absl::IsNotFound(parent.status())) return absl::OkStatus();
    if (!parent.ok()) return parent.status();
    ASSIGN_OR_RETURN(const std::vector<std::string> names, parent->Children());
    for (const std::string& name : names) {
      absl::string_view task = name;
      if (v2 && !absl::ConsumeSuffix(&task, kScope)) continue;
      if (!v2 && controller == "cpuset" &&
          (task == "share" || task == "reserve")) {
        continue;
      }
      if (owned.count(std::string(task)) != 0) continue;
      Orphan& orphan = orphans[std::string(task)];
      orphan.name = std::string(task);
      const std::string path = absl::StrCat(parent->path(), "/", name);
      if (v2) {
        orphan.paths.unified = path;
      } else {
        orphan.paths.legacy.emplace(controller, path);
        if (controller == legacy_tracker_) {
          orphan.paths.legacy_tracker = controller;
        }
      }
    }
    return absl::OkStatus();
  };
  if (unified_) {
    for (const char* slice : {kShare, kReserve}) {
      RETURN_IF_ERROR(look(host_.v2.base, Below(unified_parent_, slice), ""));
    }
  }
  for (const auto& [controller, tree] : host_.v1) {
    if (!tree.create.yes || Canonical(controller) != controller) continue;
    RETURN_IF_ERROR(look(tree.mount_point, legacy_parent_, controller));
    if (controller == "cpuset") {
      RETURN_IF_ERROR(
          look(tree.mount_point, Below(legacy_parent_, "reserve"), controller));
    }
  }
  std::vector<Orphan> result;
  result.reserve(orphans.size());
  for (auto& [name, orphan] : orphans) result.push_back(std::move(orphan));
  return result;
}

absl::Status GroupFactory::Partition(absl::string_view shared,
                                     absl::string_view reserved) {
  const bool unified = unified_ && host_.v2.controllers.count("cpuset") != 0;
  const auto cpuset = host_.v1.find("cpuset");
  if (!unified && cpuset == host_.v1.end()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot give CPUs to tasks: ", host_.CanLimit("cpuset").reason));
  }
  const auto write = [&](absl::string_view slice, absl::string_view part,
                         absl::string_view list) -> absl::Status {
    Parent parent;
    Parent side;
    if (unified) {
      ASSIGN_OR_RETURN(side, UnifiedParent(slice));
      ASSIGN_OR_RETURN(parent, OpenParent(host_.v2.base, unified_parent_));
      // Down to the parent of the slice: the slice is what is restricted.
      RETURN_IF_ERROR(Enable({"cpuset"}, "", /*move=*/true));
    } else {
      ASSIGN_OR_RETURN(side, LegacyParent(cpuset->second, part));
      ASSIGN_OR_RETURN(parent, LegacyParent(cpuset->second, ""));
    }
    std::string cpus(list);
    if (cpus.empty()) {  // the kernel takes no empty list over processes
      ASSIGN_OR_RETURN(cpus, parent->Read(unified ? "cpuset.cpus.effective"
                                                  : "cpuset.cpus"));
    }
    return side->Write("cpuset.cpus", absl::StripAsciiWhitespace(cpus));
  };
  RETURN_IF_ERROR(write(kShare, "share", shared));
  return write(kReserve, "reserve", reserved);
}

absl::Status GroupFactory::RemoveParents() {
  ForgetParents();
  std::vector<std::string> paths;
  const auto add = [&](const std::string& root, const std::string& parent,
                       const std::vector<const char*>& parts) {
    for (const char* part : parts) {
      paths.push_back(Below(root, Below(parent, part)));
    }
    std::vector<absl::string_view> levels = Components(parent);
    while (!levels.empty()) {
      paths.push_back(Below(root, absl::StrJoin(levels, "/")));
      levels.pop_back();
    }
  };
  if (unified_) add(host_.v2.base, unified_parent_, {kShare, kReserve});
  for (const auto& [controller, tree] : host_.v1) {
    if (tree.create.yes) {
      add(tree.mount_point, legacy_parent_, {"share", "reserve"});
    }
  }
  for (const std::string& path : paths) {
    if (rmdir(path.c_str()) != 0 && errno != ENOENT && errno != EBUSY &&
        errno != ENOTEMPTY) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot remove cgroup \"", path, "\""));
    }
  }
  return absl::OkStatus();
}

}  // namespace cgroups
