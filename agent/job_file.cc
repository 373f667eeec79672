#include "agent/job_file.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "jobspec/parse.h"

namespace agent {
namespace {

// More than any file that a person writes.
constexpr size_t kMaxFileBytes = size_t{16} << 20;

absl::StatusOr<std::string> Read(const std::string& path) {
  absl::StatusOr<std::string> text = base::ReadFile(path, kMaxFileBytes);
  if (absl::IsNotFound(text.status()) && !absl::StartsWith(path, "/")) {
    return absl::NotFoundError(
        absl::StrCat(text.status().message(),
                     "; it is looked for relative to where you are"));
  }
  return text;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

}  // namespace

absl::StatusOr<JobFile> ReadJobFile(const std::string& path,
                                    const JobFileOptions& options) {
  const bool from_stdin = path == "-";
  ASSIGN_OR_RETURN(
      const std::string text,
      from_stdin ? base::ReadRest(STDIN_FILENO, "standard input", kMaxFileBytes)
                 : Read(path));
  jobspec::ParseOptions parse;
  for (const auto& [name, value] : options.environment) {
    parse.environment.emplace_back(name, value);
  }
  for (const std::string& file : options.variable_files) {
    ASSIGN_OR_RETURN(std::string values, Read(file));
    parse.variable_files.push_back({file, std::move(values)});
  }
  for (const auto& [name, value] : options.variables) {
    parse.variables.push_back(absl::StrCat(name, "=", value));
  }
  parse.file_functions = true;
  parse.base_dir = from_stdin ? "" : DirectoryOf(path);
  jobspec::ParseResult parsed =
      jobspec::ParseJob(text, from_stdin ? "stdin" : path, parse);
  JobFile file;
  file.diagnostics = parsed.diagnostics.Render();
  while (absl::EndsWith(file.diagnostics, "\n")) file.diagnostics.pop_back();
  if (parsed.ok()) {
    file.job = std::make_shared<const jobspec::Job>(std::move(parsed.job));
  }
  return file;
}

}  // namespace agent
