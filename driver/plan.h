// Writes the plan of a process for its shim (shim/protocol.h).

#ifndef DROVER_DRIVER_PLAN_H_
#define DROVER_DRIVER_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "driver/shim/protocol.h"
#include "driver/user.h"

namespace driver {

struct PlannedLog {
  std::string name;  // "<prefix>.stdout"
  uint32_t index = 0;
  uint32_t oldest = 0;
  uint32_t max_files = 0;
  uint64_t max_bytes = 0;
};

struct PlannedGroup {
  shim::GroupKind kind;
  std::string path;
  bool counts_oom = false;
};

struct ProcessPlan {
  std::string title;
  std::string path;                    // of the program; absolute
  std::string cwd;                     // absolute
  std::vector<std::string> arguments;  // argv, the name first
  std::vector<std::string> environment;
  User user;
  std::optional<int> oom_score_adj;
  bool terminal = false;
  std::vector<PlannedLog> logs;  // none, or stdout's and stderr's
  std::vector<PlannedGroup> groups;
};

// A memory file that holds the plan. InvalidArgument for strings with NUL
// bytes, and when the whole is longer than any execve(2) takes.
absl::StatusOr<base::UniqueFd> WritePlan(const ProcessPlan& plan);

}  // namespace driver

#endif  // DROVER_DRIVER_PLAN_H_
