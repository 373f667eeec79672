#include "cgroups/hierarchy.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cgroups {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A folder stands for the tree: ".../v2" is a cgroup2 file system, ".../v1/x" a
// v1 hierarchy, and everything else is not.
long FakeMagic(const char* path) {
  if (absl::StrContains(path, "/v2")) return CGROUP2_SUPER_MAGIC;
  if (absl::StrContains(path, "/v1/")) return CGROUP_SUPER_MAGIC;
  return TMPFS_MAGIC;
}

class HierarchyTest : public testing::Test {
 protected:
  // A group with its files. `euid` of the options is the owner of all of them,
  // the user of this test, unless a test says otherwise.
  std::string MakeGroup(const std::string& path,
                        const std::string& controllers = "") {
    const std::string full = dir_.path() + path;
    EXPECT_OK(base::MakeDirectories(full));
    EXPECT_OK(base::WriteFileAtomically(full + "/cgroup.procs", ""));
    EXPECT_OK(
        base::WriteFileAtomically(full + "/cgroup.controllers", controllers));
    return full;
  }

  // In both texts $ stands for the test's folder.
  Hierarchy Look(const std::string& mountinfo, const std::string& own = "",
                 uid_t euid = geteuid()) {
    DetectOptions options;
    options.mountinfo = dir_.path() + "/mountinfo";
    options.own_groups = dir_.path() + "/cgroup";
    options.euid = euid;
    options.filesystem_magic = FakeMagic;
    EXPECT_OK(base::WriteFileAtomically(
        options.mountinfo,
        absl::StrReplaceAll(mountinfo, {{"$", dir_.path()}})));
    EXPECT_OK(base::WriteFileAtomically(options.own_groups, own));
    return Detect(options);
  }

  std::string path(const std::string& below) { return dir_.path() + below; }

  base::TempDir dir_;
};

constexpr char kTmpfs[] = "31 23 0:28 / $ rw,relatime - tmpfs tmpfs rw\n";
constexpr char kV2[] = "41 31 0:38 / $/v2 rw,relatime - cgroup2 cgroup2 rw\n";
constexpr char kFreezer[] =
    "37 31 0:34 / $/v1/freezer rw,relatime - cgroup cgroup rw,freezer\n";
constexpr char kCpu[] =
    "38 31 0:35 / $/v1/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
constexpr char kSystemd[] =
    "40 31 0:37 / $/v1/systemd rw - cgroup cgroup rw,xattr,name=systemd\n";

TEST_F(HierarchyTest, WithoutMountsThereIsNoneAndAReason) {
  const Hierarchy host = Look(kTmpfs);
  EXPECT_EQ(host.mode, Mode::kNone);
  EXPECT_THAT(host.reason, HasSubstr("neither"));
  EXPECT_FALSE(host.CanCreate().yes);
  EXPECT_EQ(host.CanCreate().reason, host.reason);
  EXPECT_EQ(host.CanLimit("memory").reason, host.reason);
}

TEST_F(HierarchyTest, AMountinfoThatCannotBeReadIsAReason) {
  DetectOptions options;
  options.mountinfo = path("/nowhere");
  const Hierarchy host = Detect(options);
  EXPECT_EQ(host.mode, Mode::kNone);
  EXPECT_THAT(host.reason, HasSubstr("/nowhere"));
}

TEST_F(HierarchyTest, OnlyAV2MountIsUnified) {
  MakeGroup("/v2", "cpuset cpu io memory pids\n");
  const Hierarchy host = Look(kV2, "0::/\n");
  EXPECT_EQ(host.mode, Mode::kUnified);
  EXPECT_EQ(host.v2.mount_point, path("/v2"));
  EXPECT_EQ(host.v2.own_group, path("/v2"));
  EXPECT_THAT(host.v2.controllers,
              UnorderedElementsAre("cpuset", "cpu", "io", "memory", "pids"));
  EXPECT_TRUE(host.CanCreate().yes) << host.CanCreate().reason;
  EXPECT_TRUE(host.CanLimit("memory").yes);
}

TEST_F(HierarchyTest, RX_148_TmpfsWithAV2MountBesideV1IsHybrid) {
  MakeGroup("/v2");
  MakeGroup("/v1/freezer");
  const Hierarchy host =
      Look(absl::StrCat(kTmpfs, kFreezer, kSystemd, kV2), "0::/\n");
  EXPECT_EQ(host.mode, Mode::kHybrid);
  EXPECT_EQ(host.v2.mount_point, path("/v2"));
  EXPECT_EQ(host.named.at("systemd"), path("/v1/systemd"));
  EXPECT_EQ(host.v1.size(), 1U);
}

TEST_F(HierarchyTest, AV1HierarchyWithoutControllersMakesNoHybrid) {
  MakeGroup("/v2", "memory");
  EXPECT_EQ(Look(absl::StrCat(kSystemd, kV2)).mode, Mode::kUnified);
  EXPECT_EQ(Look(kSystemd).mode, Mode::kNone);
}

TEST_F(HierarchyTest, OnlyV1IsLegacyAndRootMayUseIt) {
  MakeGroup("/v1/freezer");
  MakeGroup("/v1/cpu,cpuacct");
  const Hierarchy host = Look(absl::StrCat(kFreezer, kCpu),
                              "2:cpu,cpuacct:/svc\n1:freezer:/\n", 0);
  EXPECT_EQ(host.mode, Mode::kLegacy);
  EXPECT_EQ(host.v1.at("cpuacct").mount_point, path("/v1/cpu,cpuacct"));
  EXPECT_EQ(host.v1.at("cpu").own_group, path("/v1/cpu,cpuacct/svc"));
  EXPECT_EQ(host.v1.at("freezer").own_group, path("/v1/freezer"));
  EXPECT_EQ(host.LegacyTracker(), "freezer");
  EXPECT_TRUE(host.CanCreate().yes);
  EXPECT_TRUE(host.CanLimit("cpu").yes);
  EXPECT_THAT(host.CanLimit("memory").reason, HasSubstr("\"memory\""));
}

TEST_F(HierarchyTest, WithoutAFreezerAnotherHierarchyTracks) {
  MakeGroup("/v1/cpu,cpuacct");
  const Hierarchy host = Look(kCpu, "", 0);
  EXPECT_EQ(host.LegacyTracker(), "cpuacct");
}

TEST_F(HierarchyTest, RX_145_V1WithoutRootIsNotUsed) {
  MakeGroup("/v1/freezer");
  const Hierarchy host = Look(kFreezer, "", 1000);
  EXPECT_EQ(host.mode, Mode::kLegacy);
  EXPECT_THAT(host.CanCreate().reason, HasSubstr("uid 1000 is not root"));
  EXPECT_EQ(host.LegacyTracker(), "");
}

TEST_F(HierarchyTest, RX_147_AMissingControllerTurnsOffOnlyItself) {
  MakeGroup("/v2", "cpu io memory pids\n");
  const Hierarchy host = Look(kV2, "0::/\n");
  EXPECT_TRUE(host.CanCreate().yes);
  EXPECT_TRUE(host.CanLimit("cpu").yes);
  EXPECT_THAT(host.CanLimit("cpuset").reason,
              AllOf(HasSubstr("\"cpuset\""), HasSubstr("cgroup.controllers")));
}

TEST_F(HierarchyTest, AReadOnlyMountIsSaidToBe) {
  MakeGroup("/v2", "memory");
  MakeGroup("/v1/freezer");
  const Hierarchy host = Look(
      "41 31 0:38 / $/v2 ro,relatime - cgroup2 cgroup2 rw\n"
      "37 31 0:34 / $/v1/freezer rw - cgroup cgroup ro,freezer\n",
      "", 0);
  EXPECT_THAT(host.v2.create.reason, HasSubstr("mounted read-only"));
  EXPECT_THAT(host.v1.at("freezer").create.reason,
              HasSubstr("mounted read-only"));
}

TEST_F(HierarchyTest, AMountThatIsHiddenByAnotherDoesNotCount) {
  const Hierarchy host =
      Look("41 31 0:38 / $/covered rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(host.mode, Mode::kNone);
  EXPECT_THAT(host.reason, AllOf(HasSubstr("/covered"), HasSubstr("hidden")));
}

TEST_F(HierarchyTest, OfSeveralMountsTheWholeAndWritableOneIsTaken) {
  MakeGroup("/v2part");
  MakeGroup("/v2ro");
  MakeGroup("/v2rw");
  const Hierarchy host = Look(
      "1 1 0:38 /docker/x $/v2part rw - cgroup2 cgroup2 rw\n"
      "2 1 0:38 / $/v2ro ro - cgroup2 cgroup2 rw\n"
      "3 1 0:38 / $/v2rw rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(host.v2.mount_point, path("/v2rw"));
}

TEST_F(HierarchyTest, TheOwnGroupIsFoundBelowAPartialMount) {
  MakeGroup("/v2", "memory");
  const char* mount = "1 1 0:38 /docker/x $/v2 rw - cgroup2 cgroup2 rw\n";
  const struct {
    const char* why;
    const char* own;
    std::string want;
  } kCases[] = {
      {"it is the mounted group", "0::/docker/x\n", path("/v2")},
      {"it is below", "0::/docker/x/a/b\n", path("/v2/a/b")},
      {"it is beside, with a longer name", "0::/docker/xy\n", ""},
      {"it is above", "0::/\n", ""},
      {"it is in another namespace", "0::/docker/x/../y\n", ""},
      {"it is not said", "", ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Look(mount, c.own).v2.own_group, c.want);
  }
}

// The files of the tests below belong to whoever runs them; the user that asks
// is the same one or another, and never root.
class DelegationTest : public HierarchyTest {
 protected:
  static constexpr uid_t kUser = 4242;

  void SetUp() override {
    SKIP_UNLESS(geteuid() == 0, "needs root to give files away");
    MakeGroup("/v2", "memory pids\n");
    MakeGroup("/v2/system.slice");
    MakeGroup("/v2/system.slice/drover.service", "pids\n");
    MakeGroup("/v2/system.slice/drover.service/agent");
  }

  void Give(const std::string& group) {
    for (const char* file : {"", "/cgroup.procs"}) {
      ASSERT_EQ(chown((path(group) + file).c_str(), kUser, kUser), 0);
    }
  }

  Hierarchy LookFrom(const std::string& own) {
    return Look(kV2, absl::StrCat("0::", own, "\n"), kUser);
  }
};

TEST_F(DelegationTest, TheTopmostOwnGroupIsTheBase) {
  Give("/v2/system.slice/drover.service");
  Give("/v2/system.slice/drover.service/agent");
  for (const char* own :
       {"/system.slice/drover.service/agent", "/system.slice/drover.service"}) {
    SCOPED_TRACE(own);
    const Hierarchy host = LookFrom(own);
    EXPECT_TRUE(host.v2.create.yes) << host.v2.create.reason;
    EXPECT_EQ(host.v2.base, path("/v2/system.slice/drover.service"));
    EXPECT_THAT(host.v2.controllers, ElementsAre("pids"));
  }
}

TEST_F(DelegationTest, WithoutAnOwnGroupTheReasonNamesTheOwner) {
  const Hierarchy host = LookFrom("/system.slice/drover.service");
  EXPECT_FALSE(host.v2.create.yes);
  EXPECT_EQ(host.v2.base, "");
  EXPECT_THAT(host.v2.create.reason,
              AllOf(HasSubstr("uid 4242"), HasSubstr("owned by uid 0"),
                    HasSubstr("drover.service"), HasSubstr("Delegate=yes")));
}

TEST_F(DelegationTest, TheDirectoryAloneIsNotEnough) {
  const std::string group = path("/v2/system.slice/drover.service");
  ASSERT_EQ(chown(group.c_str(), kUser, kUser), 0);
  EXPECT_THAT(LookFrom("/system.slice/drover.service").v2.create.reason,
              HasSubstr("drover.service/cgroup.procs"));
}

TEST_F(DelegationTest, AProcessOutsideCannotUseIt) {
  Give("/v2/system.slice/drover.service");
  EXPECT_FALSE(LookFrom("/").v2.create.yes);
  EXPECT_FALSE(LookFrom("/system.slice").v2.create.yes);
}

TEST_F(DelegationTest, AnUnknownOwnGroupIsAReason) {
  const Hierarchy host = Look(kV2, "", kUser);
  EXPECT_THAT(host.v2.create.reason, HasSubstr("outside of what is mounted"));
}

}  // namespace
}  // namespace cgroups
