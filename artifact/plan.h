// Everything about a fetch that can be decided without the network.
//
// Threads:  values; free functions without state.
// Errors:   InvalidArgument for what can never work, FailedPrecondition for
//           what this machine does not allow.

#ifndef DROVER_ARTIFACT_PLAN_H_
#define DROVER_ARTIFACT_PLAN_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "artifact/archive_type.h"
#include "artifact/checksum.h"
#include "artifact/destination.h"
#include "artifact/getter.h"
#include "artifact/options.h"
#include "artifact/request.h"
#include "artifact/source.h"

namespace artifact {

struct Plan {
  Source source;
  const Getter* getter = nullptr;
  ChecksumSource checksum;
  // What the source names is an archive or a compressed file.
  std::optional<ArchiveType> archive;
  Destination destination;
  Mode mode = Mode::kAny;
  // Of the file, below the destination, if it becomes one in mode any; empty
  // if only the server can tell.
  std::string file_name;

  bool has_checksum() const {
    return checksum.checksum.has_value() || !checksum.list_source.empty();
  }
  // The fetched file is the result as it is.
  bool is_plain_file() const { return !archive.has_value(); }
};

absl::StatusOr<Plan> MakePlan(const Request& request, const Options& options);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_PLAN_H_
