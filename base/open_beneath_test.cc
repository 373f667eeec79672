#include "base/open_beneath.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace base {
namespace {

using ::testing::HasSubstr;

// task/ is the directory to stay in; outside lies beside it.
class OpenBeneathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(MakeDirectories(temp_.path() + "/task/local/sub"));
    ASSERT_OK(WriteFileAtomically(temp_.path() + "/outside", "secret"));
    ASSERT_OK(WriteFileAtomically(temp_.path() + "/task/local/f", "text"));
    Link("../../outside", "local/out");
    Link(temp_.path() + "/outside", "local/absolute");
    Link("..", "local/up");
    Link("f", "local/in");
    Link("/proc/self/root", "local/magic");
    ASSERT_OK_AND_ASSIGN(root_, OpenDirectory(temp_.path() + "/task"));
  }

  void Link(const std::string& target, const std::string& name) {
    ASSERT_EQ(symlink(target.c_str(), (temp_.path() + "/task/" + name).c_str()),
              0);
  }

  TempDir temp_;
  UniqueFd root_;
};

TEST_F(OpenBeneathTest, StaysBelowTheDirectory) {
  const struct {
    const char* why;
    const char* path;
    bool opens;
    bool walk_opens;
  } kCases[] = {
      {"a file", "local/f", true, true},
      {"the directory itself", ".", true, true},
      {"empty parts", "local//./f", true, true},
      {"a link inside", "local/in", true, false},
      {"a link up but still inside", "local/up/local/f", true, false},
      {"up and back in", "local/../local/f", true, false},
      {"up", "..", false, false},
      {"up", "../outside", false, false},
      {"up from below", "local/../../outside", false, false},
      {"absolute", "/etc/passwd", false, false},
      {"a link out", "local/out", false, false},
      {"an absolute link", "local/absolute", false, false},
      {"a link up and out", "local/up/../outside", false, false},
      {"a link of the kernel", "local/magic", false, false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const auto opened = OpenBeneath(root_.get(), c.path, O_RDONLY);
    if (c.opens) {
      EXPECT_OK(opened);
    } else {
      EXPECT_THAT(opened, StatusIs(absl::StatusCode::kPermissionDenied,
                                   HasSubstr("leads out")));
    }
    const auto walked = OpenBeneathByWalking(root_.get(), c.path, O_RDONLY);
    if (c.walk_opens) {
      EXPECT_OK(walked);
    } else {
      EXPECT_THAT(walked, StatusIs(absl::StatusCode::kPermissionDenied,
                                   HasSubstr("leads out")));
    }
  }
}

TEST_F(OpenBeneathTest, NamesThePathThatIsNotThere) {
  EXPECT_THAT(
      OpenBeneath(root_.get(), "local/nope", O_RDONLY),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"local/nope\"")));
  EXPECT_THAT(OpenBeneathByWalking(root_.get(), "nope/f", O_RDONLY),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"nope/f\"")));
}

TEST_F(OpenBeneathTest, MakesAFileWithItsMode) {
  ASSERT_OK(
      OpenBeneath(root_.get(), "local/new", O_WRONLY | O_CREAT | O_EXCL, 0600));
  struct stat status;
  ASSERT_EQ(fstatat(root_.get(), "local/new", &status, 0), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(OpenBeneathTest, DescriptorsAreCloseOnExec) {
  ASSERT_OK_AND_ASSIGN(const UniqueFd fd,
                       OpenBeneath(root_.get(), "local/f", O_RDONLY));
  EXPECT_NE(fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(OpenBeneathTest, RefusesWhatIsNoPath) {
  EXPECT_THAT(OpenBeneath(root_.get(), "", O_RDONLY),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("path")));
  EXPECT_THAT(OpenBeneath(root_.get(), absl::string_view("a\0b", 3), O_RDONLY),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("path")));
}

TEST_F(OpenBeneathTest, MakesDirectoriesWithTheirMode) {
  ASSERT_OK(MakeDirectoriesBeneath(root_.get(), "local/a/b", 0777));
  ASSERT_OK(MakeDirectoriesBeneath(root_.get(), "local/a/b/c", 0711));
  struct stat status;
  ASSERT_EQ(fstatat(root_.get(), "local/a/b", &status, 0), 0);
  EXPECT_EQ(status.st_mode & 07777, 0777u);
  ASSERT_EQ(fstatat(root_.get(), "local/a/b/c", &status, 0), 0);
  EXPECT_EQ(status.st_mode & 07777, 0711u);
}

TEST_F(OpenBeneathTest, MakesNoDirectoryOutside) {
  Link("../..", "local/door");
  EXPECT_THAT(
      MakeDirectoriesBeneath(root_.get(), "local/door/made"),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("leads out")));
  EXPECT_NE(access((temp_.path() + "/made").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace base
