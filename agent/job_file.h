// From what stands on a command line to a job.
//
// Threads:  a free function; blocks on the file.

#ifndef DROVER_AGENT_JOB_FILE_H_
#define DROVER_AGENT_JOB_FILE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/flags.h"
#include "jobspec/job.h"

namespace agent {

struct JobFileOptions {
  std::vector<KeyValue> variables;                 // -var
  std::vector<std::string> variable_files;         // -var-file
  std::map<std::string, std::string> environment;  // for NOMAD_VAR_<name>
};

struct JobFile {
  std::shared_ptr<const jobspec::Job> job;  // null when the file is faulty
  // Errors and warnings, ready to be printed: file:line:col, the line and a
  // caret for each; empty without any.
  std::string diagnostics;
};

// Reads, parses and validates the file; "-" is standard input. An error is
// about reading it.
absl::StatusOr<JobFile> ReadJobFile(const std::string& path,
                                    const JobFileOptions& options);

}  // namespace agent

#endif  // DROVER_AGENT_JOB_FILE_H_
