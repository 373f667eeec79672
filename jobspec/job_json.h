// Jobs in the JSON of Nomad's API.
//
//   ParseResult parsed = ParseJobJson(request_body, options);   // PUT /v1/jobs
//   std::string answer = StoredJobJson(job);                    // GET
//   /v1/job/ID
//
// ParseJob() gives the JSON of job files (ParseOptions::json).

#ifndef DROVER_JOBSPEC_JOB_JSON_H_
#define DROVER_JOBSPEC_JOB_JSON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "jobspec/job.h"
#include "jobspec/parse.h"

namespace jobspec {

// A job as clients of the API send it: an object with the job's fields, or one
// that holds it as "Job" beside anything else. Letter case of names does not
// count, unknown names are ignored, null is "not given", durations are whole
// nanoseconds. Of the options only `validate`, `validation` and the json_
// members count. Errors have the path to the field ("TaskGroups[0].Count") in
// place of a position.
//
// What StoredJobJson() wrote comes back as it was, all that the agent had
// filled in included.
ParseResult ParseJobJson(absl::string_view text, const ParseOptions& options);

// A canonical job as an agent shows it to clients: one line, without escapes
// for HTML.
std::string StoredJobJson(const Job& job);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_JOB_JSON_H_
