#include "artifact/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "artifact/directory.h"
#include "base/status.h"

namespace artifact {
namespace {

int OpenAt2(int directory, const char* path, int flags, unsigned mode) {
  open_how how = {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  if ((flags & O_CREAT) != 0) how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  while (true) {
    const long fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
    // EAGAIN: a rename elsewhere in the tree raced with a ".." of the path.
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
      return static_cast<int>(fd);
    }
  }
}

// Without openat2: each directory on the way by itself, links refused.
int OpenStepwise(int directory, const std::string& path, int flags,
                 unsigned mode) {
  const std::vector<std::string> parts = PathParts(path);
  base::UniqueFd at;
  int from = directory;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "..") {
      errno = EXDEV;
      return -1;
    }
    const bool last = i + 1 == parts.size();
    const int fd = openat(
        from, parts[i].c_str(),
        (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) return -1;
    at.Reset(fd);
    from = at.get();
  }
  if (parts.empty()) return openat(directory, ".", flags | O_CLOEXEC, mode);
  return at.Release();
}

absl::Status OpenError(int error, const std::string& path) {
  if (error == ELOOP) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot open \"", path,
        "\": a symbolic link is in the way, and links are not followed here"));
  }
  if (error == EXDEV) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot open \"", path, "\": it leads out of its directory"));
  }
  return base::ErrnoStatus(error, absl::StrCat("cannot open \"", path, "\""));
}

}  // namespace

absl::StatusOr<base::UniqueFd> OpenBeneath(int directory,
                                           const std::string& path, int flags,
                                           unsigned mode) {
  const char* const text = path.empty() ? "." : path.c_str();
  int fd = OpenAt2(directory, text, flags, mode);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
    fd = OpenStepwise(directory, path, flags, mode);
  }
  if (fd < 0) return OpenError(errno, path);
  return base::UniqueFd(fd);
}

absl::StatusOr<base::UniqueFd> MakeDirectoriesBeneath(int directory,
                                                      const std::string& path,
                                                      unsigned mode) {
  // The usual case is that it is there.
  absl::StatusOr<base::UniqueFd> there =
      OpenBeneath(directory, path, O_RDONLY | O_DIRECTORY);
  if (there.ok() || !absl::IsNotFound(there.status())) return there;
  ASSIGN_OR_RETURN(base::UniqueFd at,
                   OpenBeneath(directory, ".", O_RDONLY | O_DIRECTORY));
  for (const std::string& part : PathParts(path)) {
    if (mkdirat(at.get(), part.c_str(), mode) != 0 && errno != EEXIST) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot make directory \"", path, "\""));
    }
    ASSIGN_OR_RETURN(at, OpenBeneath(at.get(), part, O_RDONLY | O_DIRECTORY));
  }
  return at;
}

std::vector<std::string> PathParts(absl::string_view path) {
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return parts;
}

absl::Status RemoveTreeAt(int directory, const std::string& name) {
  if (unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  const int not_a_file = errno;
  const int fd = openat(directory, name.c_str(),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == EACCES) {
    // A directory without permissions that is ours; the next try will tell.
    (void)fchmodat(directory, name.c_str(), 0700, 0);
  }
  base::UniqueFd at(
      fd >= 0 ? fd
              : openat(directory, name.c_str(),
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!at.valid()) {
    return base::ErrnoStatus(errno == ENOTDIR ? not_a_file : errno,
                             absl::StrCat("cannot remove \"", name, "\""));
  }
  // Entries of a directory that may not be written cannot be removed.
  struct stat status;
  if (fstat(at.get(), &status) == 0 && (status.st_mode & 0700) != 0700) {
    (void)fchmod(at.get(), 0700);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> entries, EntriesOf(at.get()));
  for (const std::string& entry : entries) {
    RETURN_IF_ERROR(RemoveTreeAt(at.get(), entry));
  }
  if (unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot remove \"", name, "\""));
  }
  return absl::OkStatus();
}

}  // namespace artifact
