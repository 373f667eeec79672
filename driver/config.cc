#include "driver/config.h"

#include <map>
#include <string>

namespace driver {
namespace {

bool IsTrue(const std::map<std::string, std::string>& options,
            const std::string& key) {
  const auto found = options.find(key);
  if (found == options.end()) return false;
  for (const char* spelling : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (found->second == spelling) return true;
  }
  return false;
}

}  // namespace

Config ConfigFromOptions(const std::map<std::string, std::string>& options) {
  Config config;
  config.enabled = IsTrue(options, "driver.raw_exec.enable");
  config.no_cgroups = IsTrue(options, "driver.raw_exec.no_cgroups");
  return config;
}

}  // namespace driver
