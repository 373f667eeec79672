#include "cgroups/hierarchy.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "cgroups/kernel_text.h"

namespace cgroups {
namespace {

// Every v1 controller that a kernel can have; what else stands among the
// options of a v1 mount is an option.
constexpr const char* kLegacyControllers[] = {
    "blkio",  "cpu",  "cpuacct", "cpuset",   "devices", "freezer",    "hugetlb",
    "memory", "misc", "net_cls", "net_prio", "pids",    "perf_event", "rdma"};

long Magic(const char* path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? static_cast<long>(status.f_type) : -1;
}

Answer Yes() { return {true, ""}; }
Answer No(std::string reason) { return {false, std::move(reason)}; }

std::string Quoted(absl::string_view path) {
  return absl::StrCat("\"", path, "\"");
}

// Where in the mounted part of a hierarchy the group `own` is; empty when it
// is outside, which happens in a container that sees only its own part.
std::string DirectoryOf(const Mount& mount, absl::string_view own) {
  absl::string_view rest = own;
  if (mount.root != "/") {
    if (!absl::ConsumePrefix(&rest, mount.root) ||
        (!rest.empty() && rest[0] != '/')) {
      return "";
    }
  }
  if (absl::StrContains(rest, "/..")) return "";  // another cgroup namespace
  return absl::StrCat(mount.mount_point, absl::StripSuffix(rest, "/"));
}

// Of several mounts of one hierarchy the best: all of it, writable, first.
const Mount* Best(const std::vector<const Mount*>& mounts) {
  const auto cost = [](const Mount* mount) {
    return (mount->root == "/" ? 0 : 2) + (mount->read_only ? 1 : 0);
  };
  const auto best = std::min_element(
      mounts.begin(), mounts.end(),
      [&](const Mount* a, const Mount* b) { return cost(a) < cost(b); });
  return best == mounts.end() ? nullptr : *best;
}

Answer OwnedBy(const std::string& path, uid_t uid) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    return No(absl::StrCat("cannot stat ", Quoted(path), ": ",
                           strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
  }
  if (status.st_uid != uid || (status.st_mode & S_IWUSR) == 0) {
    return No(absl::StrCat(
        Quoted(path), " is owned by uid ", status.st_uid,
        (status.st_uid == uid ? " without write permission" : "")));
  }
  return Yes();
}

// What owners and modes cannot tell: a user namespace, an LSM, a read-only
// mount. Only meaningful for the user that this process really is.
Answer Accessible(const std::string& path, uid_t euid) {
  if (euid != geteuid() ||
      faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) {
    return Yes();
  }
  return No(absl::StrCat("cannot write to ", Quoted(path), ": ",
                         strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
}

Answer MayCreateIn(const std::string& directory, uid_t euid) {
  const std::string procs = directory + "/cgroup.procs";
  for (const std::string& path : {directory, procs}) {
    if (euid != 0) {
      if (Answer owned = OwnedBy(path, euid); !owned.yes) return owned;
    }
    if (Answer access = Accessible(path, euid); !access.yes) return access;
  }
  return Yes();
}

// Has systemd, or an administrator, said that this group is ours to divide?
bool IsMarkedDelegated(const std::string& directory) {
  char value[2] = {};
  return getxattr(directory.c_str(), "user.delegate", value, sizeof(value)) ==
             1 &&
         value[0] == '1';
}

// An unprivileged user gets the nearest group that is marked as delegated, else
// the topmost that it owns, on the way from its own group up to the mount.
// Only there may it move processes: the kernel wants write access to the
// cgroup.procs of the nearest common ancestor of both ends of a move.
void FindDelegated(uid_t euid, UnifiedTree* tree) {
  if (tree->own_group.empty()) {
    tree->create =
        No(absl::StrCat("uid ", euid,
                        " is not root, and the group of this process lies "
                        "outside of what is mounted at ",
                        Quoted(tree->mount_point)));
    return;
  }
  std::string directory = tree->own_group;
  Answer own = MayCreateIn(directory, euid);
  for (;;) {
    if (MayCreateIn(directory, euid).yes) {
      tree->base = directory;
      if (IsMarkedDelegated(directory)) break;
    }
    if (directory.size() <= tree->mount_point.size()) break;
    directory.resize(directory.rfind('/'));
  }
  if (!tree->base.empty()) {
    tree->create = Yes();
    return;
  }
  tree->create = No(absl::StrCat(
      "uid ", euid, " is not root and has no delegated group: ", own.reason,
      "; start this process in a group whose directory and cgroup.procs that "
      "user owns, for example by Delegate=yes in its systemd unit"));
}

void InspectUnified(const Mount& mount, absl::string_view own, uid_t euid,
                    UnifiedTree* tree) {
  tree->mount_point = mount.mount_point;
  tree->own_group = own.empty() ? "" : DirectoryOf(mount, own);
  if (mount.read_only) {
    tree->create =
        No(absl::StrCat(Quoted(mount.mount_point), " is mounted read-only"));
  } else if (euid == 0) {
    tree->create = MayCreateIn(mount.mount_point, euid);
    if (tree->create.yes) tree->base = mount.mount_point;
  } else {
    FindDelegated(euid, tree);
  }
  const absl::StatusOr<std::string> controllers = base::ReadFile(
      absl::StrCat(tree->base.empty() ? tree->mount_point : tree->base,
                   "/cgroup.controllers"));
  if (!controllers.ok()) return;  // then it offers none
  for (absl::string_view name : absl::StrSplit(
           *controllers, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    tree->controllers.emplace(name);
  }
}

LegacyTree InspectLegacy(const Mount& mount, absl::string_view own,
                         uid_t euid) {
  LegacyTree tree;
  tree.mount_point = mount.mount_point;
  tree.own_group = own.empty() ? "" : DirectoryOf(mount, own);
  if (mount.read_only) {
    tree.create =
        No(absl::StrCat(Quoted(mount.mount_point), " is mounted read-only"));
  } else if (euid != 0) {
    tree.create =
        No(absl::StrCat("uid ", euid, " is not root, as v1 groups need"));
  } else {
    tree.create = MayCreateIn(mount.mount_point, euid);
  }
  return tree;
}

}  // namespace

absl::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kNone:
      return "none";
    case Mode::kLegacy:
      return "legacy";
    case Mode::kHybrid:
      return "hybrid";
    case Mode::kUnified:
      return "unified";
  }
  return "none";
}

DetectOptions::DetectOptions() : euid(geteuid()), filesystem_magic(Magic) {}

Hierarchy Detect(const DetectOptions& options) {
  Hierarchy host;
  const absl::StatusOr<std::string> text = base::ReadFile(options.mountinfo);
  if (!text.ok()) {
    host.reason = std::string(text.status().message());
    host.v2.create = No(host.reason);
    return host;
  }
  const std::vector<Mount> mounts = ParseMountInfo(*text);
  std::vector<const Mount*> unified;
  std::map<std::string, std::vector<const Mount*>> legacy;
  std::string hidden;
  for (const Mount& mount : mounts) {
    const bool v2 = mount.type == "cgroup2";
    if (!v2 && mount.type != "cgroup") continue;
    // Something else may have been mounted over it since.
    if (options.filesystem_magic(mount.mount_point.c_str()) !=
        (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC)) {
      hidden = absl::StrCat("; ", Quoted(mount.mount_point),
                            " is hidden by another mount or cannot be reached");
      continue;
    }
    if (v2) {
      unified.push_back(&mount);
      continue;
    }
    for (absl::string_view option : mount.super_options) {
      if (absl::ConsumePrefix(&option, "name=")) {
        host.named.emplace(option, mount.mount_point);
      }
    }
    for (const char* controller : kLegacyControllers) {
      if (std::find(mount.super_options.begin(), mount.super_options.end(),
                    controller) != mount.super_options.end()) {
        legacy[controller].push_back(&mount);
      }
    }
  }
  // A process that cannot read its own groups still can make others as root.
  const absl::StatusOr<std::string> own_text =
      base::ReadFile(options.own_groups);
  std::map<std::string, std::string> own;
  if (own_text.ok()) own = ParseProcCgroup(*own_text);

  if (const Mount* mount = Best(unified); mount != nullptr) {
    InspectUnified(*mount, own[""], options.euid, &host.v2);
  } else {
    host.v2.create =
        No(absl::StrCat("no cgroup2 file system is mounted", hidden));
  }
  for (const auto& [controller, candidates] : legacy) {
    host.v1[controller] =
        InspectLegacy(*Best(candidates), own[controller], options.euid);
  }
  if (!unified.empty()) {
    host.mode = host.v1.empty() ? Mode::kUnified : Mode::kHybrid;
  } else if (!host.v1.empty()) {
    host.mode = Mode::kLegacy;
  } else {
    host.reason = absl::StrCat(
        "neither a cgroup2 file system nor a v1 controller is mounted", hidden);
  }
  return host;
}

std::string Hierarchy::LegacyTracker() const {
  // Those first whose groups do nothing to a process but hold it.
  for (const char* controller :
       {"freezer", "pids", "cpuacct", "memory", "cpu"}) {
    const auto found = v1.find(controller);
    if (found != v1.end() && found->second.create.yes) return controller;
  }
  return "";
}

Answer Hierarchy::CanCreate() const {
  if (mode == Mode::kNone) return No(reason);
  if (v2.create.yes || !LegacyTracker().empty()) return Yes();
  if (mode != Mode::kLegacy) return v2.create;
  for (const auto& [controller, tree] : v1) return tree.create;
  return No("no v1 controller is mounted");
}

Answer Hierarchy::CanLimit(absl::string_view controller) const {
  if (mode == Mode::kNone) return No(reason);
  if (v2.create.yes && v2.controllers.count(std::string(controller)) != 0) {
    return Yes();
  }
  const auto found =
      v1.find(controller == "io" ? "blkio" : std::string(controller));
  if (found != v1.end()) return found->second.create;
  if (!v2.create.yes && mode == Mode::kUnified) return v2.create;
  return No(absl::StrCat(
      "no mounted hierarchy has the controller ", Quoted(controller),
      v2.base.empty() ? ""
                      : absl::StrCat("; ", Quoted(v2.base),
                                     "/cgroup.controllers does not list it")));
}

}  // namespace cgroups
