// Opening what lies below a directory, and nothing else.
//
// A path from a job or an archive is resolved by the kernel so that it cannot
// leave the directory: no "..", no absolute part, no symbolic link, also when
// somebody changes the tree at the same time.
//
// Threads:  free functions without state.
// Errors:   the errno as a status; a link in the path is FailedPrecondition.
// Kernel:   openat2(2), Linux 5.6. Older kernels, or a seccomp filter that
//           does not know it, get one openat(2) with O_NOFOLLOW a component.

#ifndef DROVER_ARTIFACT_BENEATH_H_
#define DROVER_ARTIFACT_BENEATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace artifact {

// openat(2) with O_CLOEXEC; "" and "." are the directory itself.
absl::StatusOr<base::UniqueFd> OpenBeneath(int directory,
                                           const std::string& path, int flags,
                                           unsigned mode = 0);

// The same as a directory, made with its parents where it is missing, each
// with `mode` less the umask.
absl::StatusOr<base::UniqueFd> MakeDirectoriesBeneath(int directory,
                                                      const std::string& path,
                                                      unsigned mode = 0755);

// The parts of a path, without empty ones and ".".
std::vector<std::string> PathParts(absl::string_view path);

// Removes what `name` is in the directory, with all below it. No links are
// followed. Success if it is not there.
absl::Status RemoveTreeAt(int directory, const std::string& name);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_BENEATH_H_
