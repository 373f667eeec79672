// drover: runs job files, and an agent for them.
//
// Exit status of `drover run`: 0, or the code of the first task that failed
// (128 + n when signal n ended it), 125 when drover itself could not do it,
// 130 when it was interrupted.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "agent/commands.h"
#include "agent/terminal.h"
#include "interpolation/host_env.h"

namespace {

// `bazel run` starts programs in a folder of its own and says where the user
// was. Paths on the command line mean what they meant there.
void GoWhereTheUserIs() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr) return;
  if (chdir(directory) != 0) return;  // then relative paths say what is wrong
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  (void)unsetenv("BUILD_WORKING_DIRECTORY");  // not for what tasks start
}

// A reader of ours that goes away must not end the tasks.
void IgnoreBrokenPipes() { (void)signal(SIGPIPE, SIG_IGN); }

}  // namespace

int main(int argc, char** argv) {
  GoWhereTheUserIs();
  IgnoreBrokenPipes();

  agent::CommandContext context;
  context.environment = interpolation::ReadEnvironment(environ);
  const std::string no_color = context.Getenv("NO_COLOR");
  const std::string term = context.Getenv("TERM");
  agent::Terminal out(STDOUT_FILENO, agent::Terminal::WantsColours(
                                         STDOUT_FILENO, no_color, term));
  agent::Terminal err(STDERR_FILENO, agent::Terminal::WantsColours(
                                         STDERR_FILENO, no_color, term));
  context.out = &out;
  context.err = &err;
  return agent::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc),
                               context);
}
