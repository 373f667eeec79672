#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/status_matchers.h"
#include "base/temp_dir.h"

namespace base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(WriteFileAtomically, ReplacesTheContentAndLeavesNoPart) {
  TempDir dir;
  const std::string path = dir.path() + "/f";
  ASSERT_OK(WriteFileAtomically(path, "one"));
  ASSERT_OK(WriteFileAtomically(path, "two", 0600, /*sync=*/true));
  EXPECT_EQ(*ReadFile(path), "two");
  EXPECT_EQ(ModeOf(path), 0600U);
  EXPECT_THAT(*ListDirectory(dir.path()), ElementsAre("f"));
}

TEST(WriteFileAtomically, NamesTheFileThatFailed) {
  EXPECT_THAT(
      WriteFileAtomically("/no/such/dir/f", "x"),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/dir/f")));
}

TEST(ReadFile, RefusesWhatIsLongerThanAsked) {
  TempDir dir;
  const std::string path = dir.path() + "/f";
  ASSERT_OK(WriteFileAtomically(path, "0123456789"));
  EXPECT_THAT(ReadFile(path, 9),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr(path)));
  EXPECT_EQ(*ReadFile(path, 10), "0123456789");
}

TEST(ReadFile, ReadsKernelFilesOfSizeZero) {
  EXPECT_THAT(*ReadFile("/proc/self/status"), HasSubstr("Pid:"));
}

TEST(MakeDirectories, MakesParentsWithTheModeWhateverTheUmask) {
  TempDir dir;
  const mode_t old = umask(077);
  EXPECT_OK(MakeDirectories(dir.path() + "/a/b/c", 0755));
  umask(old);
  EXPECT_EQ(ModeOf(dir.path() + "/a"), 0755U);
  EXPECT_EQ(ModeOf(dir.path() + "/a/b/c"), 0755U);
  EXPECT_OK(MakeDirectories(dir.path() + "/a/b/c", 0755));
}

TEST(MakeDirectories, SaysWhenAFileIsInTheWay) {
  TempDir dir;
  ASSERT_OK(WriteFileAtomically(dir.path() + "/f", ""));
  EXPECT_FALSE(MakeDirectories(dir.path() + "/f/g").ok());
  EXPECT_FALSE(MakeDirectories(dir.path() + "/f").ok());
}

TEST(RemoveTree, RemovesATreeWithoutFollowingLinks) {
  TempDir dir;
  ASSERT_OK(MakeDirectories(dir.path() + "/keep"));
  ASSERT_OK(WriteFileAtomically(dir.path() + "/keep/f", "x"));
  ASSERT_OK(MakeDirectories(dir.path() + "/tree/a/b"));
  ASSERT_OK(WriteFileAtomically(dir.path() + "/tree/a/f", "x"));
  ASSERT_EQ(symlink((dir.path() + "/keep").c_str(),
                    (dir.path() + "/tree/a/link").c_str()),
            0);
  EXPECT_OK(RemoveTree(dir.path() + "/tree"));
  EXPECT_THAT(*ListDirectory(dir.path()), ElementsAre("keep"));
  EXPECT_EQ(*ReadFile(dir.path() + "/keep/f"), "x");
  EXPECT_OK(RemoveTree(dir.path() + "/tree"));
}

}  // namespace
}  // namespace base
