#include "cgroups/limits.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cgroups {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Lines(const std::vector<Setting>& settings) {
  std::vector<std::string> lines;
  for (const Setting& setting : settings) {
    lines.push_back(absl::StrCat(setting.controller, " ", setting.file, "=",
                                 setting.value));
  }
  return lines;
}

TEST(CpuWeight, IsWhatARealAgentWroteForThatManyMegahertz) {
  const struct {
    const char* why;
    uint64_t shares, weight;
  } kCases[] = {
      {"below the least", 0, 1},
      {"the least of v1", 2, 1},
      {"seen for 1 MHz", 1, 1},
      {"seen for 10", 10, 4},
      {"seen for 100", 100, 17},
      {"seen for 500", 500, 58},
      {"seen for 1000", 1000, 99},
      {"seen for 5000", 5000, 356},
      {"seen for 10000", 10000, 627},
      {"seen for 30000", 30000, 1561},
      {"v1's default is v2's default", 1024, 100},
      {"the most of v1", 262144, 10000},
      {"beyond it", UINT64_MAX, 10000},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(CpuWeight(c.shares), c.weight);
  }
}

Limits Everything() {
  Limits limits;
  limits.memory_max_bytes = 200;
  limits.memory_low_bytes = 100;
  limits.swap_max_bytes = 50;
  limits.cpu_shares = 500;
  limits.cpus = "0-1,3";
  limits.memory_nodes = "0";
  limits.pids_max = 7;
  limits.io_weight = 200;
  limits.io = {{8, 0, 1000, 0, 0, 20}, {8, 16, 0, 0, 0, 0}};
  return limits;
}

TEST(Settings, OfV2) {
  std::vector<Setting> settings;
  ASSERT_OK(UnifiedSettings(Everything(), &settings));
  EXPECT_THAT(Lines(settings),
              ElementsAre("cpuset cpuset.cpus=0-1,3", "cpuset cpuset.mems=0",
                          "memory memory.low=100", "memory memory.max=200",
                          "memory memory.swap.max=50", "cpu cpu.weight=58",
                          "pids pids.max=7", "io io.weight=default 200",
                          "io io.max=8:0 rbps=1000 wiops=20"));
}

TEST(Settings, OfV1) {
  std::vector<Setting> settings;
  ASSERT_OK(LegacySettings(Everything(), &settings));
  EXPECT_THAT(Lines(settings),
              ElementsAre("cpuset cpuset.cpus=0-1,3", "cpuset cpuset.mems=0",
                          "memory memory.soft_limit_in_bytes=100",
                          "memory memory.limit_in_bytes=200",
                          "memory memory.memsw.limit_in_bytes=250",
                          "cpu cpu.shares=500", "pids pids.max=7",
                          "blkio blkio.weight=200",
                          "blkio blkio.throttle.read_bps_device=8:0 1000",
                          "blkio blkio.throttle.write_iops_device=8:0 20"));
}

TEST(Settings, WithoutLimitsThereAreNone) {
  std::vector<Setting> settings;
  EXPECT_TRUE(Limits().empty());
  EXPECT_FALSE(Everything().empty());
  ASSERT_OK(UnifiedSettings(Limits(), &settings));
  ASSERT_OK(LegacySettings(Limits(), &settings));
  EXPECT_THAT(settings, IsEmpty());
}

TEST(Settings, SwapIsNeverRequiredSinceSomeKernelsDoNotAccountIt) {
  for (const auto function : {UnifiedSettings, LegacySettings}) {
    std::vector<Setting> settings;
    ASSERT_OK(function(Everything(), &settings));
    for (const Setting& setting : settings) {
      EXPECT_EQ(setting.required,
                setting.file != "memory.swap.max" &&
                    setting.file != "memory.memsw.limit_in_bytes")
          << setting.file;
    }
  }
}

TEST(Settings, NoSwapWithoutAMemoryLimitIsSwappinessOnV1) {
  Limits limits;
  limits.swap_max_bytes = 0;
  std::vector<Setting> settings;
  ASSERT_OK(LegacySettings(limits, &settings));
  EXPECT_THAT(Lines(settings), ElementsAre("memory memory.swappiness=0"));
}

TEST(Settings, ValuesThatNoKernelTakesAreRefused) {
  const struct {
    const char* why;
    void (*change)(Limits*);
    const char* message;
  } kCases[] = {
      {"cpus are numbers", [](Limits* l) { l->cpus = "0;rm"; }, "\"0;rm\""},
      {"one line only", [](Limits* l) { l->cpus = "0\n1"; }, "cpus"},
      {"so are nodes", [](Limits* l) { l->memory_nodes = "x"; }, "\"x\""},
      {"a reservation above the limit",
       [](Limits* l) { l->memory_low_bytes = 201; }, "201"},
      {"a weight of 0", [](Limits* l) { l->io_weight = 0; }, "io weight 0"},
      {"a weight too great", [](Limits* l) { l->io_weight = 10001; }, "10001"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    Limits limits = Everything();
    c.change(&limits);
    std::vector<Setting> settings;
    EXPECT_THAT(UnifiedSettings(limits, &settings),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(c.message)));
    EXPECT_THAT(LegacySettings(limits, &settings),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace cgroups
