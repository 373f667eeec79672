// Logins from a .netrc file: machine, login, password, default.
//
// A host is looked up with its port, as "machine 127.0.0.1:8080"; the default
// entry answers for all others. A file that cannot be read, or that is
// malformed, has no logins: it may belong to other programs.
//
// Threads:  free functions without state.
// Follows:  netrc(5) of ftp; macros are skipped.

#ifndef DROVER_ARTIFACT_NETRC_H_
#define DROVER_ARTIFACT_NETRC_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace artifact {

struct Login {
  std::string user;
  std::string password;
};

std::optional<Login> FindInNetrc(const std::string& path,
                                 absl::string_view host);

// The same in a text.
std::optional<Login> FindInNetrcText(absl::string_view text,
                                     absl::string_view host);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_NETRC_H_
