#include "driver/environment.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace driver {

bool MatchesPattern(absl::string_view pattern, absl::string_view name) {
  // On a mismatch go back to the last '*' and let it eat one more character.
  size_t p = 0;
  size_t n = 0;
  size_t star = absl::string_view::npos;
  size_t eaten = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      eaten = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      n = ++eaten;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::string> BuildEnvironment(
    const std::vector<std::string>& env,
    const std::vector<std::string>& job_env, const User& user,
    const std::vector<std::string>& denied_patterns) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : env) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    variables[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  if (user.switches && !user.name.empty()) {
    const std::pair<const char*, const std::string*> own[] = {
        {"HOME", &user.home},
        {"USER", &user.name},
        {"LOGNAME", &user.name},
        {"SHELL", &user.shell},
    };
    for (const auto& [name, value] : own) {
      if (std::find(job_env.begin(), job_env.end(), name) == job_env.end()) {
        variables[name] = *value;
      }
    }
  }
  std::vector<std::string> result;
  for (const auto& [name, value] : variables) {
    const bool denied =
        std::any_of(denied_patterns.begin(), denied_patterns.end(),
                    [&name = name](const std::string& p) {
                      return MatchesPattern(p, name);
                    });
    if (!denied) result.push_back(absl::StrCat(name, "=", value));
  }
  return result;
}

}  // namespace driver
