// Files of the kernel and of the system, below a root that tests choose.
//
// Threads:  immutable.
// Errors:   a file that cannot be read is a file that says nothing: nullopt.

#ifndef DROVER_AGENT_FINGERPRINT_KERNEL_FILES_H_
#define DROVER_AGENT_FINGERPRINT_KERNEL_FILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fingerprint {

class KernelFiles {
 public:
  explicit KernelFiles(absl::string_view root) : root_(root) {}

  // Paths are absolute, as the running system has them.
  std::optional<std::string> Text(absl::string_view path) const;
  // Without blanks and line ends around it; nullopt when that leaves nothing.
  std::optional<std::string> Trimmed(absl::string_view path) const;
  std::optional<int64_t> Number(absl::string_view path) const;
  bool Exists(absl::string_view path) const;
  std::vector<std::string> List(absl::string_view directory) const;
  std::string Path(absl::string_view path) const;

 private:
  std::string root_;
};

// The notation of cpuset(7) lists: "0-3,8". Sorted, each once. What is no list
// ends it there; more than 65,536 ids are cut off.
std::vector<int> ParseIdList(absl::string_view text);
std::string FormatIdList(const std::vector<int>& ids);

}  // namespace fingerprint

#endif  // DROVER_AGENT_FINGERPRINT_KERNEL_FILES_H_
