#include "cgroups/group.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status.h"
#include "cgroups/kernel_text.h"
#include "cgroups/sweep.h"

namespace cgroups {
namespace {

// A removed group has no files, though its directory may still be open.
bool IsGone(const Directory& directory) {
  return !directory.Has("cgroup.procs");
}

// Does the path lead to the group that is open? A later run of a task may have
// made another of that name.
bool IsAtItsPath(const Directory& directory) {
  struct stat status;
  return stat(directory.path().c_str(), &status) == 0 &&
         status.st_ino == directory.id();
}

absl::StatusOr<bool> IsPopulated(int events, absl::string_view path) {
  char text[256];
  const ssize_t n = pread(events, text, sizeof(text), 0);
  if (n < 0) {
    return base::ErrnoStatus(
        errno,
        absl::StrCat("cgroup \"", path, "\": cannot read cgroup.events"));
  }
  const std::optional<uint64_t> populated = FindFlatKeyed(
      absl::string_view(text, static_cast<size_t>(n)), "populated");
  if (!populated) {
    return absl::InternalError(absl::StrCat(
        "cgroup \"", path, "\": cgroup.events does not say \"populated\""));
  }
  return *populated != 0;
}

// Waits for "populated 0", woken by the kernel at every change of the file.
absl::Status WaitUntilUnpopulated(const Directory& group,
                                  absl::Duration patience) {
  const base::UniqueFd events(
      openat(group.fd(), "cgroup.events", O_RDONLY | O_CLOEXEC));
  if (!events.valid()) {
    if (errno == ENOENT || errno == ENODEV) return absl::OkStatus();  // gone
    return base::ErrnoStatus(errno, absl::StrCat("cgroup \"", group.path(),
                                                 "\": cannot open "
                                                 "cgroup.events"));
  }
  const absl::Duration end = base::Clock::Real().Monotonic() + patience;
  for (;;) {
    const absl::StatusOr<bool> populated =
        IsPopulated(events.get(), group.path());
    if (absl::IsNotFound(populated.status())) return absl::OkStatus();  // gone
    if (!populated.ok()) return populated.status();
    if (!*populated) return absl::OkStatus();
    const absl::Duration left = end - base::Clock::Real().Monotonic();
    if (left <= absl::ZeroDuration()) {
      // The same words as where there are no events, with some names.
      return WaitUntilNoneListed(group, absl::ZeroDuration());
    }
    pollfd polled = {events.get(), POLLPRI, 0};
    (void)poll(&polled, 1,
               static_cast<int>(std::min<int64_t>(
                   absl::ToInt64Milliseconds(left + absl::Microseconds(999)),
                   1'000'000'000)));
  }
}

// Removes one group and all below it. Only a process that is still on its way
// out can be in the way: waits for it, at most until `end`.
absl::Status RemoveTree(const Directory& group, bool unified,
                        absl::Duration end) {
  absl::Duration step = absl::ZeroDuration();
  for (;;) {
    const absl::Status below = RemoveBelow(group);
    if (!IsAtItsPath(group)) return absl::OkStatus();
    if (rmdir(group.path().c_str()) == 0 || errno == ENOENT) {
      return absl::OkStatus();
    }
    const int error = errno;
    const absl::Duration left =
        std::max(absl::ZeroDuration(), end - base::Clock::Real().Monotonic());
    if (error == EBUSY) {
      const absl::Status waited = unified ? WaitUntilUnpopulated(group, left)
                                          : WaitUntilNoneListed(group, left);
      if (!waited.ok()) {
        return base::Prefixed("cannot remove a cgroup: ", waited);
      }
    }
    if (error == EBUSY && left > absl::ZeroDuration()) {
      // Empty and busy all the same: the kernel has not let go of it yet, and
      // tells nobody when it has.
      absl::SleepFor(std::min(step, left));
      step =
          std::clamp(step * 2, absl::Milliseconds(1), absl::Milliseconds(50));
      continue;
    }
    if (!below.ok()) return below;
    return base::ErrnoStatus(
        error, absl::StrCat("cannot remove cgroup \"", group.path(), "\""));
  }
}

}  // namespace

absl::StatusOr<Group> Group::Open(const GroupPaths& paths) {
  Group group;
  group.paths_ = paths;
  if (!paths.unified.empty()) {
    ASSIGN_OR_RETURN(group.unified_, Directory::Open(paths.unified));
    group.tracker_index_ = kUnifiedTracker;
  }
  for (const auto& [controller, path] : paths.legacy) {
    absl::StatusOr<Directory> directory = Directory::Open(path);
    const bool tracks =
        paths.unified.empty() && controller == paths.legacy_tracker;
    if (!directory.ok()) {
      if (absl::IsNotFound(directory.status()) && !tracks) {
        group.paths_.legacy.erase(controller);
        continue;
      }
      return directory.status();
    }
    if (tracks) group.tracker_index_ = static_cast<int>(group.legacy_.size());
    group.legacy_.push_back({controller, *std::move(directory), false});
  }
  const Directory* tracker = group.tracker();
  if (tracker != nullptr && paths.id != 0 && tracker->id() != paths.id) {
    return absl::NotFoundError(
        absl::StrCat("cgroup \"", tracker->path(),
                     "\" is not the one that was stored but a later one"));
  }
  return group;
}

const Directory* Group::tracker() const {
  if (tracker_index_ == kNoTracker) return nullptr;
  if (tracker_index_ == kUnifiedTracker) return &unified_;
  return &legacy_[static_cast<size_t>(tracker_index_)].directory;
}

std::vector<Group::Member> Group::members() const {
  std::vector<Member> members;
  if (unified_.valid()) {
    members.push_back({unified_.fd(), unified_.path(), "",
                       tracker() == &unified_, /*foreign=*/false});
  }
  for (const Joined& joined : legacy_) {
    members.push_back({joined.directory.fd(), joined.directory.path(),
                       joined.controller, tracker() == &joined.directory,
                       joined.foreign});
    if (members.back().tracks) std::swap(members.front(), members.back());
  }
  return members;
}

const Directory* Group::unified() const {
  return unified_.valid() ? &unified_ : nullptr;
}

std::vector<const Directory*> Group::legacy() const {
  std::vector<const Directory*> directories;
  for (const Joined& joined : legacy_) {
    if (!joined.foreign) directories.push_back(&joined.directory);
  }
  return directories;
}

std::vector<int> Group::join_fds() const {
  std::vector<int> fds;
  fds.reserve(legacy_.size());
  for (const Joined& joined : legacy_) {
    fds.push_back(joined.directory.fd());
    // A task that cannot be killed as a whole must not start, so its tracking
    // group is joined first.
    if (&joined.directory == tracker()) std::swap(fds.front(), fds.back());
  }
  return fds;
}

int Group::freezer_fd() const {
  if (tracker_index_ < 0) return -1;
  const Joined& joined = legacy_[static_cast<size_t>(tracker_index_)];
  return joined.controller == "freezer" ? joined.directory.fd() : -1;
}

absl::StatusOr<std::vector<pid_t>> Group::Pids() const {
  if (!tracks()) return std::vector<pid_t>();
  return PidsBelow(*tracker());
}

absl::Status Group::Kill(absl::Duration patience) const {
  if (!tracks()) return absl::OkStatus();
  if (tracker_index_ != kUnifiedTracker) {
    return SweepTree(*tracker(),
                     freezer_fd() >= 0 ? Freezer::kLegacy : Freezer::kNone,
                     patience);
  }
  const absl::Status killed = unified_.Write("cgroup.kill", "1");
  if (killed.ok() || IsGone(unified_)) return absl::OkStatus();
  // Before Linux 5.14 the file does not exist.
  return SweepTree(unified_, Freezer::kUnified, patience);
}

absl::Status Group::WaitEmpty(absl::Duration patience) const {
  if (!tracks()) return absl::OkStatus();
  if (tracker_index_ == kUnifiedTracker) {
    return WaitUntilUnpopulated(unified_, patience);
  }
  return WaitUntilNoneListed(*tracker(), patience);
}

absl::Status Group::Remove(absl::Duration patience) {
  const absl::Duration end = base::Clock::Real().Monotonic() + patience;
  absl::Status first;
  const auto keep = [&](const absl::Status& status) {
    if (first.ok()) first = status;
  };
  // The groups beside the tracking group first: while that is there, a second
  // try still finds everything.
  for (size_t i = 0; i < legacy_.size(); ++i) {
    const Joined& joined = legacy_[i];
    if (!joined.foreign && static_cast<int>(i) != tracker_index_) {
      keep(RemoveTree(joined.directory, /*unified=*/false, end));
    }
  }
  if (tracks() && first.ok()) {
    keep(RemoveTree(*tracker(), tracker_index_ == kUnifiedTracker, end));
  }
  return first;
}

}  // namespace cgroups
