#include "driver/log_files.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace driver {
namespace {

// N of "<name>.N" as we write it: no sign, no leading zero.
std::optional<uint32_t> NumberOf(absl::string_view entry,
                                 absl::string_view name) {
  uint32_t number = 0;
  if (!absl::ConsumePrefix(&entry, name) || !absl::ConsumePrefix(&entry, ".") ||
      entry.empty() || !absl::ascii_isdigit(entry[0]) ||
      (entry.size() > 1 && entry[0] == '0') ||
      !absl::SimpleAtoi(entry, &number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

absl::StatusOr<std::vector<LogFiles>> FindLogFiles(
    int directory, const std::vector<std::string>& names) {
  std::vector<LogFiles> files(names.size());
  std::vector<bool> found(names.size());
  // Not readdir(3), which opens, stats and allocates for what is nearly always
  // an empty directory on the way to the start of a task.
  (void)lseek(directory, 0, SEEK_SET);
  alignas(dirent64) char buffer[4096];
  while (true) {
    const ssize_t n = getdents64(directory, buffer, sizeof(buffer));
    if (n < 0) return base::ErrnoStatus(errno, "cannot list the log directory");
    if (n == 0) return files;
    for (ssize_t at = 0; at < n;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      for (size_t i = 0; i < names.size(); ++i) {
        const std::optional<uint32_t> number =
            NumberOf(entry->d_name, names[i]);
        if (!number.has_value()) continue;
        LogFiles& known = files[i];
        known.oldest = found[i] ? std::min(known.oldest, *number) : *number;
        known.newest = found[i] ? std::max(known.newest, *number) : *number;
        found[i] = true;
      }
    }
  }
}

}  // namespace driver
