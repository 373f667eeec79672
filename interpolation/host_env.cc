#include "interpolation/host_env.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace interpolation {
namespace {

std::vector<std::string> SplitList(absl::string_view list) {
  std::vector<std::string> items;
  for (absl::string_view item : absl::StrSplit(list, ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

bool MatchesAny(const std::vector<std::string>& patterns,
                absl::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [name](const std::string& pattern) {
                       return MatchesGlob(pattern, name);
                     });
}

}  // namespace

HostEnvPolicy HostEnvPolicy::FromOptions(
    const std::map<std::string, std::string>& options) {
  HostEnvPolicy policy;
  auto deny = options.find("env.denylist");
  if (deny == options.end()) deny = options.find("env.blacklist");
  if (deny != options.end()) policy.deny = SplitList(deny->second);
  const auto allow = options.find("env.allowlist");
  if (allow != options.end()) policy.allow = SplitList(allow->second);
  return policy;
}

std::vector<std::string> HostEnvPolicy::DefaultDenyList() {
  return {
      "CONSUL_TOKEN",
      "CONSUL_HTTP_TOKEN",
      "NOMAD_TOKEN",
      "CONSUL_HTTP_TOKEN_FILE",
      "VAULT_TOKEN",
      "CONSUL_LICENSE",
      "NOMAD_LICENSE",
      "VAULT_LICENSE",
      "CONSUL_LICENSE_PATH",
      "NOMAD_LICENSE_PATH",
      "VAULT_LICENSE_PATH",
      "AWS_ACCESS_KEY_ID",
      "AWS_SESSION_TOKEN",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_METADATA_URL",
      "GOOGLE_APPLICATION_CREDENTIALS",
      "GOOGLE_OAUTH_ACCESS_TOKEN",
  };
}

bool HostEnvPolicy::Passes(absl::string_view name) const {
  if (allow && !MatchesAny(*allow, name)) return false;
  return !MatchesAny(deny, name);
}

std::map<std::string, std::string> HostEnvPolicy::Filter(
    const std::map<std::string, std::string>& environment) const {
  std::map<std::string, std::string> passed;
  for (const auto& [name, value] : environment) {
    if (Passes(name)) passed.emplace_hint(passed.end(), name, value);
  }
  return passed;
}

std::map<std::string, std::string> ReadEnvironment(const char* const* environ) {
  std::map<std::string, std::string> result;
  for (; environ != nullptr && *environ != nullptr; ++environ) {
    const absl::string_view entry = *environ;
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == absl::string_view::npos) continue;
    result.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return result;
}

// Greedy with one point to go back to: linear for patterns without '*', and at
// worst the product of the two lengths, never exponential.
bool MatchesGlob(absl::string_view pattern, absl::string_view name) {
  size_t p = 0;
  size_t n = 0;
  size_t star = absl::string_view::npos;
  size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace interpolation
