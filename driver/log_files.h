// The rotated files of a stream: <directory>/<name>.N.

#ifndef DROVER_DRIVER_LOG_FILES_H_
#define DROVER_DRIVER_LOG_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace driver {

struct LogFiles {
  uint32_t oldest = 0;
  uint32_t newest = 0;  // the live one; 0 also when there is none yet
};

// Which numbers are there, for each of `names` ("web.stdout"). Names that only
// look similar are passed over. `directory` is open, and read from its start.
absl::StatusOr<std::vector<LogFiles>> FindLogFiles(
    int directory, const std::vector<std::string>& names);

}  // namespace driver

#endif  // DROVER_DRIVER_LOG_FILES_H_
