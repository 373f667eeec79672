#include "artifact/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "artifact/archive_handle.h"
#include "artifact/decompress.h"
#include "artifact/tree_writer.h"
#include "base/file.h"
#include "base/status.h"

namespace artifact {
namespace {

using Container = ArchiveType::Container;

constexpr size_t kReadBytes = size_t{256} << 10;
constexpr int64_t kTarBlock = 512;
// Small archives may well shrink by a thousand; only large results hurt.
constexpr int64_t kRatioFromBytes = int64_t{64} << 20;

// libarchive converts names to the thread's character set. With this one they
// stay the bytes that they are.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) old_ = uselocale(locale_);
  }
  ~Utf8Locale() {
    if (locale_ == nullptr) return;
    (void)uselocale(old_);
    freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_;
  locale_t old_ = nullptr;
};

// Counts what comes out of an archive.
class Limits {
 public:
  Limits(absl::string_view format, const Options& options,
         int64_t archive_bytes)
      : format_(format), options_(options), archive_bytes_(archive_bytes) {}

  absl::Status AddEntry() {
    ++unpacked_.entries;
    const int64_t limit = options_.decompression_file_count_limit;
    if (limit <= 0 || unpacked_.entries <= limit) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat(
        format_, " archive contains too many files: ", unpacked_.entries, " > ",
        limit));
  }

  // What an entry says that it will have.
  absl::Status CheckAhead(int64_t bytes) const {
    const int64_t limit = options_.decompression_size_limit;
    if (limit <= 0 || bytes <= limit - unpacked_.bytes) {
      return absl::OkStatus();
    }
    return TooLarge(limit);
  }

  absl::Status AddBytes(int64_t bytes) {
    RETURN_IF_ERROR(CheckAhead(bytes));
    unpacked_.bytes += bytes;
    const int64_t ratio = options_.decompression_ratio_limit;
    if (ratio > 0 && unpacked_.bytes >= kRatioFromBytes &&
        unpacked_.bytes / std::max<int64_t>(archive_bytes_, 1) > ratio) {
      return absl::ResourceExhaustedError(
          absl::StrCat(format_, " archive unpacks to more than ", ratio,
                       " times its size, the limit decompression_ratio_limit"));
    }
    return absl::OkStatus();
  }

  const Unpacked& unpacked() const { return unpacked_; }

 private:
  absl::Status TooLarge(int64_t limit) const {
    return absl::ResourceExhaustedError(
        absl::StrCat(format_, " archive larger than limit: ", limit));
  }

  const absl::string_view format_;
  const Options& options_;
  const int64_t archive_bytes_;
  Unpacked unpacked_;
};

absl::Status WriteBlock(int fd, absl::string_view block,
                        absl::string_view name) {
  const absl::Status written = base::WriteAll(fd, block);
  return base::Prefixed(
      absl::StrCat("cannot write ", absl::CHexEscape(name), ": "), written);
}

int64_t SizeOf(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? status.st_size : 0;
}

// Gives libarchive a stream, and remembers what its end looked like.
class Feed {
 public:
  explicit Feed(std::unique_ptr<ByteStream> stream)
      : stream_(std::move(stream)) {}

  static la_ssize_t Read(archive* reader, void* self, const void** buffer) {
    Feed& feed = *static_cast<Feed*>(self);
    const auto block = feed.Next();
    if (!block.ok()) {
      archive_set_error(reader, EIO, "stream");
      return ARCHIVE_FATAL;
    }
    *buffer = block->data();
    return static_cast<la_ssize_t>(block->size());
  }

  // Of the stream itself; then libarchive's error is only its echo.
  const absl::Status& status() const { return status_; }

  // To the end, so that the stream's own checksum is verified, and then what
  // must be there: from `end` on, two blocks of zeros or more and nothing
  // else.
  absl::Status CheckTarEnd(int64_t end) {
    while (true) {
      const auto block = Next();
      if (!block.ok()) return block.status();
      if (block->empty()) break;
    }
    if (bytes_ - end < 2 * kTarBlock) {
      return absl::DataLossError(
          "unexpected EOF: the tar archive has no end marker");
    }
    if (nonzero_end_ > end) {
      return absl::DataLossError(
          "tar: there are bytes behind the end of the archive");
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<absl::string_view> Next() {
    auto block = stream_->Next();
    if (!block.ok()) {
      status_ = block.status();
      return block;
    }
    const size_t last = block->find_last_not_of('\0');
    if (last != absl::string_view::npos) {
      nonzero_end_ = bytes_ + static_cast<int64_t>(last) + 1;
    }
    bytes_ += static_cast<int64_t>(block->size());
    return block;
  }

  const std::unique_ptr<ByteStream> stream_;
  absl::Status status_;
  int64_t bytes_ = 0;
  int64_t nonzero_end_ = 0;
};

// libarchive's words, and go-getter's for what has a name there.
absl::Status ReaderError(absl::string_view format, archive* reader,
                         absl::string_view entry) {
  const char* const text = archive_error_string(reader);
  const absl::string_view why = text == nullptr ? "unknown error" : text;
  const std::string where =
      entry.empty() ? "" : absl::StrCat(" in ", absl::CHexEscape(entry));
  if (absl::StrContains(why, "bad CRC")) {
    return absl::DataLossError(absl::StrCat(format, ": checksum error", where));
  }
  if (absl::StrContains(why, "runcated") ||
      absl::StrContains(why, "end of file")) {
    return absl::DataLossError(absl::StrCat("unexpected EOF", where));
  }
  if (absl::StrContains(why, "Unrecognized archive format")) {
    return absl::DataLossError(format == "zip" ? "zip: not a valid zip file"
                                               : "tar: invalid header");
  }
  if (absl::StrContains(why, "nsupported ZIP compression")) {
    return absl::FailedPreconditionError(absl::StrCat(
        "zip: unsupported compression algorithm", where, ": ", why));
  }
  return absl::DataLossError(
      absl::StrCat(format, ": ", absl::CHexEscape(why), where));
}

class TreeUnpacker {
 public:
  TreeUnpacker(int archive_fd, const ArchiveType& type, int directory,
               const Transfer& transfer)
      : archive_fd_(archive_fd),
        type_(type),
        format_(type.container == Container::kZip ? "zip" : "tar"),
        transfer_(transfer),
        writer_(directory),
        limits_(format_, transfer.options(), SizeOf(archive_fd)),
        reader_(NewArchiveReader()) {}

  absl::StatusOr<Unpacked> Run();

 private:
  absl::Status Open();
  absl::Status Add(archive_entry* entry, const std::string& name);
  absl::Status AddFile(archive_entry* entry, const std::string& name);

  absl::Status EmptyArchive() const {
    return absl::DataLossError(
        absl::StrCat("empty archive: the ", format_, " holds no files"));
  }

  bool is_zip() const { return type_.container == Container::kZip; }

  const int archive_fd_;
  const ArchiveType type_;
  const absl::string_view format_;
  const Transfer& transfer_;
  TreeWriter writer_;
  Limits limits_;
  std::unique_ptr<Feed> feed_;  // of a tar
  const ArchiveReader reader_;
  bool has_entry_ = false;
};

absl::Status TreeUnpacker::Open() {
  archive* const reader = reader_.get();
  int opened = ARCHIVE_FATAL;
  if (is_zip()) {
    // libarchive does not know the zip without entries.
    char start[4] = {};
    if (pread(archive_fd_, start, sizeof(start), 0) == sizeof(start) &&
        absl::string_view(start, sizeof(start)) == "PK\x05\x06") {
      return EmptyArchive();
    }
    // Only with a central directory: without it a zip is read by guessing.
    (void)archive_read_support_format_zip_seekable(reader);
    if (lseek(archive_fd_, 0, SEEK_SET) != 0) {
      return base::ErrnoStatus(errno, "cannot read the archive");
    }
    opened = archive_read_open_fd(reader, archive_fd_, kReadBytes);
  } else {
    (void)archive_read_support_format_tar(reader);
    std::unique_ptr<ByteStream> stream =
        OpenByteStream(archive_fd_, type_.compression);
    if (type_.compression != ArchiveType::Compression::kNone) {
      stream = ReadAhead(std::move(stream));
    }
    feed_ = std::make_unique<Feed>(std::move(stream));
    opened = archive_read_open(reader, feed_.get(), /*open=*/nullptr,
                               &Feed::Read, /*close=*/nullptr);
  }
  if (opened == ARCHIVE_OK) return absl::OkStatus();
  if (feed_ != nullptr) RETURN_IF_ERROR(feed_->status());
  return ReaderError(format_, reader, "");
}

absl::StatusOr<Unpacked> TreeUnpacker::Run() {
  const Utf8Locale utf8;
  RETURN_IF_ERROR(Open());
  while (true) {
    RETURN_IF_ERROR(transfer_.Check());
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader_.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
      if (feed_ != nullptr) RETURN_IF_ERROR(feed_->status());
      return ReaderError(format_, reader_.get(), "");
    }
    const char* const name = archive_entry_pathname(entry);
    // A warning about something else, such as an attribute, is none to us.
    if (name == nullptr) return ReaderError(format_, reader_.get(), "");
    RETURN_IF_ERROR(limits_.AddEntry());
    RETURN_IF_ERROR(Add(entry, name));
  }
  if (feed_ != nullptr) {
    RETURN_IF_ERROR(
        feed_->CheckTarEnd(archive_read_header_position(reader_.get())));
  }
  // Directories alone count as contents in a zip.
  const bool is_empty =
      is_zip() ? limits_.unpacked().entries == 0 : !has_entry_;
  if (is_empty) return EmptyArchive();
  RETURN_IF_ERROR(writer_.Finish());
  return limits_.unpacked();
}

absl::Status TreeUnpacker::Add(archive_entry* entry, const std::string& name) {
  std::optional<timespec> time;
  if (!is_zip() && archive_entry_mtime_is_set(entry) &&
      archive_entry_mtime(entry) > 0) {
    time = timespec{.tv_sec = archive_entry_mtime(entry),
                    .tv_nsec = archive_entry_mtime_nsec(entry)};
  }
  if (archive_entry_is_encrypted(entry)) {
    return absl::FailedPreconditionError(
        absl::StrCat("entry ", absl::CHexEscape(name),
                     " is encrypted, and there is no key"));
  }
  if (const char* target = archive_entry_hardlink(entry); target != nullptr) {
    has_entry_ = true;
    return writer_.AddHardLink(name, target);
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
      return writer_.AddDirectory(
          name,
          is_zip() ? std::nullopt
                   : std::optional<mode_t>(archive_entry_perm(entry)),
          time);
    case AE_IFLNK: {
      has_entry_ = true;
      const char* const target = archive_entry_symlink(entry);
      return writer_.AddSymlink(name, target == nullptr ? "" : target);
    }
    case AE_IFREG:
      has_entry_ = true;
      return AddFile(entry, name);
    default:
      return absl::FailedPreconditionError(
          absl::StrCat("entry ", absl::CHexEscape(name),
                       " is a device, a FIFO or a socket, which are refused"));
  }
}

absl::Status TreeUnpacker::AddFile(archive_entry* entry,
                                   const std::string& name) {
  const int64_t size =
      archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
  RETURN_IF_ERROR(limits_.CheckAhead(size));
  ASSIGN_OR_RETURN(const base::UniqueFd file, writer_.AddFile(name));
  static constexpr char kZeros[64 << 10] = {};
  int64_t written = 0;
  // Holes of a sparse file are written out.
  const auto fill = [&](int64_t until) -> absl::Status {
    while (written < until) {
      RETURN_IF_ERROR(transfer_.Check());
      const int64_t count = std::min<int64_t>(until - written, sizeof(kZeros));
      RETURN_IF_ERROR(limits_.AddBytes(count));
      RETURN_IF_ERROR(
          WriteBlock(file.get(), {kZeros, static_cast<size_t>(count)}, name));
      written += count;
    }
    return absl::OkStatus();
  };
  while (true) {
    RETURN_IF_ERROR(transfer_.Check());
    const void* block = nullptr;
    size_t count = 0;
    int64_t offset = 0;
    const int result =
        archive_read_data_block(reader_.get(), &block, &count, &offset);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) {
      if (feed_ != nullptr) RETURN_IF_ERROR(feed_->status());
      return ReaderError(format_, reader_.get(), name);
    }
    if (offset < written) {
      return absl::DataLossError(absl::StrCat(
          format_, ": pieces of ", absl::CHexEscape(name), " overlap"));
    }
    RETURN_IF_ERROR(fill(offset));
    RETURN_IF_ERROR(limits_.AddBytes(static_cast<int64_t>(count)));
    RETURN_IF_ERROR(
        WriteBlock(file.get(), {static_cast<const char*>(block), count}, name));
    written += static_cast<int64_t>(count);
  }
  RETURN_IF_ERROR(fill(size));
  if (archive_entry_size_is_set(entry) && written != size) {
    return absl::DataLossError(
        absl::StrCat(format_, ": ", absl::CHexEscape(name), " has ", written,
                     " bytes and claims ", size));
  }
  std::optional<timespec> time;
  if (!is_zip() && archive_entry_mtime_is_set(entry) &&
      archive_entry_mtime(entry) > 0) {
    time = timespec{.tv_sec = archive_entry_mtime(entry),
                    .tv_nsec = archive_entry_mtime_nsec(entry)};
  }
  return TreeWriter::FinishFile(file.get(), archive_entry_perm(entry), time);
}

}  // namespace

absl::StatusOr<Unpacked> UnpackTree(int archive, const ArchiveType& type,
                                    int directory, const Transfer& transfer) {
  return TreeUnpacker(archive, type, directory, transfer).Run();
}

absl::StatusOr<Unpacked> UnpackFile(int archive,
                                    ArchiveType::Compression compression,
                                    int directory, const std::string& name,
                                    const Transfer& transfer) {
  const base::UniqueFd file(
      openat(directory, name.c_str(),
             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot create ", name));
  }
  Limits limits(CompressionName(compression), transfer.options(),
                SizeOf(archive));
  const std::unique_ptr<ByteStream> stream =
      ReadAhead(OpenByteStream(archive, compression));
  while (true) {
    RETURN_IF_ERROR(transfer.Check());
    ASSIGN_OR_RETURN(const absl::string_view block, stream->Next());
    if (block.empty()) break;
    RETURN_IF_ERROR(limits.AddBytes(static_cast<int64_t>(block.size())));
    RETURN_IF_ERROR(WriteBlock(file.get(), block, name));
  }
  RETURN_IF_ERROR(limits.AddEntry());
  return limits.unpacked();
}

}  // namespace artifact
