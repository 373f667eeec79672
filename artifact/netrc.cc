#include "artifact/netrc.h"

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/file.h"

namespace artifact {

std::optional<Login> FindInNetrcText(absl::string_view text,
                                     absl::string_view host) {
  std::vector<absl::string_view> words;
  bool in_macro = false;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    // A macro's body goes on to the next empty line.
    if (in_macro) {
      in_macro = !absl::StripAsciiWhitespace(line).empty();
      continue;
    }
    for (const absl::string_view word :
         absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty())) {
      if (word[0] == '#') break;
      if (word == "macdef") {
        in_macro = true;
        break;
      }
      words.push_back(word);
    }
  }

  std::optional<Login> fallback;
  for (size_t i = 0; i < words.size();) {
    const bool is_default = words[i] == "default";
    if (!is_default && (words[i] != "machine" || i + 1 >= words.size())) {
      ++i;
      continue;
    }
    const absl::string_view machine = is_default ? "" : words[i + 1];
    i += is_default ? 1 : 2;
    Login login;
    while (i + 1 < words.size() && words[i] != "machine" &&
           words[i] != "default") {
      if (words[i] == "login") login.user = std::string(words[i + 1]);
      if (words[i] == "password") login.password = std::string(words[i + 1]);
      i += 2;
    }
    if (is_default) {
      if (!fallback.has_value()) fallback = login;
    } else if (absl::EqualsIgnoreCase(machine, host)) {
      return login;
    }
  }
  return fallback;
}

std::optional<Login> FindInNetrc(const std::string& path,
                                 absl::string_view host) {
  const absl::StatusOr<std::string> text = base::ReadFile(path, 1 << 20);
  if (!text.ok()) return std::nullopt;
  return FindInNetrcText(*text, host);
}

}  // namespace artifact
