#include "artifact/checksum_list.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "artifact/beneath.h"

namespace artifact {
namespace {

std::optional<Checksum> BySize(absl::string_view hex) {
  const auto digest = ParseHexDigest(hex);
  if (!digest.ok()) return std::nullopt;
  const auto type = DigestTypeOfSize(digest->size());
  if (!type.has_value()) return std::nullopt;
  return Checksum{*type, *digest};
}

std::optional<Checksum> ByName(absl::string_view type_name,
                               absl::string_view hex) {
  const auto type = DigestTypeOfName(type_name);
  auto checksum = BySize(hex);
  if (!type.has_value() || !checksum.has_value() || checksum->type != *type) {
    return std::nullopt;
  }
  return checksum;
}

// A line's checksum and the name it is for; no name is any file.
struct Line {
  std::optional<Checksum> checksum;
  absl::string_view name;
};

Line ParseLine(absl::string_view text) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\r\v\f"), absl::SkipEmpty());
  switch (words.size()) {
    case 1:
      return {BySize(words[0]), ""};
    case 2: {
      const size_t open = words[0].find('(');
      if (open != absl::string_view::npos && absl::EndsWith(words[0], ")=")) {
        return {ByName(words[0].substr(0, open), words[1]),
                words[0].substr(open + 1, words[0].size() - open - 3)};
      }
      return {BySize(words[0]), words[1]};
    }
    case 4: {
      absl::string_view name = words[1];
      if (!absl::ConsumePrefix(&name, "(") ||
          !absl::ConsumeSuffix(&name, ")") || words[2] != "=") {
        return {};
      }
      return {ByName(words[0], words[3]), name};
    }
    default:
      return {};
  }
}

}  // namespace

std::optional<Checksum> FindInChecksumList(
    absl::string_view text, const std::vector<std::string>& names) {
  for (const absl::string_view text_line : absl::StrSplit(text, '\n')) {
    Line line = ParseLine(text_line);
    if (!line.checksum.has_value()) continue;
    if (line.name.empty() ||
        std::find(names.begin(), names.end(), line.name) != names.end()) {
      return std::move(line.checksum);
    }
  }
  return std::nullopt;
}

std::vector<std::string> NamesInChecksumList(absl::string_view list_path,
                                             absl::string_view file_path) {
  const std::string base(file_path.substr(file_path.rfind('/') + 1));
  // From the list's directory to the file.
  std::vector<std::string> from = PathParts(list_path);
  std::vector<std::string> to = PathParts(file_path);
  if (!from.empty()) from.pop_back();
  const auto split =
      std::mismatch(from.begin(), from.end(), to.begin(), to.end());
  std::vector<std::string> relative(
      static_cast<size_t>(from.end() - split.first), "..");
  relative.insert(relative.end(), split.second, to.end());
  const std::string path = absl::StrJoin(relative, "/");
  return {base, absl::StrCat("*", base),  absl::StrCat("?", base),
          path, absl::StrCat("./", path), std::string(file_path)};
}

}  // namespace artifact
