#include "driver/log_files.h"

#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"

namespace driver {
namespace {

TEST(FindLogFiles, KnowsTheOldestAndTheNewestOfEachStream) {
  const base::TempDir dir;
  const char* const kNames[] = {
      "web.stdout.7",  "web.stdout.10", "web.stdout.9",
      "web.stderr.2",  "web.stdout.",   "web.stdout.011",
      "web.stdout.-1", "web.stdout.1x", "web.stdout.99999999999",
      "web.stdout",    "web2.stdout.3", "xweb.stdout.4",
      "web.stdin.5"};
  for (const char* name : kNames) {
    ASSERT_OK(base::WriteFileAtomically(dir.path() + "/" + name, ""));
  }
  ASSERT_OK_AND_ASSIGN(const base::UniqueFd fd,
                       base::OpenDirectory(dir.path()));
  for (int look = 0; look < 2; ++look) {  // each look is from the start
    ASSERT_OK_AND_ASSIGN(
        const std::vector<LogFiles> files,
        FindLogFiles(fd.get(), {"web.stdout", "web.stderr", "web.other"}));
    EXPECT_EQ(files[0].oldest, 7U);
    EXPECT_EQ(files[0].newest, 10U);
    EXPECT_EQ(files[1].oldest, 2U);
    EXPECT_EQ(files[1].newest, 2U);
    EXPECT_EQ(files[2].oldest, 0U);
    EXPECT_EQ(files[2].newest, 0U);
  }
}

TEST(FindLogFiles, ReadsDirectoriesOfAnyLength) {
  const base::TempDir dir;
  for (int i = 100; i < 400; ++i) {
    ASSERT_OK(base::WriteFileAtomically(
        dir.path() + "/web.stdout." + std::to_string(i), ""));
  }
  ASSERT_OK_AND_ASSIGN(const base::UniqueFd fd,
                       base::OpenDirectory(dir.path()));
  ASSERT_OK_AND_ASSIGN(const std::vector<LogFiles> files,
                       FindLogFiles(fd.get(), {"web.stdout"}));
  EXPECT_EQ(files[0].oldest, 100U);
  EXPECT_EQ(files[0].newest, 399U);
}

}  // namespace
}  // namespace driver
