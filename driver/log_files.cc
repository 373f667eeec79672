#include "driver/log_files.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status.h"

namespace driver {

absl::StatusOr<LogFiles> FindLogFiles(absl::string_view directory,
                                      absl::string_view name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                   base::ListDirectory(directory));
  const std::string prefix = absl::StrCat(name, ".");
  LogFiles files;
  bool found = false;
  for (const std::string& entry : entries) {
    absl::string_view number = entry;
    uint32_t index = 0;
    if (!absl::ConsumePrefix(&number, prefix) || number.empty() ||
        number.find_first_not_of("0123456789") != absl::string_view::npos ||
        !absl::SimpleAtoi(number, &index) ||
        (number.size() > 1 && number[0] == '0')) {
      continue;
    }
    files.oldest = found ? std::min(files.oldest, index) : index;
    files.newest = found ? std::max(files.newest, index) : index;
    found = true;
  }
  return files;
}

}  // namespace driver
