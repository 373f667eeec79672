#include "base/unique_fd.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "gtest/gtest.h"

namespace base {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

int OpenNull() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

TEST(UniqueFd, ClosesWhenItGoesAway) {
  int number = -1;
  {
    UniqueFd fd(OpenNull());
    number = fd.get();
    ASSERT_TRUE(fd.valid());
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(UniqueFd, MovingLeavesNothingBehind) {
  UniqueFd first(OpenNull());
  const int number = first.get();
  UniqueFd second(std::move(first));
  // A moved-from object is what is tested here.
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_FALSE(first.valid());
  UniqueFd third(OpenNull());
  const int replaced = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), number);
  EXPECT_FALSE(IsOpen(replaced));
}

TEST(UniqueFd, ReleaseKeepsItOpenAndResetKeepsErrno) {
  UniqueFd fd(OpenNull());
  const int number = fd.Release();
  EXPECT_FALSE(fd.valid());
  ASSERT_TRUE(IsOpen(number));
  fd.Reset(number);
  errno = ENOENT;
  fd.Reset();
  EXPECT_EQ(errno, ENOENT);
  EXPECT_FALSE(IsOpen(number));
}

}  // namespace
}  // namespace base
