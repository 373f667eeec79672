// The rotated files of a stream: <directory>/<name>.N.

#ifndef DROVER_DRIVER_LOG_FILES_H_
#define DROVER_DRIVER_LOG_FILES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace driver {

struct LogFiles {
  uint32_t oldest = 0;
  uint32_t newest = 0;  // the live one; 0 also when there is none yet
};

// Which numbers are there. Names that only look similar are passed over.
absl::StatusOr<LogFiles> FindLogFiles(absl::string_view directory,
                                      absl::string_view name);

}  // namespace driver

#endif  // DROVER_DRIVER_LOG_FILES_H_
