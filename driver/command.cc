#include "driver/command.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace driver {
namespace {

bool Exists(const std::string& path, struct stat* status) {
  return stat(path.c_str(), status) == 0;
}

// Joins and takes out "." and ".." by text, as the reference does.
std::string CleanJoin(absl::string_view directory, absl::string_view name) {
  std::vector<absl::string_view> parts;
  for (const absl::string_view text : {directory, name}) {
    for (const absl::string_view part : absl::StrSplit(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        if (!parts.empty()) parts.pop_back();
      } else {
        parts.push_back(part);
      }
    }
  }
  std::string result;
  for (const absl::string_view part : parts)
    absl::StrAppend(&result, "/", part);
  return result.empty() ? "/" : result;
}

std::string RealPath(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string result = resolved;
  free(resolved);  // NOLINT(cppcoreguidelines-no-malloc): realpath(3) allocated
                   // it
  return result;
}

}  // namespace

absl::StatusOr<std::string> FindInPath(absl::string_view name,
                                       absl::string_view path) {
  struct stat status;
  for (const absl::string_view directory : absl::StrSplit(path, ':')) {
    if (!absl::StartsWith(directory, "/")) continue;  // never our own cwd
    const std::string candidate = CleanJoin(directory, name);
    if (Exists(candidate, &status) && S_ISREG(status.st_mode) &&
        (status.st_mode & 0111) != 0) {
      return candidate;
    }
  }
  return absl::NotFoundError(
      absl::StrCat("no executable \"", name, "\" in ", path));
}

std::string OwnPath() {
  const char* path = std::getenv(
      "PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it after the start
  return path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
}

absl::StatusOr<std::string> FindCommand(absl::string_view command,
                                        absl::string_view task_dir,
                                        absl::string_view path) {
  if (command.empty()) {
    return absl::InvalidArgumentError(
        "the job gives an empty command; set \"command\" in the task's config "
        "to a program");
  }
  if (command.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "the command holds a NUL byte, which no file name can");
  }
  struct stat status;
  for (const std::string& candidate :
       {CleanJoin(absl::StrCat(task_dir, "/local"), command),
        CleanJoin(task_dir, command)}) {
    if (Exists(candidate, &status)) return candidate;
  }
  if (absl::StartsWith(command, "/")) {
    const std::string candidate = CleanJoin("/", command);
    if (Exists(candidate, &status)) return candidate;
  } else if (absl::StrContains(command, '/')) {
    // As the documentation has it; Nomad itself stops at the task's directory.
    const std::string candidate =
        CleanJoin(absl::StrCat(task_dir, "/.."), command);
    if (Exists(candidate, &status)) return candidate;
  }
  if (!absl::StrContains(command, '/')) {
    absl::StatusOr<std::string> found = FindInPath(command, path);
    if (found.ok()) return found;
  }
  std::string hint;
  if (command != absl::StripAsciiWhitespace(command)) {
    hint = "; the name begins or ends with a blank";
  } else if (!absl::StrContains(command, '/')) {
    hint = absl::StrCat(" nor in the agent's PATH (", path,
                        "); a program of the host needs its absolute path");
  } else if (!absl::StartsWith(command, "/")) {
    hint = " nor below the allocation's";
  }
  return absl::NotFoundError(absl::StrCat(
      "binary \"", command,
      "\" could not be found: it is neither in the task's "
      "directory \"",
      task_dir, "\" (or its local/)",
      absl::StartsWith(command, "/") ? " nor on the host" : "", hint));
}

absl::Status MakeExecutable(absl::string_view program,
                            absl::string_view task_dir) {
  const std::string root = CleanJoin("/", task_dir);
  if (!absl::StartsWith(program, absl::StrCat(root, "/"))) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const base::UniqueFd directory, base::OpenDirectory(root));
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const std::string name(program.substr(root.size() + 1));
  base::UniqueFd file(static_cast<int>(
      syscall(SYS_openat2, directory.get(), name.c_str(), &how, sizeof(how))));
  // A link that leads out of the directory is no business of ours.
  if (!file.valid()) return absl::OkStatus();
  struct stat status;
  if (fstat(file.get(), &status) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot stat ", program));
  }
  if (!S_ISREG(status.st_mode) || (status.st_mode & 0555) == 0555) {
    return absl::OkStatus();
  }
  // By descriptor: a name could be another file by now. O_PATH descriptors
  // cannot be given to fchmod(2), but /proc leads to the file.
  const std::string by_fd = absl::StrCat("/proc/self/fd/", file.get());
  if (chmod(by_fd.c_str(), (status.st_mode & 07777) | 0555) != 0) {
    const int error = errno;
    // Without the right to change it, it may still be executable for its user.
    if (error == EPERM && (status.st_mode & 0111) != 0) {
      return absl::OkStatus();
    }
    return base::ErrnoStatus(
        error, absl::StrCat("cannot make \"", program, "\" executable"));
  }
  return absl::OkStatus();
}

absl::Status CheckAllowed(absl::string_view program,
                          const std::vector<std::string>& allowed) {
  if (allowed.empty()) return absl::OkStatus();
  const std::string real = RealPath(std::string(program));
  for (const std::string& entry : allowed) {
    const std::string place = RealPath(entry);
    if (real == place || absl::StartsWith(real, absl::StrCat(place, "/")) ||
        place == "/") {
      return absl::OkStatus();
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("running \"", program,
                   "\" is disallowed: the driver's configuration "
                   "allows commands only in ",
                   absl::StrJoin(allowed, ", ")));
}

}  // namespace driver
