#include "base/nearest_name.h"

#include <cstddef>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace base {
namespace {

TEST(EditDistance, CountsSingleEdits) {
  const struct {
    const char* why;
    const char* a;
    const char* b;
    size_t want;
  } kCases[] = {
      {"the same", "run", "run", 0},      {"one left out", "rn", "run", 1},
      {"one put in", "ruun", "run", 1},   {"one replaced", "rum", "run", 1},
      {"two swapped", "rnu", "run", 1},   {"from nothing", "", "run", 3},
      {"to nothing", "run", "", 3},       {"nothing at all", "", "", 0},
      {"all different", "abc", "xyz", 3},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(EditDistance(c.a, c.b), c.want);
    EXPECT_EQ(EditDistance(c.b, c.a), c.want);
  }
}

TEST(NearestName, NamesWhatAPersonMayHaveMeant) {
  const std::vector<std::string> known = {
      "run", "agent", "version", "help", "var-file", "var", "raw_exec"};
  const struct {
    const char* why;
    const char* name;
    const char* want;
  } kCases[] = {
      {"a swap", "rnu", "run"},
      {"one letter too many", "runn", "run"},
      {"the beginning of one name", "vers", "version"},
      {"close beats a longer name with the same beginning", "vra", "var"},
      {"letter case does not count", "AGENT", "agent"},
      {"a dash for an underscore", "raw-exec", "raw_exec"},
      {"nothing near", "deploy", ""},
      {"one letter says nothing", "x", ""},
      {"empty", "", ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(NearestName(c.name, known), c.want);
  }
  EXPECT_EQ(NearestName(std::string(100000, 'r'), known), "");
}

}  // namespace
}  // namespace base
