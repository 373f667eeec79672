#include "driver/shim/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace driver::shim {
namespace {

// Shared with the child, also where it has a copy of all other memory.
struct Shared {
  const ChildPlan* plan;
  ChildReport report;
  pid_t parent;
};

[[noreturn]] void Fail(Shared* shared, int error) {
  shared->report.error = error;
  _exit(127);
}

// Writes a short text to a file of the kernel. Returns 0 or an errno.
int WriteKernelFile(int directory, const char* name, const char* text,
                    size_t size) {
  const int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error =
      write(fd, text, size) == static_cast<ssize_t>(size) ? 0 : errno;
  (void)close(fd);
  return error;
}

int SetOomScore(int score) {
  char text[16];
  char* p = text + sizeof(text);
  unsigned value = static_cast<unsigned>(score < 0 ? -score : score);
  do {
    *--p = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  if (score < 0) *--p = '-';
  return WriteKernelFile(AT_FDCWD, "/proc/self/oom_score_adj", p,
                         static_cast<size_t>(text + sizeof(text) - p));
}

// Puts plan.stdio at 0, 1 and 2. The sources may themselves be small numbers,
// so they are moved out of the way first.
int PlaceStdio(const ChildPlan& plan) {
  int moved[3];
  for (int i = 0; i < 3; ++i) {
    moved[i] = fcntl(plan.stdio[i], F_DUPFD_CLOEXEC, 3);
    if (moved[i] < 0) return errno;
  }
  for (int i = 0; i < 3; ++i) {
    if (dup2(moved[i], i) < 0) return errno;
  }
  // Everything else goes at exec: the task gets 0, 1 and 2 and nothing more.
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    // Before Linux 5.11. All descriptors of the shim are close-on-exec anyway.
    if (errno != ENOSYS && errno != EINVAL) return errno;
  }
  return 0;
}

[[noreturn]] void Walk(Shared* shared) {
  const ChildPlan& plan = *shared->plan;
  Step& step = shared->report.step;

  step = Step::kJoinGroup;
  for (uint32_t i = 0; i < plan.join_count; ++i) {
    shared->report.detail = plan.join_index[i];
    if (const int error = WriteKernelFile(plan.join[i], "cgroup.procs", "0", 1);
        error != 0) {
      Fail(shared, error);
    }
  }

  step = Step::kSession;
  if (setsid() < 0) Fail(shared, errno);

  step = Step::kOomScore;
  if (plan.set_oom_score) {
    const int error = SetOomScore(plan.oom_score_adj);
    if (error != 0 && plan.oom_required) Fail(shared, error);
  }

  step = Step::kNetworkNamespace;
  if (plan.network_namespace >= 0 &&
      setns(plan.network_namespace, CLONE_NEWNET) != 0) {
    Fail(shared, errno);
  }

  step = Step::kStdio;
  if (const int error = PlaceStdio(plan); error != 0) Fail(shared, error);

  step = Step::kTerminal;
  if (plan.terminal && ioctl(0, TIOCSCTTY, 0) != 0) Fail(shared, errno);

  // Before the user changes: the way to the directory may be closed to it.
  step = Step::kChangeDirectory;
  if (chdir(plan.cwd) != 0) Fail(shared, errno);

  if (plan.switch_user) {
    step = Step::kGroups;
    if (syscall(SYS_setgroups, plan.group_count, plan.groups) != 0) {
      Fail(shared, errno);
    }
    step = Step::kGroupId;
    if (syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) != 0) {
      Fail(shared, errno);
    }
    step = Step::kUserId;
    if (syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) != 0) {
      Fail(shared, errno);
    }
  }

  // After the user changed, which clears it: whoever kills the shim kills the
  // task's main process with it.
  step = Step::kSession;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) Fail(shared, errno);
  if (getppid() != shared->parent) _exit(127);
  (void)umask(022);

  sigset_t none;
  (void)sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);

  step = Step::kExec;
  (void)execve(plan.path, plan.argv, plan.envp);
  Fail(shared, errno);
}

void Enter(void* shared) { Walk(static_cast<Shared*>(shared)); }

#if defined(__x86_64__)
constexpr uint64_t kShareMemory = CLONE_VM;

// clone3(2) whose child starts in `enter` on the stack given in `args`.
long Clone3(clone_args* args, size_t size, void (*enter)(void*), void* shared) {
  long result = 0;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"  // the outermost frame, for debuggers
      "mov %[shared], %%rdi\n\t"
      "call *%[enter]\n\t"
      "hlt\n"
      "1:"
      : "=a"(result)
      : "0"(long{SYS_clone3}), "D"(args),
        "S"(size), [enter] "r"(enter), [shared] "r"(shared)
      : "rcx", "r11", "cc", "memory");
  return result;
}
#else
constexpr uint64_t kShareMemory = 0;

// Without a shared memory the child goes on here, as after fork(2).
long Clone3(clone_args* args, size_t size, void (*enter)(void*), void* shared) {
  args->stack = args->stack_size = 0;
  const long result = syscall(SYS_clone3, args, size);
  if (result == 0) enter(shared);
  return result < 0 ? -errno : result;
}
#endif

// Where the child stands until it executes. Only its top pages are ever used.
alignas(64) char child_stack[32768];

// One page that the child shares in any case.
Shared* SharedPage() {
  static Shared* page = nullptr;
  if (page == nullptr) {
    void* mapped = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapped != MAP_FAILED) page = static_cast<Shared*>(mapped);
  }
  return page;
}

}  // namespace

pid_t StartChild(const ChildPlan& plan, ChildReport* report) {
  Shared* shared = SharedPage();
  if (shared == nullptr) {
    *report = {Step::kClone, ENOMEM, 0};
    return -1;
  }
  shared->plan = &plan;
  shared->report = {Step::kClone, 0, 0};
  shared->parent = getpid();

  clone_args args = {};
  args.flags = kShareMemory | CLONE_VFORK | CLONE_CLEAR_SIGHAND;
  args.exit_signal = SIGCHLD;
  args.stack = reinterpret_cast<uint64_t>(child_stack);
  args.stack_size = sizeof(child_stack);
  size_t size = CLONE_ARGS_SIZE_VER0;
  if (plan.into_group >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(plan.into_group);
    size = CLONE_ARGS_SIZE_VER2;
  }
  const long pid = Clone3(&args, size, Enter, shared);
  *report = shared->report;
  if (pid < 0) {
    *report = {Step::kClone, static_cast<int>(-pid), 0};
    return -1;
  }
  if (report->step == Step::kExec && report->error == 0) {
    return static_cast<pid_t>(pid);
  }
  // It did not get as far as the program: it is a zombie or about to be one.
  int status = 0;
  while (waitpid(static_cast<pid_t>(pid), &status, 0) < 0 && errno == EINTR) {
  }
  if (report->error == 0) report->error = EINTR;  // killed on the way
  return -1;
}

}  // namespace driver::shim
