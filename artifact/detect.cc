#include "artifact/detect.h"

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"

namespace artifact {
namespace {

// A text as its parts between slashes, and its query with the '?'.
struct Parts {
  std::vector<std::string> path;
  std::string query;
};

Parts SplitPath(absl::string_view text) {
  const size_t question = std::min(text.find('?'), text.size());
  return {absl::StrSplit(text.substr(0, question), '/'),
          std::string(text.substr(question))};
}

std::string JoinFrom(const std::vector<std::string>& path, size_t first) {
  return absl::StrJoin(absl::MakeConstSpan(path).subspan(first), "/");
}

absl::StatusOr<std::string> DetectForge(absl::string_view text,
                                        absl::string_view host,
                                        absl::string_view title) {
  const Parts parts = SplitPath(text);
  if (parts.path.size() < 3 || parts.path[1].empty() || parts.path[2].empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("error parsing ", title, " URL: ", title,
                     " URLs should be ", host, "/username/repo"));
  }
  std::string result = absl::StrCat("git::https://", host, "/", parts.path[1],
                                    "/", parts.path[2]);
  if (!absl::EndsWith(result, ".git")) absl::StrAppend(&result, ".git");
  const std::string sub = JoinFrom(parts.path, 3);
  if (!sub.empty()) absl::StrAppend(&result, "//", sub);
  return absl::StrCat(result, parts.query);
}

// "git@host:path". A port cannot be written this way: what follows the colon
// is the path.
std::optional<std::string> DetectSsh(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "git@")) return std::nullopt;
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
  absl::string_view path = text.substr(colon + 1);
  (void)absl::ConsumePrefix(&path, "/");
  if (path.empty()) return std::nullopt;
  return absl::StrCat("git::ssh://git@", text.substr(0, colon), "/", path);
}

absl::StatusOr<std::string> DetectS3(absl::string_view text) {
  const absl::Status wrong =
      absl::InvalidArgumentError("URL is not a valid S3 URL");
  const Parts parts = SplitPath(text);
  const std::vector<std::string> host = absl::StrSplit(parts.path[0], '.');
  const std::string rest = JoinFrom(parts.path, 1);
  std::string endpoint;
  std::string path;
  const bool host_is_service =
      host[0] == "s3" || absl::StartsWith(host[0], "s3-");
  if (host.size() == 3 || (host.size() == 4 && host_is_service)) {
    endpoint = parts.path[0];
    path = rest;
  } else if (host.size() == 4) {
    endpoint = absl::StrCat(host[1], ".amazonaws.com");
    path = absl::StrCat(host[0], "/", rest);
  } else if (host.size() == 5 && host[1] == "s3") {
    endpoint = absl::StrCat("s3.", host[2], ".amazonaws.com");
    path = absl::StrCat(host[0], "/", rest);
  } else {
    return wrong;
  }
  if (rest.empty()) return wrong;
  return absl::StrCat("s3::https://", endpoint, "/", path, parts.query);
}

absl::StatusOr<std::string> DetectGcs(absl::string_view text) {
  const Parts parts = SplitPath(text);
  if (parts.path.size() < 5) {
    return absl::InvalidArgumentError("URL is not a valid GCS URL");
  }
  return absl::StrCat("gcs::https://www.googleapis.com/storage/",
                      JoinFrom(parts.path, 2), parts.query);
}

}  // namespace

absl::StatusOr<std::string> DetectSource(absl::string_view text) {
  if (absl::StartsWith(text, "github.com/")) {
    return DetectForge(text, "github.com", "GitHub");
  }
  if (absl::StartsWith(text, "gitlab.com/")) {
    return DetectForge(text, "gitlab.com", "GitLab");
  }
  if (auto ssh = DetectSsh(text); ssh.has_value()) return *std::move(ssh);
  if (absl::StartsWith(text, "bitbucket.org/")) {
    return DetectForge(text, "bitbucket.org", "BitBucket");
  }
  const absl::string_view path = text.substr(0, text.find('?'));
  if (absl::StrContains(path, ".amazonaws.com/")) return DetectS3(text);
  if (absl::StrContains(path, ".googleapis.com/")) return DetectGcs(text);
  if (absl::StartsWith(text, "/")) return absl::StrCat("file://", text);
  return absl::InvalidArgumentError(
      absl::StrCat("relative paths require a module with a pwd; \"", text,
                   "\" has no scheme: is \"https://\" missing in front?"));
}

}  // namespace artifact
