// The names in an open directory.

#ifndef DROVER_ARTIFACT_DIRECTORY_H_
#define DROVER_ARTIFACT_DIRECTORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace artifact {

// Without "." and "..", in the order of the file system. The descriptor's
// offset stays where it is.
absl::StatusOr<std::vector<std::string>> EntriesOf(int directory);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_DIRECTORY_H_
