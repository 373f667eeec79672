// The driver's configuration. The driver checks it again when a task starts,
// with all references replaced; here it can be said earlier and with a
// position. Values with references in them are left for then.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

constexpr char kDriver[] = "raw_exec";

// Errors or warnings, as the options want it.
class ConfigChecker {
 public:
  ConfigChecker(const hcl::Value& config, const Place& place, bool as_errors)
      : config_(config), place_(place), as_errors_(as_errors) {}

  void Report(absl::string_view key, absl::string_view summary,
              absl::string_view detail) const {
    if (as_errors_) {
      place_.Error(key, summary, detail);
    } else {
      place_.Warning(key, summary, detail);
    }
  }

  // The value of a key if it is there and of this type; otherwise null, and
  // what is wrong with it has been reported.
  hcl::Value Get(absl::string_view key, const hcl::Type& type,
                 absl::string_view wanted) const {
    const hcl::Value* value = config_.Find(key);
    if (value == nullptr || value->IsNull()) return hcl::Value();
    const absl::StatusOr<hcl::Value> converted = hcl::Convert(*value, type);
    if (converted.ok()) return *converted;
    if (value->IsString() && HasInterpolation(value->AsString())) {
      return hcl::Value();
    }
    Report(key, "Incorrect attribute value type",
           absl::StrCat("\"", key, "\" needs ", wanted, ", this is ",
                        value->type().FriendlyName()));
    return hcl::Value();
  }

  void CheckKeys() const {
    static const auto* const known = new std::vector<std::string>{
        "command",       "args",     "cgroup_v1_override", "cgroup_v2_override",
        "oom_score_adj", "work_dir", "denied_envvars"};
    for (const auto& [key, value] : config_.AsMap()) {
      if (std::find(known->begin(), known->end(), key) != known->end())
        continue;
      Report(key, "Unsupported argument",
             absl::StrCat("the driver raw_exec has no setting \"", key, "\"",
                          hcl::DidYouMean(key, *known)));
    }
  }

  void CheckCommand() const {
    const hcl::Value* command = config_.Find("command");
    if (command == nullptr || command->IsNull()) {
      Report("", "Missing required argument",
             "the driver raw_exec needs a command");
      return;
    }
    const hcl::Value text = Get("command", hcl::Type::String(), "a string");
    if (text.IsString() && text.AsString().empty()) {
      Report("command", "Empty command", "the command is empty");
    }
    Get("args", hcl::Type::List(hcl::Type::String()), "a list of strings");
    Get("denied_envvars", hcl::Type::List(hcl::Type::String()),
        "a list of strings");
  }

  void CheckOverrides() const {
    const hcl::Value v1 =
        Get("cgroup_v1_override",
            hcl::Type::List(hcl::Type::Map(hcl::Type::String())),
            "a block of controllers and paths");
    const hcl::Value v2 =
        Get("cgroup_v2_override", hcl::Type::String(), "a string");
    const bool has_v2 = v2.IsString() && !v2.AsString().empty();
    if (v1.IsSequence() && v1.size() > 0 && has_v2) {
      Report("cgroup_v2_override", "Conflicting arguments",
             "only one of cgroup_v1_override and cgroup_v2_override may be "
             "set");
    }
  }

  void CheckOomScore() const {
    const hcl::Value score =
        Get("oom_score_adj", hcl::Type::Number(), "a number");
    if (!score.IsNumber()) return;
    const absl::optional<int64_t> whole = score.AsNumber().AsInt64();
    if (!whole.has_value() || *whole < 0 || *whole > 1000) {
      Report("oom_score_adj", "Invalid oom_score_adj",
             absl::StrCat(score.AsNumber().ForDisplay(),
                          " is not a whole number from 0 to 1000"));
    }
  }

  void CheckWorkDir() const {
    const hcl::Value path = Get("work_dir", hcl::Type::String(), "a string");
    if (!path.IsString() || path.AsString().empty() ||
        HasInterpolation(path.AsString()) ||
        absl::StartsWith(path.AsString(), "/")) {
      return;
    }
    Report("work_dir", "Invalid work_dir",
           absl::StrCat("\"", path.AsString(),
                        "\" is not an absolute path; a path in the task's "
                        "directory begins with ${NOMAD_TASK_DIR}"));
  }

 private:
  const hcl::Value& config_;
  const Place& place_;
  const bool as_errors_;
};

}  // namespace

void ValidateRawExec(const Task& task, const Place& place,
                     const ValidateOptions& options) {
  const bool as_errors = options.client_faults_are_errors;
  if (task.driver != kDriver) {
    static const auto* const known = new std::vector<std::string>{kDriver};
    const std::string detail = absl::StrCat(
        "the driver \"", task.driver, "\" is not available here; there is ",
        kDriver, " only", hcl::DidYouMean(task.driver, *known));
    if (as_errors) {
      place.Error("Driver", "Unknown driver", detail);
    } else {
      place.Warning("Driver", "Unknown driver", detail);
    }
    return;
  }
  const Place config_place(place, "Config", "config", "");
  const hcl::Value config =
      task.config.IsMapping() ? task.config : hcl::Value::Object({});
  const ConfigChecker checker(config, config_place, as_errors);
  checker.CheckKeys();
  checker.CheckCommand();
  checker.CheckOverrides();
  checker.CheckOomScore();
  checker.CheckWorkDir();
}

}  // namespace jobspec
