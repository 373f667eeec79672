// How a task ended.

#ifndef DROVER_DRIVER_EXIT_RESULT_H_
#define DROVER_DRIVER_EXIT_RESULT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace driver {

struct ExitResult {
  // The status given to exit(2), or 128 + signal; -1 when it cannot be known.
  int exit_code = 0;
  // The signal that ended the main process, or 0: `exit 143` is {143, 0}.
  int signal = 0;
  bool core_dumped = false;
  // The kernel's out-of-memory killer ended the main process in its group.
  bool oom_killed = false;
  // Its shim was lost, so nobody saw the exit status; `message` says why.
  bool lost = false;
  // More about the end; empty when there is nothing to say.
  std::string message;
  // When it ended, as the shim saw it.
  absl::Time finished_at = absl::InfinitePast();

  bool Successful() const { return exit_code == 0 && signal == 0 && !lost; }
};

}  // namespace driver

#endif  // DROVER_DRIVER_EXIT_RESULT_H_
