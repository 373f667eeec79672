// The process beside one task: starts it, moves its output, stops it when
// told, kills what it leaves behind, and keeps its exit status.
//
// It is forked from the spawner, never executed, and lives as long as the
// task. It needs neither the agent nor the spawner once the task runs: agents
// come and go by connecting to its socket. It has one thread, allocates
// nothing, and sleeps in poll(2) unless something happens.

#ifndef DROVER_DRIVER_SHIM_SHIM_H_
#define DROVER_DRIVER_SHIM_SHIM_H_

#include <cstddef>

#include "driver/shim/fds.h"

namespace driver::shim {

// What a shim inherits from its spawner.
struct Surroundings {
  int signals;  // a signalfd for SIGCHLD; every signal is blocked
  int taken;    // our pid written here asks the spawner for another spare
  char* title;  // room for a name that ps(1) shows
  size_t title_size;
  // What /proc/self/oom_score_adj says; kUnknownOomScore: it could not be read.
  int oom_score_adj;
};
inline constexpr int kUnknownOomScore = 1 << 30;

// Runs a task from its descriptors to its end. The return value is for
// _exit(2): 0 when the result was given out or recorded.
int RunShim(FdSet fds, const Surroundings& surroundings);

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_SHIM_H_
