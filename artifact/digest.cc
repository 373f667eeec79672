#include "artifact/digest.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace artifact {
namespace {

const EVP_MD* Algorithm(DigestType type) {
  switch (type) {
    case DigestType::kMd5:
      return EVP_md5();
    case DigestType::kSha1:
      return EVP_sha1();
    case DigestType::kSha256:
      return EVP_sha256();
    case DigestType::kSha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

}  // namespace

struct Digest::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(md); }
};

Digest::Digest(DigestType type)
    : type_(type), context_(std::make_unique<Context>()) {
  if (context_->md == nullptr ||
      EVP_DigestInit_ex(context_->md, Algorithm(type), nullptr) != 1) {
    std::abort();
  }
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::Update(absl::string_view bytes) {
  if (EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) != 1) {
    std::abort();
  }
}

Checksum Digest::Finish() {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_->md, bytes, &size) != 1) std::abort();
  return {type_, std::string(reinterpret_cast<const char*>(bytes), size)};
}

absl::StatusOr<Checksum> DigestOfFile(int fd, DigestType type) {
  Digest digest(type);
  std::vector<char> buffer(size_t{256} << 10);
  off_t offset = 0;
  while (true) {
    const ssize_t got = pread(fd, buffer.data(), buffer.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::ErrnoStatus(errno, "cannot read file to verify");
    if (got == 0) return digest.Finish();
    digest.Update({buffer.data(), static_cast<size_t>(got)});
    offset += got;
  }
}

absl::Status Mismatch(absl::string_view name, const Checksum& expected,
                      const Checksum& got) {
  return absl::DataLossError(absl::StrCat(
      "Checksums did not match for ", name, ".\nExpected: ", expected.Hex(),
      "\nGot: ", got.Hex(), "\n", DigestName(expected.type)));
}

}  // namespace artifact
