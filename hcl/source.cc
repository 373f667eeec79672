#include "hcl/source.h"

#include <algorithm>
#include <utility>

#include "hcl/text.h"

namespace hcl {

std::shared_ptr<const Source> Source::FromText(absl::string_view name,
                                               std::string text) {
  return std::shared_ptr<const Source>(
      new Source(std::string(name), std::move(text)));
}

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (size_t i = text_.find('\n'); i != std::string::npos;
       i = text_.find('\n', i + 1)) {
    line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

Position Source::PositionAt(uint32_t byte) const {
  byte = static_cast<uint32_t>(std::min<size_t>(byte, text_.size()));
  const auto after =
      std::upper_bound(line_starts_.begin(), line_starts_.end(), byte);
  const auto line = after - line_starts_.begin();
  const uint32_t start = line_starts_[line - 1];
  absl::string_view before =
      absl::string_view(text_).substr(start, byte - start);
  if (line == 1 && absl::string_view(text_).substr(0, 3) == "\xEF\xBB\xBF") {
    before.remove_prefix(std::min<size_t>(3, before.size()));  // no column
  }
  return {static_cast<int>(line), static_cast<int>(CountGraphemes(before)) + 1,
          byte};
}

absl::string_view Source::Line(int line) const {
  if (line < 1 || static_cast<size_t>(line) > line_starts_.size()) return {};
  const uint32_t start = line_starts_[line - 1];
  absl::string_view rest = absl::string_view(text_).substr(start);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

Position Range::Start() const {
  return source == nullptr ? Position() : source->PositionAt(begin);
}

Position Range::End() const {
  return source == nullptr ? Position() : source->PositionAt(end);
}

absl::string_view Range::Text() const {
  return source == nullptr ? absl::string_view()
                           : source->text().substr(begin, end - begin);
}

}  // namespace hcl
