// The spawner: a small process that does nothing but fork shims.
//
// A fresh image takes 400 us from execve to its main() even when it is static;
// a fork of a small process takes a fraction of that. So the agent executes
// this program once, and every shim is a fork of it. One shim is always forked
// in advance and waits on the request socket by itself, so that a request
// reaches it without a detour; when it has taken one, the next is forked.
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
#include <cstring>

#include "driver/shim/fds.h"
#include "driver/shim/procfs.h"
#include "driver/shim/protocol.h"
#include "driver/shim/shim.h"

namespace driver::shim {
namespace {

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
    ForkSpare(taken);
    while (!ending_) {
      pollfd polled[2] = {{taken, POLLIN, 0},
                          {surroundings_.signals, POLLIN, 0}};
      // While orphans are hunted, look again even without a death.
      if (poll(polled, 2, hunting_ ? 10 : -1) < 0) continue;
      if (polled[0].revents != 0) {
        char byte = 0;
        (void)!read(taken, &byte, 1);
        ForkSpare(taken);
      }
      if (polled[1].revents != 0) {
        signalfd_siginfo ignored[4];
        (void)!read(surroundings_.signals, ignored, sizeof(ignored));
      }
      Reap(taken);
      if (hunting_) Hunt();
    }
    return 0;
  }

 private:
  void ForkSpare(int taken) {
    spare_ = fork();
    if (spare_ == 0) {
      (void)close(taken);
      _exit(BeSpare());
    }
    if (spare_ > 0) {
      SetShim(spare_, true);
    } else {
      // No more processes: wait for one to end rather than spin.
      (void)poll(nullptr, 0, 100);
      (void)!write(surroundings_.taken, "", 1);
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

  void Reap(int taken) {
    while (true) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid <= 0) break;
      if (!IsShim(pid)) continue;  // an orphan that Hunt() has killed
      SetShim(pid, false);
      if (pid == spare_) {
        if (WIFEXITED(status) && WEXITSTATUS(status) == kEndOfRequests) {
          ending_ = true;
        } else {
          // Killed before it was needed, or a request that it choked on. A
          // finished one has asked for its successor already.
          DropByte(taken);
          ForkSpare(taken);
        }
      }
      // A clean end leaves nothing behind, and is known from the shim itself.
      if (WIFEXITED(status)) continue;
      hunting_ = true;
      Queue({pid, status});
    }
    if (!hunting_) Notify();
  }

  static void DropByte(int fd) {
    char byte = 0;
    pollfd polled = {fd, POLLIN, 0};
    if (poll(&polled, 1, 0) > 0) (void)!read(fd, &byte, 1);
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
  pid_t spare_ = 0;
  bool hunting_ = false;
  bool ending_ = false;
  int queued_ = 0;
  ShimNotice queue_[256];
};

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
  if (signals < 0 || pipe2(taken, O_CLOEXEC) != 0 || chdir("/") != 0) return 2;

  Surroundings surroundings = {};
  surroundings.signals = signals;
  surroundings.taken = taken[1];
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
