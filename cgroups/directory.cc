#include "cgroups/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "cgroups/kernel_text.h"

namespace cgroups {
namespace {

constexpr int kOpenFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Lists of a group with a million processes are shorter than this.
constexpr size_t kMaxFileBytes = size_t{16} << 20;

// The names of the directories in `fd`. A group without groups below it is told
// by its link count alone.
absl::StatusOr<std::vector<std::string>> Subdirectories(int fd) {
  std::vector<std::string> names;
  struct stat status;
  if (fstat(fd, &status) == 0 && status.st_nlink == 2) return names;
  base::UniqueFd own(
      openat(fd, ".", kOpenFlags));  // with its own read position
  if (!own.valid()) {
    if (errno == ENOENT) return names;  // removed meanwhile
    return base::ErrnoStatus(errno, "cannot open it");
  }
  DIR* raw = fdopendir(own.get());
  if (raw == nullptr) return base::ErrnoStatus(errno, "cannot list it");
  (void)own.Release();  // closedir() closes it
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(raw, closedir);
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(
        stream.get());  // NOLINT(concurrency-mt-unsafe): one stream, one thread
    if (entry == nullptr) break;
    if (entry->d_name[0] == '.' &&
        (entry->d_name[1] == '\0' || strcmp(entry->d_name, "..") == 0)) {
      continue;
    }
    if (entry->d_type == DT_DIR) names.emplace_back(entry->d_name);
  }
  return names;
}

// Walks a tree with one open directory, going back up by "..": kernfs knows the
// parent of a directory even after it was removed. `enter` is called on the way
// down, `leave` with the parent's descriptor and the name on the way up.
absl::Status Walk(
    const Directory& top, size_t max_groups,
    const std::function<absl::Status(int fd)>& enter,
    const std::function<absl::Status(int parent, const char* name)>& leave) {
  struct Level {
    std::vector<std::string> names;
    size_t next = 0;
  };
  base::UniqueFd current(openat(top.fd(), ".", kOpenFlags));
  if (!current.valid()) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cgroup \"", top.path(), "\": cannot open"));
  }
  std::vector<Level> levels;
  size_t groups = 0;
  const auto push = [&]() -> absl::Status {
    if (++groups > max_groups) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cgroup \"", top.path(), "\": more than ", max_groups,
                       " groups are in it"));
    }
    RETURN_IF_ERROR(enter(current.get()));
    absl::StatusOr<std::vector<std::string>> names =
        Subdirectories(current.get());
    if (!names.ok()) {
      return base::Prefixed(
          absl::StrCat("cgroup \"", top.path(), "\" or one below: "),
          names.status());
    }
    levels.push_back({*std::move(names), 0});
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(push());
  for (;;) {
    Level& level = levels.back();
    if (level.next < level.names.size()) {
      base::UniqueFd child(
          openat(current.get(), level.names[level.next++].c_str(), kOpenFlags));
      if (!child.valid()) {
        if (errno == ENOENT || errno == ENODEV) continue;
        return base::ErrnoStatus(
            errno, absl::StrCat("cgroup \"", top.path(),
                                "\": cannot open a group below it"));
      }
      current = std::move(child);
      RETURN_IF_ERROR(push());
      continue;
    }
    levels.pop_back();
    if (levels.empty()) return absl::OkStatus();
    base::UniqueFd parent(openat(current.get(), "..", kOpenFlags));
    if (!parent.valid()) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cgroup \"", top.path(),
                              "\": cannot go back up from a group below it"));
    }
    current = std::move(parent);
    const Level& above = levels.back();
    RETURN_IF_ERROR(leave(current.get(), above.names[above.next - 1].c_str()));
  }
}

absl::Status Nothing(int /*parent*/, const char* /*name*/) {
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Directory> Directory::Open(absl::string_view path) {
  base::UniqueFd fd(open(std::string(path).c_str(), kOpenFlags));
  if (!fd.valid()) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot open cgroup \"", path, "\""));
  }
  return Directory(std::string(path), std::move(fd));
}

uint64_t Directory::id() const {
  struct stat status;
  return fstat(fd(), &status) == 0 ? status.st_ino : 0;
}

absl::StatusOr<std::string> Directory::Read(absl::string_view file) const {
  absl::StatusOr<std::string> text =
      base::ReadFileAt(fd(), file, kMaxFileBytes);
  if (text.ok()) return text;
  return base::Prefixed(absl::StrCat("cgroup \"", path_, "\": "),
                        text.status());
}

absl::Status Directory::Write(absl::string_view file,
                              absl::string_view value) const {
  return base::Prefixed(absl::StrCat("cgroup \"", path_, "\": "),
                        base::WriteFileAt(fd(), file, value));
}

bool Directory::Has(absl::string_view file) const {
  return faccessat(fd(), std::string(file).c_str(), F_OK, 0) == 0;
}

absl::StatusOr<Directory> Directory::Make(absl::string_view name) const {
  if (mkdirat(fd(), std::string(name).c_str(), 0755) != 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot make cgroup \"", path_, "/", name, "\""));
  }
  return OpenChild(name);
}

absl::StatusOr<Directory> Directory::OpenChild(absl::string_view name) const {
  std::string path = absl::StrCat(path_, "/", name);
  base::UniqueFd child(openat(fd(), std::string(name).c_str(), kOpenFlags));
  if (!child.valid()) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot open cgroup \"", path, "\""));
  }
  return Directory(std::move(path), std::move(child));
}

absl::StatusOr<Directory> Directory::MakeOrOpen(absl::string_view name) const {
  absl::StatusOr<Directory> child = OpenChild(name);
  if (!absl::IsNotFound(child.status())) return child;
  child = Make(name);
  if (!absl::IsAlreadyExists(child.status())) return child;
  return OpenChild(name);
}

absl::StatusOr<std::vector<std::string>> Directory::Children() const {
  absl::StatusOr<std::vector<std::string>> names = Subdirectories(fd());
  if (names.ok()) return names;
  return base::Prefixed(absl::StrCat("cgroup \"", path_, "\": "),
                        names.status());
}

absl::Status WalkTree(const Directory& top,
                      const std::function<absl::Status(int fd)>& visit,
                      size_t max_groups) {
  return Walk(top, max_groups, visit, Nothing);
}

absl::Status RemoveBelow(const Directory& top) {
  size_t busy = 0;
  int error = 0;
  RETURN_IF_ERROR(Walk(
      top, kMaxGroups, [](int /*fd*/) { return absl::OkStatus(); },
      [&](int parent, const char* name) {
        if (unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
          error = errno;
          ++busy;
        }
        return absl::OkStatus();
      }));
  if (busy == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cgroup \"", top.path(), "\": ", busy,
                   " groups below it cannot be removed: ",
                   strerror(error)));  // NOLINT(concurrency-mt-unsafe)
}

absl::StatusOr<std::vector<pid_t>> PidsBelow(const Directory& top) {
  std::vector<pid_t> pids;
  bool is_top = true;
  RETURN_IF_ERROR(WalkTree(top, [&](int fd) -> absl::Status {
    absl::StatusOr<std::string> text =
        base::ReadFileAt(fd, "cgroup.procs", kMaxFileBytes);
    // A threaded group lists its processes only in the group above that is its
    // domain; one below that is gone has none.
    if (absl::IsUnimplemented(text.status()) ||
        (!is_top && absl::IsNotFound(text.status()))) {
      return absl::OkStatus();
    }
    is_top = false;
    if (!text.ok()) {
      return base::Prefixed(
          absl::StrCat("cgroup \"", top.path(), "\" or one below: "),
          text.status());
    }
    const std::vector<pid_t> here = ParsePids(*text);
    pids.insert(pids.end(), here.begin(), here.end());
    return absl::OkStatus();
  }));
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

}  // namespace cgroups
