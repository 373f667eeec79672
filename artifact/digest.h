// The digest of bytes as they come by.
//
//   Digest digest(DigestType::kSha256);
//   digest.Update(chunk);
//   Checksum got = digest.Finish();
//
// Threads:  thread-compatible.
// Errors:   none: libcrypto fails here only without memory, which aborts.

#ifndef DROVER_ARTIFACT_DIGEST_H_
#define DROVER_ARTIFACT_DIGEST_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/checksum.h"

namespace artifact {

class Digest {
 public:
  explicit Digest(DigestType type);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void Update(absl::string_view bytes);
  // Ends it; Update() may not be called after this.
  Checksum Finish();

 private:
  struct Context;  // EVP_MD_CTX, so that libcrypto stays out of this header
  DigestType type_;
  std::unique_ptr<Context> context_;
};

// Reads what is in an open file from its start, without moving its offset.
absl::StatusOr<Checksum> DigestOfFile(int fd, DigestType type);

// DataLoss with both digests, as four lines:
//   Checksums did not match for <name>.
//   Expected: <hex>
//   Got: <hex>
//   sha256
absl::Status Mismatch(absl::string_view name, const Checksum& expected,
                      const Checksum& got);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_DIGEST_H_
