// `template {}`: a file that the client renders before the task starts.

#ifndef DROVER_JOBSPEC_TEMPLATE_H_
#define DROVER_JOBSPEC_TEMPLATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace jobspec {

// `change_script {}`: run in the task's environment after a change.
struct ChangeScript {
  std::string command;  // required with change_mode "script"
  std::vector<std::string> args;
  absl::Duration timeout = absl::Seconds(5);
  bool fail_on_error = false;  // kill the task when the script fails
  bool run_on_first_render = false;
};

// `wait {}`: how long to gather changes before rendering.
struct TemplateWait {
  std::optional<absl::Duration> min;
  std::optional<absl::Duration> max;
};

struct Template {
  std::string source;       // file, relative to the task's directory; or
  std::string destination;  // required, relative to the task's directory
  std::string data;         // the template's text itself
  std::string change_mode = "restart";  // noop, signal, script
  std::optional<ChangeScript> change_script;
  std::string change_signal;  // upper case; SIGHUP where mode is signal
  bool once = false;
  absl::Duration splay = absl::Seconds(5);  // random wait before a change acts
  std::string perms = "0644";               // octal text
  std::optional<int64_t> uid;  // owner of the file; absent: the agent's
  std::optional<int64_t> gid;
  std::string left_delimiter = "{{";
  std::string right_delimiter = "}}";
  bool env = false;            // KEY=VALUE lines become environment
  absl::Duration vault_grace;  // ignored
  std::optional<TemplateWait> wait;
  bool error_on_missing_key = false;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_TEMPLATE_H_
