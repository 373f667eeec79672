#include "driver/user.h"

#include <unistd.h>

#include <cstdint>
#include <string>

#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "driver/id_set.h"

namespace driver {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(IdSet, RX_015_RX_016_RX_017_ReadsIdsAndRangesAndNothingElse) {
  const struct {
    const char* vector;
    const char* text;
    const char* error;  // nullptr: valid
  } kCases[] = {
      {"RX-015", "100-1", "lower bound cannot be greater than upper bound"},
      {"RX-016", "1-100", nullptr},
      {"RX-016", "1", nullptr},
      {"RX-016", "1-100,foo", "range bound not valid"},
      {"RX-016", "1-100,,200-300", "range bound not valid"},
      {"RX-016", "banana-10", "range bound not valid"},
      {"RX-017", "1-2-3", "range bound not valid"},
      {"blank", "1 ,2", "range bound not valid"},
      {"sign", "+1", "range bound not valid"},
      {"open", "1-", "range bound not valid"},
      {"too large", "4294967296", "range bound not valid"},
      {"everything", "0-4294967295", nullptr},
      {"nothing", "", nullptr},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.vector);
    const auto set = IdSet::Parse("deniedHostUIDs", c.text);
    if (c.error == nullptr) {
      EXPECT_OK(set);
    } else {
      EXPECT_THAT(set, base::StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr(c.error)));
      EXPECT_THAT(std::string(set.status().message()),
                  HasSubstr("invalid range deniedHostUIDs"));
    }
  }
}

TEST(IdSet, ContainsBothEndsAndNothingBeyond) {
  const IdSet set = *IdSet::Parse("x", "0,10-12,4294967295");
  for (const uint32_t id : {0U, 10U, 11U, 12U, 4294967295U}) {
    EXPECT_TRUE(set.Contains(id)) << id;
  }
  for (const uint32_t id : {1U, 9U, 13U, 4294967294U}) {
    EXPECT_FALSE(set.Contains(id)) << id;
  }
}

TEST(CheckUser, RX_018_RX_019_RX_020_LooksAtTheUserAndAllItsGroups) {
  User user;
  user.uid = 1000;
  user.gid = 100;
  user.groups = {100, 27};
  const IdSet none;
  EXPECT_OK(CheckUser(user, none, none));
  EXPECT_THAT(CheckUser(user, *IdSet::Parse("u", "1000"), none),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             "running as uid 1000 is disallowed"));
  EXPECT_THAT(CheckUser(user, none, *IdSet::Parse("g", "27")),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             "running as gid 27 is disallowed"));
  // Denying group 0 refuses those in it and nobody else.
  EXPECT_OK(CheckUser(user, none, *IdSet::Parse("g", "0")));
}

TEST(ResolveUser, RX_073_AnUnknownNameIsAnError) {
  EXPECT_THAT(ResolveUser("alice-is-not-here"),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("unknown user alice-is-not-here")));
  EXPECT_THAT(ResolveUser("root:no-such-group"),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("unknown group no-such-group")));
}

TEST(ResolveUser, EmptyIsThisProcessAndNeedsNoChange) {
  ASSERT_OK_AND_ASSIGN(const User user, ResolveUser(""));
  EXPECT_EQ(user.uid, geteuid());
  EXPECT_FALSE(user.switches);
}

TEST(ResolveUser, RX_071_RX_074_NamesAndNumbersGiveExactlyTheUsersGroups) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  for (const char* spec :
       {"nobody", "65534", "nobody:nogroup", "65534:65534"}) {
    SCOPED_TRACE(spec);
    ASSERT_OK_AND_ASSIGN(const User user, ResolveUser(spec));
    EXPECT_EQ(user.uid, 65534U);
    EXPECT_EQ(user.gid, 65534U);
    EXPECT_THAT(user.groups, ElementsAre(65534U));
    EXPECT_EQ(user.name, "nobody");
    EXPECT_TRUE(user.switches);
  }
  ASSERT_OK_AND_ASSIGN(const User stranger, ResolveUser("54321"));
  EXPECT_EQ(stranger.uid, 54321U);
  EXPECT_EQ(stranger.gid, 54321U);
  EXPECT_THAT(stranger.groups, ElementsAre(54321U));
  ASSERT_OK_AND_ASSIGN(const User with_group, ResolveUser("54321:7"));
  EXPECT_THAT(with_group.groups, ElementsAre(7U));
}

}  // namespace
}  // namespace driver
