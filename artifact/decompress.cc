#include "artifact/decompress.h"

#include <archive.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "artifact/archive_handle.h"
#include "base/status.h"

namespace artifact {
namespace {

using Compression = ArchiveType::Compression;

constexpr size_t kBlockBytes = size_t{256} << 10;

class FileStream : public ByteStream {
 public:
  explicit FileStream(int fd) : fd_(fd), block_(kBlockBytes) {
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }

  absl::StatusOr<absl::string_view> Next() override {
    while (true) {
      const ssize_t got = pread(fd_, block_.data(), block_.size(), offset_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return base::ErrnoStatus(errno, "cannot read the archive");
      offset_ += got;
      return absl::string_view(block_.data(), static_cast<size_t>(got));
    }
  }

 private:
  const int fd_;
  std::vector<char> block_;
  off_t offset_ = 0;
};

absl::Status UnexpectedEnd() {
  return absl::DataLossError("unexpected EOF: the file is cut short");
}

absl::Status TrailingBytes(absl::string_view name) {
  return absl::DataLossError(
      absl::StrCat(name, ": there are bytes behind the end of the stream"));
}

bool IsAllZero(absl::string_view bytes) {
  return bytes.find_first_not_of('\0') == absl::string_view::npos;
}

class GzipStream : public ByteStream {
 public:
  explicit GzipStream(int fd) : file_(fd), block_(kBlockBytes) {
    std::memset(&zlib_, 0, sizeof(zlib_));
    // 16: a gzip header and trailer and nothing else.
    is_ready_ = inflateInit2(&zlib_, 15 + 16) == Z_OK;
  }
  ~GzipStream() override {
    if (is_ready_) (void)inflateEnd(&zlib_);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  absl::StatusOr<absl::string_view> Next() override {
    if (!is_ready_) return absl::InternalError("zlib has no memory");
    zlib_.next_out = reinterpret_cast<Bytef*>(block_.data());
    zlib_.avail_out = static_cast<uInt>(block_.size());
    while (zlib_.avail_out > 0) {
      if (input_.empty()) {
        ASSIGN_OR_RETURN(input_, file_.Next());
        if (input_.empty()) {
          if (is_between_members_ && has_member_) break;
          return UnexpectedEnd();
        }
      }
      if (is_between_members_ && has_member_) {
        // Zeros may fill the last block of a tape.
        if (input_[0] == '\0') {
          if (!IsAllZero(input_)) return TrailingBytes("gzip");
          input_ = "";
          only_zeros_ = true;
          continue;
        }
        if (only_zeros_ || static_cast<unsigned char>(input_[0]) != 0x1f) {
          return TrailingBytes("gzip");
        }
      }
      RETURN_IF_ERROR(Inflate());
    }
    return absl::string_view(block_.data(), block_.size() - zlib_.avail_out);
  }

 private:
  absl::Status Inflate() {
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
    zlib_.avail_in = static_cast<uInt>(input_.size());
    is_between_members_ = false;
    const int result = inflate(&zlib_, Z_NO_FLUSH);
    input_.remove_prefix(input_.size() - zlib_.avail_in);
    if (result == Z_STREAM_END) {
      is_between_members_ = has_member_ = true;
      (void)inflateReset(&zlib_);
      return absl::OkStatus();
    }
    if (result == Z_OK || result == Z_BUF_ERROR) return absl::OkStatus();
    const absl::string_view why = zlib_.msg != nullptr ? zlib_.msg : "";
    if (why == "incorrect header check") {
      return absl::DataLossError(has_member_
                                     ? "gzip: there are bytes behind the end "
                                       "of the stream"
                                     : "gzip: invalid header");
    }
    if (why == "incorrect data check" || why == "incorrect length check") {
      return absl::DataLossError("gzip: invalid checksum");
    }
    return absl::DataLossError(absl::StrCat("gzip: ", why));
  }

  FileStream file_;
  absl::string_view input_;
  std::vector<char> block_;
  z_stream zlib_;
  bool is_ready_ = false;
  bool is_between_members_ = true;
  bool has_member_ = false;
  bool only_zeros_ = false;
};

// bzip2, xz and zstd by libarchive: its "raw" format is one file that is the
// whole stream.
class LibarchiveStream : public ByteStream {
 public:
  LibarchiveStream(int fd, Compression compression)
      : fd_(fd), compression_(compression), archive_(NewArchiveReader()) {}

  absl::StatusOr<absl::string_view> Next() override {
    if (!is_open_) RETURN_IF_ERROR(Open());
    const void* block = nullptr;
    size_t size = 0;
    int64_t offset = 0;
    const int result =
        archive_read_data_block(archive_.get(), &block, &size, &offset);
    if (result == ARCHIVE_EOF) {
      RETURN_IF_ERROR(CheckEnd());
      return absl::string_view();
    }
    if (result != ARCHIVE_OK) return Error();
    return absl::string_view(static_cast<const char*>(block), size);
  }

 private:
  absl::Status Open() {
    archive* const reader = archive_.get();
    (void)archive_read_support_format_raw(reader);
    int filter = 0;
    switch (compression_) {
      case Compression::kBzip2:
        (void)archive_read_support_filter_bzip2(reader);
        filter = ARCHIVE_FILTER_BZIP2;
        break;
      case Compression::kXz:
        (void)archive_read_support_filter_xz(reader);
        filter = ARCHIVE_FILTER_XZ;
        break;
      case Compression::kZstd:
        (void)archive_read_support_filter_zstd(reader);
        filter = ARCHIVE_FILTER_ZSTD;
        break;
      case Compression::kNone:
      case Compression::kGzip:
        return absl::InternalError("not for libarchive");
    }
    if (lseek(fd_, 0, SEEK_SET) != 0) {
      return base::ErrnoStatus(errno, "cannot read the archive");
    }
    if (archive_read_open_fd(reader, fd_, kBlockBytes) != ARCHIVE_OK) {
      return Error();
    }
    archive_entry* entry = nullptr;
    const int header = archive_read_next_header(reader, &entry);
    // Without a filter the bytes were not what they should be; with a second
    // one they were compressed twice, and once is enough.
    if (archive_filter_code(reader, 0) != filter ||
        archive_filter_count(reader) != 2) {
      return absl::DataLossError(
          absl::StrCat(CompressionName(compression_), ": invalid header"));
    }
    if (header != ARCHIVE_OK) return Error();
    is_open_ = true;
    return absl::OkStatus();
  }

  // What the last filter has taken is all there is.
  absl::Status CheckEnd() {
    struct stat status;
    if (fstat(fd_, &status) == 0 &&
        archive_filter_bytes(archive_.get(), -1) != status.st_size) {
      return TrailingBytes(CompressionName(compression_));
    }
    return absl::OkStatus();
  }

  absl::Status Error() const {
    const char* const text = archive_error_string(archive_.get());
    const absl::string_view why = text == nullptr ? "unknown error" : text;
    if (absl::string_view(why).find("runcated") != absl::string_view::npos) {
      return UnexpectedEnd();
    }
    return absl::DataLossError(
        absl::StrCat(CompressionName(compression_), ": ", why));
  }

  const int fd_;
  const Compression compression_;
  const ArchiveReader archive_;
  bool is_open_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> OpenByteStream(int fd, Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return std::make_unique<FileStream>(fd);
    case Compression::kGzip:
      return std::make_unique<GzipStream>(fd);
    case Compression::kBzip2:
    case Compression::kXz:
    case Compression::kZstd:
      return std::make_unique<LibarchiveStream>(fd, compression);
  }
  return nullptr;
}

}  // namespace artifact
