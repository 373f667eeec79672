// The data directory: everything this program keeps on disk.
//
//   <data dir>/
//     alloc/      0711  one directory an allocation, see alloc_dir.h
//     driver/     0700  sockets and exit records of running tasks
//     runs/       0700  one record for each allocation of `drover run`
//
// A run's record is a file named after the allocation. It is locked (flock(2))
// while the run goes on and holds "finished\n" once the run has ended in good
// order. So a record that is free but not finished is of a run that was
// killed: its tasks may still be there, and its directory is left alone until
// somebody has seen to them.
//
// Threads:  immutable; the functions that touch the disk block.

#ifndef DROVER_AGENT_DATA_DIR_H_
#define DROVER_AGENT_DATA_DIR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/alloc_dir.h"
#include "base/unique_fd.h"

namespace agent {

class DataDir {
 public:
  // Makes the directory with its parents where they are missing. `path` is
  // absolute.
  static absl::StatusOr<DataDir> Open(absl::string_view path);

  // /var/lib/drover for root, else $XDG_STATE_HOME/drover or
  // ~/.local/state/drover. `home` and `xdg_state_home` may be empty; without
  // both FailedPrecondition.
  static absl::StatusOr<std::string> DefaultPath(
      bool root, absl::string_view home, absl::string_view xdg_state_home);

  const std::string& path() const { return path_; }
  std::string Driver() const { return path_ + "/driver"; }
  AllocDir Alloc(absl::string_view alloc_id) const;

  // The record of one run, locked until it is destroyed.
  class Run {
   public:
    // Says that no process of this run is left.
    absl::Status Finish();

   private:
    friend class DataDir;
    Run(base::UniqueFd fd, absl::string_view path)
        : fd_(std::move(fd)), path_(path) {}
    base::UniqueFd fd_;
    std::string path_;
  };
  absl::StatusOr<Run> BeginRun(absl::string_view alloc_id) const;

  // Removes finished runs' allocation directories and records, all but the
  // `keep` that ended last. Goes on after an error and reports the first.
  absl::Status RemoveOldRuns(size_t keep) const;

  // A run that ended without Finish(): it was killed. Its record is locked by
  // us, so that nobody else sees to it at the same time.
  struct Abandoned {
    std::string alloc_id;
    Run record;
  };
  absl::StatusOr<std::vector<Abandoned>> AbandonedRuns() const;

 private:
  explicit DataDir(absl::string_view path) : path_(path) {}
  std::string Runs() const { return path_ + "/runs"; }

  std::string path_;
};

}  // namespace agent

#endif  // DROVER_AGENT_DATA_DIR_H_
