// What the process's exit status says, beside the exit codes of tasks.

#ifndef DROVER_AGENT_EXIT_STATUS_H_
#define DROVER_AGENT_EXIT_STATUS_H_

namespace agent {

inline constexpr int kExitOk = 0;
// drover itself could not do it: wrong flags, a faulty job file, no such
// command to start. As env(1) and docker run have it.
inline constexpr int kExitDroverFailed = 125;
// Stopped by SIGINT or SIGTERM.
inline constexpr int kExitInterrupted = 130;

}  // namespace agent

#endif  // DROVER_AGENT_EXIT_STATUS_H_
