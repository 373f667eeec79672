#include "jobspec/finish.h"

#include <utility>

#include "jobspec/canonical.h"
#include "jobspec/json_text.h"
#include "jobspec/reader.h"
#include "jobspec/validate.h"

namespace jobspec {

void FinishJob(Node job, const ParseOptions& options, ParseResult* result) {
  const JsonStyle style = {options.json_indent, options.json_escape_html};
  if (options.json == ParseOptions::Json::kAsWritten) {
    result->json = WriteJson(job, style);
  }
  CanonicalizeNode(job);
  if (options.json == ParseOptions::Json::kCanonical) {
    result->json = WriteJson(job, style);
  }
  result->job = ReadJob(job);
  CanonicalizeJob(result->job);
  if (options.validate && !result->diagnostics.HasErrors()) {
    result->diagnostics.Append(Validate(result->job, &job, options.validation));
  }
}

}  // namespace jobspec
