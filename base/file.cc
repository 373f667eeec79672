#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace base {
namespace {

std::string Quoted(absl::string_view path) {
  return absl::StrCat("\"", path, "\"");
}

// Removes what `name` in `directory` is. `device` keeps it on one file system.
absl::Status RemoveAt(int directory, const char* name, absl::string_view path,
                      dev_t device) {
  if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  if (const int error = errno; error != EISDIR && error != EPERM) {
    return ErrnoStatus(error, absl::StrCat("cannot remove ", Quoted(path)));
  }
  UniqueFd fd(
      openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT) return absl::OkStatus();
    return ErrnoStatus(errno, absl::StrCat("cannot open ", Quoted(path)));
  }
  struct stat status;
  if (fstat(fd.get(), &status) != 0) {
    return ErrnoStatus(errno, absl::StrCat("cannot stat ", Quoted(path)));
  }
  if (status.st_dev != device) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot remove ", Quoted(path),
        ": another file system is mounted on it", "; unmount it first"));
  }
  DIR* raw = fdopendir(fd.get());
  if (raw == nullptr) {
    return ErrnoStatus(errno, absl::StrCat("cannot read ", Quoted(path)));
  }
  const int inner = fd.Release();  // closedir() closes it
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(raw, closedir);
  while (true) {
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one stream, one thread
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) break;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
      continue;
    }
    RETURN_IF_ERROR(RemoveAt(inner, entry->d_name,
                             absl::StrCat(path, "/", entry->d_name), device));
  }
  if (unlinkat(directory, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, absl::StrCat("cannot remove ", Quoted(path)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadRest(int fd, absl::string_view name,
                                     size_t max_bytes) {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return ErrnoStatus(errno, absl::StrCat("cannot read ", Quoted(name)));
    }
    if (n == 0) return text;
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot read ", Quoted(name), ": it is longer than ",
                       max_bytes, " bytes"));
    }
  }
}

absl::StatusOr<std::string> ReadFile(absl::string_view path, size_t max_bytes) {
  return ReadFileAt(AT_FDCWD, path, max_bytes);
}

absl::StatusOr<std::string> ReadFileAt(int directory, absl::string_view name,
                                       size_t max_bytes) {
  UniqueFd fd(
      openat(directory, std::string(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return ErrnoStatus(errno, absl::StrCat("cannot open ", Quoted(name)));
  }
  return ReadRest(fd.get(), name, max_bytes);
}

absl::Status WriteFileAt(int directory, absl::string_view name,
                         absl::string_view text) {
  UniqueFd fd(
      openat(directory, std::string(name).c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return ErrnoStatus(errno, absl::StrCat("cannot open ", Quoted(name)));
  }
  const ssize_t n = write(fd.get(), text.data(), text.size());
  if (n < 0 || static_cast<size_t>(n) != text.size()) {
    return ErrnoStatus(
        n < 0 ? errno : EIO,
        absl::StrCat("cannot write ", Quoted(text), " to ", Quoted(name)));
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "cannot write");
    text.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(absl::string_view path, absl::string_view text,
                                 mode_t mode, bool sync) {
  static std::atomic<unsigned> counter = 0;
  const std::string final_name(path);
  const std::string part =
      absl::StrCat(path, ".", getpid(), ".", counter.fetch_add(1), ".part");
  UniqueFd fd(
      open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd.valid()) {
    return ErrnoStatus(errno, absl::StrCat("cannot create ", Quoted(part)));
  }
  absl::Status status = WriteAll(fd.get(), text);
  if (status.ok() &&
      (fchmod(fd.get(), mode) != 0 || (sync && fsync(fd.get()) != 0) ||
       rename(part.c_str(), final_name.c_str()) != 0)) {
    status = ErrnoStatus(errno, "cannot write");
  }
  if (!status.ok()) {
    (void)unlink(part.c_str());  // best effort: the error that counts is ours
    return Prefixed(absl::StrCat("file ", Quoted(path), ": "), status);
  }
  if (sync) {
    const size_t slash = final_name.rfind('/');
    const std::string parent =
        slash == std::string::npos ? "." : final_name.substr(0, slash + 1);
    ASSIGN_OR_RETURN(UniqueFd directory, OpenDirectory(parent));
    if (fsync(directory.get()) != 0) {
      return ErrnoStatus(errno, absl::StrCat("cannot sync ", Quoted(parent)));
    }
  }
  return absl::OkStatus();
}

absl::Status MakeDirectories(absl::string_view path, mode_t mode) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string prefix(path.substr(0, end));
    if (mkdir(prefix.c_str(), mode) == 0) {
      // mkdir(2) takes the umask away from the mode.
      if (chmod(prefix.c_str(), mode) != 0) {
        return ErrnoStatus(
            errno, absl::StrCat("cannot set the mode of ", Quoted(prefix)));
      }
    } else if (errno != EEXIST) {
      return ErrnoStatus(
          errno, absl::StrCat("cannot make directory ", Quoted(prefix)));
    }
    if (end == absl::string_view::npos) break;
  }
  return OpenDirectory(path).status();  // a file in the way is an error
}

absl::StatusOr<UniqueFd> OpenDirectory(absl::string_view path) {
  UniqueFd fd(
      open(std::string(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return ErrnoStatus(errno,
                       absl::StrCat("cannot open directory ", Quoted(path)));
  }
  return fd;
}

absl::Status RemoveTree(absl::string_view path) {
  const std::string name(path);
  struct stat status;
  if (lstat(name.c_str(), &status) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return ErrnoStatus(errno, absl::StrCat("cannot stat ", Quoted(path)));
  }
  return RemoveAt(AT_FDCWD, name.c_str(), path, status.st_dev);
}

absl::StatusOr<std::vector<std::string>> ListDirectory(absl::string_view path) {
  DIR* raw = opendir(std::string(path).c_str());
  if (raw == nullptr) {
    return ErrnoStatus(errno,
                       absl::StrCat("cannot open directory ", Quoted(path)));
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(raw, closedir);
  std::vector<std::string> names;
  while (const dirent* entry =
             readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe): one
                                       // stream, one thread
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      names.emplace_back(entry->d_name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace base
