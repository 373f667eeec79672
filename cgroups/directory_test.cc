#include "cgroups/directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cgroups {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A folder with cgroup.procs files stands for a tree of groups. What an
// ordinary file system does not do, such as removing a directory with files in
// it, is for the kernel tests.
class DirectoryTest : public testing::Test {
 protected:
  std::string MakeGroup(const std::string& below, const std::string& procs) {
    const std::string path = dir_.path() + below;
    EXPECT_OK(base::MakeDirectories(path));
    EXPECT_OK(base::WriteFileAtomically(path + "/cgroup.procs", procs));
    return path;
  }

  Directory OpenTop() { return *Directory::Open(dir_.path()); }

  base::TempDir dir_;
};

TEST_F(DirectoryTest, PidsBelowAreSortedAndEachThereOnce) {
  MakeGroup("", "30\n4\n");
  MakeGroup("/a", "5\n4\n");
  MakeGroup("/a/b/c", "1\n");
  MakeGroup("/d", "");
  EXPECT_OK(base::WriteFileAtomically(dir_.path() + "/a/b/cgroup.procs", ""));
  EXPECT_THAT(*PidsBelow(OpenTop()), ElementsAre(1, 4, 5, 30));
}

TEST_F(DirectoryTest, AGroupBelowThatIsGoneHasNoProcesses) {
  MakeGroup("", "7\n");
  ASSERT_OK(base::MakeDirectories(dir_.path() + "/a"));  // without its files
  EXPECT_THAT(*PidsBelow(OpenTop()), ElementsAre(7));
}

TEST_F(DirectoryTest, AGroupThatIsGoneIsNotFoundAndNamed) {
  const std::string path = MakeGroup("/a", "");
  ASSERT_OK_AND_ASSIGN(const Directory group, Directory::Open(path));
  ASSERT_OK(base::RemoveTree(path));
  EXPECT_THAT(PidsBelow(group),
              base::StatusIs(absl::StatusCode::kNotFound, HasSubstr(path)));
  EXPECT_THAT(group.Read("cgroup.procs"),
              base::StatusIs(absl::StatusCode::kNotFound,
                             AllOf(HasSubstr(path), HasSubstr("procs"))));
  EXPECT_THAT(Directory::Open(path),
              base::StatusIs(absl::StatusCode::kNotFound, HasSubstr(path)));
}

TEST_F(DirectoryTest, AWalkVisitsParentsFirstAndEndsAtItsBound) {
  for (const char* group : {"", "/a", "/a/b", "/c"}) MakeGroup(group, "");
  size_t visits = 0;
  const auto count = [&](int) {
    ++visits;
    return absl::OkStatus();
  };
  EXPECT_OK(WalkTree(OpenTop(), count, 4));
  EXPECT_EQ(visits, 4U);
  EXPECT_THAT(WalkTree(OpenTop(), count, 3),
              base::StatusIs(absl::StatusCode::kResourceExhausted,
                             AllOf(HasSubstr(dir_.path()), HasSubstr("3"))));
}

TEST_F(DirectoryTest, AWalkStopsAtTheFirstErrorOfTheVisitor) {
  for (const char* group : {"", "/a", "/b"}) MakeGroup(group, "");
  size_t visits = 0;
  EXPECT_THAT(WalkTree(OpenTop(),
                       [&](int) {
                         return ++visits == 2 ? absl::AbortedError("enough")
                                              : absl::OkStatus();
                       }),
              base::StatusIs(absl::StatusCode::kAborted, "enough"));
  EXPECT_EQ(visits, 2U);
}

TEST_F(DirectoryTest, AWalkDoesNotFollowLinks) {
  MakeGroup("", "");
  MakeGroup("/a", "8\n");
  ASSERT_EQ(symlink(dir_.path().c_str(), (dir_.path() + "/a/up").c_str()), 0);
  EXPECT_THAT(*PidsBelow(OpenTop()), ElementsAre(8));
}

TEST_F(DirectoryTest, RemoveBelowTakesTheDeepestFirstAndCountsWhatStays) {
  for (const char* group : {"/a/b/c", "/d"}) {
    ASSERT_OK(base::MakeDirectories(dir_.path() + group));
  }
  EXPECT_OK(RemoveBelow(OpenTop()));
  EXPECT_THAT(*base::ListDirectory(dir_.path()), IsEmpty());
  MakeGroup("/busy", "1\n");  // an ordinary file keeps it
  ASSERT_OK(base::MakeDirectories(dir_.path() + "/free"));
  EXPECT_THAT(RemoveBelow(OpenTop()),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("1 groups below it")));
  EXPECT_THAT(*base::ListDirectory(dir_.path()), ElementsAre("busy"));
}

TEST_F(DirectoryTest, MakeSaysWhatIsThereAndMakeOrOpenTakesIt) {
  const Directory top = OpenTop();
  ASSERT_OK_AND_ASSIGN(const Directory made, top.Make("a"));
  EXPECT_EQ(made.path(), dir_.path() + "/a");
  EXPECT_THAT(top.Make("a"), base::StatusIs(absl::StatusCode::kAlreadyExists,
                                            HasSubstr(made.path())));
  ASSERT_OK_AND_ASSIGN(const Directory same, top.MakeOrOpen("a"));
  EXPECT_EQ(same.id(), made.id());
  EXPECT_OK(top.MakeOrOpen("b"));
  EXPECT_THAT(*top.Children(), testing::UnorderedElementsAre("a", "b"));
}

}  // namespace
}  // namespace cgroups
