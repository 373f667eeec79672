// What the text in an artifact's `source` means.
//
//   "github.com/hashicorp/nomad//scripts?ref=v1"
//      -> getter git, https://github.com/hashicorp/nomad.git?ref=v1,
//         subdirectory scripts
//
// Options become parameters of the query, shorthands become URLs (detect.h),
// "name::" in front forces a getter, and "//sub" asks for one directory of
// what is fetched. The parameters that steer this library and not the server
// are taken out of the URL.
//
// What it leaves to others: whether the getter exists here, and all network
// traffic. Parsing never waits for anything.
//
// Threads:  values; free functions without state.
// Errors:   InvalidArgument, in the words of Nomad 2.0.5.

#ifndef DROVER_ARTIFACT_SOURCE_H_
#define DROVER_ARTIFACT_SOURCE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/url.h"

namespace artifact {

struct Source {
  std::string getter;  // "git", "http", ...: the forced one or the scheme
  bool forced = false;
  Url url;                   // without the three below
  std::string subdirectory;  // "" is all; may hold wildcards

  // The parameters of these names.
  std::optional<std::string> archive;
  std::optional<std::string> checksum;
  // This one stays in the URL too: a server may know the name as well.
  std::optional<std::string> filename;

  // The last part of the decoded path, such as "file.txt"; "" without a path
  // or if it ends in a slash.
  std::string BaseName() const;

  // The form with everything spelt out, as go-getter's detection returns it:
  // "git::https://host/repo.git//sub?ref=x".
  std::string ToString() const;
};

// Reads `text`, with `options` added to its query.
absl::StatusOr<Source> ParseSource(
    absl::string_view text, const std::map<std::string, std::string>& options);

// "git::https://x" to {"git", "https://x"}; the first is empty if nothing is
// forced.
struct ForcedGetter {
  std::string getter;
  std::string rest;
};
ForcedGetter SplitForcedGetter(absl::string_view text);

// "https://h/a//b?c" to {"https://h/a?c", "b"}.
struct Subdirectory {
  std::string source;
  std::string path;
};
Subdirectory SplitSubdirectory(absl::string_view text);

// Passwords and keys in a source replaced by "xxxxx", whatever its form: for
// messages that other users can read.
std::string RedactSource(absl::string_view text);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_SOURCE_H_
