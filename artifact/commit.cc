#include "artifact/commit.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "artifact/beneath.h"
#include "artifact/directory.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace artifact {
namespace {

// The journal is a sequence of fields that end in NUL, because names may hold
// any other byte:
//   anchor path, its device, its inode, name of the result's directory
//   then for each entry: "+" if it is new, "x" if it replaces one or "-" if
//   one is removed; its path below the anchor; the inode of what is moved
// An entry stands in the journal before it is moved. What is moved back is
// told by its inode: whatever else has that name is not ours.
constexpr char kJournal[] = "journal";
// Holds the old file between two renames where the kernel cannot swap.
constexpr char kSwap[] = "swap";
// Where entries go that are removed.
constexpr char kRemoved[] = "removed";
constexpr size_t kMaxJournalBytes = size_t{256} << 20;

// One at a time within this process. A lock on the destination itself would
// let a task that holds one stop us.
base::Mutex& CommitMutex() {
  static base::Mutex* const mutex = new base::Mutex;
  return *mutex;
}

// Two names trade places. False with errno set if it failed.
bool Exchange(int staging, int from, const std::string& name, int to) {
  if (renameat2(from, name.c_str(), to, name.c_str(), RENAME_EXCHANGE) == 0) {
    return true;
  }
  if (errno != EINVAL && errno != ENOSYS) return false;
  return renameat(to, name.c_str(), staging, kSwap) == 0 &&
         renameat(from, name.c_str(), to, name.c_str()) == 0 &&
         renameat(staging, kSwap, from, name.c_str()) == 0;
}

// A directory that its owner may not write cannot be moved (its ".." changes)
// except by root: it is made writable for the moment.
bool Move(int from, const std::string& name, int to,
          const struct stat& status) {
  const auto move = [&] {
    return renameat2(from, name.c_str(), to, name.c_str(), RENAME_NOREPLACE) ==
           0;
  };
  if (move()) return true;
  if (errno == EINVAL || errno == ENOSYS) {  // no NOREPLACE here
    struct stat there;
    if (fstatat(to, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
      errno = EEXIST;
      return false;
    }
    return renameat(from, name.c_str(), to, name.c_str()) == 0;
  }
  if (errno != EACCES || !S_ISDIR(status.st_mode)) return false;
  const mode_t mode = status.st_mode & 07777;
  if (fchmodat(from, name.c_str(), mode | 0700, 0) != 0) return false;
  const bool moved = move();
  const int error = errno;
  (void)fchmodat(moved ? to : from, name.c_str(), mode, 0);
  errno = error;
  return moved;
}

class Merge {
 public:
  Merge(int staging, const Place& place, base::UniqueFd journal)
      : staging_(staging), place_(place), journal_(std::move(journal)) {}

  absl::Status Run(int from, int to, const std::string& below);
  absl::Status Remove(const std::string& name);

 private:
  absl::Status Put(int from, int to, const std::string& name,
                   const std::string& path);
  absl::Status Note(absl::string_view kind, const std::string& path,
                    ino_t inode);

  const int staging_;
  const Place& place_;
  const base::UniqueFd journal_;
};

absl::Status Merge::Run(int from, int to, const std::string& below) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, EntriesOf(from));
  for (const std::string& name : names) {
    RETURN_IF_ERROR(Put(from, to, name, absl::StrCat(below, name)));
  }
  return absl::OkStatus();
}

absl::Status Merge::Remove(const std::string& name) {
  const int anchor = place_.anchor.get();
  struct stat status;
  if (fstatat(anchor, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return absl::OkStatus();  // gone by itself
  }
  ASSIGN_OR_RETURN(const base::UniqueFd removed,
                   MakeDirectoriesBeneath(staging_, kRemoved));
  RETURN_IF_ERROR(Note("-", name, status.st_ino));
  if (!Move(anchor, name, removed.get(), status)) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot remove \"", absl::CHexEscape(name),
                            "\" from \"", place_.path, "\""));
  }
  return absl::OkStatus();
}

absl::Status Merge::Note(absl::string_view kind, const std::string& path,
                         ino_t inode) {
  const std::string inode_text = absl::StrCat(inode);
  std::string record;
  for (const absl::string_view field :
       {kind, absl::string_view(path), absl::string_view(inode_text)}) {
    absl::StrAppend(&record, field, absl::string_view("\0", 1));
  }
  return base::WriteAll(journal_.get(), record);
}

absl::Status Merge::Put(int from, int to, const std::string& name,
                        const std::string& path) {
  struct stat ours;
  if (fstatat(from, name.c_str(), &ours, AT_SYMLINK_NOFOLLOW) != 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot stat \"", absl::CHexEscape(path), "\""));
  }
  struct stat theirs;
  if (fstatat(to, name.c_str(), &theirs, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot stat \"", absl::CHexEscape(path), "\""));
    }
    RETURN_IF_ERROR(Note("+", path, ours.st_ino));
    if (Move(from, name, to, ours)) return absl::OkStatus();
    if (errno != EEXIST ||
        fstatat(to, name.c_str(), &theirs, AT_SYMLINK_NOFOLLOW) != 0) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot move \"", absl::CHexEscape(path),
                              "\" into \"", place_.path, "\""));
    }
    // Somebody was faster: then the two are merged.
  }
  if (S_ISDIR(ours.st_mode)) {
    if (!S_ISDIR(theirs.st_mode)) {
      return absl::FailedPreconditionError(
          absl::StrCat("mkdir ", place_.path, "/", absl::CHexEscape(path),
                       ": not a directory",
                       S_ISLNK(theirs.st_mode)
                           ? " but a symbolic link, which is not followed"
                           : ""));
    }
    ASSIGN_OR_RETURN(const base::UniqueFd our_directory,
                     OpenBeneath(from, name, O_RDONLY | O_DIRECTORY));
    ASSIGN_OR_RETURN(const base::UniqueFd their_directory,
                     OpenBeneath(to, name, O_RDONLY | O_DIRECTORY));
    return Run(our_directory.get(), their_directory.get(),
               absl::StrCat(path, "/"));
  }
  if (S_ISDIR(theirs.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "open ", place_.path, "/", absl::CHexEscape(path), ": is a directory"));
  }
  RETURN_IF_ERROR(Note("x", path, ours.st_ino));
  if (!Exchange(staging_, from, name, to)) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot replace \"", absl::CHexEscape(path),
                            "\" in \"", place_.path, "\""));
  }
  return absl::OkStatus();
}

// The directory part and the name of a path.
std::pair<std::string, std::string> SplitName(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

void TakeBack(int staging, int result, int anchor, absl::string_view kind,
              const std::string& path, uint64_t inode) {
  const auto [directory, name] = SplitName(path);
  if (kind == "-") {
    const auto removed = OpenBeneath(staging, kRemoved, O_RDONLY | O_DIRECTORY);
    struct stat status;
    if (removed.ok() && fstatat(removed->get(), name.c_str(), &status,
                                AT_SYMLINK_NOFOLLOW) == 0) {
      (void)Move(removed->get(), name, anchor, status);
    }
    return;
  }
  const auto from = OpenBeneath(result, directory, O_RDONLY | O_DIRECTORY);
  const auto to = OpenBeneath(anchor, directory, O_RDONLY | O_DIRECTORY);
  if (!from.ok() || !to.ok()) return;
  struct stat there;
  const bool is_there =
      fstatat(to->get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
  const bool is_ours = is_there && there.st_ino == inode;
  if (kind == "+") {
    if (is_ours) (void)Move(to->get(), name, from->get(), there);
    return;
  }
  struct stat swapped;
  if (fstatat(staging, kSwap, &swapped, AT_SYMLINK_NOFOLLOW) == 0) {
    if (is_ours) (void)Move(to->get(), name, from->get(), there);
    (void)renameat2(staging, kSwap, to->get(), name.c_str(), RENAME_NOREPLACE);
    return;
  }
  if (is_ours) (void)Exchange(staging, to->get(), name, from->get());
}

}  // namespace

absl::Status Commit(
    int staging, const std::string& result, const Place& place,
    const std::function<bool(absl::string_view name)>& is_obsolete) {
  // The missing directories are made around the result, so that they appear
  // with it.
  std::string top = result;
  if (!place.missing.empty()) {
    top = "wrap";
    std::string path = top;
    for (size_t i = 0; i < place.missing.size(); ++i) {
      if (mkdirat(staging, path.c_str(), 0755) != 0) {
        return base::ErrnoStatus(errno, "cannot make a directory");
      }
      absl::StrAppend(&path, "/", place.missing[i]);
    }
    if (renameat(staging, result.c_str(), staging, path.c_str()) != 0) {
      return base::ErrnoStatus(errno, "cannot move the result");
    }
  }
  struct stat anchor;
  if (fstat(place.anchor.get(), &anchor) != 0) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot stat \"", place.path, "\""));
  }
  std::string anchor_path(4096, '\0');
  const ssize_t length =
      readlink(absl::StrCat("/proc/self/fd/", place.anchor.get()).c_str(),
               anchor_path.data(), anchor_path.size());
  anchor_path.resize(length < 0 ? 0 : static_cast<size_t>(length));

  ASSIGN_OR_RETURN(const base::UniqueFd from,
                   OpenBeneath(staging, top, O_RDONLY | O_DIRECTORY));
  base::MutexLock lock(&CommitMutex());
  base::UniqueFd journal(
      openat(staging, kJournal, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!journal.valid()) {
    return base::ErrnoStatus(errno, "cannot create the journal");
  }
  const absl::string_view end("\0", 1);
  RETURN_IF_ERROR(base::WriteAll(
      journal.get(), absl::StrCat(anchor_path, end, anchor.st_dev, end,
                                  absl::StrCat(anchor.st_ino, end, top, end))));
  Merge merge(staging, place, std::move(journal));
  absl::Status merged;
  if (is_obsolete && place.missing.empty()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names,
                     EntriesOf(place.anchor.get()));
    for (const std::string& name : names) {
      if (merged.ok() && is_obsolete(name)) merged = merge.Remove(name);
    }
  }
  if (merged.ok()) merged = merge.Run(from.get(), place.anchor.get(), "");
  if (!merged.ok()) {
    (void)RollBack(staging);
    return merged;
  }
  // From here on it is done.
  if (unlinkat(staging, kJournal, 0) != 0) {
    return base::ErrnoStatus(errno, "cannot remove the journal");
  }
  return absl::OkStatus();
}

absl::Status RollBack(int staging) {
  const auto text = base::ReadFileAt(staging, kJournal, kMaxJournalBytes);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  RETURN_IF_ERROR(text.status());
  std::vector<std::string> fields = absl::StrSplit(*text, '\0');
  fields.pop_back();  // what stands behind the last NUL is not complete
  uint64_t device = 0;
  uint64_t inode = 0;
  struct stat status;
  if (fields.size() >= 4 && absl::SimpleAtoi(fields[1], &device) &&
      absl::SimpleAtoi(fields[2], &inode)) {
    base::UniqueFd anchor(
        open(fields[0].c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto result = OpenBeneath(staging, fields[3], O_RDONLY | O_DIRECTORY);
    // If the directory is another one now, nothing of it is ours.
    if (anchor.valid() && fstat(anchor.get(), &status) == 0 &&
        status.st_dev == device && status.st_ino == inode && result.ok()) {
      for (size_t i = 4 + (fields.size() - 4) / 3 * 3; i >= 4 + 3; i -= 3) {
        uint64_t entry = 0;
        if (!absl::SimpleAtoi(fields[i - 1], &entry)) continue;
        TakeBack(staging, result->get(), anchor.get(), fields[i - 3],
                 fields[i - 2], entry);
      }
    }
  }
  if (unlinkat(staging, kJournal, 0) != 0 && errno != ENOENT) {
    return base::ErrnoStatus(errno, "cannot remove the journal");
  }
  return absl::OkStatus();
}

}  // namespace artifact
