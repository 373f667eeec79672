#include "artifact/source.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "artifact/detect.h"
#include "base/status.h"

namespace artifact {
namespace {

// Far beyond any real source; keeps all that follows linear and small.
constexpr size_t kMaxSourceBytes = 64 << 10;

// No URL parser takes "git@github.com:user/repo", so this prefix is put aside
// while the rest is read. No other host gets that help.
constexpr absl::string_view kGitHubSsh = "git@github.com:";

// The source with the options in its query and the query sorted.
absl::StatusOr<std::string> WithOptions(
    absl::string_view text, const std::map<std::string, std::string>& options) {
  absl::string_view rest = text;
  const bool github_ssh = absl::ConsumePrefix(&rest, kGitHubSsh);
  absl::StatusOr<Url> url = Url::Parse(rest);
  if (!url.ok()) {
    return base::Prefixed(absl::StrCat("failed to parse source URL \"",
                                       RedactSource(text), "\": "),
                          url.status());
  }
  Query query = Query::Parse(url->raw_query);
  for (const auto& [name, value] : options) query.Set(name, value);
  url->raw_query = query.Encode();
  return absl::StrCat(github_ssh ? kGitHubSsh : "", url->ToString());
}

// Joins what the user asked for below what the shorthand already named.
std::string JoinSubdirectories(absl::string_view outer,
                               absl::string_view inner) {
  if (outer.empty()) return std::string(inner);
  if (inner.empty()) return std::string(outer);
  return absl::StrCat(outer, "/", inner);
}

std::optional<std::string> Take(Query& query, absl::string_view name) {
  std::optional<std::string> value = query.Get(name);
  if (value.has_value()) query.Remove(name);
  return value;
}

}  // namespace

std::string Source::BaseName() const {
  return url.path.substr(url.path.rfind('/') + 1);
}

std::string Source::ToString() const {
  Url full = url;
  if (!subdirectory.empty()) {
    full.raw_path = absl::StrCat(full.EscapedPath(), "//", subdirectory);
    absl::StrAppend(&full.path, "//", subdirectory);
  }
  Query query = Query::Parse(full.raw_query);
  if (archive.has_value()) query.Set("archive", *archive);
  if (checksum.has_value()) query.Set("checksum", *checksum);
  full.raw_query = query.Encode();
  return absl::StrCat(forced ? getter + "::" : "", full.ToString());
}

ForcedGetter SplitForcedGetter(absl::string_view text) {
  const size_t colons = text.find("::");
  if (colons == absl::string_view::npos || colons == 0 ||
      colons + 2 == text.size()) {
    return {"", std::string(text)};
  }
  const absl::string_view name = text.substr(0, colons);
  const bool is_name =
      std::all_of(name.begin(), name.end(),
                  [](unsigned char c) { return absl::ascii_isalnum(c); });
  if (!is_name) return {"", std::string(text)};
  return {std::string(name), std::string(text.substr(colons + 2))};
}

Subdirectory SplitSubdirectory(absl::string_view text) {
  const size_t question = std::min(text.find('?'), text.size());
  const absl::string_view before = text.substr(0, question);
  const size_t scheme = before.find("://");
  const size_t start = scheme == absl::string_view::npos ? 0 : scheme + 3;
  const size_t slashes = before.find("//", start);
  if (slashes == absl::string_view::npos) return {std::string(text), ""};
  return {absl::StrCat(before.substr(0, slashes), text.substr(question)),
          std::string(before.substr(slashes + 2))};
}

absl::StatusOr<Source> ParseSource(
    absl::string_view text, const std::map<std::string, std::string>& options) {
  if (text.empty()) {
    return absl::InvalidArgumentError("source must be specified");
  }
  if (text.size() > kMaxSourceBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("source is too long: ", text.size(), " bytes, at most ",
                     kMaxSourceBytes, " are allowed"));
  }
  ASSIGN_OR_RETURN(const std::string full, WithOptions(text, options));
  ForcedGetter forced = SplitForcedGetter(full);
  Subdirectory parts = SplitSubdirectory(forced.rest);
  absl::StatusOr<Url> url = Url::Parse(parts.source);
  if (!url.ok() || url->scheme.empty()) {
    ASSIGN_OR_RETURN(const std::string detected, DetectSource(parts.source));
    const ForcedGetter detected_getter = SplitForcedGetter(detected);
    const Subdirectory detected_parts = SplitSubdirectory(detected_getter.rest);
    if (forced.getter.empty()) forced.getter = detected_getter.getter;
    parts.path = JoinSubdirectories(detected_parts.path, parts.path);
    url = Url::Parse(detected_parts.source);
    if (!url.ok()) return url.status();
  }

  Source source;
  source.forced = !forced.getter.empty();
  source.getter = source.forced ? forced.getter : url->scheme;
  source.url = *std::move(url);
  absl::string_view sub = parts.path;
  (void)absl::ConsumePrefix(&sub, "/");
  for (const absl::string_view part : absl::StrSplit(sub, '/')) {
    if (part == "..") {
      return absl::InvalidArgumentError(
          "subdirectory component contain path traversal out of the "
          "repository");
    }
  }
  // In the path it was escaped; on disk it is not.
  ASSIGN_OR_RETURN(source.subdirectory, Unescape(sub, EscapeFor::kPath));
  if (absl::StrContains(absl::StrCat("/", source.subdirectory, "/"), "/../")) {
    return absl::InvalidArgumentError(
        "subdirectory component contain path traversal out of the repository");
  }
  Query query = Query::Parse(source.url.raw_query);
  source.archive = Take(query, "archive");
  source.checksum = Take(query, "checksum");
  source.filename = query.Get("filename");
  source.url.raw_query = query.Encode();
  return source;
}

std::string RedactSource(absl::string_view text) {
  // By hand and not as a URL: also what cannot be parsed ends up in messages.
  const size_t question = std::min(text.find('?'), text.size());
  std::string result(text.substr(0, question));
  const size_t authority = result.find("://");
  if (authority != std::string::npos) {
    const size_t start = authority + 3;
    const size_t end = std::min(result.find('/', start), result.size());
    const size_t at = result.rfind('@', end);
    const size_t colon = result.find(':', start);
    if (at != std::string::npos && at > start && colon < at) {
      result.replace(colon + 1, at - colon - 1, "xxxxx");
    }
  }
  absl::string_view query = text.substr(question);
  if (absl::ConsumePrefix(&query, "?")) {
    absl::StrAppend(&result, "?", RedactQuery(query));
  }
  return result;
}

}  // namespace artifact
