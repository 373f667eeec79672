#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/go_duration.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

// Up to twelve bits: "0644", "600", "1777".
bool IsOctalMode(absl::string_view perms) {
  if (perms.empty() || perms.size() > 8) return false;
  int64_t mode = 0;
  for (const char c : perms) {
    if (c < '0' || c > '7') return false;
    mode = mode * 8 + (c - '0');
  }
  return mode < 4096;
}

void ValidateSignal(const Template& block, const Place& place) {
  if (block.env) {
    place.Error("ChangeMode", "Conflicting change_mode",
                "a template for the environment cannot signal the task: its "
                "environment only changes with a restart");
  }
  if (block.change_signal.empty()) {
    place.Error("ChangeSignal", "Missing change_signal",
                "change_mode \"signal\" needs a change_signal");
    return;
  }
  const auto& known = SignalNames();
  if (std::find(known.begin(), known.end(), block.change_signal) ==
          known.end() &&
      !HasInterpolation(block.change_signal)) {
    place.Error("ChangeSignal", "Unknown signal",
                absl::StrCat("\"", block.change_signal,
                             "\" is not the name of a signal",
                             hcl::DidYouMean(block.change_signal, known)));
  }
}

void ValidateChange(const Template& block, const Place& place) {
  const std::string& mode = block.change_mode;
  if (mode == "signal") {
    ValidateSignal(block, place);
  } else if (mode == "script") {
    if (!block.change_script.has_value() ||
        block.change_script->command.empty()) {
      place.Error("ChangeScript", "Missing change_script",
                  "change_mode \"script\" needs change_script { command = "
                  "\"...\" }");
    }
  } else if (mode != "noop" && mode != "restart") {
    place.Error("ChangeMode", "Invalid change_mode",
                absl::StrCat("\"", mode,
                             "\" is none of noop, restart, signal, script"));
  }
}

void ValidateTemplate(const Template& block, const Place& place) {
  if (block.data.empty() && block.source.empty()) {
    place.Error("", "Missing template text",
                "it needs data, the text itself, or source, a file with it");
  }
  if (block.destination.empty()) {
    place.Error("DestPath", "Missing destination",
                "it needs the file to write as destination");
  } else if (EscapesAllocation(block.destination)) {
    place.Error("DestPath", "Path escapes the allocation",
                absl::StrCat("\"", block.destination,
                             "\" leads out of the allocation's directory"));
  }
  ValidateChange(block, place);
  if (block.splay < absl::ZeroDuration()) {
    place.Error(
        "Splay", "Invalid splay",
        absl::StrCat(base::FormatGoDuration(block.splay), " is negative"));
  }
  if (!block.perms.empty() && !IsOctalMode(block.perms)) {
    place.Error("Perms", "Invalid perms",
                absl::StrCat("\"", block.perms,
                             "\" is not an octal mode such as \"0644\""));
  }
  if (block.wait.has_value() && block.wait->min.has_value() &&
      block.wait->max.has_value() && *block.wait->min > *block.wait->max) {
    place.Error("Wait", "Invalid wait",
                absl::StrCat("min ", base::FormatGoDuration(*block.wait->min),
                             " is longer than max ",
                             base::FormatGoDuration(*block.wait->max)));
  }
}

}  // namespace

void ValidateTemplates(const Task& task, const Place& place) {
  std::set<std::string> destinations;
  for (size_t i = 0; i < task.templates.size(); ++i) {
    const Template& block = task.templates[i];
    const Place at(place, "Templates", i, "template", block.destination);
    ValidateTemplate(block, at);
    if (!block.destination.empty() &&
        !destinations.insert(block.destination).second) {
      at.Error("DestPath", "Duplicate template destination",
               "another template of this task writes the same file");
    }
  }
}

}  // namespace jobspec
