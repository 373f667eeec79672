// What is wrong with a text, where, and what would be right.
//
//   Diagnostics diagnostics;
//   auto file = ParseFile(Source::FromText(name, text), &diagnostics);
//   if (diagnostics.HasErrors()) std::cerr << diagnostics.Render();
//
// A Diagnostic is self-contained: it has copied file name, positions and the
// offending line, and outlives source and syntax tree.
//
// Threads:    plain data, thread-compatible.

#ifndef DROVER_HCL_DIAGNOSTIC_H_
#define DROVER_HCL_DIAGNOSTIC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "hcl/source.h"

namespace hcl {

struct Diagnostic {
  enum class Severity { kError, kWarning };

  Severity severity = Severity::kError;
  std::string summary;  // "Unsupported argument", without a final stop
  std::string detail;   // one or more full sentences

  // Subject: where. `file` is empty when there is no place, for example for a
  // block that is missing in the whole file (`has_subject` false).
  bool has_subject = false;
  std::string file;
  Position start;
  Position end;
  std::string line;  // the text of line `start.line`, cut to a sane length

  // "file:line:col: Summary; Detail". Without a subject: "Summary; Detail".
  std::string OneLine() const;

  // The form that Nomad prints: "file:line,col-col: Summary; Detail", with
  // "<nil>" for a missing subject and "line,col-line,col" over several lines.
  std::string NomadLine() const;

  // OneLine(), the offending line, and a caret line below it:
  //
  //   job.hcl:3:5: Unsupported argument; ... Did you mean "driver"?
  //     3 |     drivr = "raw_exec"
  //       |     ^^^^^
  std::string Render() const;
};

// A list of diagnostics that is being collected.
//
// Hostile input can be wrong in a million places: after kMaxCount only the
// number of further ones is counted.
class Diagnostics {
 public:
  static constexpr size_t kMaxCount = 200;

  void Error(const Range& subject, absl::string_view summary,
             absl::string_view detail);
  void Warning(const Range& subject, absl::string_view summary,
               absl::string_view detail);
  void Add(Diagnostic diagnostic);
  void Append(const Diagnostics& other);

  bool HasErrors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }  // includes dropped ones
  const std::vector<Diagnostic>& list() const { return list_; }
  bool empty() const { return list_.empty(); }

  size_t size() const { return list_.size(); }
  // Whether further ones are only counted, so that their words do not matter.
  bool full() const { return list_.size() >= kMaxCount; }

  // Orders by file and position; equal positions keep their order.
  void SortByPosition();

  // All of them through Diagnostic::Render(), with a closing line that names
  // the number of those that were dropped.
  std::string Render() const;

  // OK without errors; otherwise InvalidArgument with the OneLine() of every
  // error, one per line.
  absl::Status ToStatus() const;

 private:
  std::vector<Diagnostic> list_;
  size_t errors_ = 0;
  size_t dropped_ = 0;
};

// ` Did you mean "x"?` with a leading blank, or nothing: see base::NearestName.
std::string DidYouMean(absl::string_view given,
                       const std::vector<std::string>& candidates);

}  // namespace hcl

#endif  // DROVER_HCL_DIAGNOSTIC_H_
