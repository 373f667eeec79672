// The contents of an archive as files below a directory.
//
// tar and zip are read by libarchive, one format at a time: with all of them
// enabled it takes a text file for a manifest and makes files of its lines.
// What the entries become is decided here and in tree_writer.h, not by
// libarchive's own disk writer. Limits count what is really unpacked.
//
// Stricter than the tools: a tar must have its end marker, the checksum of a
// compressed file is looked at, encrypted zips and all but files, directories
// and links are errors. On an error the directory holds half of it: it is the
// caller's to throw away.
//
// Threads:  blocks; may run on several threads at once.
// Errors:   DataLoss for broken archives, FailedPrecondition for entries that
//           are refused, ResourceExhausted for limits.
// Follows:  go-getter's rules for entries; POSIX pax, GNU tar, APPNOTE.TXT.

#ifndef DROVER_ARTIFACT_UNPACK_H_
#define DROVER_ARTIFACT_UNPACK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "artifact/archive_type.h"
#include "artifact/transfer.h"

namespace artifact {

struct Unpacked {
  int64_t entries = 0;
  int64_t bytes = 0;
};

// Unpacks the tar or zip into the open directory, which is empty.
absl::StatusOr<Unpacked> UnpackTree(int archive, const ArchiveType& type,
                                    int directory, const Transfer& transfer);

// Decompresses into a new file of the open directory, mode 0644 less the
// umask.
absl::StatusOr<Unpacked> UnpackFile(int archive,
                                    ArchiveType::Compression compression,
                                    int directory, const std::string& name,
                                    const Transfer& transfer);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_UNPACK_H_
