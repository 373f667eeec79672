// Whole files and directories in one call, with errors that name the path.
//
// Threads:  free functions without state; callable from any thread.
// Errors:   the errno of the call that failed, as a status that says what was
//           done to which path.

#ifndef DROVER_BASE_FILE_H_
#define DROVER_BASE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace base {

// Reads a whole file, also one of /proc or /sys whose size reads as 0.
// ResourceExhausted when it is longer than `max_bytes`.
absl::StatusOr<std::string> ReadFile(absl::string_view path,
                                     size_t max_bytes = size_t{64} << 20);

// The rest of an open file, pipe or socket. `name` is for errors.
absl::StatusOr<std::string> ReadRest(int fd, absl::string_view name,
                                     size_t max_bytes = size_t{64} << 20);

// The same below an open directory; `name` may be a relative path.
absl::StatusOr<std::string> ReadFileAt(int directory, absl::string_view name,
                                       size_t max_bytes = size_t{64} << 20);

// Writes to a file that exists, in one write(2), as the kernel's files want.
absl::Status WriteFileAt(int directory, absl::string_view name,
                         absl::string_view text);

// Writes a new file beside `path` and renames it over `path`: a reader sees
// the old content or the new, never half. With `sync` also survives a power
// loss (fsync of file and directory).
absl::Status WriteFileAtomically(absl::string_view path, absl::string_view text,
                                 mode_t mode = 0644, bool sync = false);

// mkdir -p. Directories it makes get exactly `mode`, whatever the umask is.
absl::Status MakeDirectories(absl::string_view path, mode_t mode = 0755);

// Opens a directory (O_PATH is not set: the descriptor can be read).
absl::StatusOr<UniqueFd> OpenDirectory(absl::string_view path);

// Removes a file or a whole tree, without following symbolic links and without
// leaving the file system that `path` is on. Success when it is not there.
absl::Status RemoveTree(absl::string_view path);

// The names in a directory, sorted, without "." and "..".
absl::StatusOr<std::vector<std::string>> ListDirectory(absl::string_view path);

// Writes all of `text` to a descriptor, going on after EINTR and short writes.
absl::Status WriteAll(int fd, absl::string_view text);

}  // namespace base

#endif  // DROVER_BASE_FILE_H_
