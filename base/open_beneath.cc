#include "base/open_beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace base {
namespace {

// With RESOLVE_BENEATH the kernel gives up with EAGAIN when a directory on a
// path with ".." is renamed at that moment.
constexpr int kAttempts = 100;

absl::Status Leaves(absl::string_view path) {
  return absl::PermissionDeniedError(absl::StrCat(
      "\"", path, "\" leads out of the directory that it must stay in"));
}

// Every call may be refused with a NUL in the path that C would not see.
absl::Status CheckPath(absl::string_view path) {
  if (path.empty() || path.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path, "\" is not a path"));
  }
  if (path[0] == '/') return Leaves(path);
  return absl::OkStatus();
}

std::vector<absl::string_view> Components(absl::string_view path) {
  std::vector<absl::string_view> components;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (!part.empty() && part != ".") components.push_back(part);
  }
  return components;
}

}  // namespace

absl::StatusOr<UniqueFd> OpenBeneath(int directory, absl::string_view path,
                                     int flags, mode_t mode) {
  RETURN_IF_ERROR(CheckPath(path));
  struct open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  // The kernel refuses a mode where nothing can be made.
  if ((flags & (O_CREAT | __O_TMPFILE)) != 0) how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const std::string name(path);
  for (int attempt = 0;; ++attempt) {
    const long fd =
        syscall(SYS_openat2, directory, name.c_str(), &how, sizeof(how));
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN && attempt < kAttempts) continue;
    if (error == ENOSYS) {
      return OpenBeneathByWalking(directory, path, flags, mode);
    }
    if (error == EXDEV) return Leaves(path);
    return ErrnoStatus(error, absl::StrCat("cannot open \"", path, "\""));
  }
}

absl::StatusOr<UniqueFd> OpenBeneathByWalking(int directory,
                                              absl::string_view path, int flags,
                                              mode_t mode) {
  RETURN_IF_ERROR(CheckPath(path));
  const std::vector<absl::string_view> components = Components(path);
  int at = directory;
  UniqueFd holder;
  for (size_t i = 0; i < components.size(); ++i) {
    // Even one that comes back in, as "a/../b": its "a" may be a link by now.
    if (components[i] == "..") return Leaves(path);
    const bool last = i + 1 == components.size();
    const std::string name(components[i]);
    const int fd =
        last ? openat(at, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode)
             : openat(at, name.c_str(),
                      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
      const int error = errno;
      // A link is ELOOP with O_NOFOLLOW, and ENOTDIR with O_DIRECTORY too.
      struct stat status;
      if (fstatat(at, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISLNK(status.st_mode)) {
        return Leaves(path);
      }
      return ErrnoStatus(error, absl::StrCat("cannot open \"", path, "\""));
    }
    if (last) return UniqueFd(fd);
    holder.Reset(fd);
    at = holder.get();
  }
  const int fd = openat(directory, ".", flags | O_CLOEXEC, mode);
  if (fd < 0) {
    const int error = errno;
    return ErrnoStatus(error, absl::StrCat("cannot open \"", path, "\""));
  }
  return UniqueFd(fd);
}

absl::StatusOr<UniqueFd> MakeDirectoriesBeneath(int directory,
                                                absl::string_view path,
                                                mode_t mode) {
  RETURN_IF_ERROR(CheckPath(path));
  constexpr int kFlags = O_RDONLY | O_DIRECTORY;
  ASSIGN_OR_RETURN(UniqueFd at, OpenBeneath(directory, ".", kFlags));
  std::string done;
  for (const absl::string_view component : Components(path)) {
    absl::StrAppend(&done, done.empty() ? "" : "/", component);
    const std::string name(component);
    // mkdirat() does not follow a link that stands in its place: EEXIST, and
    // opening then checks where the link goes. From the top each time, since
    // a link may go up as long as it stays below.
    bool made = component != ".." && mkdirat(at.get(), name.c_str(), mode) == 0;
    if (const int error = errno;
        !made && component != ".." && error != EEXIST) {
      return ErrnoStatus(error,
                         absl::StrCat("cannot make directory \"", done, "\""));
    }
    ASSIGN_OR_RETURN(at, OpenBeneath(directory, done, kFlags));
    if (made && fchmod(at.get(), mode) != 0) {  // whatever the umask is
      const int error = errno;
      return ErrnoStatus(error,
                         absl::StrCat("cannot set the mode of \"", done, "\""));
    }
  }
  return at;
}

}  // namespace base
