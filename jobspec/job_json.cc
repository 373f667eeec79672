#include "jobspec/job_json.h"

#include <string>
#include <utility>

#include "jobspec/finish.h"
#include "jobspec/json_text.h"
#include "jobspec/json_tree.h"
#include "jobspec/writer.h"

namespace jobspec {

ParseResult ParseJobJson(absl::string_view text, const ParseOptions& options) {
  ParseResult result;
  Node job = ParseJsonTree(text, &result.diagnostics);
  if (!job.IsNull()) FinishJob(std::move(job), options, &result);
  return result;
}

std::string StoredJobJson(const Job& job) {
  JsonStyle style;
  style.escape_html = false;
  style.stored = true;
  return WriteJson(JobNode(job), style);
}

}  // namespace jobspec
