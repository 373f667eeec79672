// Where an artifact goes, and that it may go there.
//
// With a task directory a destination is what a job says: relative to the task
// directory, or an absolute path inside the task's or the shared directory, or
// any other absolute path, which then means one below the task directory
// ("/tmp/x" is "<task>/tmp/x"). It cannot climb out, and no symbolic link on
// the way is followed: tasks can make links.
//
// Without a task directory it is a path that the caller trusts, and links on
// the way are followed as everywhere.
//
// Threads:  values; free functions without state.
// Errors:   InvalidArgument `artifact destination path escapes alloc
//           directory`.

#ifndef DROVER_ARTIFACT_DESTINATION_H_
#define DROVER_ARTIFACT_DESTINATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace artifact {

struct Destination {
  // A directory of the caller's; links in this part are followed.
  std::string root;
  // Below it, cleaned; "" is the root itself.
  std::string relative;
  // Whether links below the root are refused.
  bool is_confined = false;

  std::string path() const;
};

absl::StatusOr<Destination> ResolveDestination(const std::string& destination,
                                               const std::string& task_dir,
                                               const std::string& shared_dir);

// A directory that may not exist yet: the part of the path that exists, open,
// and the names that are missing below it.
struct Place {
  base::UniqueFd anchor;
  std::vector<std::string> missing;
  std::string path;  // of all of it, for messages
};

// Opens the directory `destination`, or with `parent` the one that the file
// `destination` is in. FailedPrecondition: something else is in the way.
absl::StatusOr<Place> OpenPlace(const Destination& destination, bool parent);

// Lexically: "a//b/./../c/" to "a/c"; an absolute path stays one; "" and "."
// to ".".
std::string CleanPath(absl::string_view path);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_DESTINATION_H_
