// Writes the entries of an archive below a directory that is empty and ours.
//
//   names      no "..", '\\' counts as a separator for that test; an absolute
//              name starts at the root of the tree
//   files      permission bits as given, without setuid, setgid and sticky
//   again      a later file or link of the same name replaces an earlier one
//   links      are remembered and made at the end: until then an empty file
//              stands in their place, so that nothing is written through them.
//              A link that leads out of the tree is an error
//   modes and times of directories are set at the end too
//
// What it leaves to others: reading archives, limits, and devices.
//
// Ownership:  not of the root's descriptor, which must outlive it.
// Threads:    thread-compatible.
// Errors:     FailedPrecondition, with the entry's name:
//             `entry contains '..': x`, `open x: not a directory`, ...

#ifndef DROVER_ARTIFACT_TREE_WRITER_H_
#define DROVER_ARTIFACT_TREE_WRITER_H_

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/unique_fd.h"

namespace artifact {

class TreeWriter {
 public:
  explicit TreeWriter(int root) : root_(root) {}

  // "" is the root itself. Absent mode and time: 0755 less the umask, now.
  absl::Status AddDirectory(absl::string_view name, std::optional<mode_t> mode,
                            std::optional<timespec> time);
  // Opens a new file for writing; FinishFile() sets what it will be.
  absl::StatusOr<base::UniqueFd> AddFile(absl::string_view name);
  static absl::Status FinishFile(int fd, mode_t mode,
                                 std::optional<timespec> time);
  absl::Status AddSymlink(absl::string_view name, absl::string_view target);
  // The target is named as an entry of the tree is.
  absl::Status AddHardLink(absl::string_view name, absl::string_view target);

  // Makes the links, then sets modes and times of directories. Nothing may be
  // added after this.
  absl::Status Finish();

 private:
  struct Link {
    bool is_hard = false;
    std::string target;
  };
  struct Attributes {
    std::optional<mode_t> mode;
    std::optional<timespec> time;
  };

  // An open directory of the tree; kept open while entries of it follow.
  // `verb` and `name` are for messages.
  absl::StatusOr<int> OpenParent(const std::string& directory,
                                 absl::string_view verb,
                                 absl::string_view name);
  absl::Status AddLink(absl::string_view name, Link link);
  absl::Status MakeHardLink(const std::string& path, const Link& link);

  const int root_;
  base::UniqueFd parent_;
  std::string parent_path_;
  std::map<std::string, Link> links_;
  std::map<std::string, Attributes> directories_;
};

// The parts of an entry's name, checked; empty for the root.
absl::StatusOr<std::vector<std::string>> EntryNameParts(absl::string_view name);

// Whether the link `path` below the root, with that target, stays inside the
// tree when all links on its way are resolved. What does not exist is no
// reason to refuse it.
absl::Status CheckLinkStaysInside(int root, const std::string& path,
                                  const std::string& target);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_TREE_WRITER_H_
