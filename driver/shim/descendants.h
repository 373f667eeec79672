// Signals to the processes below this one.
//
// A shim is a child subreaper: whoever loses its parent becomes its child. So
// "no children left" means that no descendant is left, whatever sessions they
// made, and killing the children again and again reaches all.
//
// Threads:  one. No allocation.
// Follows:  proc(5), /proc/<pid>/task/<tid>/children; pidfd_open(2).

#ifndef DROVER_DRIVER_SHIM_DESCENDANTS_H_
#define DROVER_DRIVER_SHIM_DESCENDANTS_H_

#include <sys/types.h>

namespace driver::shim {

// Sends `signal` to every child of this process. Returns how many there were.
int SignalChildren(int signal);

// Sends `signal` to `root` (when not 0) and to all its descendants, or with
// root 0 to all descendants of this process, parents before children; SIGKILL
// only when all are known, and from the children up. Processes that are forked
// meanwhile may be missed.
void SignalTree(pid_t root, int signal);

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_DESCENDANTS_H_
