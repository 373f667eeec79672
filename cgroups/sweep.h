// Killing the processes of a tree of groups one by one, where the kernel cannot
// do it at once (v1, and v2 before Linux 5.14), and waiting for their ends.
//
// A process is signalled through a pidfd that was opened while it was listed in
// the group, and only if it is listed still once the pidfd is open: a number
// that went to another process in between is never hit.
//
// Threads:  free functions; callable from any thread.
// Kernel:   pidfd_open(2) needs Linux 5.3; before, kill(2) is used, and the
//           freezer keeps the numbers from changing hands.

#ifndef DROVER_CGROUPS_SWEEP_H_
#define DROVER_CGROUPS_SWEEP_H_

#include <sys/types.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cgroups/directory.h"

namespace cgroups {

enum class Freezer {
  kNone,     // this hierarchy cannot freeze
  kLegacy,   // v1: freezer.state
  kUnified,  // v2: cgroup.freeze, Linux 5.2
};

// Kills everything in `top` and below: freezes, sends SIGKILL to each, thaws,
// until a look finds no process or `patience` is over (DeadlineExceeded). The
// tree is thawed in the end in every case.
absl::Status SweepTree(const Directory& top, Freezer freezer,
                       absl::Duration patience);

// Waits until no process is listed in `top` and below, from exit to exit,
// without polling. DeadlineExceeded names some that are left.
absl::Status WaitUntilNoneListed(const Directory& top, absl::Duration patience);

}  // namespace cgroups

#endif  // DROVER_CGROUPS_SWEEP_H_
