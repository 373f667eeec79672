// From a job file, or from the API's JSON, to a Job.
//
//   ParseOptions options;
//   options.variables = {"count=3"};                  // -var count=3
//   ParseResult parsed = ParseJob(text, "web.nomad.hcl", options);
//   std::cerr << parsed.diagnostics.Render();         // warnings as well
//   if (!parsed.ok()) return 125;
//   Run(parsed.job);
//
// The text of a job file is HCL2, or HCL's JSON profile where it begins with
// `{`. `${NOMAD_...}`, `${attr...}` and any other name that is no variable of
// the file stay in the strings as they are written: the client replaces them
// when the task starts.
//
// Bare tasks. A file whose outermost blocks are `task "x" {}` or `group "x" {}`
// without a job, as the driver's documentation shows them, is read as a batch
// job (and group) that is named after the first of them.
//
// What comes out has gone through three steps, and all faults of a step are
// reported together: decoding (names, types, positions), canonicalisation (the
// defaults) and validation (validate.h; switch it off with
// ParseOptions::validate).
//
// Threads:  free functions without state.
// Errors:   diagnostics with file:line:col; never a crash, whatever the text.
//           Nesting, size and the work of expressions are bounded by hcl.
// Follows:  the job specification of Nomad 2.0.

#ifndef DROVER_JOBSPEC_PARSE_H_
#define DROVER_JOBSPEC_PARSE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "hcl/diagnostic.h"
#include "jobspec/job.h"
#include "jobspec/validate.h"

namespace jobspec {

// A file of values for variables: `name = constant` lines, or JSON.
struct VariableFile {
  std::string name;  // for diagnostics
  std::string text;
};

struct ParseOptions {
  // Values for the file's `variable` blocks, weakest first: `environment` (only
  // names that begin with NOMAD_VAR_ count; anything else is ignored), then
  // `variable_files` in order, then `variables` (NAME=VALUE, the last of equal
  // names wins).
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<VariableFile> variable_files;
  std::vector<std::string> variables;

  // A value for a variable that the file does not declare is an error; false
  // makes it a warning, as the parse API wants it.
  bool strict = true;

  // Allows file(), fileset() and their like, relative to `base_dir` (empty: the
  // current directory). Only for files of the user who runs us, never for text
  // that came over the network.
  bool file_functions = false;
  std::string base_dir;

  // Also run Validate() and add its findings, if decoding found no error.
  bool validate = true;
  ValidateOptions validation;

  // The job as JSON text in ParseResult::json: as it is written, with null for
  // all that is not (`job run -output`), or with the defaults (the parse API).
  enum class Json { kNone, kAsWritten, kCanonical };
  Json json = Json::kNone;
  int json_indent = 0;           // blanks a level; 0 is all on one line
  bool json_escape_html = true;  // < > & as \u003c ..., as Go does in files
};

struct ParseResult {
  Job job;  // canonical; what could be understood when there are errors
  hcl::Diagnostics diagnostics;  // by position; errors and warnings
  std::string json;              // see ParseOptions::json

  bool ok() const { return !diagnostics.HasErrors(); }
};

// `filename` is what diagnostics call the text ("stdin" for `-`).
ParseResult ParseJob(absl::string_view text, absl::string_view filename,
                     const ParseOptions& options);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_PARSE_H_
