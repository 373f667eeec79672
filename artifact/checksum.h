// What digest an artifact must have: the text of it, read and checked.
//
//   sha256:a948904f...   type and hex digits; the only form in `options`
//   a948904f...          in the query of a source: the length says the type
//   file:https://h/SUMS  in the query of a source: a checksum list to look in
//
// All of this is decided before anything is fetched. A digest whose length
// does not belong to its type is an error here, not a mismatch later.
//
// Threads:  values; free functions without state.
// Errors:   InvalidArgument, in the words of Nomad 2.0.5.

#ifndef DROVER_ARTIFACT_CHECKSUM_H_
#define DROVER_ARTIFACT_CHECKSUM_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace artifact {

enum class DigestType { kMd5, kSha1, kSha256, kSha512 };

absl::string_view DigestName(DigestType type);  // "sha256"
size_t DigestBytes(DigestType type);            // 32
// The type whose digests have that many bytes.
std::optional<DigestType> DigestTypeOfSize(size_t bytes);
// By its name in any letter case.
std::optional<DigestType> DigestTypeOfName(absl::string_view name);

struct Checksum {
  DigestType type = DigestType::kSha256;
  std::string digest;  // bytes, not hex digits

  std::string Hex() const;       // lower case
  std::string ToString() const;  // "sha256:a948..."
  friend bool operator==(const Checksum& a, const Checksum& b) {
    return a.type == b.type && a.digest == b.digest;
  }
};

// One of the two, as the user wrote it.
struct ChecksumSource {
  std::optional<Checksum> checksum;
  std::string list_source;  // what stands behind "file:"
};

// Reads what stands in the query of a source.
absl::StatusOr<ChecksumSource> ParseChecksum(absl::string_view text);

// Reads `type:value`, with types in lower case and white space around the text
// ignored: what a job may have in `options` when it is registered. Values that
// hold "${" are not looked at.
absl::Status ValidateChecksumOption(absl::string_view text);

// Hex digits to bytes; `encoding/hex: invalid byte: U+007A 'z'`.
absl::StatusOr<std::string> ParseHexDigest(absl::string_view text);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_CHECKSUM_H_
