// Which files are archives, by their names.
//
// Threads:  free functions without state.
// Errors:   InvalidArgument for an `archive` option that is no known type.

#ifndef DROVER_ARTIFACT_ARCHIVE_TYPE_H_
#define DROVER_ARTIFACT_ARCHIVE_TYPE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace artifact {

struct ArchiveType {
  enum class Container { kNone, kTar, kZip };
  enum class Compression { kNone, kGzip, kBzip2, kXz, kZstd };
  Container container = Container::kNone;
  Compression compression = Compression::kNone;

  // A compressed file that is no archive: its contents are one file.
  bool is_single_file() const { return container == Container::kNone; }
};

// What to unpack the file with that name as; absent if it stays as it is. The
// option wins: "tar.gz", "zip", ... or one of "0 f F false False FALSE" for
// none. An empty option is as none given.
absl::StatusOr<std::optional<ArchiveType>> ChooseArchiveType(
    const std::optional<std::string>& option, absl::string_view file_name);

// The name without the suffix that makes it a compressed file: "plain.gz" to
// "plain". Names without one stay as they are.
std::string WithoutCompressionSuffix(absl::string_view file_name);

// "gzip", as in messages.
absl::string_view CompressionName(ArchiveType::Compression compression);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_ARCHIVE_TYPE_H_
