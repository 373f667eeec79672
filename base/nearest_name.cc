#include "base/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace base {

size_t EditDistance(absl::string_view a, absl::string_view b) {
  // Row by row, with the two rows before: the swap looks two back.
  std::vector<size_t> older(b.size() + 1);
  std::vector<size_t> previous(b.size() + 1);
  std::vector<size_t> current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) current[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    older.swap(previous);
    previous.swap(current);
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced =
          previous[j - 1] + (a[i - 1] == b[j - 1] ? size_t{0} : size_t{1});
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], older[j - 2] + 1);
      }
    }
  }
  return current[b.size()];
}

std::string NearestName(absl::string_view name,
                        const std::vector<std::string>& known) {
  // Nobody mistypes hundreds of letters; this bounds the work.
  constexpr size_t kLongest = 128;
  if (name.empty() || name.size() > kLongest) return "";
  const std::string wanted = absl::AsciiStrToLower(name);
  std::string nearest;
  size_t nearest_distance = 0;
  for (const std::string& candidate : known) {
    if (candidate.empty() || candidate.size() > kLongest) continue;
    const std::string other = absl::AsciiStrToLower(candidate);
    const size_t longer = std::max(wanted.size(), other.size());
    size_t distance = EditDistance(wanted, other);
    const bool beginning =
        wanted.size() > 1 && other.size() > 1 &&
        (absl::StartsWith(wanted, other) || absl::StartsWith(other, wanted));
    // A beginning counts as two edits: an exact name with one slip wins.
    if (beginning && distance > 1) distance = 2;
    if (!beginning && distance * 3 > longer + 1) continue;
    if (!nearest.empty() && distance >= nearest_distance) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  return nearest;
}

}  // namespace base
