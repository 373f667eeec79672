#include "jobspec/test_jobs.h"

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace jobspec {
namespace {

std::vector<std::string> Lines(absl::string_view text,
                               const ParseOptions& options,
                               hcl::Diagnostic::Severity severity) {
  std::vector<std::string> lines;
  const ParseResult result = ParseJob(text, "job.hcl", options);
  for (const hcl::Diagnostic& diagnostic : result.diagnostics.list()) {
    if (diagnostic.severity == severity) lines.push_back(diagnostic.OneLine());
  }
  return lines;
}

}  // namespace

std::string InJob(absl::string_view body) {
  return absl::StrCat("job \"j\" {\n", body, "\n}\n");
}

std::string InGroup(absl::string_view body) {
  return InJob(absl::StrCat("group \"g\" {\n", body, "\n}"));
}

std::string InTask(absl::string_view body) {
  return InGroup(
      absl::StrCat("task \"t\" {\ndriver = \"raw_exec\"\n", body, "\n}"));
}

std::string InConfig(absl::string_view body) {
  return InTask(absl::StrCat("config {\n", body, "\n}"));
}

std::string GroupAt(absl::string_view pointer) {
  return absl::StrCat("/TaskGroups/0", pointer);
}

std::string TaskAt(absl::string_view pointer) {
  return GroupAt(absl::StrCat("/Tasks/0", pointer));
}

ParseOptions Written() {
  ParseOptions options;
  options.json = ParseOptions::Json::kAsWritten;
  options.validate = false;
  return options;
}

ParseOptions Canonical() {
  ParseOptions options;
  options.json = ParseOptions::Json::kCanonical;
  options.validate = false;
  return options;
}

std::string ValueAt(absl::string_view text, const std::string& pointer,
                    const ParseOptions& options) {
  const ParseResult result = ParseJob(text, "job.hcl", options);
  if (!result.ok()) {
    std::string errors;
    for (const hcl::Diagnostic& diagnostic : result.diagnostics.list()) {
      if (diagnostic.severity != hcl::Diagnostic::Severity::kError) continue;
      absl::StrAppend(&errors, errors.empty() ? "E: " : "; ",
                      diagnostic.summary);
    }
    return errors;
  }
  const auto json = nlohmann::json::parse(result.json);
  const nlohmann::json::json_pointer where(pointer);
  if (!json.contains(where)) return "absent";
  return json.at(where).dump();
}

std::vector<std::string> Errors(absl::string_view text,
                                const ParseOptions& options) {
  return Lines(text, options, hcl::Diagnostic::Severity::kError);
}

std::vector<std::string> Warnings(absl::string_view text,
                                  const ParseOptions& options) {
  return Lines(text, options, hcl::Diagnostic::Severity::kWarning);
}

}  // namespace jobspec
