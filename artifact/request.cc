#include "artifact/request.h"

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace artifact {

absl::StatusOr<Mode> ParseMode(absl::string_view text) {
  if (text.empty() || text == "any") return Mode::kAny;
  if (text == "file") return Mode::kFile;
  if (text == "dir") return Mode::kDirectory;
  return absl::InvalidArgumentError(
      absl::StrCat("invalid artifact mode \"", absl::CHexEscape(text),
                   "\"; must be one of: any, file, dir"));
}

absl::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kAny:
      return "any";
    case Mode::kFile:
      return "file";
    case Mode::kDirectory:
      return "dir";
  }
  return "any";
}

}  // namespace artifact
