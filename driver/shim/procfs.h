// Walking the kernel's directories and lists without allocating.
//
// Header only: templates for callbacks, used by the shim and the spawner.

#ifndef DROVER_DRIVER_SHIM_PROCFS_H_
#define DROVER_DRIVER_SHIM_PROCFS_H_

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace driver::shim {

// What getdents64(2) writes; the C library's opendir(3) would allocate.
struct DirectoryEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

// Calls `visit(name)` for each directory in `directory` but "." and "..".
template <typename Visit>
void ForEachDirectory(int directory, const Visit& visit) {
  alignas(DirectoryEntry) char buffer[2048];
  if (lseek(directory, 0, SEEK_SET) < 0) return;
  while (true) {
    const long n = syscall(SYS_getdents64, directory, buffer, sizeof(buffer));
    if (n <= 0) return;
    for (long at = 0; at < n;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += entry->length;
      if (entry->type == DT_DIR && strcmp(entry->name, ".") != 0 &&
          strcmp(entry->name, "..") != 0) {
        visit(entry->name);
      }
    }
  }
}

// Reads decimal numbers out of `fd`, which need not fit into one read.
template <typename Visit>
void ForEachNumber(int fd, const Visit& visit) {
  char buffer[1024];
  unsigned number = 0;
  bool inside = false;
  ssize_t n = 0;
  while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] >= '0' && buffer[i] <= '9') {
        number = number * 10 + static_cast<unsigned>(buffer[i] - '0');
        inside = true;
      } else if (inside) {
        visit(static_cast<pid_t>(number));
        number = 0;
        inside = false;
      }
    }
  }
  if (inside) visit(static_cast<pid_t>(number));
}

template <typename Visit>
int ForEachNumberIn(int directory, const char* name, const Visit& visit) {
  const int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  ForEachNumber(fd, visit);
  (void)close(fd);
  return 0;
}

inline int OpenDirectoryAt(int directory, const char* name) {
  return openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// "/proc/<pid>/task", or "/proc/self/task" for 0.
inline void FormatTaskDirectory(pid_t pid, char* out) {
  memcpy(out, "/proc/", 6);
  out += 6;
  if (pid == 0) {
    memcpy(out, "self", 4);
    out += 4;
  } else {
    char digits[10];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + pid % 10);
      pid /= 10;
    } while (pid != 0);
    while (count > 0) *out++ = digits[--count];
  }
  memcpy(out, "/task", 6);
}

// Calls `visit(pid)` for each child of `parent` (0: of this process) that
// stands in /proc/<pid>/task/<tid>/children.
template <typename Visit>
void ForEachChild(pid_t parent, const Visit& visit) {
  char path[32];
  FormatTaskDirectory(parent, path);
  const int directory = OpenDirectoryAt(AT_FDCWD, path);
  if (directory < 0) return;
  ForEachDirectory(directory, [&](const char* thread) {
    char name[32];
    const size_t length = strlen(thread);
    if (length + sizeof("/children") > sizeof(name)) return;
    memcpy(name, thread, length);
    memcpy(name + length, "/children", sizeof("/children"));
    (void)ForEachNumberIn(directory, name, visit);
  });
  (void)close(directory);
}

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_PROCFS_H_
