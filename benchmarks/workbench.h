// A driver to be measured: in a directory of its own, with cgroups of its own,
// and tasks that are shaped like an agent's.
//
// Each task has its own allocation directory with the usual folders, 40
// variables of the usual length, and rotated logs with the default limits.
//
// Ownership:  Close() ends all tasks and removes directory and groups. The
//             destructor does the same and passes over errors.
// Threads:    one.
// Errors:     FailedPrecondition where the host has no v2 tree to make groups
//             in: floors and figures would not be what their names say.

#ifndef DROVER_BENCHMARKS_WORKBENCH_H_
#define DROVER_BENCHMARKS_WORKBENCH_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "benchmarks/floor.h"
#include "driver/driver.h"

namespace benchmarks {

class Workbench {
 public:
  // `root` is the directory to make ours in: $TMPDIR or /tmp when empty.
  static absl::StatusOr<std::unique_ptr<Workbench>> Open(std::string root = "");
  ~Workbench();
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  absl::Status Close();

  driver::RawExecDriver& driver() { return *driver_; }

  // A new task that runs the task program with `args`, and its directories.
  absl::StatusOr<driver::TaskConfig> MakeTask(
      const std::vector<std::string>& args);

  // Removes the directories of a task that is over.
  absl::Status RemoveTaskFiles(const driver::TaskConfig& task);

  // Starts tasks that only wait, until `count` of them run.
  absl::Status KeepRunning(int count);
  const std::vector<driver::TaskHandle>& running() const { return running_; }

  // The same program with the same variables, for the floor.
  struct Bound {
    std::vector<std::string> text;
    std::vector<char*> argv;
    std::vector<char*> envp;
    Program program;
  };
  std::unique_ptr<Bound> Bind(const std::vector<std::string>& args) const;
  // The group in which the driver makes the groups of tasks.
  int group_parent() const { return group_parent_.get(); }
  // A name that no group below it has.
  std::string NewGroupName();

  const std::string& directory() const { return directory_; }

 private:
  Workbench() = default;
  absl::Status Init(std::string root);

  std::string directory_;
  std::string program_;
  std::string slice_;
  std::string group_path_;
  base::UniqueFd group_parent_;
  std::unique_ptr<driver::RawExecDriver> driver_;
  std::vector<driver::TaskHandle> running_;
  int count_ = 0;
};

// Waits until `count` processes stand in the group.
absl::Status WaitForProcesses(int group, int count);

// The children of all threads of a process.
absl::StatusOr<std::vector<pid_t>> ChildrenOf(pid_t pid);

}  // namespace benchmarks

#endif  // DROVER_BENCHMARKS_WORKBENCH_H_
