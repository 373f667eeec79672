#include "driver/id_set.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace driver {
namespace {

std::optional<uint32_t> ParseId(absl::string_view text) {
  uint32_t id = 0;
  if (text.empty() ||
      text.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(text, &id)) {
    return std::nullopt;
  }
  return id;
}

}  // namespace

absl::StatusOr<IdSet> IdSet::Parse(absl::string_view name,
                                   absl::string_view text) {
  IdSet set;
  if (text.empty()) return set;
  const std::vector<absl::string_view> items = absl::StrSplit(text, ',');
  for (const absl::string_view item : items) {
    const auto invalid = [&](absl::string_view why) {
      return absl::InvalidArgumentError(
          absl::StrCat("invalid range ", name, " \"", item, "\": ", why));
    };
    const size_t hyphen = item.find('-');
    const auto low = ParseId(item.substr(0, hyphen));
    const auto high = hyphen == absl::string_view::npos
                          ? low
                          : ParseId(item.substr(hyphen + 1));
    if (!low.has_value() || !high.has_value()) {
      return invalid(
          "range bound not valid; expected ids like \"1000\" or ranges like "
          "\"100-199\", separated by commas");
    }
    if (*low > *high) {
      return invalid("lower bound cannot be greater than upper bound");
    }
    set.intervals_.emplace_back(*low, *high);
  }
  return set;
}

bool IdSet::Contains(uint32_t id) const {
  for (const auto& [low, high] : intervals_) {
    if (id >= low && id <= high) return true;
  }
  return false;
}

}  // namespace driver
