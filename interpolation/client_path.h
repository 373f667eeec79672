// Paths that a job names on the client: where a template or an artifact goes,
// where a template comes from.
//
//   const ClientPath path = ResolveClientPath(destination, Join::kYes, env,
//                                             directories, &unknown);
//   if (path.escapes) return PathEscapes(destination, path);
//   ASSIGN_OR_RETURN(UniqueFd file, OpenClientPath(path, directories,
//                                                  O_WRONLY | O_CREAT, 0644));
//
// The text is interpolated with the task's environment and the node (secrets
// have no place in paths), a relative result starts at the task's directory,
// and "." and ".." are taken out. The result must lie in the task's directory
// or in the allocation's shared one; other tasks' directories and the
// allocation's root are outside.
//
// That check is about the text only. What is opened goes through openat2(2)
// (base/open_beneath.h), which no link that the task made leads out of.
//
// Threads:  free functions without state.
// Nomad:    templates' and artifacts' destination; its ClientPath.

#ifndef DROVER_INTERPOLATION_CLIENT_PATH_H_
#define DROVER_INTERPOLATION_CLIENT_PATH_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"
#include "interpolation/task_env.h"

namespace interpolation {

// Absolute paths on the host.
struct ClientDirectories {
  std::string task_root;  // <alloc_dir>/<alloc id>/<task>
  std::string alloc_dir;  // <alloc_dir>/<alloc id>/alloc, NOMAD_ALLOC_DIR
};

// Whether an absolute path that lies outside is meant to be inside the task's
// directory: "/srv" becomes "<task>/srv". So for destinations; for the source
// of a template it is an escape.
enum class Join { kNo, kYes };

struct ClientPath {
  std::string path;      // absolute, without "." and ".."
  bool escapes = false;  // lies in neither of the two directories
};

// `env` has the directories of the host, as raw_exec tasks do. Names that are
// not known stay in the path as written and are added to `unknown`.
ClientPath ResolveClientPath(absl::string_view text, Join join,
                             const TaskEnv& env,
                             const ClientDirectories& directories,
                             std::vector<std::string>* unknown = nullptr);

// The error for a path that escapes.
absl::Status PathEscapes(absl::string_view text, const ClientPath& path);

// Opens what the path names, beneath the directory that it lies in. O_CLOEXEC
// is added. PermissionDenied when the path, or a link on it, leads out.
absl::StatusOr<base::UniqueFd> OpenClientPath(
    const ClientPath& path, const ClientDirectories& directories, int flags,
    mode_t mode = 0);

// What can be said when a job is submitted, where no directory exists and
// references are just names: whether a destination leaves the allocation's
// directory whatever comes.
bool LeavesAllocation(absl::string_view destination);

// The path without "." and "..", double and trailing slashes, as text alone:
// "/a/../b//c" is "/b/c", an empty path is ".".
std::string CleanPath(absl::string_view path);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_CLIENT_PATH_H_
