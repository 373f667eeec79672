// Opening files below a directory that somebody else can write to, such as a
// task's: no symbolic link, no ".." and no race leads out of it.
//
//   ASSIGN_OR_RETURN(UniqueFd root, OpenDirectory(task_dir));
//   ASSIGN_OR_RETURN(UniqueFd file,
//                    OpenBeneath(root.get(), "local/config.json", O_RDONLY));
//
// The kernel does the checking: openat2(2) with RESOLVE_BENEATH and
// RESOLVE_NO_MAGICLINKS. Links that stay below the directory are followed, an
// absolute link never is. Where a sandbox or a kernel before 5.6 has no
// openat2(2), the path is walked one name at a time and every link is refused.
//
// Threads:  free functions without state; callable from any thread.
// Errors:   PermissionDenied when the path leads out of the directory, else
//           the errno as a status; both name the path.

#ifndef DROVER_BASE_OPEN_BENEATH_H_
#define DROVER_BASE_OPEN_BENEATH_H_

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace base {

// As openat(2); O_CLOEXEC is added. `path` is relative: "." is the directory
// itself.
absl::StatusOr<UniqueFd> OpenBeneath(int directory, absl::string_view path,
                                     int flags, mode_t mode = 0);

// mkdir -p of a relative path below the directory, and the directory opened
// (O_RDONLY). Those it makes get exactly `mode`.
absl::StatusOr<UniqueFd> MakeDirectoriesBeneath(int directory,
                                                absl::string_view path,
                                                mode_t mode = 0755);

// For tests: the walk that takes the place of openat2(2).
absl::StatusOr<UniqueFd> OpenBeneathByWalking(int directory,
                                              absl::string_view path, int flags,
                                              mode_t mode = 0);

}  // namespace base

#endif  // DROVER_BASE_OPEN_BENEATH_H_
