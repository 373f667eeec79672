// The flags of one command, as users of Go programs type them: one dash or
// two, "-var x=y" or "-var=x=y".
//
//   FlagSet flags;
//   flags.Text("data-dir", "DIR", "where state is kept", &options.data_dir);
//   ASSIGN_OR_RETURN(FlagSet::Parsed parsed, flags.Parse(args));
//
// Unlike Go's, flags may also stand after the arguments, unless the command
// passes its arguments on (StopAtFirstArgument). "--" ends the flags, "-" is
// an argument, "-h" and "-help" ask for help.
//
// Ownership:  the targets belong to the caller and must outlive Parse().
// Threads:    thread-compatible.
// Errors:     InvalidArgument, with the nearest known name for an unknown flag.

#ifndef DROVER_AGENT_FLAGS_H_
#define DROVER_AGENT_FLAGS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace agent {

using KeyValue = std::pair<std::string, std::string>;

class FlagSet {
 public:
  // What help, man page and completion say about one flag.
  struct Flag {
    std::string name;        // without dashes
    std::string value_name;  // "DIR"; empty for a switch
    std::string help;        // one sentence
    bool repeated = false;
    std::function<absl::Status(absl::string_view)> set;
  };

  struct Parsed {
    std::vector<std::string> arguments;
    bool help = false;
  };

  // -name, -name=false. True is 1 t T true TRUE True, false likewise.
  void Switch(absl::string_view name, absl::string_view help, bool* target);

  // -name VALUE; the last one wins.
  void Text(absl::string_view name, absl::string_view value_name,
            absl::string_view help, std::string* target);

  // -name VALUE, any number of times.
  void List(absl::string_view name, absl::string_view value_name,
            absl::string_view help, std::vector<std::string>* target);

  // -name KEY=VALUE, any number of times; the key must not be empty.
  void KeyValues(absl::string_view name, absl::string_view value_name,
                 absl::string_view help, std::vector<KeyValue>* target);

  // From the first argument on everything is an argument.
  void StopAtFirstArgument() { stop_at_first_argument_ = true; }

  absl::StatusOr<Parsed> Parse(const std::vector<std::string>& args) const;

  const std::vector<Flag>& flags() const { return flags_; }

  // The flags as help shows them, one or more lines each; empty without any.
  std::string Help() const;

 private:
  void Add(Flag flag);
  const Flag* Find(absl::string_view name) const;
  absl::Status Unknown(absl::string_view name) const;

  std::vector<Flag> flags_;
  bool stop_at_first_argument_ = false;
};

}  // namespace agent

#endif  // DROVER_AGENT_FLAGS_H_
