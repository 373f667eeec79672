// The kernel's texts with any bytes in them: nothing crashes, and what is found
// has the form that the header promises.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "cgroups/kernel_text.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  size_t bytes = 0;
  for (const cgroups::Mount& mount : cgroups::ParseMountInfo(text)) {
    Require(!mount.type.empty() || text.find("  ") != text.npos ||
            text.find("- ") != text.npos);
    bytes += mount.mount_point.size() + mount.root.size();
  }
  Require(bytes <= size);  // undoing escapes only shortens
  for (const auto& [controller, group] : cgroups::ParseProcCgroup(text)) {
    Require(!group.empty() && group[0] == '/');
    Require(controller.find(',') == std::string::npos);
  }
  for (const auto& [key, value] : cgroups::ParseFlatKeyed(text)) {
    Require(key.data() >= text.data() &&
            key.data() + key.size() <= text.data() + text.size());
    // The first line of a key is the one that counts, as in FindFlatKeyed();
    // unless that is no number.
    const auto found = cgroups::FindFlatKeyed(text, key);
    Require(!found || *found == value);
  }
  for (const pid_t pid : cgroups::ParsePids(text)) Require(pid > 0);
  (void)cgroups::ParseNumber(text);
  if (const auto stat = cgroups::ParseProcStat(text)) {
    Require(stat->parent >= 0);
  }
  (void)cgroups::ParseProcStatus(text);
  return 0;
}
