// One directory of a tree, by the text behind "//" in a source.
//
// Threads:  free functions without state.
// Errors:   NotFound `subdir "x" not found`; FailedPrecondition
//           `subdir "*" matches multiple paths`, or if it is no directory.

#ifndef DROVER_ARTIFACT_SUBDIRECTORY_H_
#define DROVER_ARTIFACT_SUBDIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"

namespace artifact {

// The path below the open directory that `pattern` means. Its parts may have
// the wildcards * ? [ ] and must match exactly one entry; links are not
// followed. With `may_be_file` it may be a regular file.
absl::StatusOr<std::string> FindSubdirectory(int directory,
                                             const std::string& pattern,
                                             bool may_be_file);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_SUBDIRECTORY_H_
