// A text that was or will be parsed, and places in it.
//
//   auto source = Source::FromText("job.nomad.hcl", text);
//   Range range = attribute.expression->range();
//   Position start = range.Start();        // line 3, column 7, byte 41
//
// The syntax tree stores byte offsets only; lines and columns are counted when
// somebody asks, which is when something is wrong.
//
// Ownership:  a Range does not own its Source: it is valid as long as the File
//             or Expression it was taken from. Diagnostics copy what they need.
// Threads:    a Source is immutable.
// Units:      lines and columns start at 1; a column is one grapheme cluster
//             (UAX #29; a tab is one column); byte offsets start at 0. The end
//             of a range is exclusive.

#ifndef DROVER_HCL_SOURCE_H_
#define DROVER_HCL_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hcl {

struct Position {
  int line = 1;
  int column = 1;
  uint32_t byte = 0;
};

class Source {
 public:
  // Texts longer than this are refused by the parsers.
  static constexpr size_t kMaxBytes = size_t{64} << 20;

  // `name` is what diagnostics call the text: a file's name, "<value for
  // var.x>", "stdin".
  static std::shared_ptr<const Source> FromText(absl::string_view name,
                                                std::string text);

  const std::string& name() const { return name_; }
  absl::string_view text() const { return text_; }

  // Line and column of a byte offset, clamped to the text.
  Position PositionAt(uint32_t byte) const;

  // The text of a line (from 1) without its line break.
  absl::string_view Line(int line) const;

 private:
  Source(std::string name, std::string text);

  const std::string name_;
  const std::string text_;
  std::vector<uint32_t> line_starts_;
};

// Half-open range of bytes in a source; a default one means "nowhere".
struct Range {
  const Source* source = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool empty() const { return begin == end; }
  Position Start() const;
  Position End() const;
  absl::string_view Text() const;

  // From the beginning of `a` to the end of `b`, both of one source.
  static Range Between(const Range& a, const Range& b) {
    return {a.source, a.begin, b.end};
  }
};

}  // namespace hcl

#endif  // DROVER_HCL_SOURCE_H_
