#include "driver/shim/groups.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "driver/shim/procfs.h"

namespace driver::shim {
namespace {

// A "key value" line of a kernel file; 0 when it is not there.
uint64_t ReadCounter(int directory, const char* name, const char* key) {
  const int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char buffer[1024];
  const ssize_t n = read(fd, buffer, sizeof(buffer) - 1);
  (void)close(fd);
  if (n <= 0) return 0;
  buffer[n] = '\0';
  const size_t length = strlen(key);
  for (const char* line = buffer; line != nullptr && *line != '\0';) {
    if (strncmp(line, key, length) == 0 && line[length] == ' ') {
      uint64_t value = 0;
      for (const char* p = line + length + 1; *p >= '0' && *p <= '9'; ++p) {
        value = value * 10 + static_cast<uint64_t>(*p - '0');
      }
      return value;
    }
    const char* end = strchr(line, '\n');
    line = end == nullptr ? nullptr : end + 1;
  }
  return 0;
}

int WriteText(int directory, const char* name, const char* text) {
  const int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = write(fd, text, strlen(text)) < 0 ? errno : 0;
  (void)close(fd);
  return error;
}

// Deeper trees of groups are left to the next reconciliation.
constexpr int kMaxDepth = 16;

// Runs `visit(directory)` for a group and the groups below it, parents first.
template <typename Visit>
void ForEachGroup(int directory, const Visit& visit, int depth = 0) {
  visit(directory);
  if (depth == kMaxDepth) return;
  ForEachDirectory(directory, [&](const char* name) {
    const int child = OpenDirectoryAt(directory, name);
    if (child < 0) return;
    ForEachGroup(child, visit, depth + 1);
    (void)close(child);
  });
}

// Removes the groups below `directory`. A cgroup's files need no removing.
void RemoveChildren(int directory, int depth) {
  if (depth == kMaxDepth) return;
  ForEachDirectory(directory, [&](const char* name) {
    if (unlinkat(directory, name, AT_REMOVEDIR) == 0) return;
    const int child = OpenDirectoryAt(directory, name);
    if (child < 0) return;
    RemoveChildren(child, depth + 1);
    (void)close(child);
    (void)unlinkat(directory, name, AT_REMOVEDIR);  // Remove() sees failures
  });
}

bool IsFrozen(int directory) {
  const int fd = openat(directory, "freezer.state", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return true;
  char state[16] = {};
  const ssize_t n = read(fd, state, sizeof(state) - 1);
  (void)close(fd);
  return n <= 0 || strcmp(state, "FROZEN\n") == 0;
}

void KillMembers(int directory) {
  ForEachGroup(directory, [](int group) {
    (void)ForEachNumberIn(group, "cgroup.procs",
                          [](pid_t pid) { (void)kill(pid, SIGKILL); });
  });
}

}  // namespace

bool Groups::Add(GroupKind kind, int directory, const char* path,
                 bool counts_oom) {
  const size_t length = strlen(path);
  if (count_ == kMaxGroups || length >= kMaxPath) return false;
  Group& group = groups_[count_++];
  group.kind = kind;
  group.directory = directory;
  group.counts_oom = counts_oom;
  group.removed = false;
  memcpy(group.path, path, length + 1);
  return true;
}

int Groups::directory_of(GroupKind kind) const {
  for (uint32_t i = 0; i < count_; ++i) {
    if (groups_[i].kind == kind) return groups_[i].directory;
  }
  return -1;
}

int Groups::tracking() const {
  const int unified_directory = unified();
  return unified_directory >= 0 ? unified_directory
                                : directory_of(GroupKind::kFreezer);
}

bool Groups::Populated() const {
  if (const int directory = unified(); directory >= 0) {
    return ReadCounter(directory, "cgroup.events", "populated") != 0;
  }
  const int directory = directory_of(GroupKind::kFreezer);
  if (directory < 0) return false;
  bool found = false;
  ForEachGroup(directory, [&found](int group) {
    (void)ForEachNumberIn(group, "cgroup.procs",
                          [&found](pid_t) { found = true; });
  });
  return found;
}

bool Groups::Kill() const {
  if (const int directory = unified(); directory >= 0) {
    if (WriteText(directory, "cgroup.kill", "1") == 0) return true;
    // Before Linux 5.14. The killed die even while the group is frozen.
    (void)WriteText(directory, "cgroup.freeze", "1");
    KillMembers(directory);
    (void)WriteText(directory, "cgroup.freeze", "0");
    return false;
  }
  if (const int directory = directory_of(GroupKind::kFreezer); directory >= 0) {
    (void)WriteText(directory, "freezer.state", "FROZEN");
    // Once it is frozen no pid in it can be given to another process. Usually
    // it is at once; a process deep in the kernel may take its time.
    for (int tries = 0; tries < 50 && !IsFrozen(directory); ++tries) {
      (void)poll(nullptr, 0, 1);
    }
    KillMembers(directory);
    (void)WriteText(directory, "freezer.state", "THAWED");
  }
  return false;
}

int Groups::Events() {
  if (events_ < 0 && unified() >= 0) {
    events_ = openat(unified(), "cgroup.events", O_RDONLY | O_CLOEXEC);
    // poll(2) reports a change since the last read.
    char buffer[128];
    if (events_ >= 0) (void)!pread(events_, buffer, sizeof(buffer), 0);
  }
  return events_;
}

int Groups::Remove() {
  int result = 0;
  for (uint32_t i = 0; i < count_; ++i) {
    Group& group = groups_[i];
    if (group.removed || group.kind == GroupKind::kForeign) continue;
    if (rmdir(group.path) != 0 && errno != ENOENT) {
      // EBUSY: a process is in it, or groups that the task made are below.
      RemoveChildren(group.directory, 0);
      if (rmdir(group.path) != 0 && errno != ENOENT) {
        result = errno;
        continue;
      }
    }
    group.removed = true;
  }
  return result;
}

uint32_t Groups::OomKills() const {
  uint64_t kills = 0;
  for (uint32_t i = 0; i < count_; ++i) {
    if (!groups_[i].counts_oom) continue;
    const int directory = groups_[i].directory;
    kills += groups_[i].kind == GroupKind::kUnified
                 ? ReadCounter(directory, "memory.events", "oom_kill")
                 : ReadCounter(directory, "memory.oom_control", "oom_kill");
  }
  return static_cast<uint32_t>(kills);
}

}  // namespace driver::shim
