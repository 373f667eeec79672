// Small job files for tests, and one-line answers about them.
//
//   ValueAt(InTask("kill_timeout = \"30s\""),
//   "/TaskGroups/0/Tasks/0/KillTimeout")
//       is "30000000000"
//   ValueAt(InJob("nam = 1"), "/Name") is "E: Unsupported argument"

#ifndef DROVER_JOBSPEC_TEST_JOBS_H_
#define DROVER_JOBSPEC_TEST_JOBS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jobspec/parse.h"

namespace jobspec {

// `body` inside job "j", group "g", task "t" (of raw_exec), its config.
std::string InJob(absl::string_view body);
std::string InGroup(absl::string_view body);
std::string InTask(absl::string_view body);
std::string InConfig(absl::string_view body);

// JSON pointers to the first group and its first task.
std::string GroupAt(absl::string_view pointer);
std::string TaskAt(absl::string_view pointer);

// The job as JSON without defaults, or with them; without validation.
ParseOptions Written();
ParseOptions Canonical();

// The value at a JSON pointer ("" is the whole) of ParseResult::json as compact
// JSON with sorted keys. After errors "E: " and their summaries, separated by
// "; ". "absent" if the pointer leads nowhere.
std::string ValueAt(absl::string_view text, const std::string& pointer,
                    const ParseOptions& options = Written());

// The errors (or warnings) as Diagnostic::OneLine(), in order.
std::vector<std::string> Errors(absl::string_view text,
                                const ParseOptions& options = {});
std::vector<std::string> Warnings(absl::string_view text,
                                  const ParseOptions& options = {});

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_TEST_JOBS_H_
