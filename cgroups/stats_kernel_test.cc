#include "cgroups/stats.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "cgroups/testing.h"

namespace cgroups {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr char kName[] = "01234567-89ab-cdef-0123-456789abcdef.web";
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr absl::Duration kPatience = absl::Seconds(20);

// Makes so much memory of this process's own.
void Touch(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) _exit(3);
  memset(memory, 1, bytes);
}

[[noreturn]] void Burn() {
  for (;;) asm volatile("");
}

class StatsTest : public CgroupTest {
 protected:
  // With counters from the groups, and with /proc alone.
  Group Make(bool exact) {
    GroupSpec spec;
    spec.name = kName;
    spec.exact_counters = exact;
    return MakeGroup(spec);
  }

  // A child that is in the group and has done what it does first.
  Child Start(const Group& group, const std::function<void()>& first) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    base::UniqueFd read_end(ends[0]);
    base::UniqueFd write_end(ends[1]);
    Child child(group, [&] {
      first();
      if (write(write_end.get(), "r", 1) != 1) return 1;
      return SleepForever();
    });
    write_end.Reset();
    char c;
    EXPECT_EQ(read(read_end.get(), &c, 1), 1) << "the child died";
    return child;
  }

  void End(Group* group) {
    EXPECT_OK(group->Kill());
    EXPECT_OK(group->WaitEmpty(kPatience));
    EXPECT_OK(group->Remove());
  }
};

TEST_F(StatsTest, RX_181_TheFirstSampleHasMemoryAndNoCpuUse) {
  for (const bool exact : {false, true}) {
    SCOPED_TRACE(exact);
    Group group = Make(exact);
    Child child = Start(group, [] { Touch(8 * kMiB); });
    ASSERT_OK_AND_ASSIGN(const Stats stats, ReadStats(group));
    EXPECT_GE(stats.memory.rss, 8 * kMiB);
    EXPECT_LT(stats.memory.rss, 64 * kMiB);
    EXPECT_GE(stats.memory.usage, 8 * kMiB);
    EXPECT_GE(stats.tasks, 1U);
    EXPECT_EQ(CpuBetween(std::nullopt, stats).total(), 0);
    if (exact && host().CanLimit("memory").yes) {
      EXPECT_TRUE(stats.memory.exact);
      EXPECT_TRUE(stats.memory.cache.has_value());
      EXPECT_EQ(stats.oom_kills, 0U);
    }
    if (unified()) {
      EXPECT_TRUE(stats.cpu.exact);
    }
    End(&group);
  }
}

TEST_F(StatsTest, RX_180_ABusyLoopUsesOneCore) {
  Group group = Make(true);
  Child child(group, [] {
    Burn();
    return 0;
  });
  // From the first sample in which it runs to one a second of CPU time later:
  // on a busy machine it may get less than a core, never more.
  std::optional<Stats> first;
  Stats last;
  ASSERT_TRUE(WaitUntil([&] {
    last = ReadStats(group).value_or(Stats());
    if (!first && last.cpu.user > absl::ZeroDuration()) first = last;
    return first && last.cpu.user - first->cpu.user > absl::Seconds(1);
  }));
  const CpuUse use = CpuBetween(first, last);
  EXPECT_GT(use.user, 10);
  EXPECT_LT(use.total(), 130);  // in a guest the clock is no better
  EXPECT_LT(use.system, use.user);
  End(&group);
}

TEST_F(StatsTest, RX_182_ThePidsAreTheTasksAndNoOthers) {
  Group group = Make(false);
  Child child = Start(group, [] {});
  EXPECT_THAT(*group.Pids(), ElementsAre(child.pid()));
  End(&group);
}

TEST_F(StatsTest, RX_183_AChildInASessionOfItsOwnCounts) {
  for (const bool exact : {false, true}) {
    SCOPED_TRACE(exact);
    Group group = Make(exact);
    Child child = Start(group, [] {
      int ends[2];
      if (pipe(ends) != 0) _exit(1);
      if (fork() == 0) {
        (void)setsid();
        Touch(16 * kMiB);
        (void)!write(ends[1], "r", 1);
        (void)SleepForever();
      }
      char c;
      if (read(ends[0], &c, 1) != 1) _exit(2);
    });
    ASSERT_OK_AND_ASSIGN(const Stats stats, ReadStats(group));
    EXPECT_GE(stats.memory.rss, 16 * kMiB);
    EXPECT_GE(stats.tasks, 2U);  // a sanitizer has a thread of its own
    End(&group);
  }
}

TEST_F(StatsTest, CpuTimeOfEndedProcessesIsNotLost) {
  ONLY_WHERE(unified() || host().v1.count("cpuacct") != 0, "no CPU counter");
  Group group = Make(true);
  {
    Child burner(group, [] {
      (void)signal(SIGALRM, SIG_DFL);
      itimerval timer = {{0, 0}, {0, 200'000}};
      (void)setitimer(ITIMER_VIRTUAL, &timer, nullptr);  // of its CPU time
      Burn();
      return 0;
    });
    (void)burner.Wait();
  }
  ASSERT_OK_AND_ASSIGN(const Stats stats, ReadStats(group));
  EXPECT_GE(stats.cpu.user + stats.cpu.system, absl::Milliseconds(150));
  End(&group);
}

TEST_F(StatsTest, RX_138_AKillForWantOfMemoryIsTold) {
  ONLY_WHERE(host().CanLimit("memory").yes, "no memory controller");
  GroupSpec spec;
  spec.name = kName;
  spec.limits.memory_max_bytes = 16 * kMiB;
  spec.limits.swap_max_bytes = 0;
  Group group = MakeGroup(spec);
  EXPECT_EQ(*ReadOomKills(group), std::optional<uint64_t>(0));
  Child child(group, [] {
    Touch(64 * kMiB);
    return 0;
  });
  EXPECT_EQ(child.Wait() & 0x7f, SIGKILL);
  EXPECT_EQ(*ReadOomKills(group), std::optional<uint64_t>(1));
  ASSERT_OK_AND_ASSIGN(const Stats stats, ReadStats(group));
  EXPECT_EQ(stats.oom_kills, 1U);
  if (stats.memory.max_usage) {
    EXPECT_GE(*stats.memory.max_usage, 15 * kMiB);
  }
  End(&group);
}

TEST_F(StatsTest, AKillForWantOfMemoryInAGroupThatTheTaskMadeCounts) {
  ONLY_WHERE(host().CanLimit("memory").yes, "no memory controller");
  GroupSpec spec;
  spec.name = kName;
  spec.limits.memory_max_bytes = 16 * kMiB;
  spec.limits.swap_max_bytes = 0;
  Group group = MakeGroup(spec);
  const std::string path = OnUnified("memory")
                               ? group.paths().unified
                               : group.paths().legacy.at("memory");
  ASSERT_EQ(mkdir((path + "/own").c_str(), 0755), 0);
  Child child(group, [&] {
    absl::StatusOr<Directory> own = Directory::Open(path + "/own");
    if (!own.ok() || !own->Write("cgroup.procs", "0").ok()) return 1;
    Touch(64 * kMiB);
    return 0;
  });
  EXPECT_EQ(child.Wait() & 0x7f, SIGKILL);
  EXPECT_EQ(*ReadOomKills(group), std::optional<uint64_t>(1));
  End(&group);
}

TEST_F(StatsTest, AnOrdinaryKillIsNoKillForWantOfMemory) {
  Group group = Make(true);
  Child child = Start(group, [] {});
  (void)kill(child.pid(), SIGKILL);
  (void)child.Wait();
  ASSERT_OK_AND_ASSIGN(const std::optional<uint64_t> kills,
                       ReadOomKills(group));
  EXPECT_EQ(kills.value_or(0), 0U);
  End(&group);
}

TEST_F(StatsTest, AGroupThatIsGoneIsNotFound) {
  Group group = Make(false);
  ASSERT_OK(Group::Open(group.paths())->Remove());
  EXPECT_THAT(ReadStats(group), base::StatusIs(absl::StatusCode::kNotFound,
                                               testing::HasSubstr(kName)));
}

TEST(ReadProcessStats, WorksWithoutAnyGroup) {
  const Group none;
  Child child(none, [] {
    Touch(4 * kMiB);
    return SleepForever();
  });
  Stats stats;
  EXPECT_TRUE(WaitUntil([&] {
    stats = ReadProcessStats({child.pid()});
    return stats.memory.rss >= 4 * kMiB;
  }));
  EXPECT_GE(stats.memory.rss, 4 * kMiB);
  EXPECT_GE(stats.memory.usage, stats.memory.rss);
  EXPECT_GE(stats.tasks, 1U);
  EXPECT_FALSE(stats.memory.exact);
  EXPECT_FALSE(stats.cpu.exact);
  EXPECT_FALSE(stats.oom_kills.has_value());
}

TEST(CpuBetween, IsInPercentOfOneCoreAndNeverNegative) {
  const auto at = [](double wall, double user, double system) {
    Stats stats;
    stats.monotonic = absl::Seconds(wall);
    stats.cpu.user = absl::Seconds(user);
    stats.cpu.system = absl::Seconds(system);
    return stats;
  };
  const struct {
    const char* why;
    Stats before, after;
    double user, system;
  } kCases[] = {
      {"half a core", at(10, 1, 1), at(12, 2, 1), 50, 0},
      {"two cores", at(10, 1, 1), at(11, 2, 2), 100, 100},
      {"no time", at(10, 1, 1), at(10, 2, 2), 0, 0},
      {"the clock of another boot", at(10, 1, 1), at(5, 2, 2), 0, 0},
      {"a sum that lost a process", at(10, 5, 5), at(11, 4, 5.5), 0, 50},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const CpuUse use = CpuBetween(c.before, c.after);
    EXPECT_THAT(use.user, DoubleNear(c.user, 1e-9));
    EXPECT_THAT(use.system, DoubleNear(c.system, 1e-9));
  }
}

}  // namespace
}  // namespace cgroups
