#include "cgroups/group_factory.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "cgroups/kernel_text.h"
#include "cgroups/testing.h"

namespace cgroups {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kName[] = "01234567-89ab-cdef-0123-456789abcdef.web";
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr absl::Duration kPatience = absl::Seconds(20);

class FactoryTest : public CgroupTest {
 protected:
  // The groups of a process that is in `group`, by controller.
  std::map<std::string, std::string> GroupsOf(const Group& group) {
    Child child(group, SleepForever);
    return ParseProcCgroup(
        *base::ReadFile(absl::StrCat("/proc/", child.pid(), "/cgroup")));
  }

  // A group that is not ours: beside the test's parent, which it must not
  // outlive.
  std::string MakeForeign(const std::string& mount_point) {
    std::string path =
        absl::StrCat(mount_point, "/drover-test-foreign-", getpid());
    EXPECT_EQ(mkdir(path.c_str(), 0755), 0) << path;
    foreign_.push_back(path);
    return path;
  }

  ~FactoryTest() override {
    for (const std::string& path : foreign_) {
      EXPECT_EQ(rmdir(path.c_str()), 0) << path;
    }
  }

 private:
  std::vector<std::string> foreign_;
};

std::string LegacyParent(const std::string& parent) {
  return absl::StrReplaceAll(parent, {{".slice", ""}});
}

TEST_F(FactoryTest, RX_130_AGroupInTheV2TreeHasTheReferencesName) {
  ONLY_WHERE(unified(), "no v2 tree");
  Group group = MakeGroup(kName);
  EXPECT_EQ(GroupsOf(group)[""],
            absl::StrCat("/", parent(), "/share.slice/", kName, ".scope"));
  EXPECT_THAT(group.join_fds(), IsEmpty());
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, RX_131_ATaskWithCpusStandsInTheReserveWithThoseCpus) {
  ONLY_WHERE(host().CanLimit("cpuset").yes, "no cpuset controller");
  GroupSpec spec;
  spec.name = kName;
  spec.limits.cpus = "0";
  Group group = MakeGroup(spec);
  std::map<std::string, std::string> groups = GroupsOf(group);
  if (unified()) {
    EXPECT_EQ(groups[""],
              absl::StrCat("/", parent(), "/reserve.slice/", kName, ".scope"));
  }
  if (OnLegacy("cpuset")) {
    EXPECT_EQ(groups["cpuset"],
              absl::StrCat("/", LegacyParent(parent()), "/reserve/", kName));
  }
  EXPECT_EQ(FileOf(group, "cpuset", "cpuset.cpus"), "0");
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, RX_132_V1GroupsHaveTheReferencesNames) {
  ONLY_WHERE(OnLegacy("memory") && OnLegacy("cpu"), "no v1 memory and cpu");
  GroupSpec spec;
  spec.name = kName;
  spec.limits.memory_max_bytes = 64 * kMiB;
  spec.limits.cpu_shares = 100;
  Group group = MakeGroup(spec);
  std::map<std::string, std::string> groups = GroupsOf(group);
  const std::string want =
      absl::StrCat("/", LegacyParent(parent()), "/", kName);
  EXPECT_EQ(groups["memory"], want);
  EXPECT_EQ(groups["cpu"], want);
  if (!unified()) {
    EXPECT_EQ(groups["freezer"], want);
  }
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, RX_133_OnlyTheTaskIsInItsGroups) {
  GroupSpec spec;
  spec.name = kName;
  spec.exact_counters = true;
  Group group = MakeGroup(spec);
  Child child(group, SleepForever);
  for (const Directory* one : group.legacy()) {
    EXPECT_EQ(*one->Read("cgroup.procs"), absl::StrCat(child.pid(), "\n"))
        << one->path();
  }
  EXPECT_THAT(*group.Pids(), ElementsAre(child.pid()));
  EXPECT_OK(group.Kill());
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, MemoryLimitsAreWrittenAsTheJobSays) {
  ONLY_WHERE(host().CanLimit("memory").yes, "no memory controller");
  const bool v2 = OnUnified("memory");
  const struct {
    const char* why;
    std::optional<uint64_t> max;
    std::optional<uint64_t> low;
    std::string want_max;
    std::string want_low;
  } kCases[] = {
      {"RX-135 memory 100", 100 * kMiB, std::nullopt, "104857600",
       v2 ? "0" : "9223372036854771712"},
      {"RX-136 memory 100, memory_max 200", 200 * kMiB, 100 * kMiB, "209715200",
       "104857600"},
      {"RX-137 memory 100, memory_max -1", std::nullopt, 100 * kMiB,
       v2 ? "max" : "9223372036854771712", "104857600"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    GroupSpec spec;
    spec.name = kName;
    spec.limits.memory_max_bytes = c.max;
    spec.limits.memory_low_bytes = c.low;
    Group group = MakeGroup(spec);
    EXPECT_EQ(
        FileOf(group, "memory", v2 ? "memory.max" : "memory.limit_in_bytes"),
        c.want_max);
    EXPECT_EQ(FileOf(group, "memory",
                     v2 ? "memory.low" : "memory.soft_limit_in_bytes"),
              c.want_low);
    EXPECT_OK(group.Remove());
  }
}

TEST_F(FactoryTest, RX_139_SwapIsLimitedWhereTheKernelAccountsIt) {
  ONLY_WHERE(host().CanLimit("memory").yes, "no memory controller");
  GroupSpec spec;
  spec.name = kName;
  spec.limits.memory_max_bytes = 64 * kMiB;
  spec.limits.swap_max_bytes = 0;
  Group group = MakeGroup(spec);
  if (!group.notes().empty()) {
    EXPECT_THAT(group.notes(), ElementsAre(HasSubstr("swap")));
  } else if (OnUnified("memory")) {
    EXPECT_EQ(FileOf(group, "memory", "memory.swap.max"), "0");
  } else if (group.legacy().back()->Has("memory.memsw.limit_in_bytes")) {
    EXPECT_EQ(FileOf(group, "memory", "memory.memsw.limit_in_bytes"),
              "67108864");
  } else {
    EXPECT_EQ(FileOf(group, "memory", "memory.swappiness"), "0");
  }
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, CpuPidsAndIoLimitsAreWritten) {
  GroupSpec spec;
  spec.name = kName;
  const bool cpu = host().CanLimit("cpu").yes;
  const bool pids = host().CanLimit("pids").yes;
  if (cpu) spec.limits.cpu_shares = 500;
  if (pids) spec.limits.pids_max = 17;
  ONLY_WHERE(cpu || pids, "neither cpu nor pids can be limited");
  Group group = MakeGroup(spec);
  if (cpu && OnUnified("cpu")) {
    EXPECT_EQ(FileOf(group, "cpu", "cpu.weight"), "58");
  } else if (cpu) {
    EXPECT_EQ(FileOf(group, "cpu", "cpu.shares"), "500");
  }
  if (pids) {
    EXPECT_EQ(FileOf(group, "pids", "pids.max"), "17");
  }
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, RX_147_ALimitWithoutItsControllerIsAnErrorThatNamesIt) {
  // A host whose tree lacks a controller: everything else goes on.
  Hierarchy lacking = host();
  lacking.v2.controllers.erase("cpuset");
  lacking.v1.erase("cpuset");
  ASSERT_OK_AND_ASSIGN(auto factory, GroupFactory::Make(lacking, parent()));
  GroupSpec spec;
  spec.name = kName;
  ASSERT_OK_AND_ASSIGN(Group group, factory->Create(spec));
  EXPECT_TRUE(group.tracks());
  EXPECT_OK(group.Remove());
  spec.limits.cpus = "0";
  EXPECT_THAT(factory->Create(spec),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             AllOf(HasSubstr("cpuset"), HasSubstr(kName))));
  EXPECT_THAT(*factory->Reconcile({}), IsEmpty());  // nothing half made
}

TEST_F(FactoryTest, AValueThatTheKernelRefusesLeavesNothingBehind) {
  ONLY_WHERE(host().CanLimit("cpuset").yes, "no cpuset controller");
  GroupSpec spec;
  spec.name = kName;
  spec.limits.cpus = "4000";
  EXPECT_THAT(factory().Create(spec).status().ToString(),
              AllOf(HasSubstr("4000"), HasSubstr("cpuset.cpus")));
  EXPECT_THAT(*factory().Reconcile({}), IsEmpty());
}

TEST_F(FactoryTest, PartitionKeepsReservedCpusFromTheOthers) {
  ONLY_WHERE(host().CanLimit("cpuset").yes, "no cpuset controller");
  SKIP_UNLESS(sysconf(_SC_NPROCESSORS_ONLN) >= 2, "needs two CPUs");
  ASSERT_OK(factory().Partition("1", "0"));
  GroupSpec plain;
  plain.name = kName;
  plain.share_cpus = true;
  Group group = MakeGroup(plain);
  {
    Child child(group, SleepForever);
    const std::string status = absl::StrCat("/proc/", child.pid(), "/status");
    EXPECT_THAT(*base::ReadFile(status), HasSubstr("Cpus_allowed_list:\t1\n"));
    ASSERT_OK(factory().Partition("", ""));
    EXPECT_THAT(*base::ReadFile(status),
                testing::Not(HasSubstr("Cpus_allowed_list:\t1\n")));
  }
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, WhatAnEarlierRunLeftIsEndedAndTheNewGroupIsNew) {
  Group first = MakeGroup(kName);
  Child child(first, [] {
    (void)signal(SIGTERM, SIG_IGN);
    return SleepForever();
  });
  Group second = MakeGroup(kName);
  EXPECT_EQ(child.Wait(), SIGKILL);
  EXPECT_NE(first.paths().id, second.paths().id);
  EXPECT_THAT(*second.Pids(), IsEmpty());
  EXPECT_OK(second.Remove());
}

TEST_F(FactoryTest, ParentsThatSomebodyRemovedAreMadeAgain) {
  ASSERT_OK(MakeGroup(kName).Remove());
  ASSERT_OK_AND_ASSIGN(auto other, GroupFactory::Make(host(), parent()));
  ASSERT_OK(other->RemoveParents());
  Group group = MakeGroup(kName);
  EXPECT_TRUE(group.tracks());
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, ReconcileListsTheGroupsThatNobodyOwns) {
  Group mine = MakeGroup("a.web");
  Group lost = MakeGroup("b.web");
  GroupSpec spec;
  spec.name = "c.db";
  spec.exact_counters = true;
  if (host().CanLimit("cpuset").yes) spec.limits.cpus = "0";
  Group limited = MakeGroup(spec);
  Child child(limited, SleepForever);
  ASSERT_OK_AND_ASSIGN(const std::vector<Orphan> orphans,
                       factory().Reconcile({"a.web"}));
  ASSERT_THAT(orphans, SizeIs(2));
  EXPECT_EQ(orphans[0].name, "b.web");
  EXPECT_EQ(orphans[1].name, "c.db");
  EXPECT_EQ(orphans[1].paths.unified, limited.paths().unified);
  EXPECT_EQ(orphans[1].paths.legacy, limited.paths().legacy);
  for (const Orphan& orphan : orphans) {
    ASSERT_OK_AND_ASSIGN(Group group, Group::Open(orphan.paths));
    EXPECT_OK(group.Kill());
    EXPECT_OK(group.Remove());
  }
  EXPECT_EQ(child.Wait(), SIGKILL);
  EXPECT_THAT(*factory().Reconcile({"a.web"}), IsEmpty());
  EXPECT_OK(mine.Remove());
}

TEST_F(FactoryTest, NamesThatAreNoPathComponentAreRefused) {
  const struct {
    const char* why;
    std::string name;
  } kCases[] = {
      {"empty", ""},
      {"this directory", "."},
      {"the one above", ".."},
      {"a path", "a/b"},
      {"a line feed", "a\nb"},
      {"a zero byte", std::string("a\0b", 3)},
      {"too long", std::string(250, 'x')},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    GroupSpec spec;
    spec.name = c.name;
    EXPECT_THAT(factory().Create(spec),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("name of a cgroup")));
  }
  for (const char* bad : {"", "/", "..", "a/../b", "a//b"}) {
    EXPECT_THAT(GroupFactory::Make(host(), bad),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("cgroup parent")))
        << bad;
  }
}

TEST_F(FactoryTest, AnyNameThatAFileMayHaveIsFine) {
  for (const char* name :
       {"a.with blank", "a.\xc3\xa4", "a.b.c.d", "a.-x", "a.scope"}) {
    GroupSpec spec;
    spec.name = name;
    ASSERT_OK_AND_ASSIGN(Group group, factory().Create(spec));
    ASSERT_OK_AND_ASSIGN(const std::vector<Orphan> found,
                         factory().Reconcile({}));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].name, name);
    EXPECT_OK(group.Remove());
  }
}

TEST_F(FactoryTest, ManyThreadsMakeAndRemoveGroupsAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 20; ++i) {
        GroupSpec spec;
        spec.name = absl::StrCat("a", t, ".", i);
        absl::StatusOr<Group> group = factory().Create(spec);
        EXPECT_OK(group);
        if (group.ok()) {
          EXPECT_OK(group->Remove());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(*factory().Reconcile({}), IsEmpty());
}

// --- overrides ---

TEST_F(FactoryTest, RX_140_AMissingOverrideIsNamed) {
  GroupSpec spec;
  spec.name = kName;
  spec.unified_override = "drover-test-missing/app.scope";
  if (unified()) {
    EXPECT_THAT(
        factory().Create(spec),
        base::StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr(absl::StrCat(host().v2.mount_point,
                                              "/drover-test-missing/app"))));
  }
  spec.unified_override.clear();
  if (!host().v1.empty()) {
    spec.legacy_override = {{"pids", "drover-test-missing"}};
    if (host().v1.count("pids") != 0) {
      EXPECT_THAT(factory().Create(spec),
                  base::StatusIs(absl::StatusCode::kNotFound,
                                 HasSubstr("/drover-test-missing")));
    }
    spec.legacy_override = {{"nosuch", "x"}};
    EXPECT_THAT(
        factory().Create(spec),
        base::StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"nosuch\"")));
  }
  EXPECT_THAT(*factory().Reconcile({}), IsEmpty());
}

TEST_F(FactoryTest, AnOverrideThatIsNoCgroupIsNamed) {
  GroupSpec spec;
  spec.name = kName;
  if (unified()) {
    spec.unified_override = "/tmp";
  } else {
    spec.legacy_override = {{"freezer", "/tmp"}};
  }
  EXPECT_THAT(factory().Create(spec),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("\"/tmp\" is not a cgroup")));
}

TEST_F(FactoryTest, RX_021_BothOverridesAreRefused) {
  GroupSpec spec;
  spec.name = kName;
  spec.unified_override = "a";
  spec.legacy_override = {{"pids", "a"}};
  EXPECT_THAT(factory().Create(spec),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("only one of cgroup_v1_override and "
                                       "cgroup_v2_override may be set")));
}

TEST_F(FactoryTest, RX_141_RX_142_AV2OverrideGetsAGroupOfItsOwnBelow) {
  ONLY_WHERE(unified(), "no v2 tree");
  const std::string foreign = MakeForeign(host().v2.mount_point);
  ASSERT_OK_AND_ASSIGN(Directory directory, Directory::Open(foreign));
  // A process of somebody else in the same group.
  Child stranger(Group(), [&] {
    if (!directory.Write("cgroup.procs", "0").ok()) return 1;
    return SleepForever();
  });
  const auto limits = [&] {
    std::string text;
    for (const char* file : {"memory.max", "memory.low", "cpu.weight",
                             "pids.max", "cgroup.subtree_control"}) {
      const absl::StatusOr<std::string> value = directory.Read(file);
      absl::StrAppend(&text, file, "=", value.ok() ? *value : "-\n");
    }
    return text;
  };
  const std::string before = limits();
  for (const std::string& path :
       {foreign, foreign.substr(host().v2.mount_point.size() + 1)}) {
    SCOPED_TRACE(path);
    GroupSpec spec;
    spec.name = kName;
    spec.unified_override = path;
    if (OnUnified("memory")) spec.limits.memory_max_bytes = 64 * kMiB;
    Group group = MakeGroup(spec);
    ASSERT_TRUE(group.tracks());
    Child child(group, [] {
      if (fork() == 0) (void)setsid();
      return SleepForever();
    });
    EXPECT_TRUE(WaitUntil([&] { return group.Pids()->size() == 2; }));
    EXPECT_THAT(ParseProcCgroup(*base::ReadFile(
                    absl::StrCat("/proc/", child.pid(), "/cgroup")))[""],
                EndsWith(absl::StrCat("/drover-test-foreign-", getpid(), "/",
                                      kName, ".scope")));
    if (OnUnified("memory")) {
      EXPECT_THAT(group.notes(), ElementsAre(HasSubstr("memory limits")));
    }
    EXPECT_OK(group.Kill());
    EXPECT_OK(group.WaitEmpty(kPatience));
    EXPECT_OK(group.Remove());
    EXPECT_EQ(limits(), before);
    EXPECT_FALSE(stranger.HasEnded());
  }
}

TEST_F(FactoryTest, RX_143_AV1OverrideSticksAndTheTrackingGroupStays) {
  ONLY_WHERE(host().v1.count("memory") != 0, "no v1 memory controller");
  const std::string foreign = MakeForeign(host().v1.at("memory").mount_point);
  GroupSpec spec;
  spec.name = kName;
  spec.legacy_override = {
      {"memory", absl::StrCat("drover-test-foreign-", getpid())}};
  spec.limits.memory_max_bytes = 64 * kMiB;
  const std::string before =
      *base::ReadFile(foreign + "/memory.limit_in_bytes");
  Group group = MakeGroup(spec);
  EXPECT_EQ(group.paths().legacy.count("memory"), 0U);  // not ours to remove
  EXPECT_THAT(group.notes(), ElementsAre(HasSubstr("memory.limit_in_bytes")));
  EXPECT_EQ(GroupsOf(group)["memory"],
            absl::StrCat("/drover-test-foreign-", getpid()));
  Child child(group, [] {
    if (fork() == 0) (void)setsid();
    return SleepForever();
  });
  EXPECT_TRUE(WaitUntil([&] { return group.Pids()->size() == 2; }));
  EXPECT_OK(group.Kill());
  EXPECT_OK(group.WaitEmpty(kPatience));
  EXPECT_OK(group.Remove());
  EXPECT_EQ(*base::ReadFile(foreign + "/memory.limit_in_bytes"), before);
}

TEST_F(FactoryTest, AnOverrideOfTheFreezerGetsAGroupOfItsOwnBelow) {
  ONLY_WHERE(host().LegacyTracker() == "freezer" && !unified(),
             "the v2 tree tracks");
  const std::string foreign = MakeForeign(host().v1.at("freezer").mount_point);
  GroupSpec spec;
  spec.name = kName;
  spec.legacy_override = {{"freezer", foreign}};
  Group group = MakeGroup(spec);
  EXPECT_EQ(GroupsOf(group)["freezer"],
            absl::StrCat("/drover-test-foreign-", getpid(), "/", kName));
  EXPECT_GE(group.freezer_fd(), 0);
  EXPECT_OK(group.Remove());
}

TEST_F(FactoryTest, AnOverrideForTheOtherKindOfHostIsANote) {
  GroupSpec spec;
  spec.name = kName;
  if (host().v1.empty()) {
    spec.legacy_override = {{"memory", "custom"}};
  } else if (!unified()) {
    spec.unified_override = "custom.slice";
  } else {
    ONLY_WHERE(false, "a hybrid host has both");
  }
  Group group = MakeGroup(spec);
  EXPECT_TRUE(group.tracks());
  EXPECT_THAT(group.notes(), ElementsAre(HasSubstr("has no effect")));
  EXPECT_OK(group.Remove());
}

}  // namespace
}  // namespace cgroups
