#include "benchmarks/floor.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"

namespace benchmarks {
namespace {

// In the child, on a stack of its own in memory that it shares with us.
void Execute(void* argument) {
  const Program& program = *static_cast<const Program*>(argument);
  (void)execve(program.path, program.argv, program.envp);
  _exit(127);
}

#if defined(__x86_64__)
constexpr uint64_t kShareMemory = CLONE_VM;

long Clone3(clone_args* args, void (*enter)(void*), void* argument) {
  long result = 0;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %[argument], %%rdi\n\t"
      "call *%[enter]\n\t"
      "hlt\n"
      "1:"
      : "=a"(result)
      : "0"(long{SYS_clone3}), "D"(args),
        "S"(sizeof(*args)), [enter] "r"(enter), [argument] "r"(argument)
      : "rcx", "r11", "cc", "memory");
  return result;
}
#else
constexpr uint64_t kShareMemory = 0;

long Clone3(clone_args* args, void (*enter)(void*), void* argument) {
  args->stack = args->stack_size = 0;
  const long result = syscall(SYS_clone3, args, sizeof(*args));
  if (result == 0) enter(argument);
  return result < 0 ? -errno : result;
}
#endif

alignas(64) char child_stack[65536];

}  // namespace

absl::StatusOr<Bare> Bare::Start(const Program& program, int parent,
                                 const std::string& name) {
  Bare bare;
  bare.parent_ = parent;
  bare.name_ = name;
  if (mkdirat(parent, name.c_str(), 0755) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot make cgroup ", name));
  }
  bare.group_.Reset(
      openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!bare.group_.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot open cgroup ", name));
  }
  int pidfd = -1;
  clone_args args = {};
  args.flags = kShareMemory | CLONE_VFORK | CLONE_PIDFD | CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.cgroup = static_cast<uint64_t>(bare.group_.get());
  args.stack = reinterpret_cast<uint64_t>(child_stack);
  args.stack_size = sizeof(child_stack);
  const long pid = Clone3(&args, Execute, const_cast<Program*>(&program));
  if (pid < 0) {
    return base::ErrnoStatus(static_cast<int>(-pid), "cannot clone");
  }
  bare.pidfd_.Reset(pidfd);
  bare.pid_ = static_cast<pid_t>(pid);
  return bare;
}

absl::Status Bare::End(int count) {
  RETURN_IF_ERROR(base::WriteFileAt(group_.get(), "cgroup.kill", "1"));
  for (int i = 0; i < count; ++i) {
    if (waitpid(-1, nullptr, 0) < 0) {
      return base::ErrnoStatus(
          errno, absl::StrCat("cannot reap process ", i + 1, " of ", count));
    }
  }
  return RemoveGroup();
}

absl::Status Bare::EndBySignal(int signal) {
  if (syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0U) != 0 ||
      waitpid(pid_, nullptr, 0) < 0) {
    return base::ErrnoStatus(errno, "cannot end a process");
  }
  return RemoveGroup();
}

absl::Status Bare::RemoveGroup() {
  if (unlinkat(parent_, name_.c_str(), AT_REMOVEDIR) != 0) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot remove cgroup ", name_));
  }
  return absl::OkStatus();
}

absl::StatusOr<pid_t> PosixSpawn(const Program& program, int output) {
  posix_spawn_file_actions_t actions;
  (void)posix_spawn_file_actions_init(&actions);
  if (output >= 0) {
    (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  }
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, program.path, output >= 0 ? &actions : nullptr, nullptr,
                  program.argv, program.envp);
  (void)posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return base::ErrnoStatus(error, "cannot spawn");
  return pid;
}

int CountProcesses(int group) {
  const absl::StatusOr<std::string> pids =
      base::ReadFileAt(group, "cgroup.procs");
  if (!pids.ok()) return -1;
  return static_cast<int>(std::count(pids->begin(), pids->end(), '\n'));
}

}  // namespace benchmarks
