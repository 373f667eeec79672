// Control groups: whether this agent can put tasks into groups of their own.
//
// os.cgroups.version      "2" on a unified tree, "1" on v1 and hybrid hosts;
//                         absent when no group can be made (v1 needs root)
// os.cgroups.mode         "unified", "hybrid", "legacy" or "none". Ours
// os.cgroups.controllers  those of cpu, cpuset, io, memory and pids that can
//                         limit a task here, sorted. Ours: a controller that
//                         is missing turns off what needs it, and this says so
//
// From cgroups/hierarchy.h: /proc/self/mountinfo, /proc/self/cgroup and the
// mount points themselves.

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/fingerprint/parts.h"
#include "cgroups/hierarchy.h"

namespace fingerprint {

void DescribeCgroups(const cgroups::Hierarchy& host, bool is_root,
                     Fingerprint* result) {
  auto& attributes = result->attributes;
  attributes["os.cgroups.mode"] = std::string(cgroups::ModeName(host.mode));
  if (host.mode == cgroups::Mode::kUnified && host.v2.create.yes) {
    attributes["os.cgroups.version"] = "2";
  } else if ((host.mode == cgroups::Mode::kHybrid ||
              host.mode == cgroups::Mode::kLegacy) &&
             is_root) {
    attributes["os.cgroups.version"] = "1";
  }
  if (const cgroups::Answer create = host.CanCreate(); !create.yes) {
    result->notes.push_back(
        absl::StrCat("cgroup: no groups for tasks: ",
                     host.mode == cgroups::Mode::kNone && create.reason.empty()
                         ? host.reason
                         : create.reason));
  }
  std::vector<std::string> controllers;
  for (const char* controller : {"cpu", "cpuset", "io", "memory", "pids"}) {
    const cgroups::Answer answer = host.CanLimit(controller);
    if (answer.yes) {
      controllers.emplace_back(controller);
    } else {
      result->notes.push_back(absl::StrCat("cgroup: no limit of ", controller,
                                           ": ", answer.reason));
    }
  }
  attributes["os.cgroups.controllers"] = absl::StrJoin(controllers, ",");
}

void AddCgroups(const Options& options, Fingerprint* result) {
  cgroups::DetectOptions detect;
  detect.mountinfo = absl::StrCat(options.root, detect.mountinfo);
  detect.own_groups = absl::StrCat(options.root, detect.own_groups);
  DescribeCgroups(cgroups::Detect(detect), geteuid() == 0, result);
}

}  // namespace fingerprint
