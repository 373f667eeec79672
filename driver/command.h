// From the command that a job names to the file that is executed.

#ifndef DROVER_DRIVER_COMMAND_H_
#define DROVER_DRIVER_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace driver {

// The absolute path of the program. The first that exists:
//   1. <task dir>/local/<command>
//   2. <task dir>/<command>
//   3. <allocation dir>/<command>, the task dir's parent; only for a relative
//      name with a slash: "alloc/data/x", "web/local/x"
//   4. <command>, if it is absolute
//   5. an executable regular file of that name in a directory of `path`, which
//      is this process's PATH, not the task's; only for a bare name
// NotFound `binary "x" could not be found` with where it was looked for;
// InvalidArgument for an empty command.
absl::StatusOr<std::string> FindCommand(absl::string_view command,
                                        absl::string_view task_dir,
                                        absl::string_view path);

// An executable regular file called `name` in a directory of `path`; NotFound.
absl::StatusOr<std::string> FindInPath(absl::string_view name,
                                       absl::string_view path);

// This process's PATH, or the usual directories when it has none.
std::string OwnPath();

// Gives a regular file inside the task's directory the read and execute bits
// (0555) that it lacks, so that a downloaded program runs. Never touches a file
// outside, not even through a symbolic link.
absl::Status MakeExecutable(absl::string_view program,
                            absl::string_view task_dir);

// FailedPrecondition unless `allowed` is empty or has the program itself or a
// directory above it. Symbolic links are followed on both sides.
absl::Status CheckAllowed(absl::string_view program,
                          const std::vector<std::string>& allowed);

}  // namespace driver

#endif  // DROVER_DRIVER_COMMAND_H_
