#include "driver/config.h"

#include "gtest/gtest.h"

namespace driver {
namespace {

TEST(ConfigFromOptions, RX_003_RX_004_OnlyTheseSpellingsAreTrue) {
  const struct {
    const char* vector;
    const char* value;
    bool enabled;
  } kCases[] = {
      {"RX-003", "1", true},    {"RX-003", "t", true},
      {"RX-003", "T", true},    {"RX-003", "TRUE", true},
      {"RX-003", "true", true}, {"RX-003", "True", true},
      {"RX-004", "yes", false}, {"RX-004", "tRUE", false},
      {"RX-004", "0", false},   {"RX-004", "", false},
      {"on", "on", false},      {"blank", "1 ", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.vector);
    EXPECT_EQ(ConfigFromOptions({{"driver.raw_exec.enable", c.value}}).enabled,
              c.enabled);
    EXPECT_EQ(
        ConfigFromOptions({{"driver.raw_exec.no_cgroups", c.value}}).no_cgroups,
        c.enabled);
  }
  EXPECT_FALSE(ConfigFromOptions({}).enabled);
  EXPECT_FALSE(ConfigFromOptions({}).no_cgroups);
}

}  // namespace
}  // namespace driver
