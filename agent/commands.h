// The commands of the program: one table, from which the command line is
// dispatched and help is printed (and man page and completion are made).
//
// To add a command, write its bind function in a file of its own and add a row
// to Commands() in commands.cc.
//
// Threads:  the main thread.

#ifndef DROVER_AGENT_COMMANDS_H_
#define DROVER_AGENT_COMMANDS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/flags.h"
#include "agent/terminal.h"

namespace agent {

// What a command may use of the process.
struct CommandContext {
  Terminal* out;
  Terminal* err;
  std::map<std::string, std::string> environment;

  // The value, or empty.
  std::string Getenv(const std::string& name) const;

  // Prints "drover: <text>" to standard error and returns the exit status for
  // "drover itself could not do it".
  int Fail(absl::string_view text);
};

using CommandBody = std::function<int(
    CommandContext& context, const std::vector<std::string>& arguments)>;

struct Command {
  absl::string_view name;       // "run", "job plan"
  absl::string_view arguments;  // "JOB"; how they are shown
  int min_arguments;
  int max_arguments;           // -1: any number
  absl::string_view synopsis;  // one line without a final stop
  absl::string_view help;      // paragraphs, may be empty
  // Defines the flags and returns what runs when they have been parsed.
  CommandBody (*bind)(FlagSet& flags);
};

const std::vector<Command>& Commands();

// The text of `drover help` and of `drover help NAME`.
std::string ProgramHelp();
std::string CommandHelp(const Command& command);

// Runs the command that `args` (without the program's name) asks for and
// returns the exit status.
int RunCommandLine(const std::vector<std::string>& args,
                   CommandContext& context);

}  // namespace agent

#endif  // DROVER_AGENT_COMMANDS_H_
