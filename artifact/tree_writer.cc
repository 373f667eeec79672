#include "artifact/tree_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "artifact/beneath.h"
#include "base/status.h"

namespace artifact {
namespace {

// Deep enough for every real tree, and few enough for descriptors: removing
// and moving a tree holds one open for each level.
constexpr size_t kMaxDepth = 256;
constexpr size_t kMaxNameBytes = 4096;
// As the kernel has it (path_resolution(7)).
constexpr int kMaxLinksOnAWay = 40;

std::string Quoted(absl::string_view name) {
  return absl::CHexEscape(name.substr(0, 300));
}

std::pair<std::string, std::string> SplitLast(
    const std::vector<std::string>& parts) {
  return {absl::StrJoin(parts.begin(), parts.end() - 1, "/"), parts.back()};
}

timespec Omitted() { return {.tv_sec = 0, .tv_nsec = UTIME_OMIT}; }

}  // namespace

absl::StatusOr<std::vector<std::string>> EntryNameParts(
    absl::string_view name) {
  if (name.size() > kMaxNameBytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("open ", Quoted(name), "...: file name too long"));
  }
  for (const absl::string_view part :
       absl::StrSplit(name, absl::ByAnyChar("/\\"))) {
    if (part == "..") {
      return absl::FailedPreconditionError(
          absl::StrCat("entry contains '..': ", Quoted(name)));
    }
  }
  std::vector<std::string> parts = PathParts(name);
  if (parts.size() > kMaxDepth) {
    return absl::FailedPreconditionError(absl::StrCat(
        "entry is more than ", kMaxDepth, " directories deep: ", Quoted(name)));
  }
  return parts;
}

absl::StatusOr<int> TreeWriter::OpenParent(const std::string& directory,
                                           absl::string_view verb,
                                           absl::string_view name) {
  if (parent_.valid() && parent_path_ == directory) return parent_.get();
  absl::StatusOr<base::UniqueFd> opened =
      MakeDirectoriesBeneath(root_, directory);
  if (!opened.ok()) {
    const std::string what = absl::StrCat(verb, " ", Quoted(name), ": ");
    // There are no links in the tree, so it can only be that "a" is a file
    // and "a/b" is wanted.
    if (absl::IsFailedPrecondition(opened.status())) {
      return absl::FailedPreconditionError(
          absl::StrCat(what, "not a directory"));
    }
    return base::Prefixed(what, opened.status());
  }
  parent_ = *std::move(opened);
  parent_path_ = directory;
  return parent_.get();
}

absl::Status TreeWriter::AddDirectory(absl::string_view name,
                                      std::optional<mode_t> mode,
                                      std::optional<timespec> time) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, EntryNameParts(name));
  const std::string path = absl::StrJoin(parts, "/");
  ASSIGN_OR_RETURN(const int unused, OpenParent(path, "mkdir", name));
  (void)unused;
  if (mode.has_value() || time.has_value()) {
    directories_[path] = {mode, time};
  }
  return absl::OkStatus();
}

absl::StatusOr<base::UniqueFd> TreeWriter::AddFile(absl::string_view name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, EntryNameParts(name));
  if (parts.empty() || absl::EndsWith(name, "/")) {
    return absl::FailedPreconditionError(
        absl::StrCat("open \"", Quoted(name), "\": is a directory"));
  }
  const auto [directory, base_name] = SplitLast(parts);
  ASSIGN_OR_RETURN(const int parent, OpenParent(directory, "open", name));
  for (int attempt = 0;; ++attempt) {
    base::UniqueFd fd(
        openat(parent, base_name.c_str(),
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd.valid()) return fd;
    const int error = errno;
    // A later entry wins. Unlinked, not overwritten: the earlier one may have
    // a second name by then.
    if (error == EEXIST && attempt == 0) {
      if (unlinkat(parent, base_name.c_str(), 0) == 0) {
        links_.erase(absl::StrJoin(parts, "/"));
        continue;
      }
      return absl::FailedPreconditionError(
          absl::StrCat("open ", Quoted(name), ": is a directory"));
    }
    if (error == ENAMETOOLONG) {
      return absl::FailedPreconditionError(
          absl::StrCat("open ", Quoted(name), ": file name too long"));
    }
    return base::ErrnoStatus(error, absl::StrCat("open ", Quoted(name)));
  }
}

absl::Status TreeWriter::FinishFile(int fd, mode_t mode,
                                    std::optional<timespec> time) {
  if (fchmod(fd, mode & 0777) != 0) {
    return base::ErrnoStatus(errno, "cannot set the mode of a file");
  }
  if (time.has_value()) {
    const timespec times[2] = {Omitted(), *time};
    if (futimens(fd, times) != 0) {
      return base::ErrnoStatus(errno, "cannot set the time of a file");
    }
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::AddLink(absl::string_view name, Link link) {
  if (link.target.empty() || link.target.size() > kMaxNameBytes ||
      absl::StrContains(link.target, '\0')) {
    return absl::FailedPreconditionError(
        absl::StrCat("link ", Quoted(name), " has no usable target"));
  }
  // The place holder, which also says if the name is usable.
  RETURN_IF_ERROR(AddFile(name).status());
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, EntryNameParts(name));
  links_[absl::StrJoin(parts, "/")] = std::move(link);
  return absl::OkStatus();
}

absl::Status TreeWriter::AddSymlink(absl::string_view name,
                                    absl::string_view target) {
  return AddLink(name, {/*is_hard=*/false, std::string(target)});
}

absl::Status TreeWriter::AddHardLink(absl::string_view name,
                                     absl::string_view target) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                   EntryNameParts(target));
  return AddLink(name, {/*is_hard=*/true, absl::StrJoin(parts, "/")});
}

absl::Status TreeWriter::MakeHardLink(const std::string& path,
                                      const Link& link) {
  const auto [directory, base_name] = SplitLast(PathParts(path));
  const auto [target_directory, target_name] =
      SplitLast(PathParts(link.target));
  ASSIGN_OR_RETURN(const int parent, OpenParent(directory, "open", path));
  const auto from =
      OpenBeneath(root_, target_directory, O_RDONLY | O_DIRECTORY);
  struct stat target;
  if (!from.ok() || links_.count(link.target) > 0 ||
      fstatat(from->get(), target_name.c_str(), &target, AT_SYMLINK_NOFOLLOW) !=
          0 ||
      !S_ISREG(target.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("hard link ", Quoted(path), " to ", Quoted(link.target),
                     ": the archive has no such file"));
  }
  if (unlinkat(parent, base_name.c_str(), 0) != 0 ||
      linkat(from->get(), target_name.c_str(), parent, base_name.c_str(), 0) !=
          0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot link ", Quoted(path)));
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::Finish() {
  // Hard links first: afterwards symbolic ones are the only links, and they
  // are not followed.
  std::vector<std::string> symlinks;
  for (auto it = links_.begin(); it != links_.end();) {
    if (!it->second.is_hard) {
      symlinks.push_back(it->first);
      ++it;
      continue;
    }
    // One that points to another link is made in a later round.
    const Link link = it->second;
    const std::string path = it->first;
    std::string target = link.target;
    for (int hops = 0; hops < kMaxLinksOnAWay; ++hops) {
      const auto next = links_.find(target);
      if (next == links_.end() || !next->second.is_hard) break;
      target = next->second.target;
    }
    RETURN_IF_ERROR(MakeHardLink(path, {true, target}));
    it = links_.erase(it);
  }
  for (const std::string& path : symlinks) {
    const auto [directory, base_name] = SplitLast(PathParts(path));
    ASSIGN_OR_RETURN(const int parent, OpenParent(directory, "open", path));
    if (unlinkat(parent, base_name.c_str(), 0) != 0 ||
        symlinkat(links_[path].target.c_str(), parent, base_name.c_str()) !=
            0) {
      return base::ErrnoStatus(errno,
                               absl::StrCat("cannot make link ", Quoted(path)));
    }
  }
  // Only now is the whole way of each link known.
  for (const std::string& path : symlinks) {
    RETURN_IF_ERROR(CheckLinkStaysInside(root_, path, links_[path].target));
  }
  parent_.Reset();
  // From the deepest up: a directory that nobody may enter comes after those
  // below it.
  std::vector<std::pair<std::string, Attributes>> directories(
      directories_.begin(), directories_.end());
  std::stable_sort(
      directories.begin(), directories.end(), [](const auto& a, const auto& b) {
        return PathParts(a.first).size() > PathParts(b.first).size();
      });
  for (const auto& [path, attributes] : directories) {
    ASSIGN_OR_RETURN(const base::UniqueFd fd,
                     OpenBeneath(root_, path, O_RDONLY | O_DIRECTORY));
    const timespec times[2] = {Omitted(), attributes.time.value_or(Omitted())};
    if ((attributes.mode.has_value() &&
         fchmod(fd.get(), *attributes.mode & 0777) != 0) ||
        futimens(fd.get(), times) != 0) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot set the mode of ", Quoted(path)));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLinkStaysInside(int root, const std::string& path,
                                  const std::string& target) {
  const absl::Status outside = absl::FailedPreconditionError(
      absl::StrCat("symbolic link ", Quoted(path), " -> ", Quoted(target),
                   " leads out of the destination"));
  if (absl::StartsWith(target, "/")) return outside;
  std::vector<std::string> at = PathParts(path);  // where we are, resolved
  at.pop_back();
  std::deque<std::string> ahead;  // what is still to be walked
  const auto push = [&ahead](absl::string_view text) {
    const std::vector<std::string> parts = PathParts(text);
    ahead.insert(ahead.begin(), parts.begin(), parts.end());
  };
  push(target);
  for (int links = 0; !ahead.empty();) {
    const std::string part = std::move(ahead.front());
    ahead.pop_front();
    if (part == "..") {
      if (at.empty()) return outside;
      at.pop_back();
      continue;
    }
    const auto directory =
        OpenBeneath(root, absl::StrJoin(at, "/"), O_PATH | O_DIRECTORY);
    at.push_back(part);
    if (!directory.ok()) continue;  // not there: nothing to resolve
    std::string next(kMaxNameBytes, '\0');
    const ssize_t size =
        readlinkat(directory->get(), part.c_str(), next.data(), next.size());
    if (size < 0) continue;  // no link
    next.resize(static_cast<size_t>(size));
    if (absl::StartsWith(next, "/")) return outside;
    if (++links > kMaxLinksOnAWay) {
      return absl::FailedPreconditionError(absl::StrCat(
          "symbolic link ", Quoted(path), ": too many links on its way"));
    }
    at.pop_back();
    push(next);
  }
  return absl::OkStatus();
}

}  // namespace artifact
