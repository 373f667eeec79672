#include "cgroups/group.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "cgroups/kernel_text.h"
#include "cgroups/sweep.h"
#include "cgroups/testing.h"

namespace cgroups {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kName[] = "01234567-89ab-cdef-0123-456789abcdef.web";
constexpr absl::Duration kPatience = absl::Seconds(20);

bool IsDirectory(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// A tree whose members have each left something behind: the process group, the
// session, the parent. Ends only when killed.
int DaemonTree() {
  for (int i = 0; i < 4; ++i) {
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid > 0) continue;
    if (i >= 1) (void)setsid();
    if (i >= 2 && fork() > 0) _exit(0);  // its child's parent is gone
    if (i >= 3) (void)signal(SIGTERM, SIG_IGN);
    return SleepForever();
  }
  return SleepForever();
}

// Processes that never stay what they are: each forks and exits, for ever.
// Their number stays the same, their ids change all the time.
int ForkStorm() {
  for (int i = 0; i < 16; ++i) {
    if (fork() != 0) continue;
    for (;;) {
      const pid_t pid = fork();
      if (pid > 0) _exit(0);
    }
  }
  return SleepForever();
}

// Waits until a group holds `count` processes.
testing::AssertionResult Holds(const Group& group, size_t count) {
  absl::StatusOr<std::vector<pid_t>> pids;
  if (WaitUntil([&] {
        pids = group.Pids();
        return pids.ok() && pids->size() >= count;
      })) {
    return testing::AssertionSuccess();
  }
  if (!pids.ok()) return testing::AssertionFailure() << pids.status();
  return testing::AssertionFailure() << "only " << pids->size();
}

class GroupTest : public CgroupTest {
 protected:
  // Orphans of the tree come to this process, so that none of them stays a
  // zombie of init's in a guest without an init that reaps.
  GroupTest() { (void)prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~GroupTest() override {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0);
  }

  // A group of the test itself in the same hierarchy as the tracking group.
  std::string TrackerPath(const Group& group) {
    return group.paths().unified.empty()
               ? group.paths().legacy.at(group.paths().legacy_tracker)
               : group.paths().unified;
  }
};

TEST_F(GroupTest, HoldsAndKillsATaskAndIsGoneAfterwards) {
  Group group = MakeGroup(kName);
  const std::string path = TrackerPath(group);
  Child child(group, SleepForever);
  EXPECT_THAT(*group.Pids(), ElementsAre(child.pid()));
  EXPECT_OK(group.Kill());
  EXPECT_EQ(child.Wait(), SIGKILL);
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
  EXPECT_FALSE(IsDirectory(path));
  EXPECT_THAT(*factory().Reconcile({}), IsEmpty());
}

TEST_F(GroupTest, RX_107_KillReachesGrandchildrenThatLeftTheirSession) {
  Group group = MakeGroup(kName);
  Child child(group, DaemonTree);
  ASSERT_TRUE(Holds(group, 5));
  const absl::Time start = absl::Now();
  EXPECT_OK(group.Kill());
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  EXPECT_THAT(*group.Pids(), IsEmpty());
  EXPECT_OK(group.Remove());
}

TEST_F(GroupTest, RX_118_KillEndsAForkStorm) {
  Group group = MakeGroup(kName);
  Child child(group, ForkStorm);
  ASSERT_TRUE(Holds(group, 8));
  EXPECT_OK(group.Kill(kPatience));
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_THAT(*group.Pids(), IsEmpty());
  EXPECT_OK(group.Remove());
}

TEST_F(GroupTest, SweepEndsAForkStormWithoutTheKernelsHelp) {
  Group group = MakeGroup(kName);
  Child child(group, ForkStorm);
  ASSERT_TRUE(Holds(group, 8));
  ASSERT_OK_AND_ASSIGN(const Directory top,
                       Directory::Open(TrackerPath(group)));
  EXPECT_OK(SweepTree(top, unified() ? Freezer::kUnified : Freezer::kLegacy,
                      kPatience));
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
}

TEST_F(GroupTest, SweepWithoutAFreezerEndsATree) {
  Group group = MakeGroup(kName);
  Child child(group, DaemonTree);
  ASSERT_TRUE(Holds(group, 5));
  ASSERT_OK_AND_ASSIGN(const Directory top,
                       Directory::Open(TrackerPath(group)));
  EXPECT_OK(SweepTree(top, Freezer::kNone, kPatience));
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
}

TEST_F(GroupTest, KillReachesGroupsThatTheTaskMadeAndRemoveRemovesThem) {
  Group group = MakeGroup(kName);
  const std::string path = TrackerPath(group);
  Child child(group, [&] {
    std::string own = path;
    for (const char* name : {"/a", "/b", "/c"}) {
      own += name;
      if (mkdir(own.c_str(), 0755) != 0) return 1;
    }
    if (mkdir((path + "/a/beside").c_str(), 0755) != 0) return 1;
    absl::StatusOr<Directory> deepest = Directory::Open(own);
    if (!deepest.ok() || !deepest->Write("cgroup.procs", "0").ok()) return 2;
    return DaemonTree();
  });
  ASSERT_TRUE(Holds(group, 5));
  EXPECT_TRUE(IsDirectory(path + "/a/b/c"));
  EXPECT_OK(group.Kill());
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
  EXPECT_FALSE(IsDirectory(path));
}

TEST_F(GroupTest, KillEndsATaskThatHasFrozenItself) {
  Group group = MakeGroup(kName);
  const std::string path = TrackerPath(group);
  ASSERT_EQ(mkdir((path + "/cold").c_str(), 0755), 0);
  Child child(group, [&] {
    absl::StatusOr<Directory> cold = Directory::Open(path + "/cold");
    if (!cold.ok() || !cold->Write("cgroup.procs", "0").ok()) return 1;
    (void)cold->Write("cgroup.freeze", "1");
    (void)cold->Write("freezer.state", "FROZEN");
    return SleepForever();
  });
  ASSERT_OK_AND_ASSIGN(const Directory cold, Directory::Open(path + "/cold"));
  EXPECT_TRUE(WaitUntil([&] {
    return unified()
               ? absl::StrContains(*cold.Read("cgroup.events"), "frozen 1")
               : *cold.Read("freezer.state") == "FROZEN\n";
  }));
  EXPECT_OK(group.Kill());
  EXPECT_EQ(child.Wait(), SIGKILL);
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
}

TEST_F(GroupTest, RemoveHoldsOneDescriptorHoweverDeepTheTaskNested) {
  Group group = MakeGroup(kName);
  ASSERT_OK_AND_ASSIGN(Directory deep, Directory::Open(TrackerPath(group)));
  for (int i = 0; i < 300; ++i) {
    absl::StatusOr<Directory> next = deep.Make("d");
    ASSERT_OK(next);
    deep = *std::move(next);
  }
  rlimit files;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  const rlimit few = {64, files.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_OK(group.Remove());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
}

TEST_F(GroupTest, WaitEmptyWakesWhenTheLastProcessEnds) {
  Group group = MakeGroup(kName);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);
  Child child(group, [&] {
    write_end.Reset();
    char c;
    return static_cast<int>(read(read_end.get(), &c, 1));
  });
  EXPECT_THAT(group.WaitEmpty(absl::Milliseconds(20)),
              base::StatusIs(absl::StatusCode::kDeadlineExceeded,
                             AllOf(HasSubstr(kName),
                                   HasSubstr(absl::StrCat(child.pid())))));
  write_end.Reset();  // lets it end
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_OK(group.Remove());
}

TEST_F(GroupTest, RemoveOfAGroupInUseSaysSoAndLeavesTheProcessAlone) {
  Group group = MakeGroup(kName);
  Child child(group, SleepForever);
  EXPECT_THAT(group.Remove(absl::Milliseconds(20)),
              base::StatusIs(absl::StatusCode::kDeadlineExceeded,
                             AllOf(HasSubstr("cannot remove"),
                                   HasSubstr(absl::StrCat(child.pid())))));
  EXPECT_FALSE(child.HasEnded());
  EXPECT_OK(group.Kill());
  EXPECT_OK(group.Remove());  // waits for the end by itself
}

TEST_F(GroupTest, AGroupThatIsGoneCountsAsKilledEmptyAndRemoved) {
  Group group = MakeGroup(kName);
  Group again = *Group::Open(group.paths());
  EXPECT_OK(again.Remove());
  EXPECT_OK(group.Kill());
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
  EXPECT_THAT(Group::Open(group.paths()),
              base::StatusIs(absl::StatusCode::kNotFound, HasSubstr(kName)));
}

TEST_F(GroupTest, RemoveLeavesALaterGroupOfTheSameNameAlone) {
  Group first = MakeGroup(kName);
  ASSERT_OK(Group::Open(first.paths())->Remove());
  Group second = MakeGroup(kName);
  EXPECT_OK(first.Remove());
  EXPECT_TRUE(IsDirectory(TrackerPath(second)));
  EXPECT_OK(second.Remove());
}

TEST_F(GroupTest, RX_195_StoredPathsFindTheSameGroupAndNoLaterOne) {
  Group group = MakeGroup(kName);
  const GroupPaths paths = group.paths();
  EXPECT_NE(paths.id, 0U);
  Child child(group, SleepForever);
  ASSERT_OK_AND_ASSIGN(Group found, Group::Open(paths));
  EXPECT_THAT(*found.Pids(), ElementsAre(child.pid()));
  EXPECT_OK(found.Kill());
  EXPECT_OK(found.Remove());
  Group later = MakeGroup(kName);
  EXPECT_THAT(Group::Open(paths),
              base::StatusIs(absl::StatusCode::kNotFound, HasSubstr("later")));
  EXPECT_OK(later.Remove());
}

TEST_F(GroupTest, NoGroupJoinsNothingAndIsEmpty) {
  Group none;
  EXPECT_FALSE(none.tracks());
  EXPECT_EQ(none.unified_fd(), -1);
  EXPECT_THAT(none.join_fds(), IsEmpty());
  EXPECT_THAT(*none.Pids(), IsEmpty());
  EXPECT_OK(none.Kill());
  EXPECT_OK(none.WaitEmpty(kPatience));
  EXPECT_OK(none.Remove());
}

TEST_F(GroupTest, DescriptorsAreCloseOnExec) {
  Group group = MakeGroup(kName);
  std::vector<int> fds = group.join_fds();
  if (unified()) fds.push_back(group.unified_fd());
  ASSERT_THAT(fds, Not(IsEmpty()));
  for (const int fd : fds) {
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
  }
  EXPECT_OK(group.Remove());
}

}  // namespace
}  // namespace cgroups
