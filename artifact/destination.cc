#include "artifact/destination.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "artifact/beneath.h"
#include "base/status.h"

namespace artifact {
namespace {

// Whether `path` is `directory` or below it; both cleaned. If so, `relative`
// is the rest. By components: "/x/task2" is not in "/x/task".
bool IsInside(const std::string& path, const std::string& directory,
              std::string* relative) {
  if (directory.empty()) return false;
  if (path == directory) {
    relative->clear();
    return true;
  }
  const std::string prefix =
      absl::EndsWith(directory, "/") ? directory : directory + "/";
  if (!absl::StartsWith(path, prefix)) return false;
  *relative = path.substr(prefix.size());
  return true;
}

absl::StatusOr<base::UniqueFd> OpenDirectoryAt(int at, const std::string& name,
                                               bool is_confined) {
  if (is_confined) return OpenBeneath(at, name, O_RDONLY | O_DIRECTORY);
  base::UniqueFd fd(
      openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot open \"", name, "\""));
  }
  return fd;
}

}  // namespace

std::string CleanPath(absl::string_view path) {
  const bool is_absolute = absl::StartsWith(path, "/");
  std::vector<std::string> kept;
  for (const std::string& part : PathParts(path)) {
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!is_absolute) {
      kept.push_back(part);
    }
  }
  const std::string joined = absl::StrJoin(kept, "/");
  if (is_absolute) return absl::StrCat("/", joined);
  return joined.empty() ? "." : joined;
}

std::string Destination::path() const {
  if (relative.empty()) return root;
  if (root == ".") return relative;
  return absl::StrCat(absl::EndsWith(root, "/") ? root : root + "/", relative);
}

absl::StatusOr<Destination> ResolveDestination(const std::string& destination,
                                               const std::string& task_dir,
                                               const std::string& shared_dir) {
  if (absl::StrContains(destination, '\0')) {
    return absl::InvalidArgumentError("destination has a NUL byte");
  }
  Destination result;
  if (task_dir.empty()) {
    if (!shared_dir.empty()) {
      return absl::InvalidArgumentError(
          "a shared directory needs a task directory");
    }
    // Not cleaned: with links, "a/../b" need not be "b".
    result.root = absl::StartsWith(destination, "/") ? "/" : ".";
    result.relative = absl::StrJoin(PathParts(destination), "/");
    return result;
  }
  const std::string task = CleanPath(task_dir);
  const std::string shared = shared_dir.empty() ? "" : CleanPath(shared_dir);
  result.is_confined = true;
  std::string path = CleanPath(destination);
  const bool is_below =
      absl::StartsWith(path, "/") && (IsInside(path, task, &result.relative) ||
                                      IsInside(path, shared, &result.relative));
  if (!is_below) path = CleanPath(absl::StrCat(task, "/", destination));
  if (IsInside(path, task, &result.relative)) {
    result.root = task;
  } else if (IsInside(path, shared, &result.relative)) {
    result.root = shared;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("artifact destination path escapes alloc directory: \"",
                     destination, "\""));
  }
  return result;
}

absl::StatusOr<Place> OpenPlace(const Destination& destination, bool parent) {
  Place place;
  std::vector<std::string> parts = PathParts(destination.relative);
  if (parent) {
    if (parts.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("open ", destination.path(), ": is a directory"));
    }
    parts.pop_back();
  }
  place.path = Destination{destination.root, absl::StrJoin(parts, "/"),
                           destination.is_confined}
                   .path();
  place.anchor = base::UniqueFd(
      open(destination.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!place.anchor.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot open directory \"",
                                                 destination.root, "\""));
  }
  for (const std::string& part : parts) {
    if (place.missing.empty()) {
      absl::StatusOr<base::UniqueFd> next =
          OpenDirectoryAt(place.anchor.get(), part, destination.is_confined);
      if (next.ok()) {
        place.anchor = *std::move(next);
        continue;
      }
      struct stat status;
      const bool exists = fstatat(place.anchor.get(), part.c_str(), &status,
                                  AT_SYMLINK_NOFOLLOW) == 0;
      if (exists || !absl::IsNotFound(next.status())) {
        return base::Prefixed(
            absl::StrCat("cannot use destination \"", destination.path(),
                         "\": mkdir ", part, ": "),
            exists && !S_ISDIR(status.st_mode) && !S_ISLNK(status.st_mode)
                ? absl::FailedPreconditionError("not a directory")
                : next.status());
      }
    }
    if (part == "..") {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot use destination \"", destination.path(),
                       "\": a directory before \"..\" does not exist"));
    }
    place.missing.push_back(part);
  }
  return place;
}

}  // namespace artifact
