#include "agent/fingerprint/fingerprint.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/fingerprint/parts.h"
#include "nlohmann/json.hpp"

namespace fingerprint {
namespace {

struct Part {
  absl::string_view name;
  void (*add)(const Options& options, Fingerprint* result);
};

// In the order of Nomad's: the cloud comes last.
constexpr Part kParts[] = {
    {"arch", AddArch},      {"bridge", AddBridge},   {"cgroup", AddCgroups},
    {"cpu", AddCpu},        {"host", AddHost},       {"landlock", AddLandlock},
    {"memory", AddMemory},  {"network", AddNetwork}, {"nomad", AddNomad},
    {"signal", AddSignals}, {"storage", AddStorage}, {"cloud", AddCloud},
};

bool Contains(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsWanted(const Part& part, const Options& options) {
  if (Contains(options.deny, part.name)) return false;
  if (options.allow) return Contains(*options.allow, part.name);
  return part.name != "cloud" || options.cloud;
}

std::vector<std::string> SplitList(absl::string_view list) {
  std::vector<std::string> items;
  for (absl::string_view item : absl::StrSplit(list, ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

}  // namespace

void Options::ReadClientOptions(
    const std::map<std::string, std::string>& options) {
  const auto find = [&options](absl::string_view name,
                               absl::string_view old_name) {
    auto found = options.find(absl::StrCat("fingerprint.", name));
    if (found == options.end()) {
      found = options.find(absl::StrCat("fingerprint.", old_name));
    }
    return found;
  };
  if (const auto found = find("allowlist", "whitelist");
      found != options.end() && !SplitList(found->second).empty()) {
    allow = SplitList(found->second);
  }
  if (const auto found = find("denylist", "blacklist");
      found != options.end()) {
    deny = SplitList(found->second);
  }
  if (const auto found = options.find("fingerprint.cloud");
      found != options.end()) {
    bool on = false;
    cloud = absl::SimpleAtob(found->second, &on) && on;
  }
}

// nomad.version, nomad.revision: whoever builds the agent.
// nomad.service_discovery, unique.advertise.address: the configuration.
// driver.<name>: what the drivers have said of themselves.
void AddNomad(const Options& options, Fingerprint* result) {
  auto& attributes = result->attributes;
  attributes["nomad.version"] = options.nomad_version;
  attributes["nomad.revision"] = options.nomad_revision;
  attributes["nomad.service_discovery"] =
      options.service_discovery ? "true" : "false";
  attributes["unique.advertise.address"] = options.advertise_address;
}

Fingerprint Take(const Options& options) {
  Fingerprint result;
  for (const Part& part : kParts) {
    if (IsWanted(part, options)) part.add(options, &result);
  }
  for (const std::string& driver : options.drivers) {
    result.attributes[absl::StrCat("driver.", driver)] = "1";
  }
  // An attribute without a value does not exist.
  for (auto it = result.attributes.begin(); it != result.attributes.end();) {
    it = it->second.empty() ? result.attributes.erase(it) : std::next(it);
  }
  return result;
}

std::string ToText(const Fingerprint& fingerprint) {
  size_t width = 0;
  for (const auto& [key, value] : fingerprint.attributes) {
    width = std::max(width, key.size());
  }
  std::string text;
  for (const auto& [key, value] : fingerprint.attributes) {
    absl::StrAppend(&text, key, std::string(width - key.size(), ' '), " = ",
                    value, "\n");
  }
  if (!fingerprint.notes.empty()) absl::StrAppend(&text, "\n");
  for (const std::string& note : fingerprint.notes) {
    absl::StrAppend(&text, "note: ", note, "\n");
  }
  return text;
}

std::string ToJson(const Fingerprint& fingerprint) {
  const nlohmann::json json = fingerprint.attributes;
  // A host's names may have any bytes; JSON may not.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace fingerprint
