// What `drover doctor` says about cgroups: one line for each thing that a user
// may count on, whether this machine has it, and why not.
//
//   yes  cgroups: hybrid, v2 at /sys/fs/cgroup/unified, v1: cpu, cpuset, memory
//   yes  tasks are tracked and killed as a whole: below /sys/fs/cgroup/unified
//   no   limit io: "/sys/fs/cgroup/blkio" is mounted read-only

#ifndef DROVER_CGROUPS_DOCTOR_H_
#define DROVER_CGROUPS_DOCTOR_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cgroups/hierarchy.h"

namespace cgroups {

struct Finding {
  std::string what;  // "limit memory"
  bool yes = false;
  std::string detail;  // how, when yes; why not, when no
};

// `kernel_release` is uname(2)'s ("6.1.0-13-cloud-amd64"); the running kernel's
// when empty.
std::vector<Finding> Describe(const Hierarchy& host,
                              absl::string_view kernel_release = "");

// A finding a line, as above.
std::string ToText(const std::vector<Finding>& findings);

}  // namespace cgroups

#endif  // DROVER_CGROUPS_DOCTOR_H_
