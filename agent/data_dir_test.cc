#include "agent/data_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(DataDir, DefaultPathIsOfTheSystemForRootAndOfTheUserElse) {
  const struct {
    const char* why;
    bool root;
    const char* home;
    const char* xdg;
    const char* want;
  } kCases[] = {
      {"root, whatever is set", true, "/root", "/x", "/var/lib/drover"},
      {"XDG_STATE_HOME", false, "/home/a", "/x", "/x/drover"},
      {"only HOME", false, "/home/a", "", "/home/a/.local/state/drover"},
      {"a relative XDG_STATE_HOME does not count", false, "/home/a", "x",
       "/home/a/.local/state/drover"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    ASSERT_OK_AND_ASSIGN(const std::string path,
                         DataDir::DefaultPath(c.root, c.home, c.xdg));
    EXPECT_EQ(path, c.want);
  }
  EXPECT_THAT(DataDir::DefaultPath(false, "", ""),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("-data-dir")));
}

TEST(DataDir, OpenMakesItAndKeepsOthersOut) {
  const base::TempDir temp;
  ASSERT_OK_AND_ASSIGN(const DataDir dir, DataDir::Open(temp.path() + "/a/b"));
  struct stat status = {};
  ASSERT_EQ(stat(dir.Driver().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
  ASSERT_EQ(stat((dir.path() + "/alloc").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0711u);
  EXPECT_OK(DataDir::Open(dir.path()));
  EXPECT_FALSE(DataDir::Open("relative").ok());
}

TEST(DataDir, RemovesAllButTheNewestFinishedRuns) {
  const base::TempDir temp;
  ASSERT_OK_AND_ASSIGN(const DataDir dir, DataDir::Open(temp.path()));
  for (int i = 0; i < 5; ++i) {
    const std::string id = absl::StrCat("run", i);
    ASSERT_OK_AND_ASSIGN(DataDir::Run run, dir.BeginRun(id));
    ASSERT_OK(dir.Alloc(id).Build());
    ASSERT_OK(run.Finish());
    // The order is that of the ends: give each a time of its own.
    const timespec times[2] = {{100 + i, 0}, {100 + i, 0}};
    ASSERT_EQ(
        utimensat(AT_FDCWD, absl::StrCat(dir.path(), "/runs/", id).c_str(),
                  times, 0),
        0);
  }
  ASSERT_OK(dir.RemoveOldRuns(2));
  EXPECT_THAT(*base::ListDirectory(dir.path() + "/alloc"),
              ElementsAre("run3", "run4"));
  EXPECT_THAT(*base::ListDirectory(dir.path() + "/runs"), SizeIs(2));
  ASSERT_OK(dir.RemoveOldRuns(2));
  EXPECT_THAT(*base::ListDirectory(dir.path() + "/alloc"), SizeIs(2));
}

TEST(DataDir, LeavesRunsAloneThatGoOnOrWereKilled) {
  const base::TempDir temp;
  ASSERT_OK_AND_ASSIGN(const DataDir dir, DataDir::Open(temp.path()));
  ASSERT_OK_AND_ASSIGN(const DataDir::Run running, dir.BeginRun("running"));
  ASSERT_OK(dir.Alloc("running").Build());
  { ASSERT_OK(dir.BeginRun("killed")); }
  ASSERT_OK(dir.Alloc("killed").Build());
  ASSERT_OK(dir.RemoveOldRuns(0));
  EXPECT_THAT(*base::ListDirectory(dir.path() + "/alloc"),
              ElementsAre("killed", "running"));
  {
    ASSERT_OK_AND_ASSIGN(std::vector<DataDir::Abandoned> abandoned,
                         dir.AbandonedRuns());
    ASSERT_THAT(abandoned, SizeIs(1));
    EXPECT_EQ(abandoned[0].alloc_id, "killed");
    EXPECT_THAT(*dir.AbandonedRuns(), IsEmpty()) << "one sees to it at a time";
    ASSERT_OK(abandoned[0].record.Finish());
  }
  EXPECT_THAT(*dir.AbandonedRuns(), IsEmpty());
  ASSERT_OK(dir.RemoveOldRuns(0));
  EXPECT_THAT(*base::ListDirectory(dir.path() + "/alloc"),
              ElementsAre("running"));
}

TEST(DataDir, LeavesDirectoriesAloneThatAreNotOfARun) {
  const base::TempDir temp;
  ASSERT_OK_AND_ASSIGN(const DataDir dir, DataDir::Open(temp.path()));
  ASSERT_OK(dir.Alloc("of-an-agent").Build());
  ASSERT_OK(dir.RemoveOldRuns(0));
  EXPECT_THAT(*base::ListDirectory(dir.path() + "/alloc"),
              ElementsAre("of-an-agent"));
  EXPECT_THAT(*dir.AbandonedRuns(), IsEmpty());
}

TEST(DataDir, TwoRunsNeverHaveOneId) {
  const base::TempDir temp;
  ASSERT_OK_AND_ASSIGN(const DataDir dir, DataDir::Open(temp.path()));
  ASSERT_OK_AND_ASSIGN(const DataDir::Run run, dir.BeginRun("a"));
  EXPECT_FALSE(dir.BeginRun("a").ok());
}

}  // namespace
}  // namespace agent
