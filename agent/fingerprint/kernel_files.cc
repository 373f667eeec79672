#include "agent/fingerprint/kernel_files.h"

#include <unistd.h>

#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"

namespace fingerprint {
namespace {

constexpr size_t kMaxBytes = size_t{16} << 20;
constexpr size_t kMaxIds = 65536;

}  // namespace

std::string KernelFiles::Path(absl::string_view path) const {
  return absl::StrCat(root_, path);
}

std::optional<std::string> KernelFiles::Text(absl::string_view path) const {
  absl::StatusOr<std::string> text = base::ReadFile(Path(path), kMaxBytes);
  if (!text.ok()) return std::nullopt;
  return *std::move(text);
}

std::optional<std::string> KernelFiles::Trimmed(absl::string_view path) const {
  const std::optional<std::string> text = Text(path);
  if (!text) return std::nullopt;
  std::string trimmed(absl::StripAsciiWhitespace(*text));
  if (trimmed.empty()) return std::nullopt;
  return trimmed;
}

std::optional<int64_t> KernelFiles::Number(absl::string_view path) const {
  const std::optional<std::string> text = Trimmed(path);
  int64_t value = 0;
  if (!text || !absl::SimpleAtoi(*text, &value)) return std::nullopt;
  return value;
}

bool KernelFiles::Exists(absl::string_view path) const {
  return access(Path(path).c_str(), F_OK) == 0;
}

std::vector<std::string> KernelFiles::List(absl::string_view directory) const {
  absl::StatusOr<std::vector<std::string>> names =
      base::ListDirectory(Path(directory));
  if (!names.ok()) return {};
  return *std::move(names);
}

std::vector<int> ParseIdList(absl::string_view text) {
  std::set<int> ids;
  text = absl::StripAsciiWhitespace(text);
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> range =
        absl::StrSplit(part, absl::MaxSplits('-', 1));
    int first = 0;
    if (!absl::SimpleAtoi(range.first, &first) || first < 0) break;
    int last = first;
    if (!range.second.empty() && !absl::SimpleAtoi(range.second, &last)) break;
    for (int id = first; id <= last; ++id) {
      if (ids.size() >= kMaxIds) break;
      ids.insert(id);
    }
  }
  return std::vector<int>(ids.begin(), ids.end());
}

std::string FormatIdList(const std::vector<int>& ids) {
  std::string text;
  for (size_t i = 0; i < ids.size();) {
    size_t last = i;
    while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) ++last;
    absl::StrAppend(&text, text.empty() ? "" : ",", ids[i]);
    if (last > i) absl::StrAppend(&text, "-", ids[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace fingerprint
