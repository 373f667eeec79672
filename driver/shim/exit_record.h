// The file "exit" in a task's state directory: how the task ended, written by
// its shim for an agent that was away, one "key=value" a line.
//
//   version=1
//   pid=4711
//   started=1700000000000000000       (ns since 1970)
//   finished=1700000001000000000
//   exit_status=7
//   exit_signal=0
//   core_dumped=0
//   oom_kills=0
//   survivors=0
//   lost_bytes=0
//
// It appears by rename, so it is whole or not there. Unknown keys are for
// later versions and are passed over.

#ifndef DROVER_DRIVER_SHIM_EXIT_RECORD_H_
#define DROVER_DRIVER_SHIM_EXIT_RECORD_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "driver/shim/protocol.h"

namespace driver::shim {

inline constexpr size_t kMaxExitRecord = 1024;

// Returns 0 or an errno.
int WriteExitRecord(int directory, const Message& message, pid_t pid,
                    int64_t started_nanos);

// Fills `message` (as kExited) from the text of a record. False when it is not
// one.
bool ParseExitRecord(const char* text, size_t size, Message* message);

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_EXIT_RECORD_H_
