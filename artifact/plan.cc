#include "artifact/plan.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "artifact/beneath.h"
#include "artifact/http.h"
#include "base/status.h"

namespace artifact {
namespace {

// The name that a file gets below the destination, from the option or the URL.
absl::StatusOr<std::string> FileName(
    Source& source, const std::optional<ArchiveType>& archive) {
  if (source.filename.has_value() && !source.filename->empty() &&
      !archive.has_value()) {
    const std::vector<std::string> parts = PathParts(*source.filename);
    for (const std::string& part : parts) {
      if (part == "..") {
        return absl::InvalidArgumentError(
            "filename query parameter contain path traversal");
      }
    }
    if (parts.empty() || absl::StrContains(*source.filename, '\0')) {
      return absl::InvalidArgumentError(
          absl::StrCat("filename query parameter \"",
                       absl::CHexEscape(*source.filename), "\" is no name"));
    }
    // It has been used; otherwise it belongs to the server.
    Query query = Query::Parse(source.url.raw_query);
    query.Remove("filename");
    source.url.raw_query = query.Encode();
    return absl::StrJoin(parts, "/");
  }
  std::string name = source.BaseName();
  if (name == "." || name == ".." || absl::StrContains(name, '\0')) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path of the source ends in \"",
                     absl::CHexEscape(name), "\", which is no file name"));
  }
  if (archive.has_value() && archive->is_single_file()) {
    name = WithoutCompressionSuffix(name);
  }
  return name;
}

}  // namespace

absl::StatusOr<Plan> MakePlan(const Request& request, const Options& options) {
  Plan plan;
  plan.mode = request.mode;
  ASSIGN_OR_RETURN(plan.source, ParseSource(request.source, request.options));
  ASSIGN_OR_RETURN(plan.getter, FindGetter(plan.source.getter, options));
  RETURN_IF_ERROR(ValidateHeaders(request.headers));
  if (plan.source.checksum.has_value() && !plan.source.checksum->empty()) {
    ASSIGN_OR_RETURN(plan.checksum, ParseChecksum(*plan.source.checksum));
  }
  if (plan.getter->only_trees()) {
    // Only the option can ask for it; "repo.zip" may be a repository's name.
    ASSIGN_OR_RETURN(plan.archive, ChooseArchiveType(plan.source.archive, ""));
    if (plan.archive.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("a repository cannot be unpacked: remove archive=",
                       *plan.source.archive));
    }
  } else {
    ASSIGN_OR_RETURN(plan.archive, ChooseArchiveType(plan.source.archive,
                                                     plan.source.url.path));
  }
  const bool wants_directory =
      plan.getter->only_trees() || absl::EndsWith(plan.source.url.path, "/") ||
      (request.mode == Mode::kDirectory && !plan.archive.has_value());
  if (plan.has_checksum() && wants_directory && !plan.archive.has_value()) {
    return absl::InvalidArgumentError(
        "checksum cannot be specified for directory download");
  }
  if (options.checksum_required && !plan.has_checksum() &&
      !plan.getter->only_trees()) {
    return absl::FailedPreconditionError(
        "this agent only fetches artifacts with a checksum");
  }
  if (request.mode == Mode::kDirectory && plan.archive.has_value() &&
      plan.archive->is_single_file()) {
    return absl::InvalidArgumentError(
        absl::StrCat(CompressionName(plan.archive->compression),
                     "-compressed files can only unarchive to a single file"));
  }
  if (!plan.source.subdirectory.empty() && !wants_directory &&
      (!plan.archive.has_value() || plan.archive->is_single_file())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot take subdirectory \"",
        absl::CHexEscape(plan.source.subdirectory),
        "\" of the source: it is neither an archive nor a repository"));
  }
  if (request.mode == Mode::kAny && !wants_directory) {
    ASSIGN_OR_RETURN(plan.file_name, FileName(plan.source, plan.archive));
  }
  ASSIGN_OR_RETURN(plan.destination,
                   ResolveDestination(request.destination, request.task_dir,
                                      request.shared_dir));
  return plan;
}

}  // namespace artifact
