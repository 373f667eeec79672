#include "artifact/cache.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "artifact/beneath.h"
#include "artifact/digest.h"
#include "artifact/directory.h"
#include "artifact/getter.h"
#include "artifact/resume_record.h"
#include "base/file.h"
#include "base/status.h"

namespace artifact {
namespace {

constexpr char kVerifiedSuffix[] = ".verified";
constexpr absl::Duration kKeepParts = absl::Hours(24 * 7);

std::string EntryName(const Checksum& checksum) {
  return absl::StrCat(DigestName(checksum.type), "-", checksum.Hex());
}

std::optional<Checksum> ParseEntryName(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '-');
  if (parts.size() != 2) return std::nullopt;
  const auto type = DigestTypeOfName(parts[0]);
  const auto digest = ParseHexDigest(parts[1]);
  if (!type.has_value() || !digest.ok() ||
      digest->size() != DigestBytes(*type)) {
    return std::nullopt;
  }
  return Checksum{*type, *digest};
}

// A scope may be any text, a directory's name may not.
std::string ScopeName(const std::string& scope) {
  if (scope.empty()) return "all";
  Digest digest(DigestType::kSha256);
  digest.Update(scope);
  return digest.Finish().Hex().substr(0, 32);
}

// What changes when somebody writes to a file.
std::string Fingerprint(const struct stat& status) {
  return absl::StrCat(status.st_size, " ", status.st_ino, " ",
                      status.st_mtim.tv_sec, ".", status.st_mtim.tv_nsec, " ",
                      status.st_ctim.tv_sec, ".", status.st_ctim.tv_nsec, " ",
                      CurrentBootId(), "\n");
}

absl::StatusOr<base::UniqueFd> OpenDirectoryAt(int at,
                                               const std::string& name) {
  if (mkdirat(at, name.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot make cache directory ", name));
  }
  return OpenBeneath(at, name, O_RDONLY | O_DIRECTORY);
}

void RemoveEntry(int directory, const std::string& name) {
  (void)unlinkat(directory, (name + kVerifiedSuffix).c_str(), 0);
  (void)unlinkat(directory, name.c_str(), 0);
}

absl::Status WriteVerified(int directory, const std::string& name, int file) {
  struct stat status;
  if (fstat(file, &status) != 0) {
    return base::ErrnoStatus(errno, "cannot stat a cached file");
  }
  const std::string record = name + kVerifiedSuffix;
  const std::string temporary = record + ".new";
  const base::UniqueFd fd(
      openat(directory, temporary.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot create ", temporary));
  }
  RETURN_IF_ERROR(base::WriteAll(fd.get(), Fingerprint(status)));
  if (renameat(directory, temporary.c_str(), directory, record.c_str()) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot rename ", temporary));
  }
  return absl::OkStatus();
}

// Waits until the one that has locked a directory drops the lock: it touches
// the directory afterwards. A process that is killed does not, hence the look
// every second.
absl::Status WaitForUnlock(int parts, const std::string& name,
                           const Transfer& transfer) {
  const base::UniqueFd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const std::string path = absl::StrCat("/proc/self/fd/", parts, "/", name);
  (void)inotify_add_watch(watch.get(), path.c_str(), IN_ATTRIB);
  // Somebody may have unlocked it just before the watch began.
  const base::UniqueFd again(openat(
      parts, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!again.valid() || flock(again.get(), LOCK_EX | LOCK_NB) == 0) {
    return transfer.Check();
  }
  pollfd fds[2] = {
      {.fd = watch.get(), .events = POLLIN, .revents = 0},
      {.fd = transfer.cancel_fd(), .events = POLLIN, .revents = 0}};
  const int left = transfer.PollTimeout();
  (void)poll(fds, 2, left < 0 ? 1000 : std::min(left, 1000));
  return transfer.Check();
}

}  // namespace

Cache::Download::~Download() {
  if (!directory_.valid()) return;
  (void)flock(directory_.get(), LOCK_UN);
  (void)futimens(directory_.get(), nullptr);  // wakes those who wait
}

absl::StatusOr<Cache> Cache::Open(const std::string& directory,
                                  int64_t max_bytes, const std::string& scope) {
  RETURN_IF_ERROR(base::MakeDirectories(directory, 0700));
  const base::UniqueFd top(
      open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top.valid()) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot open cache \"", directory, "\""));
  }
  ASSIGN_OR_RETURN(base::UniqueFd files, OpenDirectoryAt(top.get(), "files"));
  ASSIGN_OR_RETURN(base::UniqueFd parts, OpenDirectoryAt(top.get(), "parts"));
  std::string name = ScopeName(scope);
  ASSIGN_OR_RETURN(base::UniqueFd in_scope, OpenDirectoryAt(files.get(), name));
  return Cache(std::move(files), std::move(parts), std::move(in_scope),
               std::move(name), max_bytes);
}

bool Cache::Keeps(const Checksum& checksum) {
  return checksum.type == DigestType::kSha256 ||
         checksum.type == DigestType::kSha512;
}

absl::StatusOr<base::UniqueFd> Cache::Find(const Checksum& checksum) const {
  const std::string name = EntryName(checksum);
  ASSIGN_OR_RETURN(
      base::UniqueFd file,
      OpenBeneath(scope_.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  struct stat status;
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::NotFoundError("not a file");
  }
  const std::string record = name + kVerifiedSuffix;
  const auto known = base::ReadFileAt(scope_.get(), record, 4096);
  if (known.ok() && *known == Fingerprint(status)) {
    (void)utimensat(scope_.get(), record.c_str(), nullptr, 0);  // used now
    return file;
  }
  ASSIGN_OR_RETURN(const Checksum got, DigestOfFile(file.get(), checksum.type));
  if (!(got == checksum)) {
    RemoveEntry(scope_.get(), name);
    return absl::NotFoundError("cached file was damaged, and is removed");
  }
  (void)WriteVerified(scope_.get(), name, file.get());  // next time is faster
  return file;
}

absl::StatusOr<Cache::Download> Cache::Begin(const Checksum& checksum,
                                             const Transfer& transfer) const {
  const std::string name = absl::StrCat(scope_name_, "-", EntryName(checksum));
  while (true) {
    ASSIGN_OR_RETURN(base::UniqueFd directory,
                     OpenDirectoryAt(parts_.get(), name));
    if (flock(directory.get(), LOCK_EX | LOCK_NB) == 0) {
      // It may have been removed between the two calls.
      struct stat ours;
      struct stat there;
      if (fstat(directory.get(), &ours) == 0 &&
          fstatat(parts_.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) ==
              0 &&
          ours.st_ino == there.st_ino) {
        return Download(name, std::move(directory));
      }
      continue;
    }
    if (errno != EWOULDBLOCK) {
      return base::ErrnoStatus(errno, "cannot lock a download");
    }
    directory.Reset();
    RETURN_IF_ERROR(WaitForUnlock(parts_.get(), name, transfer));
  }
}

absl::StatusOr<base::UniqueFd> Cache::Insert(const Checksum& checksum,
                                             Download download) const {
  const std::string name = EntryName(checksum);
  base::UniqueFd file(openat(download.directory(), kPartFile,
                             O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid() || fchmod(file.get(), 0600) != 0 ||
      renameat(download.directory(), kPartFile, scope_.get(), name.c_str()) !=
          0) {
    return base::ErrnoStatus(errno, "cannot put a file into the cache");
  }
  // After the rename, which changes the ctime.
  RETURN_IF_ERROR(WriteVerified(scope_.get(), name, file.get()));
  (void)RemoveTreeAt(parts_.get(), download.name_);
  // Too many bytes are no reason to fail.
  (void)Evict();
  return file;
}

absl::StatusOr<std::vector<CacheEntry>> Cache::List() const {
  std::vector<CacheEntry> entries;
  ASSIGN_OR_RETURN(const std::vector<std::string> scopes,
                   EntriesOf(files_.get()));
  for (const std::string& scope : scopes) {
    const auto directory =
        OpenBeneath(files_.get(), scope, O_RDONLY | O_DIRECTORY);
    if (!directory.ok()) continue;
    ASSIGN_OR_RETURN(const std::vector<std::string> names,
                     EntriesOf(directory->get()));
    for (const std::string& name : names) {
      const auto checksum = ParseEntryName(name);
      struct stat status;
      if (!checksum.has_value() || fstatat(directory->get(), name.c_str(),
                                           &status, AT_SYMLINK_NOFOLLOW) != 0) {
        continue;
      }
      CacheEntry entry{scope, *checksum, status.st_size,
                       absl::TimeFromTimespec(status.st_mtim)};
      if (fstatat(directory->get(), (name + kVerifiedSuffix).c_str(), &status,
                  AT_SYMLINK_NOFOLLOW) == 0) {
        entry.used = absl::TimeFromTimespec(status.st_mtim);
      }
      entries.push_back(std::move(entry));
    }
  }
  std::stable_sort(
      entries.begin(), entries.end(),
      [](const CacheEntry& a, const CacheEntry& b) { return a.used < b.used; });
  return entries;
}

absl::Status Cache::Remove(const CacheEntry& entry) const {
  ASSIGN_OR_RETURN(
      const base::UniqueFd directory,
      OpenBeneath(files_.get(), entry.scope, O_RDONLY | O_DIRECTORY));
  RemoveEntry(directory.get(), EntryName(entry.checksum));
  return absl::OkStatus();
}

absl::StatusOr<bool> Cache::Verify(const CacheEntry& entry,
                                   const Transfer& transfer) const {
  RETURN_IF_ERROR(transfer.Check());
  ASSIGN_OR_RETURN(
      const base::UniqueFd directory,
      OpenBeneath(files_.get(), entry.scope, O_RDONLY | O_DIRECTORY));
  const std::string name = EntryName(entry.checksum);
  ASSIGN_OR_RETURN(const base::UniqueFd file,
                   OpenBeneath(directory.get(), name, O_RDONLY | O_NOFOLLOW));
  ASSIGN_OR_RETURN(const Checksum got,
                   DigestOfFile(file.get(), entry.checksum.type));
  if (got == entry.checksum) return true;
  RemoveEntry(directory.get(), name);
  return false;
}

absl::Status Cache::Evict() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                   EntriesOf(parts_.get()));
  for (const std::string& name : parts) {
    const base::UniqueFd directory(
        openat(parts_.get(), name.c_str(),
               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (directory.valid() && fstat(directory.get(), &status) == 0 &&
        absl::Now() - absl::TimeFromTimespec(status.st_mtim) > kKeepParts &&
        flock(directory.get(), LOCK_EX | LOCK_NB) == 0) {
      RETURN_IF_ERROR(RemoveTreeAt(parts_.get(), name));
    }
  }
  if (max_bytes_ <= 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<CacheEntry> entries, List());
  int64_t total = 0;
  for (const CacheEntry& entry : entries) total += entry.bytes;
  for (const CacheEntry& entry : entries) {
    if (total <= max_bytes_) break;
    RETURN_IF_ERROR(Remove(entry));
    total -= entry.bytes;
  }
  return absl::OkStatus();
}

absl::Status CopyFile(int from, int to, const Transfer& transfer) {
  if (ioctl(to, FICLONE, from) == 0) return absl::OkStatus();
  off_t offset = 0;
  bool has_copy_file_range = true;
  std::string buffer;
  while (true) {
    RETURN_IF_ERROR(transfer.Check());
    ssize_t copied = -1;
    if (has_copy_file_range) {
      copied = copy_file_range(from, &offset, to, nullptr, size_t{64} << 20, 0);
      // Between file systems, or where it was never implemented.
      if (copied < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                         errno == EOPNOTSUPP)) {
        has_copy_file_range = false;
        buffer.resize(size_t{256} << 10);
        continue;
      }
    } else {
      copied = pread(from, buffer.data(), buffer.size(), offset);
      if (copied > 0) {
        RETURN_IF_ERROR(
            base::WriteAll(to, {buffer.data(), static_cast<size_t>(copied)}));
        offset += copied;
      }
    }
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) return base::ErrnoStatus(errno, "cannot copy a file");
    if (copied == 0) return absl::OkStatus();
  }
}

}  // namespace artifact
