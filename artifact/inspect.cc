#include "artifact/inspect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "artifact/beneath.h"
#include "artifact/directory.h"
#include "artifact/tree_writer.h"
#include "base/status.h"

namespace artifact {
namespace {

constexpr int kMaxDepth = 300;

class Inspector {
 public:
  Inspector(int root, const InspectRules& rules) : root_(root), rules_(rules) {}

  absl::Status Visit(int directory, const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      return absl::FailedPreconditionError(absl::StrCat(
          "more than ", kMaxDepth, " directories deep: ", Quoted(path)));
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> names,
                     EntriesOf(directory));
    for (const std::string& name : names) {
      RETURN_IF_ERROR(Look(directory, name,
                           path.empty() ? name : absl::StrCat(path, "/", name),
                           depth));
    }
    return absl::OkStatus();
  }

 private:
  static std::string Quoted(const std::string& path) {
    return absl::CHexEscape(path.substr(0, 300));
  }

  absl::Status Look(int directory, const std::string& name,
                    const std::string& path, int depth) {
    struct stat status;
    if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return base::ErrnoStatus(errno,
                               absl::StrCat("cannot stat ", Quoted(path)));
    }
    switch (status.st_mode & S_IFMT) {
      case S_IFDIR:
        RETURN_IF_ERROR(LookInside(directory, name, path, status, depth));
        break;
      case S_IFREG:
        break;
      case S_IFLNK:
        RETURN_IF_ERROR(LookAtLink(directory, name, path));
        break;
      default:
        return absl::FailedPreconditionError(
            absl::StrCat(Quoted(path),
                         " is a device, a FIFO or a socket, which are "
                         "refused"));
    }
    if (rules_.owner.has_value() &&
        fchownat(directory, name.c_str(), rules_.owner->uid, rules_.owner->gid,
                 AT_SYMLINK_NOFOLLOW) != 0) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot change the owner of ", Quoted(path)));
    }
    const mode_t mode = status.st_mode & 07777;
    if (!S_ISLNK(status.st_mode) && (mode & ~0777u) != 0 &&
        fchmodat(directory, name.c_str(), mode & 0777, 0) != 0) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot change the mode of ", Quoted(path)));
    }
    return absl::OkStatus();
  }

  absl::Status LookInside(int directory, const std::string& name,
                          const std::string& path, const struct stat& status,
                          int depth) {
    const mode_t mode = status.st_mode & 0777;
    const bool is_open_to_us = (mode & 0500) == 0500 || geteuid() == 0;
    if (!is_open_to_us) {
      (void)fchmodat(directory, name.c_str(), mode | 0700, 0);
    }
    ASSIGN_OR_RETURN(const base::UniqueFd fd,
                     OpenBeneath(directory, name, O_RDONLY | O_DIRECTORY));
    const absl::Status visited = Visit(fd.get(), path, depth + 1);
    if (!is_open_to_us) (void)fchmod(fd.get(), mode);
    return visited;
  }

  absl::Status LookAtLink(int directory, const std::string& name,
                          const std::string& path) {
    if (!rules_.allows_links) {
      return absl::FailedPreconditionError(absl::StrCat(
          "copying of symlinks has been disabled: ", Quoted(path)));
    }
    if (!rules_.checks_links) return absl::OkStatus();
    std::string target(4096, '\0');
    const ssize_t size =
        readlinkat(directory, name.c_str(), target.data(), target.size());
    if (size < 0) {
      return base::ErrnoStatus(errno,
                               absl::StrCat("cannot read link ", Quoted(path)));
    }
    target.resize(static_cast<size_t>(size));
    return base::Prefixed(
        "artifact includes symlink that resolves outside of sandbox: ",
        CheckLinkStaysInside(root_, path, target));
  }

  const int root_;
  const InspectRules& rules_;
};

}  // namespace

absl::Status InspectTree(int root, const InspectRules& rules) {
  return Inspector(root, rules).Visit(root, "", 0);
}

}  // namespace artifact
