#include "agent/alloc_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace agent {
namespace {

// nobody and nogroup. By number, because a container may lack /etc/passwd.
constexpr uid_t kNobody = 65534;
constexpr gid_t kNogroup = 65534;

// Makes `name` in `parent` with exactly `mode`, or puts right what is there.
// `path` is for the error.
absl::StatusOr<base::UniqueFd> MakeDirectory(int parent, const char* name,
                                             mode_t mode, bool for_tasks,
                                             absl::string_view path) {
  if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot make directory \"", path, "\""));
  }
  base::UniqueFd fd(
      openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot open directory \"", path, "\""));
  }
  // EINVAL: root of a user namespace that has no nobody. Then every task is of
  // this one user, as without root.
  if (for_tasks && geteuid() == 0 && fchown(fd.get(), kNobody, kNogroup) != 0 &&
      errno != EINVAL) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot give \"", path, "\" to nobody"));
  }
  // After fchown(2), which takes mode bits away.
  if (fchmod(fd.get(), mode) != 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot set the mode of \"", path, "\""));
  }
  return fd;
}

}  // namespace

std::string AllocDir::Shared() const { return absl::StrCat(root_, "/alloc"); }

std::string AllocDir::Logs() const {
  return absl::StrCat(root_, "/alloc/logs");
}

std::string AllocDir::Task(absl::string_view task) const {
  return absl::StrCat(root_, "/", task);
}

std::string AllocDir::Local(absl::string_view task) const {
  return absl::StrCat(root_, "/", task, "/local");
}

std::string AllocDir::Secrets(absl::string_view task) const {
  return absl::StrCat(root_, "/", task, "/secrets");
}

absl::Status AllocDir::Build() const {
  ASSIGN_OR_RETURN(const base::UniqueFd root,
                   MakeDirectory(AT_FDCWD, root_.c_str(), 0755, false, root_));
  ASSIGN_OR_RETURN(const base::UniqueFd shared,
                   MakeDirectory(root.get(), "alloc", 0777, true, Shared()));
  for (const char* name : {"data", "logs", "tmp"}) {
    RETURN_IF_ERROR(MakeDirectory(shared.get(), name, 0777, true,
                                  absl::StrCat(Shared(), "/", name))
                        .status());
  }
  return absl::OkStatus();
}

absl::Status AllocDir::BuildTask(absl::string_view task) const {
  if (task.empty() || task == "alloc" || task == "." || task == ".." ||
      task.find('/') != absl::string_view::npos ||
      task.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot make a directory for task \"", task,
                     "\": the name must be one path element, not \"alloc\""));
  }
  ASSIGN_OR_RETURN(const base::UniqueFd root, base::OpenDirectory(root_));
  const std::string path = Task(task);
  ASSIGN_OR_RETURN(
      const base::UniqueFd directory,
      MakeDirectory(root.get(), std::string(task).c_str(), 0777, true, path));
  const struct {
    const char* name;
    mode_t mode;
  } kDirectories[] = {
      {"local", 0777},
      {"secrets", geteuid() == 0 ? mode_t{0777} : mode_t{0700}},
      {"tmp", 01777},
  };
  for (const auto& entry : kDirectories) {
    RETURN_IF_ERROR(MakeDirectory(directory.get(), entry.name, entry.mode, true,
                                  absl::StrCat(path, "/", entry.name))
                        .status());
  }
  return absl::OkStatus();
}

absl::Status AllocDir::Remove() const { return base::RemoveTree(root_); }

}  // namespace agent
