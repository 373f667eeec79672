// One directory of a cgroup tree, open, with its path for error messages; and
// walks over a tree of them.
//
// A task that runs as root can make groups below its own, as many and as deep
// as it likes, while we walk: a walk holds one descriptor however deep it
// goes, and ends at a number of groups.
//
// Ownership:  none of the kernel object. Destroying a Directory closes the
//             descriptor and leaves the group in place.
// Threads:    thread-compatible. The kernel serialises writes to one file.
// Errors:     name the directory and the file. NotFound when the group, or the
//             file in it, is gone; ENODEV, which the kernel gives for a file of
//             a removed group, is NotFound too.

#ifndef DROVER_CGROUPS_DIRECTORY_H_
#define DROVER_CGROUPS_DIRECTORY_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace cgroups {

class Directory {
 public:
  Directory() = default;
  Directory(std::string path, base::UniqueFd fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}

  static absl::StatusOr<Directory> Open(absl::string_view path);

  bool valid() const { return fd_.valid(); }
  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }

  // The inode number, which for a v2 group is the id that the kernel gave it
  // and gives to no other group until the next boot. 0 when it cannot be read.
  uint64_t id() const;

  absl::StatusOr<std::string> Read(absl::string_view file) const;
  absl::Status Write(absl::string_view file, absl::string_view value) const;
  bool Has(absl::string_view file) const;

  // mkdir(2) and open(2) of a group below. AlreadyExists when it is there.
  absl::StatusOr<Directory> Make(absl::string_view name) const;
  absl::StatusOr<Directory> OpenChild(absl::string_view name) const;
  // Both: what is there already is opened.
  absl::StatusOr<Directory> MakeOrOpen(absl::string_view name) const;

  // The names of the groups directly below.
  absl::StatusOr<std::vector<std::string>> Children() const;

 private:
  std::string path_;
  base::UniqueFd fd_;
};

// Calls `visit` with the descriptor of each group of the tree, the group
// itself first and parents before their children. Groups that go away on the
// way are passed over. Stops at the first error of `visit`, and with
// ResourceExhausted after `max_groups`.
inline constexpr size_t kMaxGroups = 100'000;
absl::Status WalkTree(const Directory& top,
                      const std::function<absl::Status(int fd)>& visit,
                      size_t max_groups = kMaxGroups);

// Removes the groups below `top`, deepest first, but not `top`. Groups with
// processes are passed over; FailedPrecondition says how many of them are left.
absl::Status RemoveBelow(const Directory& top);

// The processes in a group and all below it, sorted, each once. NotFound when
// the group itself is gone.
absl::StatusOr<std::vector<pid_t>> PidsBelow(const Directory& top);

}  // namespace cgroups

#endif  // DROVER_CGROUPS_DIRECTORY_H_
