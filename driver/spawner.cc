#include "driver/spawner.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status.h"
#include "driver/shim/protocol.h"
#include "driver/shim/spawner_image.h"

namespace driver {
namespace {

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x0010U;  // Linux 6.3
#endif

// Descriptors that are placed at fixed numbers in the child, or used after
// that, must not themselves have these numbers.
constexpr int kOutOfTheWay = 16;

// The embedded program as a file that can be executed.
absl::StatusOr<base::UniqueFd> MakeImage() {
  // Since 6.3 a sysctl may demand MFD_EXEC; before, the flag is unknown.
  base::UniqueFd fd(memfd_create("drover-spawner", MFD_CLOEXEC | MFD_EXEC));
  if (!fd.valid() && errno == EINVAL) {
    fd.Reset(memfd_create("drover-spawner", MFD_CLOEXEC));
  }
  if (!fd.valid()) {
    return base::ErrnoStatus(
        errno,
        "cannot make an executable memory file for the spawner (see the sysctl "
        "vm.memfd_noexec)");
  }
  RETURN_IF_ERROR(base::WriteAll(
      fd.get(),
      absl::string_view(
          reinterpret_cast<const char*>(spawner_image_begin),
          static_cast<size_t>(spawner_image_end - spawner_image_begin))));
  // A file that is open for writing cannot be executed (ETXTBSY).
  const std::string path = absl::StrCat("/proc/self/fd/", fd.get());
  const base::UniqueFd read_only(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  base::UniqueFd image(fcntl(read_only.get(), F_DUPFD_CLOEXEC, kOutOfTheWay));
  if (!image.valid()) {
    return base::ErrnoStatus(errno, "cannot reopen the spawner's memory file");
  }
  return image;
}

absl::Status MakeSocketPair(base::UniqueFd* ours, base::UniqueFd* theirs) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::ErrnoStatus(errno, "cannot make a socket pair");
  }
  ours->Reset(ends[0]);
  theirs->Reset(fcntl(ends[1], F_DUPFD_CLOEXEC, kOutOfTheWay));
  (void)close(ends[1]);
  if (!theirs->valid()) {
    return base::ErrnoStatus(errno, "cannot duplicate a descriptor");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spawner>> Spawner::Start() {
  std::unique_ptr<Spawner> spawner(new Spawner);
  base::MutexLock lock(&spawner->mutex_);
  RETURN_IF_ERROR(spawner->StartLocked());
  return spawner;
}

Spawner::~Spawner() {
  base::MutexLock lock(&mutex_);
  EndLocked();
}

absl::Status Spawner::StartLocked() {
  if (!image_.valid()) {
    ASSIGN_OR_RETURN(image_, MakeImage());
  }
  base::UniqueFd requests;
  base::UniqueFd notices;
  RETURN_IF_ERROR(MakeSocketPair(&requests_, &requests));
  RETURN_IF_ERROR(MakeSocketPair(&notices_, &notices));

  posix_spawn_file_actions_t actions;
  (void)posix_spawn_file_actions_init(&actions);
  (void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  (void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  (void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  (void)posix_spawn_file_actions_adddup2(&actions, requests.get(),
                                         shim::kRequestSocket);
  (void)posix_spawn_file_actions_adddup2(&actions, notices.get(),
                                         shim::kNoticeSocket);
  const std::string path = absl::StrCat("/proc/self/fd/", image_.get());
  std::string name = "drover-spawner";
  std::string room(200, ' ');  // for the names that shims give themselves
  char* argv[] = {name.data(), room.data(), nullptr};
  char* envp[] = {nullptr};
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, path.c_str(), &actions, nullptr, argv, envp);
  (void)posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return absl::UnavailableError(
        base::ErrnoStatus(error, "cannot start the spawner").message());
  }
  pid_ = pid;
  pidfd_.Reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0U)));
  return absl::OkStatus();
}

void Spawner::EndLocked() {
  requests_.Reset();  // the spare shim sees the end, then the spawner
  notices_.Reset();
  if (pid_ > 0) {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = 0;
  pidfd_.Reset();
}

absl::Status Spawner::Request(const shim::FdSet& fds) {
  base::MutexLock lock(&mutex_);
  if (!AliveLocked()) {
    EndLocked();
    RETURN_IF_ERROR(StartLocked());
  }
  const shim::StartRequest request = {shim::kProtocolVersion, fds.Present()};
  int error =
      shim::SendWithFds(requests_.get(), &request, sizeof(request), &fds);
  if (error == EPIPE || error == ECONNRESET) {
    // It died this very moment.
    EndLocked();
    RETURN_IF_ERROR(StartLocked());
    error = shim::SendWithFds(requests_.get(), &request, sizeof(request), &fds);
  }
  if (error != 0) {
    return absl::UnavailableError(
        base::ErrnoStatus(error, "cannot ask the spawner for a shim")
            .message());
  }
  return absl::OkStatus();
}

bool Spawner::WaitForEndOf(pid_t pid, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    int notices = -1;
    {
      base::MutexLock lock(&mutex_);
      shim::ShimNotice notice = {};
      while (recv(notices_.get(), &notice, sizeof(notice), MSG_DONTWAIT) ==
             static_cast<ssize_t>(sizeof(notice))) {
        ended_.insert(notice.pid);
      }
      if (ended_.erase(pid) > 0) return true;
      notices = fcntl(notices_.get(), F_DUPFD_CLOEXEC, 0);
    }
    const base::UniqueFd owned(notices);
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration() || notices < 0) return false;
    // Several threads may wait; one reads for all, so look again soon.
    pollfd polled = {notices, POLLIN, 0};
    if (poll(&polled, 1,
             static_cast<int>(std::min<int64_t>(
                 absl::ToInt64Milliseconds(left) + 1, 20))) > 0 &&
        (polled.revents & POLLHUP) != 0) {
      return false;  // the spawner is gone
    }
  }
}

bool Spawner::AliveLocked() const {
  pollfd dead = {pidfd_.get(), POLLIN, 0};
  return pid_ != 0 && poll(&dead, 1, 0) == 0;
}

bool Spawner::Alive() const {
  base::MutexLock lock(&mutex_);
  return AliveLocked();
}

pid_t Spawner::pid() const {
  base::MutexLock lock(&mutex_);
  return pid_;
}

}  // namespace driver
