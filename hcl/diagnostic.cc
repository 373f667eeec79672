#include "hcl/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/nearest_name.h"
#include "hcl/text.h"

namespace hcl {

namespace {

// Enough for any line a person writes; the rest is only cut off in messages.
constexpr size_t kMaxLineBytes = 400;

// The line with '?' for control characters: a file must not be able to steer
// the terminal that its faults are shown on.
std::string Printable(absl::string_view line) {
  std::string text(line);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
      text[i] = '?';
    } else if (byte == 0xc2 && i + 1 < text.size() &&
               static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      text.replace(i, 2, "?");  // U+0080 to U+009F
    }
  }
  return text;
}

absl::string_view CutLine(absl::string_view line) {
  if (line.size() <= kMaxLineBytes) return line;
  size_t end = kMaxLineBytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80)
    --end;
  return line.substr(0, end);
}

Diagnostic Make(Diagnostic::Severity severity, const Range& subject,
                absl::string_view summary, absl::string_view detail) {
  Diagnostic d;
  d.severity = severity;
  d.summary = std::string(summary);
  d.detail = std::string(detail);
  if (subject.source != nullptr) {
    d.has_subject = true;
    d.file = subject.source->name();
    d.start = subject.Start();
    d.end = subject.End();
    d.line = std::string(CutLine(subject.source->Line(d.start.line)));
  }
  return d;
}

}  // namespace

std::string Diagnostic::OneLine() const {
  const std::string what =
      detail.empty() ? summary : absl::StrCat(summary, "; ", detail);
  if (!has_subject) return what;
  return absl::StrCat(file, ":", start.line, ":", start.column, ": ", what);
}

std::string Diagnostic::NomadLine() const {
  std::string where = "<nil>";
  if (has_subject) {
    where = absl::StrCat(file, ":", start.line, ",", start.column, "-");
    if (end.line != start.line) absl::StrAppend(&where, end.line, ",");
    absl::StrAppend(&where, end.column);
  }
  return absl::StrCat(where, ": ", summary, "; ", detail);
}

std::string Diagnostic::Render() const {
  std::string out = OneLine();
  if (severity == Severity::kWarning) {
    const size_t at = has_subject ? out.size() - summary.size() -
                                        (detail.empty() ? 0 : detail.size() + 2)
                                  : 0;
    out.insert(at, "warning: ");
  }
  out += '\n';
  if (!has_subject) return out;
  const std::string number = absl::StrCat(start.line);
  absl::StrAppend(&out, "  ", number, " | ", Printable(line), "\n");
  absl::StrAppend(&out, "  ", std::string(number.size(), ' '), " | ");
  // The caret line repeats tabs, so that it stays aligned however they show.
  absl::string_view rest = line;
  for (int column = 1; column < start.column && !rest.empty(); ++column) {
    out += rest[0] == '\t' ? '\t' : ' ';
    rest.remove_prefix(GraphemeLength(rest));
  }
  int width = 1;
  if (end.line == start.line) {
    width = std::max(1, end.column - start.column);
  } else {
    width = std::max(1, static_cast<int>(CountGraphemes(rest)));
  }
  width = std::min(width, static_cast<int>(kMaxLineBytes));
  out.append(static_cast<size_t>(width), '^');
  out += '\n';
  return out;
}

void Diagnostics::Error(const Range& subject, absl::string_view summary,
                        absl::string_view detail) {
  if (list_.size() >= kMaxCount) {
    ++errors_;
    ++dropped_;
    return;
  }
  Add(Make(Diagnostic::Severity::kError, subject, summary, detail));
}

void Diagnostics::Warning(const Range& subject, absl::string_view summary,
                          absl::string_view detail) {
  if (list_.size() >= kMaxCount) {
    ++dropped_;
    return;
  }
  Add(Make(Diagnostic::Severity::kWarning, subject, summary, detail));
}

void Diagnostics::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Diagnostic::Severity::kError) ++errors_;
  if (list_.size() >= kMaxCount) {
    ++dropped_;
    return;
  }
  list_.push_back(std::move(diagnostic));
}

void Diagnostics::Append(const Diagnostics& other) {
  for (const Diagnostic& d : other.list_) Add(d);
  errors_ += other.errors_;
  for (const Diagnostic& d : other.list_) {
    if (d.severity == Diagnostic::Severity::kError) --errors_;
  }
  dropped_ += other.dropped_;
}

void Diagnostics::SortByPosition() {
  std::stable_sort(
      list_.begin(), list_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.file, a.start.byte) < std::tie(b.file, b.start.byte);
      });
}

std::string Diagnostics::Render() const {
  std::string out;
  for (const Diagnostic& d : list_) out += d.Render();
  if (dropped_ > 0) absl::StrAppend(&out, "and ", dropped_, " more\n");
  return out;
}

absl::Status Diagnostics::ToStatus() const {
  if (!HasErrors()) return absl::OkStatus();
  std::vector<std::string> lines;
  for (const Diagnostic& d : list_) {
    if (d.severity == Diagnostic::Severity::kError)
      lines.push_back(d.OneLine());
  }
  if (dropped_ > 0) lines.push_back(absl::StrCat("and ", dropped_, " more"));
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

std::string DidYouMean(absl::string_view given,
                       const std::vector<std::string>& candidates) {
  // Looking through thousands of names for every mistake could take long, and
  // a name found so would be a coincidence.
  constexpr size_t kMostCandidates = 500;
  if (candidates.size() > kMostCandidates) return "";
  const std::string name = base::NearestName(given, candidates);
  return name.empty() ? "" : absl::StrCat(" Did you mean \"", name, "\"?");
}

}  // namespace hcl
