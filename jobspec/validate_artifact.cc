#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

// `checksum = "TYPE:HEX"`; with the type left out or "file:URL" it is for the
// download to understand.
void ValidateChecksum(const std::string& checksum, const Place& place) {
  if (HasInterpolation(checksum)) return;
  const size_t colon = checksum.find(':');
  if (colon == std::string::npos) {
    place.Error("GetterOptions", "Invalid checksum",
                absl::StrCat("\"", checksum,
                             "\" does not say its type; write "
                             "\"sha256:...\""));
    return;
  }
  const std::string type = checksum.substr(0, colon);
  const std::string digest = checksum.substr(colon + 1);
  size_t digits = 0;
  if (type == "md5") digits = 32;
  if (type == "sha1") digits = 40;
  if (type == "sha256") digits = 64;
  if (type == "sha512") digits = 128;
  if (digits == 0) {
    place.Error("GetterOptions", "Invalid checksum",
                absl::StrCat("the checksum type \"", type,
                             "\" is none of md5, sha1, sha256, sha512"));
    return;
  }
  bool is_hex = true;
  for (const char c : digest) is_hex = is_hex && absl::ascii_isxdigit(c);
  if (!is_hex || digest.size() != digits) {
    place.Error("GetterOptions", "Invalid checksum",
                absl::StrCat("a ", type, " checksum has ", digits,
                             " hexadecimal digits, \"", digest, "\" has ",
                             is_hex ? absl::StrCat(digest.size())
                                    : std::string("other characters")));
  }
}

}  // namespace

void ValidateArtifacts(const Task& task, const Place& place) {
  for (size_t i = 0; i < task.artifacts.size(); ++i) {
    const Artifact& artifact = task.artifacts[i];
    const Place at(place, "Artifacts", i, "artifact", artifact.source);
    if (artifact.source.empty()) {
      at.Error("GetterSource", "Missing artifact source",
               "it needs a source, the URL to download");
    }
    if (artifact.mode != "any" && artifact.mode != "file" &&
        artifact.mode != "dir") {
      at.Error(
          "GetterMode", "Invalid artifact mode",
          absl::StrCat("\"", artifact.mode, "\" is none of any, file, dir"));
    }
    if (EscapesAllocation(artifact.destination)) {
      at.Error("RelativeDest", "Path escapes the allocation",
               absl::StrCat("\"", artifact.destination,
                            "\" leads out of the allocation's directory"));
    }
    const auto checksum = artifact.options.find("checksum");
    if (checksum != artifact.options.end()) {
      ValidateChecksum(checksum->second, at);
    }
  }
}

}  // namespace jobspec
