// `logs {}`: the files that a task's output goes to.

#ifndef DROVER_JOBSPEC_LOG_CONFIG_H_
#define DROVER_JOBSPEC_LOG_CONFIG_H_

#include <cstdint>
#include <optional>

namespace jobspec {

// Rotation of stdout and stderr, each on its own.
struct LogConfig {
  int64_t max_files = 10;
  int64_t max_file_size_mb = 10;  // MiB
  std::optional<bool> enabled;    // deprecated opposite of `disabled`; absent
                                  // in a stored job
  bool disabled = false;          // no files at all: output is thrown away
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_LOG_CONFIG_H_
