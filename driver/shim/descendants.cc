#include "driver/shim/descendants.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "driver/shim/procfs.h"

namespace driver::shim {
namespace {

// The parent of a process, or -1 (proc(5), stat, field 4).
pid_t ParentOf(pid_t pid) {
  char path[40];
  FormatTaskDirectory(pid, path);
  memcpy(path + strlen(path) - 4, "stat", 5);  // /proc/<pid>/stat
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  char text[512];
  const ssize_t n = read(fd, text, sizeof(text) - 1);
  (void)close(fd);
  if (n <= 0) return -1;
  text[n] = '\0';
  // The name in parentheses may hold anything, also a parenthesis.
  const char* end = strrchr(text, ')');
  if (end == nullptr || end[1] == '\0' || end[2] == '\0') return -1;
  pid_t parent = 0;
  for (const char* p = end + 4; *p >= '0' && *p <= '9'; ++p) {
    parent = parent * 10 + (*p - '0');
  }
  return parent;
}

// Sends `signal` to `pid` if that is (still) a child of `parent` or has come
// to us: a pid that was given to somebody else meanwhile is left alone.
void SignalDescendant(pid_t pid, pid_t parent, int signal) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0U));
  if (fd < 0) return;
  const pid_t now = ParentOf(pid);
  if (now == parent || now == getpid()) {
    (void)syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0U);
  }
  (void)close(fd);
}

}  // namespace

int SignalChildren(int signal) {
  int count = 0;
  // Children can only be reaped by us, so their pids are theirs.
  ForEachChild(0, [&](pid_t pid) {
    ++count;
    (void)kill(pid, signal);
  });
  return count;
}

void SignalTree(pid_t root, int signal) {
  // A queue of processes whose children are still to be looked at. Mapped only
  // for this call; untouched pages cost nothing.
  constexpr size_t kRoom = size_t{1} << 16;
  void* mapped = mmap(nullptr, kRoom * sizeof(pid_t), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return;
  pid_t* queue = static_cast<pid_t*>(mapped);
  size_t end = 0;
  queue[end++] = root;
  if (root != 0) SignalDescendant(root, getpid(), signal);
  for (size_t next = 0; next < end; ++next) {
    const pid_t parent = queue[next];
    ForEachChild(parent, [&](pid_t child) {
      SignalDescendant(child, parent == 0 ? getpid() : parent, signal);
      if (end < kRoom) queue[end++] = child;
    });
  }
  (void)munmap(mapped, kRoom * sizeof(pid_t));
}

}  // namespace driver::shim
