#include "agent/alloc_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct stat Stat(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status;
}

mode_t ModeOf(const std::string& path) { return Stat(path).st_mode & 07777; }

TEST(AllocDir, AG_043_HasTheModesThatTasksRelyOnWhateverTheUmask) {
  const base::TempDir data;
  const AllocDir dir(data.path() + "/a1");
  const mode_t old = umask(0077);
  EXPECT_OK(dir.Build());
  EXPECT_OK(dir.BuildTask("web"));
  umask(old);
  const struct {
    const char* path;
    mode_t mode;
  } kCases[] = {
      {"", 0755},
      {"/alloc", 0777},
      {"/alloc/data", 0777},
      {"/alloc/logs", 0777},
      {"/alloc/tmp", 0777},
      {"/web", 0777},
      {"/web/local", 0777},
      {"/web/tmp", 01777},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ModeOf(dir.root() + c.path), c.mode) << c.path;
  }
  EXPECT_EQ(ModeOf(dir.Secrets("web")), geteuid() == 0 ? 0777u : 0700u);
  EXPECT_THAT(*base::ListDirectory(dir.Task("web")),
              ElementsAre("local", "secrets", "tmp"));
}

TEST(AllocDir, AG_043_BelongsToNobodyWhenRootMadeIt) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  const base::TempDir data;
  const AllocDir dir(data.path() + "/a1");
  ASSERT_OK(dir.Build());
  ASSERT_OK(dir.BuildTask("web"));
  for (const char* path : {"/alloc", "/alloc/logs", "/web", "/web/local",
                           "/web/secrets", "/web/tmp"}) {
    EXPECT_EQ(Stat(dir.root() + path).st_uid, 65534u) << path;
    EXPECT_EQ(Stat(dir.root() + path).st_gid, 65534u) << path;
  }
  EXPECT_EQ(Stat(dir.root()).st_uid, 0u);
}

TEST(AllocDir, NamesThePathsThatTasksSee) {
  const AllocDir dir("/data/alloc/a1");
  EXPECT_EQ(dir.Shared(), "/data/alloc/a1/alloc");
  EXPECT_EQ(dir.Logs(), "/data/alloc/a1/alloc/logs");
  EXPECT_EQ(dir.Task("web"), "/data/alloc/a1/web");
  EXPECT_EQ(dir.Local("web"), "/data/alloc/a1/web/local");
  EXPECT_EQ(dir.Secrets("web"), "/data/alloc/a1/web/secrets");
}

TEST(AllocDir, BuildingAgainRepairsAndKeepsWhatIsThere) {
  const base::TempDir data;
  const AllocDir dir(data.path() + "/a1");
  ASSERT_OK(dir.Build());
  ASSERT_OK(dir.BuildTask("web"));
  ASSERT_OK(base::WriteFileAtomically(dir.Local("web") + "/x", "kept"));
  ASSERT_EQ(rmdir((dir.Task("web") + "/tmp").c_str()), 0);
  ASSERT_EQ(chmod(dir.Logs().c_str(), 0700), 0);
  ASSERT_OK(dir.Build());
  ASSERT_OK(dir.BuildTask("web"));
  EXPECT_EQ(*base::ReadFile(dir.Local("web") + "/x"), "kept");
  EXPECT_EQ(ModeOf(dir.Task("web") + "/tmp"), 01777u);
  EXPECT_EQ(ModeOf(dir.Logs()), 0777u);
}

TEST(AllocDir, DoesNotFollowALinkThatATaskLeft) {
  const base::TempDir data;
  const base::TempDir victim;
  ASSERT_EQ(chmod(victim.path().c_str(), 0700), 0);
  const AllocDir dir(data.path() + "/a1");
  ASSERT_OK(dir.Build());
  ASSERT_OK(dir.BuildTask("web"));
  ASSERT_EQ(rmdir(dir.Local("web").c_str()), 0);
  ASSERT_EQ(symlink(victim.path().c_str(), dir.Local("web").c_str()), 0);
  EXPECT_FALSE(dir.BuildTask("web").ok());
  EXPECT_EQ(ModeOf(victim.path()), 0700u);
}

TEST(AllocDir, RefusesTaskNamesThatWouldLeaveOrCollide) {
  const base::TempDir data;
  const AllocDir dir(data.path() + "/a1");
  ASSERT_OK(dir.Build());
  for (const char* name : {"", ".", "..", "a/b", "../x", "/etc", "alloc"}) {
    EXPECT_THAT(dir.BuildTask(name),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("one path element")))
        << name;
  }
}

TEST(AllocDir, SaysWhichDirectoryCouldNotBeMade) {
  const base::TempDir data;
  const AllocDir dir(data.path() + "/missing/a1");
  EXPECT_THAT(dir.Build(), base::StatusIs(absl::StatusCode::kNotFound,
                                          HasSubstr(dir.root())));
}

TEST(AllocDir, RemoveTakesEverythingAndIsContentWithNothing) {
  const base::TempDir data;
  const AllocDir dir(data.path() + "/a1");
  ASSERT_OK(dir.Build());
  ASSERT_OK(dir.BuildTask("web"));
  EXPECT_OK(dir.Remove());
  EXPECT_OK(dir.Remove());
  EXPECT_NE(access(dir.root().c_str(), F_OK), 0);
}

}  // namespace
}  // namespace agent
