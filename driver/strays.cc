#include "driver/strays.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/unique_fd.h"

namespace driver {
namespace {

bool HasBoth(pid_t pid, const std::string& first, const std::string& second) {
  const absl::StatusOr<std::string> text =
      base::ReadFile(absl::StrCat("/proc/", pid, "/environ"));
  if (!text.ok()) return false;  // ended, or another user's
  bool has_first = false;
  bool has_second = false;
  for (const absl::string_view variable : absl::StrSplit(*text, '\0')) {
    has_first |= variable == first;
    has_second |= variable == second;
  }
  return has_first && has_second;
}

// The descriptors of those that are left, each killed.
std::vector<base::UniqueFd> KillOnce(const std::string& alloc,
                                     const std::string& task) {
  std::vector<base::UniqueFd> killed;
  const absl::StatusOr<std::vector<std::string>> names =
      base::ListDirectory("/proc");
  if (!names.ok()) return killed;
  for (const std::string& name : *names) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(name, &pid) || pid == getpid()) continue;
    if (!HasBoth(pid, alloc, task)) continue;
    base::UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0U)));
    // Looked at again: the number may have changed hands in between.
    if (!pidfd.valid() || !HasBoth(pid, alloc, task)) continue;
    if (syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0U) ==
        0) {
      killed.push_back(std::move(pidfd));
    }
  }
  return killed;
}

}  // namespace

absl::Status KillStrays(absl::string_view alloc_id,
                        absl::string_view task_name) {
  if (alloc_id.size() < 36) return absl::OkStatus();
  const std::string alloc = absl::StrCat("NOMAD_ALLOC_ID=", alloc_id);
  const std::string task = absl::StrCat("NOMAD_TASK_NAME=", task_name);
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (true) {
    const std::vector<base::UniqueFd> killed = KillOnce(alloc, task);
    if (killed.empty()) return absl::OkStatus();
    for (const base::UniqueFd& pidfd : killed) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) {
        return absl::DeadlineExceededError(
            absl::StrCat(killed.size(), " processes of task \"", task_name,
                         "\" do not end although they were killed"));
      }
      pollfd polled = {pidfd.get(), POLLIN, 0};
      (void)poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    }
  }
}

}  // namespace driver
