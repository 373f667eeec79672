#include "jobspec/version_constraint.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/string_view.h"
#include "re2/re2.h"

namespace jobspec {

absl::Status CheckVersionConstraint(absl::string_view text, bool semver) {
  static const auto* const plain = new re2::RE2(
      R"((=|!=|>|<|>=|<=|~>)?\s*v?\d+(\.\d+)*)"
      R"((-[0-9A-Za-z.~-]+|[-+]?[A-Za-z~][0-9A-Za-z.~-]*)?(\+[0-9A-Za-z.~-]+)?)");
  static const auto* const strict = new re2::RE2(
      R"((=|!=|>|<|>=|<=)?\s*\d+(\.\d+){0,2})"
      R"((-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)");
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const absl::string_view condition = absl::StripAsciiWhitespace(part);
    if (re2::RE2::FullMatch(base::Re2Piece(condition),
                            semver ? *strict : *plain)) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("\"", condition, "\" is not a version constraint such as ",
                     "\">= 1.2.0\""));
  }
  return absl::OkStatus();
}

}  // namespace jobspec
