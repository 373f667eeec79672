// A last look at a tree before it is put in its place.
//
// What wrote it may have been talked into anything by a hostile server, so
// nothing is believed: devices, FIFOs, sockets and links that lead out of the
// tree are errors, setuid, setgid and sticky bits go.
//
// Threads:  blocks; free functions without state.
// Errors:   FailedPrecondition with the path of the entry.

#ifndef DROVER_ARTIFACT_INSPECT_H_
#define DROVER_ARTIFACT_INSPECT_H_

#include <optional>

#include "absl/status/status.h"
#include "artifact/request.h"

namespace artifact {

struct InspectRules {
  bool allows_links = true;    // that stay inside
  bool checks_links = true;    // whether they do
  std::optional<Owner> owner;  // whom all of it is given to
};

absl::Status InspectTree(int root, const InspectRules& rules);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_INSPECT_H_
