// The same library as a user who is not root: with a subtree of the v2 tree
// that was delegated to it, and with nothing.

#include <signal.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "base/status_matchers.h"
#include "cgroups/kernel_text.h"
#include "cgroups/testing.h"

namespace cgroups {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr uid_t kNobody = 65534;
constexpr char kName[] = "01234567-89ab-cdef-0123-456789abcdef.web";

absl::Status Expect(bool condition, const std::string& what) {
  return condition ? absl::OkStatus() : absl::InternalError(what);
}

// The life of a task as that user: made, killed with its tree, removed.
absl::Status RunATask(const Hierarchy& host, GroupSpec spec,
                      const std::string& want_path) {
  ASSIGN_OR_RETURN(auto factory, GroupFactory::Make(host));
  ASSIGN_OR_RETURN(Group group, factory->Create(spec));
  RETURN_IF_ERROR(Expect(group.paths().unified == want_path,
                         absl::StrCat("made at ", group.paths().unified,
                                      " instead of ", want_path)));
  Child child(group, [] {
    if (fork() == 0) (void)setsid();
    return SleepForever();
  });
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, group.Pids());
  RETURN_IF_ERROR(Expect(!pids.empty(), "the task is not in its group"));
  RETURN_IF_ERROR(group.Kill());
  RETURN_IF_ERROR(Expect(child.Wait() == SIGKILL, "the task was not killed"));
  RETURN_IF_ERROR(group.WaitEmpty(absl::Seconds(20)));
  RETURN_IF_ERROR(group.Remove());
  return factory->RemoveParents();
}

class UnprivilegedTest : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS(geteuid() == 0, "needs root to become another user");
    host_ = Detect();
  }

  // A group that belongs to `kNobody`, as an administrator would make it.
  std::string Delegate(const std::string& path) {
    EXPECT_EQ(mkdir(path.c_str(), 0755), 0) << path;
    made_.push_back(path);
    for (const char* file :
         {"", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"}) {
      EXPECT_EQ(chown((path + file).c_str(), kNobody, kNobody), 0)
          << path << file;
    }
    return path;
  }

  std::string FreshName(const char* what) const {
    return absl::StrCat(host_.v2.mount_point, "/drover-test-", what, "-",
                        getpid());
  }

  ~UnprivilegedTest() override {
    for (auto path = made_.rbegin(); path != made_.rend(); ++path) {
      absl::StatusOr<Directory> directory = Directory::Open(*path);
      if (!directory.ok()) continue;
      EXPECT_OK(RemoveBelow(*directory));
      EXPECT_EQ(rmdir(path->c_str()), 0) << *path;
    }
  }

  Hierarchy host_;

 private:
  std::vector<std::string> made_;
};

TEST_F(UnprivilegedTest, RX_145_WithNothingDelegatedTheReasonSaysWhatToDo) {
  ONLY_WHERE(host_.mode != Mode::kNone, host_.reason);
  EXPECT_OK(RunAs(kNobody, "", [] {
    const Hierarchy host = Detect();
    const Answer can = host.CanCreate();
    RETURN_IF_ERROR(Expect(!can.yes, "groups can be made"));
    RETURN_IF_ERROR(Expect(
        absl::StrContains(can.reason, "uid 65534 is not root"), can.reason));
    const auto factory = GroupFactory::Make(host);
    return Expect(absl::IsFailedPrecondition(factory.status()),
                  factory.status().ToString());
  }));
}

TEST_F(UnprivilegedTest, ADelegatedSubtreeIsUsedByAProcessInside) {
  ONLY_WHERE(host_.v2.create.yes, "no v2 tree");
  const std::string base = Delegate(FreshName("delegated"));
  EXPECT_OK(RunAs(kNobody, base, [&]() -> absl::Status {
    const Hierarchy host = Detect();
    RETURN_IF_ERROR(Expect(host.v2.create.yes, host.v2.create.reason));
    RETURN_IF_ERROR(Expect(host.v2.base == base, host.v2.base));
    GroupSpec spec;
    spec.name = kName;
    return RunATask(
        host, spec,
        absl::StrCat(base, "/nomad.slice/share.slice/", kName, ".scope"));
  }));
}

TEST_F(UnprivilegedTest, OfNestedOwnGroupsTheTopmostIsUsed) {
  ONLY_WHERE(host_.v2.create.yes, "no v2 tree");
  const std::string base = Delegate(FreshName("delegated"));
  const std::string leaf = Delegate(base + "/agent");
  EXPECT_OK(RunAs(kNobody, leaf, [&]() -> absl::Status {
    const Hierarchy host = Detect();
    RETURN_IF_ERROR(Expect(host.v2.base == base, host.v2.base));
    GroupSpec spec;
    spec.name = kName;
    return RunATask(
        host, spec,
        absl::StrCat(base, "/nomad.slice/share.slice/", kName, ".scope"));
  }));
}

TEST_F(UnprivilegedTest, AGroupThatIsMarkedAsDelegatedIsPreferred) {
  ONLY_WHERE(host_.v2.create.yes, "no v2 tree");
  const std::string base = Delegate(FreshName("delegated"));
  const std::string unit = Delegate(base + "/drover.service");
  ONLY_WHERE(setxattr(unit.c_str(), "user.delegate", "1", 1, 0) == 0,
             "no extended attributes before Linux 5.7");
  EXPECT_OK(RunAs(kNobody, unit, [&] {
    const Hierarchy host = Detect();
    return Expect(host.v2.base == unit, host.v2.base);
  }));
}

TEST_F(UnprivilegedTest, RX_146_ADelegatedParentIsUsedAsTheParent) {
  ONLY_WHERE(host_.v2.create.yes, "no v2 tree");
  const std::string above = FreshName("above");
  ASSERT_EQ(mkdir(above.c_str(), 0755), 0);
  const std::string slice = Delegate(above + "/nomad.slice");
  const std::string leaf = Delegate(slice + "/agent");
  EXPECT_OK(RunAs(kNobody, leaf, [&]() -> absl::Status {
    const Hierarchy host = Detect();
    RETURN_IF_ERROR(Expect(host.v2.base == slice, host.v2.base));
    GroupSpec spec;
    spec.name = kName;
    return RunATask(host, spec,
                    absl::StrCat(slice, "/share.slice/", kName, ".scope"));
  }));
  for (const std::string& path : {leaf, slice, above}) {
    EXPECT_EQ(rmdir(path.c_str()), 0) << path;
  }
}

TEST_F(UnprivilegedTest, ADelegatedSubtreeThatTheProcessIsOutsideOfIsOfNoUse) {
  ONLY_WHERE(host_.v2.create.yes, "no v2 tree");
  Delegate(FreshName("delegated"));
  EXPECT_OK(RunAs(kNobody, "", [] {
    return Expect(!Detect().v2.create.yes, "groups can be made");
  }));
}

TEST_F(UnprivilegedTest, LimitsMoveTheAgentsOwnProcessesIntoALeaf) {
  ONLY_WHERE(host_.v2.create.yes && host_.v2.controllers.count("memory") != 0,
             "no memory controller in the v2 tree");
  ASSERT_OK_AND_ASSIGN(Directory root, Directory::Open(host_.v2.mount_point));
  ASSERT_OK(root.Write("cgroup.subtree_control", "+memory +pids"));
  const std::string base = Delegate(FreshName("delegated"));
  EXPECT_OK(RunAs(kNobody, base, [&]() -> absl::Status {
    GroupSpec spec;
    spec.name = kName;
    spec.limits.memory_max_bytes = uint64_t{64} << 20;
    RETURN_IF_ERROR(RunATask(
        Detect(), spec,
        absl::StrCat(base, "/nomad.slice/share.slice/", kName, ".scope")));
    ASSIGN_OR_RETURN(const std::string own,
                     base::ReadFile("/proc/self/cgroup"));
    return Expect(
        absl::EndsWith(ParseProcCgroup(own)[""], "/drover-agent.scope"), own);
  }));
}

TEST_F(UnprivilegedTest, WithoutLimitsTheAgentStaysWhereItIs) {
  ONLY_WHERE(host_.v2.create.yes, "no v2 tree");
  const std::string base = Delegate(FreshName("delegated"));
  EXPECT_OK(RunAs(kNobody, base, [&]() -> absl::Status {
    GroupSpec spec;
    spec.name = kName;
    RETURN_IF_ERROR(RunATask(
        Detect(), spec,
        absl::StrCat(base, "/nomad.slice/share.slice/", kName, ".scope")));
    ASSIGN_OR_RETURN(const std::string own,
                     base::ReadFile("/proc/self/cgroup"));
    return Expect(absl::EndsWith(base, ParseProcCgroup(own)[""]), own);
  }));
}

}  // namespace
}  // namespace cgroups
