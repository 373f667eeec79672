#include "agent/raw_exec_config.h"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/nearest_name.h"
#include "base/status.h"
#include "hcl/convert.h"
#include "hcl/type.h"

namespace agent {
namespace {

const hcl::Type& StringList() {
  static const hcl::Type* const type =
      new hcl::Type(hcl::Type::List(hcl::Type::String()));
  return *type;
}

absl::Status WrongType(absl::string_view key, const hcl::Type& type,
                       const hcl::Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("Inappropriate value for attribute \"", key,
                   "\": ", type.FriendlyName(), " required, but have ",
                   value.IsNull() ? "null" : value.type().FriendlyName()));
}

// The value as `type`, or an error that names the key.
absl::StatusOr<hcl::Value> As(absl::string_view key, const hcl::Type& type,
                              const hcl::Value& value) {
  absl::StatusOr<hcl::Value> converted = hcl::Convert(value, type);
  if (!converted.ok() || !converted->IsWhollyKnown()) {
    return WrongType(key, type, value);
  }
  return converted;
}

absl::Status ReadString(absl::string_view key, const hcl::Value& value,
                        std::string* target) {
  if (value.IsNull()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const hcl::Value text, As(key, hcl::Type::String(), value));
  *target = text.AsString();
  return absl::OkStatus();
}

absl::Status ReadStrings(absl::string_view key, const hcl::Value& value,
                         std::vector<std::string>* target) {
  if (value.IsNull()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const hcl::Value list, As(key, StringList(), value));
  target->clear();
  for (const hcl::Value& element : list.AsList()) {
    if (!element.IsString()) return WrongType(key, StringList(), value);
    target->push_back(element.AsString());
  }
  return absl::OkStatus();
}

// list(map(string)), several blocks or one object: later ones win.
absl::Status ReadMaps(absl::string_view key, const hcl::Value& value,
                      std::map<std::string, std::string>* target) {
  if (value.IsNull()) return absl::OkStatus();
  if (value.IsSequence()) {
    for (const hcl::Value& element : value.AsList()) {
      RETURN_IF_ERROR(ReadMaps(key, element, target));
    }
    return absl::OkStatus();
  }
  const hcl::Type type = hcl::Type::Map(hcl::Type::String());
  ASSIGN_OR_RETURN(const hcl::Value map, As(key, type, value));
  for (const auto& [name, element] : map.AsMap()) {
    if (!element.IsString()) return WrongType(key, type, value);
    (*target)[name] = element.AsString();
  }
  return absl::OkStatus();
}

absl::Status ReadInt(absl::string_view key, const hcl::Value& value,
                     std::optional<int>* target) {
  if (value.IsNull()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const hcl::Value number,
                   As(key, hcl::Type::Number(), value));
  const auto whole = number.AsNumber().AsInt64();
  if (!whole.has_value() || *whole > std::numeric_limits<int>::max() ||
      *whole < std::numeric_limits<int>::min()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Inappropriate value for attribute \"", key,
                     "\": a whole number is required"));
  }
  *target = static_cast<int>(*whole);
  return absl::OkStatus();
}

const std::vector<std::string>& Keys() {
  static const auto* const keys =
      new std::vector<std::string>{"command",
                                   "args",
                                   "work_dir",
                                   "oom_score_adj",
                                   "denied_envvars",
                                   "cgroup_v1_override",
                                   "cgroup_v2_override",
                                   "signal_scope"};
  return *keys;
}

absl::Status ReadKey(absl::string_view key, const hcl::Value& value,
                     driver::TaskConfig* task) {
  if (key == "command") return ReadString(key, value, &task->command);
  if (key == "args") return ReadStrings(key, value, &task->args);
  if (key == "work_dir") return ReadString(key, value, &task->work_dir);
  if (key == "oom_score_adj") return ReadInt(key, value, &task->oom_score_adj);
  if (key == "denied_envvars") {
    return ReadStrings(key, value, &task->denied_envvars);
  }
  if (key == "cgroup_v1_override") {
    return ReadMaps(key, value, &task->cgroup_v1_override);
  }
  if (key == "cgroup_v2_override") {
    return ReadString(key, value, &task->cgroup_v2_override);
  }
  if (key == "signal_scope") return ReadString(key, value, &task->signal_scope);
  std::string text =
      absl::StrCat("No argument or block type is named \"", key, "\"");
  if (const std::string nearest = base::NearestName(key, Keys());
      !nearest.empty()) {
    absl::StrAppend(&text, "; did you mean \"", nearest, "\"?");
  }
  return absl::InvalidArgumentError(text);
}

absl::Status Read(const hcl::Value& config, driver::TaskConfig* task) {
  bool has_command = false;
  if (config.IsMapping()) {
    for (const auto& [key, value] : config.AsMap()) {
      RETURN_IF_ERROR(ReadKey(key, value, task));
      has_command |= key == "command" && !value.IsNull();
    }
  } else if (!config.IsNull()) {
    return absl::InvalidArgumentError("it is not a block of arguments");
  }
  if (!has_command) {
    return absl::InvalidArgumentError(
        "The argument \"command\" is required, but no definition was found");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRawExecConfig(const hcl::Value& config,
                               driver::TaskConfig* task) {
  return base::Prefixed("failed to parse config: ", Read(config, task));
}

}  // namespace agent
