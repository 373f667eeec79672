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
  // Everybody found so far; those from `next` on have children still to be
  // looked at. Mapped only for this call; untouched pages cost nothing.
  struct Member {
    pid_t pid;
    pid_t parent;
  };
  constexpr size_t kRoom = size_t{1} << 16;
  void* mapped = mmap(nullptr, kRoom * sizeof(Member), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return;
  Member* queue = static_cast<Member*>(mapped);
  size_t end = 0;
  // Whoever dies gives its children away to us, where nothing tells them from
  // the rest. So those to be killed are only stopped until all are known.
  const int first = signal == SIGKILL ? SIGSTOP : signal;
  const pid_t self = getpid();
  queue[end++] = {root, self};
  if (root != 0) SignalDescendant(root, self, first);
  for (size_t next = 0; next < end; ++next) {
    const pid_t parent = queue[next].pid;
    ForEachChild(parent, [&](pid_t child) {
      const Member member = {child, parent == 0 ? self : parent};
      const bool room = end < kRoom;
      SignalDescendant(child, member.parent, room ? first : signal);
      if (room) queue[end++] = member;
    });
  }
  // From the leaves up, while each still has the parent that it was found with.
  while (signal == SIGKILL && end > 0) {
    const Member& member = queue[--end];
    if (member.pid != 0) SignalDescendant(member.pid, member.parent, SIGKILL);
  }
  (void)munmap(mapped, kRoom * sizeof(Member));
}

}  // namespace driver::shim
