#include "base/uuid.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace base {
namespace {

TEST(NewUuid, IsOfVersionFourAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = NewUuid();
    EXPECT_TRUE(IsUuid(uuid)) << uuid;
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

TEST(RandomHex, HasSoManyDigits) {
  EXPECT_EQ(RandomHex(0), "");
  EXPECT_EQ(RandomHex(8).size(), 8u);
  EXPECT_EQ(RandomHex(7).size(), 7u);
}

TEST(IsUuid, KnowsTheForm) {
  EXPECT_TRUE(IsUuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
  EXPECT_FALSE(IsUuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf"));
  EXPECT_FALSE(IsUuid("f81d4fae07dec-11d0-a765-00a0c91e6bf6"));
  EXPECT_FALSE(IsUuid("g81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
  EXPECT_FALSE(IsUuid(""));
}

}  // namespace
}  // namespace base
