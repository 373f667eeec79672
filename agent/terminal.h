// A stream that people read: whole lines, with colours where they are wanted.
//
// Writes block as long as the reader is slow; a reader that has gone away
// (EPIPE) is no error, what is written then is lost.
//
// Threads:  thread-compatible; give each thread its own or take turns.

#ifndef DROVER_AGENT_TERMINAL_H_
#define DROVER_AGENT_TERMINAL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace agent {

enum class Colour {
  kNone,
  kBold,
  kDim,
  kRed,
  kGreen,
  kYellow,
  kBlue,
  kMagenta,
  kCyan
};

class Terminal {
 public:
  // `fd` stays the caller's and open.
  Terminal(int fd, bool colours) : fd_(fd), colours_(colours) {}

  // Colours when `fd` is a terminal, TERM is not "dumb" and NO_COLOR is empty
  // (https://no-color.org).
  static bool WantsColours(int fd, absl::string_view no_color,
                           absl::string_view term);

  // The text, with a newline at its end.
  void Line(absl::string_view text);

  // The text as it is.
  void Write(absl::string_view text);

  // The text in that colour, or as it is without colours.
  std::string Paint(Colour colour, absl::string_view text) const;

 private:
  const int fd_;
  const bool colours_;
};

}  // namespace agent

#endif  // DROVER_AGENT_TERMINAL_H_
