#include "cgroups/sweep.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "cgroups/kernel_text.h"

namespace cgroups {
namespace {

// Processes handled at a time: bounds the descriptors that are open for it.
constexpr size_t kBatch = 64;

base::UniqueFd OpenPidFd(pid_t pid) {
  return base::UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

// Waits for nothing but the time: only where the kernel has no event to offer,
// in steps that grow.
void Pause(absl::Duration* step, absl::Duration left) {
  const absl::Duration now = std::min(*step, left);
  absl::SleepFor(std::max(now, absl::ZeroDuration()));
  *step = std::min(*step * 2, absl::Milliseconds(50));
}

class Deadline {
 public:
  explicit Deadline(absl::Duration patience)
      : end_(base::Clock::Real().Monotonic() + patience) {}
  absl::Duration Left() const {
    return std::max(absl::ZeroDuration(),
                    end_ - base::Clock::Real().Monotonic());
  }
  bool Over() const { return Left() == absl::ZeroDuration(); }
  int LeftMilliseconds() const {
    // Rounded up, so that the last wait is not a busy one.
    return static_cast<int>(std::min<int64_t>(
        absl::ToInt64Milliseconds(Left() + absl::Microseconds(999)),
        1'000'000'000));
  }

 private:
  const absl::Duration end_;
};

absl::Status TooLate(const Directory& top, const std::vector<pid_t>& pids) {
  const size_t shown = std::min<size_t>(pids.size(), 5);
  return absl::DeadlineExceededError(absl::StrCat(
      "cgroup \"", top.path(), "\" still holds ", pids.size(), " processes (",
      absl::StrJoin(pids.begin(), pids.begin() + shown, " "),
      shown < pids.size() ? " ...)" : ")"));
}

// Sends SIGKILL to those of `pids` that are in the tree now.
absl::Status KillListed(const Directory& top, const std::vector<pid_t>& pids) {
  for (size_t begin = 0; begin < pids.size(); begin += kBatch) {
    const size_t end = std::min(pids.size(), begin + kBatch);
    std::vector<std::pair<pid_t, base::UniqueFd>> open;
    bool no_pidfd = false;
    for (size_t i = begin; i < end; ++i) {
      base::UniqueFd fd = OpenPidFd(pids[i]);
      no_pidfd = no_pidfd || (!fd.valid() && errno == ENOSYS);
      if (fd.valid()) open.emplace_back(pids[i], std::move(fd));
    }
    ASSIGN_OR_RETURN(const std::vector<pid_t> now, PidsBelow(top));
    const auto listed = [&](pid_t pid) {
      return std::binary_search(now.begin(), now.end(), pid);
    };
    for (const auto& [pid, fd] : open) {
      if (!listed(pid)) continue;
      if (syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0) != 0 &&
          errno != ESRCH) {
        return base::ErrnoStatus(errno,
                                 absl::StrCat("cgroup \"", top.path(),
                                              "\": cannot kill process ", pid));
      }
    }
    for (size_t i = begin; no_pidfd && i < end; ++i) {
      if (!listed(pids[i])) continue;
      if (kill(pids[i], SIGKILL) != 0 && errno != ESRCH) {
        return base::ErrnoStatus(
            errno, absl::StrCat("cgroup \"", top.path(),
                                "\": cannot kill process ", pids[i]));
      }
    }
  }
  return absl::OkStatus();
}

// Waits until one of some of `pids` has ended, or the deadline. False when all
// of those had ended before: then the group's list is behind, and there is no
// event to wait for.
bool WaitForAnEnd(const std::vector<pid_t>& pids, const Deadline& deadline) {
  std::vector<base::UniqueFd> fds;
  std::vector<pollfd> polled;
  for (size_t i = 0; i < std::min(pids.size(), kBatch); ++i) {
    base::UniqueFd fd = OpenPidFd(pids[i]);
    if (!fd.valid()) continue;
    pollfd one = {fd.get(), POLLIN, 0};
    if (poll(&one, 1, 0) == 1) continue;  // has ended
    polled.push_back(one);
    fds.push_back(std::move(fd));
  }
  if (polled.empty()) return false;
  (void)poll(polled.data(), polled.size(), deadline.LeftMilliseconds());
  return true;
}

void Thaw(const Directory& top, Freezer freezer) {
  if (freezer == Freezer::kNone) return;
  // Also groups below that the task has frozen itself. A group that is gone, or
  // a kernel that cannot freeze, has nothing to thaw.
  (void)WalkTree(top, [&](int fd) {
    if (freezer == Freezer::kLegacy) {
      (void)base::WriteFileAt(fd, "freezer.state", "THAWED");
    } else {
      (void)base::WriteFileAt(fd, "cgroup.freeze", "0");
    }
    return absl::OkStatus();
  });
}

// Best effort, for at most a moment: a process in an uninterruptible sleep
// keeps a v1 group FREEZING, and a tree that is not frozen is killed all the
// same, in more rounds.
void Freeze(const Directory& top, Freezer freezer, const Deadline& deadline) {
  if (freezer == Freezer::kUnified) {
    (void)top.Write("cgroup.freeze", "1");
    return;  // what is frozen still dies, and forks no more
  }
  if (freezer != Freezer::kLegacy) return;
  if (!top.Write("freezer.state", "FROZEN").ok()) return;
  absl::Duration step = absl::Microseconds(100);
  for (int i = 0; i < 10 && !deadline.Over(); ++i) {
    const absl::StatusOr<std::string> state = top.Read("freezer.state");
    if (!state.ok() || *state == "FROZEN\n") return;
    Pause(&step, deadline.Left());
  }
}

}  // namespace

absl::Status SweepTree(const Directory& top, Freezer freezer,
                       absl::Duration patience) {
  const Deadline deadline(patience);
  absl::Duration step = absl::Milliseconds(1);
  absl::Status result;
  for (;;) {
    absl::StatusOr<std::vector<pid_t>> pids = PidsBelow(top);
    if (pids.ok() && !pids->empty()) {
      Freeze(top, freezer, deadline);
      pids = PidsBelow(top);
    }
    if (!pids.ok()) {
      result = pids.status();
      break;
    }
    if (pids->empty()) break;
    result = KillListed(top, *pids);
    if (!result.ok()) break;
    Thaw(top, freezer);  // v1 delivers the signals only now
    if (deadline.Over()) {
      result = TooLate(top, *pids);
      break;
    }
    if (!WaitForAnEnd(*pids, deadline)) Pause(&step, deadline.Left());
  }
  Thaw(top, freezer);
  return absl::IsNotFound(result) ? absl::OkStatus() : result;
}

absl::Status WaitUntilNoneListed(const Directory& top,
                                 absl::Duration patience) {
  const Deadline deadline(patience);
  absl::Duration step = absl::Milliseconds(1);
  for (;;) {
    const absl::StatusOr<std::vector<pid_t>> pids = PidsBelow(top);
    if (absl::IsNotFound(pids.status())) return absl::OkStatus();
    if (!pids.ok()) return pids.status();
    if (pids->empty()) return absl::OkStatus();
    if (deadline.Over()) return TooLate(top, *pids);
    if (!WaitForAnEnd(*pids, deadline)) Pause(&step, deadline.Left());
  }
}

}  // namespace cgroups
