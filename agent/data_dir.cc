#include "agent/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"

namespace agent {
namespace {

constexpr char kFinished[] = "finished\n";

// A record of runs/ that nobody holds; locked by us until it is destroyed.
struct FreeRecord {
  std::string alloc_id;
  base::UniqueFd fd;
  bool finished = false;
  int64_t ended_ns = 0;  // time of the last write
};

// Takes the lock of a record, if nobody has it and it is still there.
absl::StatusOr<FreeRecord> TakeRecord(const std::string& path,
                                      const std::string& alloc_id) {
  FreeRecord record;
  record.alloc_id = alloc_id;
  record.fd =
      base::UniqueFd(open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!record.fd.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot open \"", path, "\""));
  }
  if (flock(record.fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot lock \"", path, "\""));
  }
  struct stat held = {};
  struct stat named = {};
  if (fstat(record.fd.get(), &held) != 0 || stat(path.c_str(), &named) != 0 ||
      held.st_ino != named.st_ino) {
    // Another run has removed it between open and lock.
    return absl::NotFoundError(absl::StrCat("\"", path, "\" is gone"));
  }
  char text[sizeof(kFinished)] = {};
  const ssize_t size = pread(record.fd.get(), text, sizeof(text) - 1, 0);
  record.finished =
      size > 0 &&
      absl::string_view(text, static_cast<size_t>(size)) == kFinished;
  record.ended_ns =
      int64_t{held.st_mtim.tv_sec} * 1'000'000'000 + held.st_mtim.tv_nsec;
  return record;
}

absl::StatusOr<std::vector<FreeRecord>> FreeRecords(const std::string& runs) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   base::ListDirectory(runs));
  std::vector<FreeRecord> records;
  for (const std::string& name : names) {
    absl::StatusOr<FreeRecord> record =
        TakeRecord(absl::StrCat(runs, "/", name), name);
    // One that is held or gone is no error: other runs go on beside us.
    if (record.ok()) records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace

absl::StatusOr<DataDir> DataDir::Open(absl::string_view path) {
  if (!absl::StartsWith(path, "/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("the data directory \"", path, "\" is not absolute"));
  }
  const DataDir dir(path);
  // Root's tasks may run as any user and must be able to pass.
  const mode_t mode = geteuid() == 0 ? 0755 : 0700;
  RETURN_IF_ERROR(base::MakeDirectories(path, mode));
  RETURN_IF_ERROR(base::MakeDirectories(absl::StrCat(path, "/alloc"), 0711));
  RETURN_IF_ERROR(base::MakeDirectories(dir.Driver(), 0700));
  RETURN_IF_ERROR(base::MakeDirectories(dir.Runs(), 0700));
  return dir;
}

absl::StatusOr<std::string> DataDir::DefaultPath(
    bool root, absl::string_view home, absl::string_view xdg_state_home) {
  if (root) return "/var/lib/drover";
  // The XDG specification has relative values ignored.
  if (absl::StartsWith(xdg_state_home, "/")) {
    return absl::StrCat(xdg_state_home, "/drover");
  }
  if (absl::StartsWith(home, "/")) {
    return absl::StrCat(home, "/.local/state/drover");
  }
  return absl::FailedPreconditionError(
      "cannot choose a data directory: neither XDG_STATE_HOME nor HOME is set"
      "; pass -data-dir DIR");
}

AllocDir DataDir::Alloc(absl::string_view alloc_id) const {
  return AllocDir(absl::StrCat(path_, "/alloc/", alloc_id));
}

absl::StatusOr<DataDir::Run> DataDir::BeginRun(
    absl::string_view alloc_id) const {
  const std::string path = absl::StrCat(Runs(), "/", alloc_id);
  base::UniqueFd fd(open(
      path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot create \"", path, "\""));
  }
  // Between creation and lock another run may see it: unfinished, so left be.
  if (flock(fd.get(), LOCK_EX) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot lock \"", path, "\""));
  }
  return Run(std::move(fd), path);
}

absl::Status DataDir::Run::Finish() {
  return base::Prefixed(absl::StrCat("file \"", path_, "\": "),
                        base::WriteAll(fd_.get(), kFinished));
}

absl::Status DataDir::RemoveOldRuns(size_t keep) const {
  ASSIGN_OR_RETURN(std::vector<FreeRecord> records, FreeRecords(Runs()));
  records.erase(
      std::remove_if(records.begin(), records.end(),
                     [](const FreeRecord& record) { return !record.finished; }),
      records.end());
  std::sort(records.begin(), records.end(),
            [](const FreeRecord& a, const FreeRecord& b) {
              return a.ended_ns > b.ended_ns;  // newest first
            });
  absl::Status first;
  for (size_t i = keep; i < records.size(); ++i) {
    const FreeRecord& record = records[i];
    absl::Status status = Alloc(record.alloc_id).Remove();
    if (status.ok()) {
      // Last, so that what a crash leaves here is found again.
      status = base::RemoveTree(absl::StrCat(Runs(), "/", record.alloc_id));
    }
    first.Update(status);
  }
  return first;
}

absl::StatusOr<std::vector<DataDir::Abandoned>> DataDir::AbandonedRuns() const {
  ASSIGN_OR_RETURN(std::vector<FreeRecord> records, FreeRecords(Runs()));
  std::vector<Abandoned> abandoned;
  for (FreeRecord& record : records) {
    if (record.finished) continue;
    const std::string path = absl::StrCat(Runs(), "/", record.alloc_id);
    abandoned.push_back({record.alloc_id, Run(std::move(record.fd), path)});
  }
  return abandoned;
}

}  // namespace agent
