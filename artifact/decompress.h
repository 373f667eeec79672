// A compressed file as the stream of bytes that it holds.
//
// Strict where tools are lenient: the stream ends well only if its checksum is
// right and nothing but zeros follows it. Several compressed streams one after
// the other are one stream, as gzip(1) has it.
//
// gzip is read with zlib, which checks the CRC; libarchive, which reads bzip2,
// xz and zstd, does not for gzip.
//
// Ownership:  the descriptor stays the caller's and must outlive the stream.
// Threads:    thread-compatible.
// Errors:     DataLoss `gzip: invalid header`, `unexpected EOF`, ...

#ifndef DROVER_ARTIFACT_DECOMPRESS_H_
#define DROVER_ARTIFACT_DECOMPRESS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/archive_type.h"

namespace artifact {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // The next bytes, valid until the next call; empty at the end.
  virtual absl::StatusOr<absl::string_view> Next() = 0;
};

// Reads the file from its start; with kNone as it is.
std::unique_ptr<ByteStream> OpenByteStream(
    int fd, ArchiveType::Compression compression);

// The same read ahead on a thread of its own, so that two processors work.
std::unique_ptr<ByteStream> ReadAhead(std::unique_ptr<ByteStream> stream);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_DECOMPRESS_H_
