// The directories of one allocation. Owns every path below its root:
//
//   <root>/                0755
//     alloc/               0777  NOMAD_ALLOC_DIR: shared by the tasks
//       data/ logs/ tmp/   0777
//     <task>/              0777  working directory of the task
//       local/             0777  NOMAD_TASK_DIR: artifacts go here
//       secrets/           0777  NOMAD_SECRETS_DIR; 0700 when not root
//       tmp/              01777
//
// All but the root belong to nobody:nogroup when we are root, so that a task
// may run as any user. Modes are set whatever the umask is. What exists is put
// right, never emptied: building again repairs a half-made tree.
//
// Tasks own these directories, so anything below may be a trap later on: it is
// built through descriptors that do not follow symbolic links.
//
// Threads:  immutable; the functions that touch the disk block.
// Follows:  Nomad's allocation directory.

#ifndef DROVER_AGENT_ALLOC_DIR_H_
#define DROVER_AGENT_ALLOC_DIR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace agent {

class AllocDir {
 public:
  // `root` is absolute: <data dir>/alloc/<alloc id>.
  explicit AllocDir(absl::string_view root) : root_(root) {}

  const std::string& root() const { return root_; }
  std::string Shared() const;
  std::string Logs() const;
  std::string Task(absl::string_view task) const;
  std::string Local(absl::string_view task) const;
  std::string Secrets(absl::string_view task) const;

  // Makes the root and the shared directory. The parent must exist.
  absl::Status Build() const;

  // Makes the directories of one task. InvalidArgument for a name that is no
  // single path element or that is taken ("alloc").
  absl::Status BuildTask(absl::string_view task) const;

  // Removes everything. Success when it is not there.
  absl::Status Remove() const;

 private:
  std::string root_;
};

}  // namespace agent

#endif  // DROVER_AGENT_ALLOC_DIR_H_
