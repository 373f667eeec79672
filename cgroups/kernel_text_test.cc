#include "cgroups/kernel_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cgroups {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

TEST(ParseMountInfo, ReadsEveryFieldThatCounts) {
  const std::vector<Mount> mounts = ParseMountInfo(
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
      "37 31 0:34 /docker/x /sys/fs/cgroup/cpu\\040acct ro,nosuid shared:9 "
      "master:1 - cgroup cgroup rw,cpu,cpuacct\n");
  ASSERT_THAT(mounts, SizeIs(2));
  EXPECT_EQ(mounts[0].type, "cgroup2");
  EXPECT_EQ(mounts[0].mount_point, "/sys/fs/cgroup/unified");
  EXPECT_EQ(mounts[0].root, "/");
  EXPECT_FALSE(mounts[0].read_only);
  EXPECT_EQ(mounts[1].mount_point, "/sys/fs/cgroup/cpu acct");
  EXPECT_EQ(mounts[1].root, "/docker/x");
  EXPECT_TRUE(mounts[1].read_only);
  EXPECT_THAT(mounts[1].super_options, ElementsAre("rw", "cpu", "cpuacct"));
}

TEST(ParseMountInfo, TakesOddLinesAsTheyCome) {
  const struct {
    const char* why;
    const char* line;
    size_t mounts;
    const char* point;
  } kCases[] = {
      {"empty", "", 0, ""},
      {"no separator", "1 2 0:3 / /a rw", 0, ""},
      {"no type after it", "1 2 0:3 / /a rw -", 0, ""},
      {"type only", "1 2 0:3 / /a rw - tmpfs", 1, "/a"},
      {"a dash as mount point", "1 2 0:3 / - rw - tmpfs tmpfs rw", 1, "-"},
      {"octal at the end", "1 2 0:3 / /a\\04 rw - tmpfs", 1, "/a\\04"},
      {"not octal", "1 2 0:3 / /a\\08x rw - tmpfs", 1, "/a\\08x"},
      {"beyond a byte", "1 2 0:3 / /a\\777 rw - tmpfs", 1, "/a\\777"},
      {"a line feed", "1 2 0:3 / /a\\012b rw - tmpfs", 1, "/a\nb"},
      {"a backslash", "1 2 0:3 / /a\\134040 rw - tmpfs", 1, "/a\\040"},
      {"read-only as a whole", "1 2 0:3 / /a rw - tmpfs x ro", 1, "/a"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const std::vector<Mount> mounts = ParseMountInfo(c.line);
    ASSERT_THAT(mounts, SizeIs(c.mounts));
    if (c.mounts == 1) {
      EXPECT_EQ(mounts[0].mount_point, c.point);
    }
  }
}

TEST(ParseProcCgroup, TellsTheTreesApart) {
  EXPECT_THAT(
      ParseProcCgroup("9:name=systemd:/\n"
                      "2:cpu,cpuacct:/nomad/a:b\n"
                      "0::/user.slice\n"),
      ElementsAre(Pair("", "/user.slice"), Pair("cpu", "/nomad/a:b"),
                  Pair("cpuacct", "/nomad/a:b"), Pair("name=systemd", "/")));
  EXPECT_THAT(ParseProcCgroup("\n0:/\n7::/odd\n1:cpu:relative\nx"), IsEmpty());
}

TEST(ParseFlatKeyed, LeavesOutWhatIsNoNumber) {
  EXPECT_THAT(
      ParseFlatKeyed("populated 1\nfrozen 0\nmax max\nneg -1\nalone\n 5\n"),
      ElementsAre(Pair("", 5), Pair("frozen", 0), Pair("populated", 1)));
}

TEST(FindFlatKeyed, FindsAWholeKeyOnly) {
  const char* text = "oom_kill_x 3\noom 1\noom_kill 2\n";
  EXPECT_EQ(FindFlatKeyed(text, "oom_kill"), 2U);
  EXPECT_EQ(FindFlatKeyed(text, "oom"), 1U);
  EXPECT_EQ(FindFlatKeyed(text, "kill"), std::nullopt);
  EXPECT_EQ(FindFlatKeyed("", "kill"), std::nullopt);
}

TEST(ParseNumber, IsStrict) {
  EXPECT_EQ(ParseNumber("18446744073709551615\n"), UINT64_MAX);
  for (const char* bad : {"max\n", "", "-1", "18446744073709551616", "1 2"}) {
    EXPECT_EQ(ParseNumber(bad), std::nullopt) << bad;
  }
}

TEST(ParsePids, LeavesOutProcessesOfOtherNamespaces) {
  EXPECT_THAT(ParsePids("0\n12\n3\nx\n4294967296\n"), ElementsAre(12, 3));
}

TEST(ParseProcStat, IsNotFooledByTheName) {
  const std::string rest =
      " S 7 42 42 0 -1 4194560 100 0 0 0 11 22 33 44 20 0 1 0 987654 1 2";
  for (const char* name :
       {"(sh)", "(a b)", "() R 1 (x)", "(\n)", "(evil) Z 9 9 9)"}) {
    const std::optional<ProcStat> stat =
        ParseProcStat(std::string("42 ") + name + rest + "\n");
    ASSERT_TRUE(stat.has_value()) << name;
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->parent, 7);
    EXPECT_EQ(stat->user_ticks, 11U);
    EXPECT_EQ(stat->system_ticks, 22U);
    EXPECT_EQ(stat->waited_user_ticks, 33U);
    EXPECT_EQ(stat->waited_system_ticks, 44U);
    EXPECT_EQ(stat->start_ticks, 987654U);
  }
  for (const char* bad : {"", "42 (sh", "42 (sh)", "42 (sh) S 7 42",
                          "42 (sh) S -1 42 42 0 -1 4 1 0 0 0 1 2 3 4 20 0 1 0 "
                          "9"}) {
    EXPECT_FALSE(ParseProcStat(bad).has_value()) << bad;
  }
}

TEST(ParseProcStatus, GivesBytes) {
  const ProcStatus status = ParseProcStatus(
      "Name:\tRssAnon:\nVmRSS:\t    2048 kB\nRssAnon:\t     1024 kB\n"
      "VmSwap:\t  3 kB\nThreads:\t5\n");
  EXPECT_EQ(status.resident, 2048U * 1024);
  EXPECT_EQ(status.anonymous, 1024U * 1024);
  EXPECT_EQ(status.swap, 3U * 1024);
  EXPECT_EQ(status.threads, 5U);
  EXPECT_EQ(ParseProcStatus("VmRSS:\t18446744073709551615 kB\n").resident, 0U);
  EXPECT_EQ(ParseProcStatus("").threads, 0U);
}

}  // namespace
}  // namespace cgroups
