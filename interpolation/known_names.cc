#include "interpolation/known_names.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/nearest_name.h"

namespace interpolation {
namespace {

constexpr size_t kMaxNearest = 3;
constexpr size_t kMaxListed = 24;
constexpr size_t kLongest = 128;  // nobody mistypes more

std::string Quoted(const std::vector<std::string>& names) {
  return absl::StrJoin(names, ", ", [](std::string* out, const auto& name) {
    absl::StrAppend(out, "\"", name, "\"");
  });
}

std::vector<std::string> Nearest(absl::string_view name,
                                 const std::vector<std::string>& known) {
  if (name.empty() || name.size() > kLongest) return {};
  const std::string wanted = absl::AsciiStrToLower(name);
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongest) continue;
    // The distance is at least the difference in length: most need no more.
    const size_t longer = std::max(wanted.size(), candidate.size());
    const size_t shorter = std::min(wanted.size(), candidate.size());
    if ((longer - shorter) * 4 > longer) continue;
    const size_t distance =
        base::EditDistance(wanted, absl::AsciiStrToLower(candidate));
    if (distance * 4 <= longer) near.emplace_back(distance, candidate);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (size_t i = 0; i < near.size() && i < kMaxNearest; ++i) {
    names.push_back(std::move(near[i].second));
  }
  if (!names.empty()) return names;
  // base/ also knows names of which only the beginning was written.
  std::string nearest = base::NearestName(name, known);
  if (!nearest.empty()) names.push_back(std::move(nearest));
  return names;
}

}  // namespace

std::string SuggestNames(absl::string_view name,
                         const std::vector<std::string>& known) {
  std::string text;
  const std::vector<std::string> nearest = Nearest(name, known);
  if (!nearest.empty()) {
    absl::StrAppend(&text, "; did you mean ", Quoted(nearest), "?");
  }
  const size_t stop = name.find_first_of("._");
  if (stop == absl::string_view::npos || stop == 0) return text;
  const absl::string_view prefix = name.substr(0, stop + 1);
  std::vector<std::string> listed;
  size_t count = 0;
  for (auto it = std::lower_bound(known.begin(), known.end(), prefix);
       it != known.end() && absl::StartsWith(*it, prefix); ++it) {
    if (++count <= kMaxListed) listed.push_back(*it);
  }
  if (count == 0) {
    absl::StrAppend(&text, "; no known name begins with \"", prefix, "\"");
    return text;
  }
  absl::StrAppend(&text, "; known names that begin with \"", prefix,
                  "\": ", Quoted(listed));
  if (count > kMaxListed) {
    absl::StrAppend(&text, " and ", count - kMaxListed, " more");
  }
  return text;
}

}  // namespace interpolation
