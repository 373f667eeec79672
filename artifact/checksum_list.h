// Files that list checksums, as `sha256sum` and others write them.
//
//   <hex>  name          GNU; also "*name" and "?name" for binary mode
//   SHA256 (name) = hex  BSD
//   SHA256(name)= hex    OpenSSL
//   <hex>                for whatever file it is
//
// The first line that fits the name wins. Lines with another number of words
// are not understood, and so is a name with spaces; both are passed over, as
// are signatures and comments.
//
// Threads:  free functions without state.

#ifndef DROVER_ARTIFACT_CHECKSUM_LIST_H_
#define DROVER_ARTIFACT_CHECKSUM_LIST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "artifact/checksum.h"

namespace artifact {

std::optional<Checksum> FindInChecksumList(
    absl::string_view text, const std::vector<std::string>& names);

// How a list at `list_path` may call the file at `file_path`, both being paths
// of URLs: by its last part, relative to the list, or in full.
std::vector<std::string> NamesInChecksumList(absl::string_view list_path,
                                             absl::string_view file_path);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_CHECKSUM_LIST_H_
