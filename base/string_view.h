// Debian builds Abseil with its own absl::string_view, which converts neither
// to std::string_view nor to RE2's StringPiece by itself. Interfaces take
// absl::string_view; these two cross the border.

#ifndef DROVER_BASE_STRING_VIEW_H_
#define DROVER_BASE_STRING_VIEW_H_

#include <string_view>

#include "absl/strings/string_view.h"
#include "re2/stringpiece.h"

namespace base {

inline std::string_view StdView(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

inline re2::StringPiece Re2Piece(absl::string_view text) {
  return re2::StringPiece(text.data(), text.size());
}

}  // namespace base

#endif  // DROVER_BASE_STRING_VIEW_H_
