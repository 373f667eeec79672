// The private directory in which a fetch happens.
//
// It stands beside the destination, on the same file system, so that what is
// complete gets its final name by rename(2):
//
//   <task>/.drover-fetch-1f0c9a42d3b7e655/   0700, locked while in use
//       part, part.resume    bytes that arrive (download.h)
//       tree/                what was unpacked or cloned
//       journal, undo/       while the result is put in place (commit.h)
//
// A process that is killed leaves it behind. The lock (flock(2)) is then gone,
// and the next fetch with the same parent finds it: takes back what a commit
// had not finished, keeps a part that it can go on with, and removes the rest.
//
// Ownership:  the directory and its lock; the destructor removes both.
// Threads:    thread-compatible.

#ifndef DROVER_ARTIFACT_STAGING_H_
#define DROVER_ARTIFACT_STAGING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/destination.h"
#include "base/unique_fd.h"

namespace artifact {

class Staging {
 public:
  // Makes the directory for a fetch into `place`, and sweeps what dead
  // processes have left there. `beside`: as a neighbour of the place, not
  // inside it, if that is possible. `key` says what is fetched: a part with
  // the same key is taken over.
  static absl::StatusOr<Staging> Create(const Place& place, bool beside,
                                        const std::string& key);

  Staging(Staging&&) noexcept = default;
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  // Open for as long as this object lives.
  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }

  // Removes the directory with all that is in it.
  absl::Status Remove();

 private:
  Staging(base::UniqueFd parent, std::string name, base::UniqueFd fd)
      : parent_(std::move(parent)),
        name_(std::move(name)),
        fd_(std::move(fd)) {}

  base::UniqueFd parent_;
  std::string name_;
  base::UniqueFd fd_;  // holds the lock
};

// Whether an entry of a directory is one of these, ours or somebody else's.
bool IsStagingName(absl::string_view name);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_STAGING_H_
