#include "agent/terminal.h"

#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace agent {
namespace {

// Select Graphic Rendition of ECMA-48.
const char* CodeOf(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "";
    case Colour::kBold:
      return "1";
    case Colour::kDim:
      return "2";
    case Colour::kRed:
      return "31";
    case Colour::kGreen:
      return "32";
    case Colour::kYellow:
      return "33";
    case Colour::kBlue:
      return "34";
    case Colour::kMagenta:
      return "35";
    case Colour::kCyan:
      return "36";
  }
  return "";
}

}  // namespace

bool Terminal::WantsColours(int fd, absl::string_view no_color,
                            absl::string_view term) {
  return no_color.empty() && term != "dumb" && isatty(fd) == 1;
}

void Terminal::Line(absl::string_view text) { Write(absl::StrCat(text, "\n")); }

void Terminal::Write(absl::string_view text) {
  (void)base::WriteAll(fd_, text);  // nobody is left to tell
}

std::string Terminal::Paint(Colour colour, absl::string_view text) const {
  if (!colours_ || colour == Colour::kNone) return std::string(text);
  return absl::StrCat("\x1b[", CodeOf(colour), "m", text, "\x1b[0m");
}

}  // namespace agent
