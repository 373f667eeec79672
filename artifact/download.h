// A file fetched over HTTP, whatever it takes: retries, and going on where a
// broken transfer stopped.
//
// The bytes go into `part` in a directory that belongs to the fetch. Beside
// it, `part.resume` remembers what the server said about the file. If the
// process is killed, the next one that finds the two goes on from there:
//
//   GET /file                    200, ETag "1", bytes 0..4999, connection lost
//   GET /file Range: bytes=5000- 206, Content-Range: bytes 5000-9999/10000
//             If-Range: "1"
//
// A 200 in answer to the second one, another ETag or another length mean that
// the file has changed: then it starts again. Weak ETags are not used. Without
// any validator a transfer is only resumed if a checksum will tell whether the
// pieces fit. A record of another boot is not used: after a power loss the
// file may have holes.
//
// The digest is computed while the bytes come by.
//
// Threads:  blocks, on one thread per directory.
// Errors:   those of HttpGet(); `bad response code: N`; ResourceExhausted
//           beyond the limit or the free space of the disk.
// Follows:  RFC 9110, 13.1.5 (If-Range) and 14.4 (Content-Range).

#ifndef DROVER_ARTIFACT_DOWNLOAD_H_
#define DROVER_ARTIFACT_DOWNLOAD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "artifact/checksum.h"
#include "artifact/http.h"
#include "artifact/transfer.h"

namespace artifact {

struct DownloadRequest {
  HttpRequest http;
  // Computed if set, for a caller who knows what it must be.
  std::optional<DigestType> digest;
  int64_t max_bytes = 0;  // of the body; 0 is no limit
  // The limit's name, for messages.
  std::string max_bytes_name = "http_max_size";
};

struct Download {
  int64_t bytes = 0;
  std::optional<Checksum> digest;
  int requests = 0;
  bool resumed = false;  // made of pieces
  HttpReply reply;       // the last one
};

// Makes the file `part` below the open directory, mode 0644 less the umask.
// On an error it leaves what a later call can resume, or nothing.
absl::StatusOr<Download> DownloadFile(const DownloadRequest& request,
                                      int directory, const std::string& part,
                                      Transfer& transfer);

// "bytes 5000-9999/10000"; the total may be "*".
struct ContentRange {
  int64_t first = 0;
  int64_t last = 0;
  std::optional<int64_t> total;
};
std::optional<ContentRange> ParseContentRange(absl::string_view text);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_DOWNLOAD_H_
