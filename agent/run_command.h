// `drover run JOB`: one job in the foreground, without a daemon.

#ifndef DROVER_AGENT_RUN_COMMAND_H_
#define DROVER_AGENT_RUN_COMMAND_H_

#include "agent/commands.h"
#include "agent/flags.h"

namespace agent {

extern const char kRunHelp[];

CommandBody BindRun(FlagSet& flags);

}  // namespace agent

#endif  // DROVER_AGENT_RUN_COMMAND_H_
