#include "artifact/artifact.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "artifact/checksum.h"
#include "artifact/fetcher.h"

namespace artifact {
namespace {

// No control character of a header or a name reaches a terminal.
absl::Status Printable(const absl::Status& status) {
  std::string text;
  for (const char c : status.message()) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      absl::StrAppendFormat(&text, "\\x%02x", byte);
    } else {
      text.push_back(c);
    }
  }
  return absl::Status(status.code(), text);
}

}  // namespace

absl::StatusOr<Result> Fetch(const Request& request, const Options& options,
                             const Control& control) {
  absl::StatusOr<Result> result = Fetcher(request, options, control).Run();
  if (!result.ok()) return Printable(result.status());
  return result;
}

absl::Status Validate(const Request& request) {
  if (request.source.empty()) {
    return absl::InvalidArgumentError("source must be specified");
  }
  const auto checksum = request.options.find("checksum");
  if (checksum != request.options.end()) {
    return ValidateChecksumOption(checksum->second);
  }
  return absl::OkStatus();
}

std::string DefaultDestination(absl::string_view source, Mode mode) {
  if (mode != Mode::kFile) return "local/";
  source = source.substr(0, std::min(source.find('?'), source.size()));
  source = source.substr(0, std::min(source.find('#'), source.size()));
  while (absl::EndsWith(source, "/")) source.remove_suffix(1);
  return absl::StrCat("local/", source.substr(source.rfind('/') + 1));
}

}  // namespace artifact
