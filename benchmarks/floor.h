// The least that starting and ending a contained process takes, in the calling
// process itself: what the driver is measured against.
//
// A start is mkdir and open of a v2 group, clone3 with CLONE_VM, CLONE_VFORK,
// CLONE_PIDFD and CLONE_INTO_CGROUP, and execve. An end is "1" into
// cgroup.kill, a wait for each process, and rmdir. There is no supervision, no
// output, no user, no record: nobody could do less and still know that all is
// gone.
//
// Ownership:  a Bare owns its process and its group until End().
// Threads:    one. The calling process must be a child subreaper, and must have
//             no other children that end.
// Kernel:     clone(2); CLONE_INTO_CGROUP needs Linux 5.7, cgroup.kill 5.14. On
//             processors without the few lines of assembly that a shared stack
//             needs, the child gets a copy of the memory instead.

#ifndef DROVER_BENCHMARKS_FLOOR_H_
#define DROVER_BENCHMARKS_FLOOR_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"

namespace benchmarks {

// What to execute; ends as execve(2) wants it.
struct Program {
  const char* path;
  char* const* argv;
  char* const* envp;
};

class Bare {
 public:
  // `parent` is an open v2 group; `name` is new in it.
  static absl::StatusOr<Bare> Start(const Program& program, int parent,
                                    const std::string& name);

  // Kills the group's processes, reaps all `count`, removes the group.
  absl::Status End(int count);
  // The same by a signal to the only process.
  absl::Status EndBySignal(int signal);

  int group() const { return group_.get(); }

 private:
  Bare() = default;
  absl::Status RemoveGroup();

  int parent_ = -1;
  std::string name_;
  base::UniqueFd group_;
  base::UniqueFd pidfd_;
  pid_t pid_ = 0;
};

// posix_spawn(3), without a group; returns the pid. `output`, if any, becomes
// its standard output.
absl::StatusOr<pid_t> PosixSpawn(const Program& program, int output = -1);

// How many processes stand in a group.
int CountProcesses(int group);

}  // namespace benchmarks

#endif  // DROVER_BENCHMARKS_FLOOR_H_
