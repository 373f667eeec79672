#include "artifact/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "artifact/beneath.h"
#include "artifact/commit.h"
#include "artifact/directory.h"
#include "base/file.h"
#include "base/status.h"

namespace artifact {
namespace {

constexpr absl::string_view kPrefix = ".drover-fetch-";
constexpr char kKeyFile[] = "key";

std::vector<std::string> StagingNames(int parent) {
  std::vector<std::string> names;
  // A directory that cannot be read has nothing that could be swept.
  const auto entries = EntriesOf(parent);
  if (!entries.ok()) return names;
  for (const std::string& entry : *entries) {
    if (IsStagingName(entry)) names.push_back(entry);
  }
  return names;
}

// Opens and locks what a dead process left; invalid if it is in use, or not
// ours: others may write to the parent.
base::UniqueFd OpenAbandoned(int parent, const std::string& name) {
  base::UniqueFd fd(openat(parent, name.c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status;
  if (!fd.valid() || fstat(fd.get(), &status) != 0 ||
      status.st_uid != geteuid() || (status.st_mode & 077) != 0 ||
      flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::UniqueFd();
  }
  return fd;
}

// The parent of the place if the staging directory can stand there, else the
// place itself, or what exists of it.
base::UniqueFd ChooseParent(const Place& place, bool beside) {
  const int anchor = place.anchor.get();
  if (beside && place.missing.empty()) {
    base::UniqueFd up(openat(anchor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat up_status;
    struct stat status;
    if (up.valid() && fstat(up.get(), &up_status) == 0 &&
        fstat(anchor, &status) == 0 && up_status.st_dev == status.st_dev &&
        up_status.st_ino != status.st_ino &&
        faccessat(up.get(), ".", W_OK | X_OK, AT_EACCESS) == 0) {
      return up;
    }
  }
  return base::UniqueFd(
      openat(anchor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

bool IsStagingName(absl::string_view name) {
  return absl::StartsWith(name, kPrefix);
}

absl::StatusOr<Staging> Staging::Create(const Place& place, bool beside,
                                        const std::string& key) {
  base::UniqueFd parent = ChooseParent(place, beside);
  if (!parent.valid()) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot open directory \"", place.path, "\""));
  }
  std::string adopted_name;
  base::UniqueFd adopted;
  for (const std::string& name : StagingNames(parent.get())) {
    base::UniqueFd abandoned = OpenAbandoned(parent.get(), name);
    if (!abandoned.valid()) continue;
    // What is left of a commit is taken back in any case.
    const absl::Status rolled_back = RollBack(abandoned.get());
    if (!rolled_back.ok()) return rolled_back;
    const auto its_key = base::ReadFileAt(abandoned.get(), kKeyFile, 4096);
    if (!adopted.valid() && its_key.ok() && *its_key == key &&
        RemoveTreeAt(abandoned.get(), "tree").ok() &&
        RemoveTreeAt(abandoned.get(), "result").ok()) {
      adopted = std::move(abandoned);
      adopted_name = name;
      continue;
    }
    // Left-overs only cost space: a fetch does not fail because of them.
    (void)RemoveTreeAt(parent.get(), name);
  }
  if (adopted.valid()) {
    return Staging(std::move(parent), std::move(adopted_name),
                   std::move(adopted));
  }
  absl::BitGen random;
  std::string name;
  base::UniqueFd fd;
  // Between its making and its locking another fetch may take the directory for
  // a left-over and remove it: then there is a next one.
  for (int tries = 0; tries < 100 && !fd.valid(); ++tries) {
    name = absl::StrFormat("%s%016x", kPrefix, absl::Uniform<uint64_t>(random));
    if (mkdirat(parent.get(), name.c_str(), 0700) != 0) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot make a staging directory for \"",
                              place.path, "\""));
    }
    fd.Reset(openat(parent.get(), name.c_str(),
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid() && errno != ENOENT) break;
    struct stat status;
    if (fd.valid() && (flock(fd.get(), LOCK_EX | LOCK_NB) != 0 ||
                       fstat(fd.get(), &status) != 0 || status.st_nlink == 0)) {
      fd.Reset();
      errno = ENOENT;
    }
  }
  if (!fd.valid()) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot lock staging directory ", name));
  }
  Staging staging(std::move(parent), name, std::move(fd));
  base::UniqueFd key_file(openat(
      staging.fd(), kKeyFile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!key_file.valid()) {
    return base::ErrnoStatus(errno, "cannot write to the staging directory");
  }
  RETURN_IF_ERROR(base::WriteAll(key_file.get(), key));
  return staging;
}

Staging::~Staging() {
  // Nobody to tell; the next fetch sweeps it.
  if (fd_.valid()) (void)Remove();
}

absl::Status Staging::Remove() {
  const absl::Status removed = RemoveTreeAt(parent_.get(), name_);
  fd_.Reset();
  return removed;
}

}  // namespace artifact
