// The spawner: a small process that does nothing but fork shims.
//
// A fresh image takes 400 us from execve to its main() even when it is static;
// a fork of a small process takes a fraction of that. So the agent executes
// this program once, and every shim is a fork of it. Some shims are forked in
// advance and wait on the request socket by themselves, so that a request
// reaches one (the kernel wakes one) without a detour. When one has taken a
// request and its task has had time to begin, it asks for its successor.
//
// It ends with the agent (end of file on the request socket); running shims do
// not notice. It is a child subreaper: what a killed shim leaves behind becomes
// its child, and it kills it, before it tells the agent that the shim is gone.
//
// Statically linked, one thread, no allocation.

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "driver/shim/fds.h"
#include "driver/shim/procfs.h"
#include "driver/shim/protocol.h"
#include "driver/shim/shim.h"

namespace driver::shim {
namespace {

// Enough for a burst of starts while their successors are held back (shim.cc).
constexpr int kSpares = 4;

// Exit status of a spare shim that saw the end of the request socket.
constexpr int kEndOfRequests = 3;

// One bit a pid: is it a shim (or the spare)? Untouched pages cost nothing.
constexpr pid_t kPidLimit = 1 << 22;  // PID_MAX_LIMIT
uint8_t is_shim[kPidLimit / 8];

void SetShim(pid_t pid, bool value) {
  const uint8_t bit = static_cast<uint8_t>(1U << (pid % 8));
  uint8_t& byte = is_shim[pid / 8];
  byte = static_cast<uint8_t>(value ? byte | bit : byte & ~bit);
}

bool IsShim(pid_t pid) { return (is_shim[pid / 8] >> (pid % 8) & 1) != 0; }

class Spawner {
 public:
  explicit Spawner(const Surroundings& surroundings)
      : surroundings_(surroundings) {}

  int Run(int taken) {
    while (!ending_) {
      ForkSpares(taken);
      pollfd polled[2] = {{taken, POLLIN, 0},
                          {surroundings_.signals, POLLIN, 0}};
      // While orphans are hunted, look again even without a death. With no
      // more processes to be had, wait for some to end.
      const int timeout = hunting_ ? 10 : spares_ < kSpares ? 100 : -1;
      if (poll(polled, 2, timeout) < 0) continue;
      // Who has taken a request is not a spare any more, even if it has ended.
      if (polled[0].revents != 0) ReadTaken(taken);
      if (polled[1].revents != 0) {
        signalfd_siginfo ignored[4];
        (void)!read(surroundings_.signals, ignored, sizeof(ignored));
      }
      Reap();
      if (hunting_) Hunt();
    }
    // The other spares see the end of requests too, and are reaped. One that
    // has taken a request just before says so soon, and goes on without us.
    for (int tries = 0; tries < 100 && spares_ > 0; ++tries) {
      ReadTaken(taken);
      Reap();
      pollfd polled = {taken, POLLIN, 0};
      if (spares_ > 0) (void)poll(&polled, 1, 10);
    }
    return 0;
  }

 private:
  void ForkSpares(int taken) {
    while (spares_ < kSpares) {
      const pid_t pid = fork();
      if (pid < 0) return;
      if (pid == 0) {
        (void)close(taken);
        _exit(BeSpare());
      }
      spare_[spares_++] = pid;
      SetShim(pid, true);
    }
  }

  bool RemoveSpare(pid_t pid) {
    for (int i = 0; i < spares_; ++i) {
      if (spare_[i] != pid) continue;
      spare_[i] = spare_[--spares_];
      return true;
    }
    return false;
  }

  void ReadTaken(int taken) {
    pid_t pids[64];
    const ssize_t n = read(taken, pids, sizeof(pids));
    for (ssize_t i = 0; i < n / static_cast<ssize_t>(sizeof(pid_t)); ++i) {
      (void)RemoveSpare(pids[i]);
    }
  }

  int BeSpare() const {
    StartRequest request = {};
    int received[kMaxFds];
    size_t count = 0;
    const ssize_t n = ReceiveWithFds(kRequestSocket, &request, sizeof(request),
                                     0, received, &count);
    if (n <= 0) return kEndOfRequests;
    (void)close(kRequestSocket);
    (void)close(kNoticeSocket);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    FdSet fds;
    if (!fds.Assign(request.present, received, count) ||
        request.version != kProtocolVersion) {
      return 1;  // the driver sees its connection end
    }
    return RunShim(fds, surroundings_);
  }

  void Reap() {
    while (true) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid <= 0) break;
      if (!IsShim(pid)) continue;  // an orphan that Hunt() has killed
      SetShim(pid, false);
      // A spare ends at the end of requests; or it was killed, or has choked on
      // a request: then another takes its place.
      if (RemoveSpare(pid) && WIFEXITED(status) &&
          WEXITSTATUS(status) == kEndOfRequests) {
        ending_ = true;
      }
      // A clean end leaves nothing behind, and is known from the shim itself.
      if (WIFEXITED(status)) continue;
      hunting_ = true;
      Queue({pid, status});
    }
    if (!hunting_) Notify();
  }

  // Kills the children that are not shims: they were a dead shim's.
  void Hunt() {
    int found = 0;
    ForEachChild(0, [&](pid_t pid) {
      if (IsShim(pid)) return;
      ++found;
      (void)kill(pid, SIGKILL);
    });
    if (found > 0) return;
    hunting_ = false;
    Notify();
  }

  void Queue(const ShimNotice& notice) {
    if (queued_ == sizeof(queue_) / sizeof(queue_[0])) Notify();
    queue_[queued_++] = notice;
  }

  void Notify() {
    for (int i = 0; i < queued_; ++i) {
      (void)send(kNoticeSocket, &queue_[i], sizeof(queue_[i]),
                 MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    queued_ = 0;
  }

  const Surroundings surroundings_;
  pid_t spare_[kSpares] = {};
  int spares_ = 0;
  bool hunting_ = false;
  bool ending_ = false;
  int queued_ = 0;
  ShimNotice queue_[256];
};

int OomScore() {
  char text[16] = {};
  const int fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
  if (fd >= 0) (void)close(fd);
  return n > 0 ? atoi(text) : kUnknownOomScore;  // NOLINT(cert-err34-c)
}

int Main(int argc, char** argv) {
  (void)syscall(SYS_close_range, static_cast<unsigned>(kNoticeSocket) + 1, ~0U,
                0U);
  // A clean state for everything below, whatever the agent inherited. By raw
  // system call: the C library keeps signals 32 and 33 to itself, and its
  // posix_spawn(3) leaves them ignored.
  constexpr size_t kKernelSignalSetSize = 8;
  const uint64_t by_default[4] =
      {};  // struct kernel_sigaction: SIG_DFL, no flags
  for (int i = 1; i < NSIG; ++i) {
    (void)syscall(SYS_rt_sigaction, i, by_default, nullptr,
                  kKernelSignalSetSize);
  }
  sigset_t all;
  (void)sigfillset(&all);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
  (void)setsid();
  (void)umask(022);
  (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
  (void)prctl(PR_SET_NAME, "drover-spawner");
  if (fcntl(kRequestSocket, F_SETFD, FD_CLOEXEC) != 0 ||
      fcntl(kNoticeSocket, F_SETFD, FD_CLOEXEC) != 0) {
    return 2;
  }
  sigset_t child;
  (void)sigemptyset(&child);
  (void)sigaddset(&child, SIGCHLD);
  int taken[2];
  const int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0 || pipe2(taken, O_CLOEXEC | O_NONBLOCK) != 0 ||
      chdir("/") != 0)
    return 2;

  Surroundings surroundings = {};
  surroundings.signals = signals;
  surroundings.taken = taken[1];
  surroundings.oom_score_adj = OomScore();
  surroundings.title = argv[0];
  char* const end = argv[argc - 1] + strlen(argv[argc - 1]);
  surroundings.title_size = static_cast<size_t>(end - argv[0]);
  // Room for a shim's name, of which ps(1) shows nothing until then.
  memset(argv[argc - 1], 0, strlen(argv[argc - 1]));
  static Spawner spawner(surroundings);
  return spawner.Run(taken[0]);
}

}  // namespace
}  // namespace driver::shim

int main(int argc, char** argv) { return driver::shim::Main(argc, argv); }
