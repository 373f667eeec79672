#include "cgroups/testing.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status.h"
#include "base/status_matchers.h"

namespace cgroups {
namespace {

// fork() into a v2 group; -1 with errno when the kernel refuses.
pid_t ForkInto(int cgroup) {
  if (cgroup < 0) return fork();
  clone_args args = {};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<uint64_t>(cgroup);
  return static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof(args)));
}

}  // namespace

Child::Child(const Group& group, const std::function<int()>& body) : pid_(-1) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "pipe2: " << strerror(errno);
    return;
  }
  base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);
  pid_ = ForkInto(group.unified_fd());
  if (pid_ < 0) {
    ADD_FAILURE() << "cannot start a child in cgroup \""
                  << group.paths().unified << "\": " << strerror(errno);
    return;
  }
  if (pid_ != 0) {
    write_end.Reset();
    char c;
    if (read(read_end.get(), &c, 1) != 1) {
      ADD_FAILURE() << "the child could not join its groups";
    }
    return;
  }
  // Not left behind when a test crashes.
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  read_end.Reset();
  for (const int fd : group.join_fds()) {
    const absl::Status joined = base::WriteFileAt(fd, "cgroup.procs", "0");
    if (!joined.ok()) {
      (void)fprintf(stderr, "%s\n", joined.ToString().c_str());
      _exit(127);
    }
  }
  if (write(write_end.get(), "j", 1) != 1) _exit(126);
  write_end.Reset();
  _exit(body());
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Child::~Child() {
  if (pid_ <= 0 || status_ != -1) return;
  (void)kill(pid_, SIGKILL);
  (void)Wait();
}

int Child::Wait() {
  if (status_ != -1 || pid_ <= 0) return status_;
  while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  return status_;
}

bool Child::HasEnded() const {
  siginfo_t info = {};
  return status_ != -1 || pid_ <= 0 ||
         (waitid(P_PID, static_cast<id_t>(pid_), &info,
                 WEXITED | WNOHANG | WNOWAIT) == 0 &&
          info.si_pid != 0);
}

absl::Status RunAs(uid_t uid, const std::string& directory,
                   const std::function<absl::Status()>& body) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return base::ErrnoStatus(errno, "pipe");
  base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return base::ErrnoStatus(errno, "fork");
  if (pid == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    absl::Status status;
    if (!directory.empty()) {
      absl::StatusOr<Directory> group = Directory::Open(directory);
      status = group.ok() ? group->Write("cgroup.procs", "0") : group.status();
    }
    if (status.ok() &&
        (setgroups(0, nullptr) != 0 || setresgid(uid, uid, uid) != 0 ||
         setresuid(uid, uid, uid) != 0)) {
      status = base::ErrnoStatus(errno, "cannot become another user");
    }
    if (status.ok()) status = body();
    (void)base::WriteAll(write_end.get(), status.message());
    _exit(static_cast<int>(status.code()));
  }
  write_end.Reset();
  std::string message;
  char buffer[4096];
  for (ssize_t n; (n = read(read_end.get(), buffer, sizeof(buffer))) > 0;) {
    message.append(buffer, static_cast<size_t>(n));
  }
  int wait_status = 0;
  while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(wait_status)) {
    return absl::InternalError(
        absl::StrCat("the child died of signal ", WTERMSIG(wait_status)));
  }
  return absl::Status(static_cast<absl::StatusCode>(WEXITSTATUS(wait_status)),
                      message);
}

bool WaitUntil(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    if (absl::Now() > end) return false;
    (void)sched_yield();
  }
  return true;
}

int SleepForever() {
  for (;;) (void)pause();
}

CgroupTest::CgroupTest()
    : host_(Detect()),
      parent_(absl::StrCat("drover-test-", getpid(), ".slice")) {}

void CgroupTest::SetUp() {
  ONLY_WHERE(host_.mode != Mode::kNone, host_.reason);
  const Answer can = host_.CanCreate();
  SKIP_UNLESS(can.yes, can.reason);
  ASSERT_OK_AND_ASSIGN(factory_, GroupFactory::Make(host_, parent_));
}

CgroupTest::~CgroupTest() {
  if (factory_ == nullptr) return;
  const auto left = factory_->Reconcile({});
  EXPECT_OK(left);
  if (left.ok()) {
    for (const Orphan& orphan : *left) {
      absl::StatusOr<Group> group = Group::Open(orphan.paths);
      if (!group.ok()) continue;
      EXPECT_OK(group->Kill());
      EXPECT_OK(group->WaitEmpty(absl::Seconds(10)));
      EXPECT_OK(group->Remove());
    }
  }
  EXPECT_OK(factory_->RemoveParents());
  EXPECT_FALSE(
      base::OpenDirectory(absl::StrCat(host_.v2.mount_point, "/", parent_))
          .ok())
      << "the test's parent group is still there";
}

std::string CgroupTest::FileOf(const Group& group,
                               const std::string& controller,
                               const std::string& file) const {
  std::string directory = group.paths().unified;
  if (!OnUnified(controller)) {
    for (const auto& [unused, path] : group.paths().legacy) {
      if (absl::StartsWith(path, host_.v1.at(controller).mount_point + "/")) {
        directory = path;
      }
    }
  }
  const absl::StatusOr<std::string> text =
      base::ReadFile(absl::StrCat(directory, "/", file));
  EXPECT_OK(text);
  return text.ok() ? std::string(absl::StripAsciiWhitespace(*text)) : "";
}

Group CgroupTest::MakeGroup(const GroupSpec& spec) {
  absl::StatusOr<Group> group = factory_->Create(spec);
  EXPECT_OK(group);
  return group.ok() ? *std::move(group) : Group();
}

}  // namespace cgroups
