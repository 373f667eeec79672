#include "driver/shim/exit_record.h"

#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"

namespace driver::shim {
namespace {

TEST(ExitRecord, IsReadAsItWasWritten) {
  base::TempDir dir;
  ASSERT_OK_AND_ASSIGN(const base::UniqueFd directory,
                       base::OpenDirectory(dir.path()));
  Message message = {};
  message.exit_status = 7;
  message.exit_signal = 9;
  message.core_dumped = 1;
  message.oom_kills = 2;
  message.survivors = 3;
  message.lost_bytes = 1ULL << 40;
  message.finished_nanos = 1'700'000'000'000'000'001;
  ASSERT_EQ(WriteExitRecord(directory.get(), message, 4711, -5), 0);
  ASSERT_OK_AND_ASSIGN(const std::string text,
                       base::ReadFile(dir.path() + "/exit"));
  Message read = {};
  ASSERT_TRUE(ParseExitRecord(text.data(), text.size(), &read));
  EXPECT_EQ(read.pid, 4711);
  EXPECT_EQ(read.started_nanos, -5);
  EXPECT_EQ(read.finished_nanos, message.finished_nanos);
  EXPECT_EQ(read.exit_status, 7);
  EXPECT_EQ(read.exit_signal, 9);
  EXPECT_EQ(read.core_dumped, 1U);
  EXPECT_EQ(read.oom_kills, 2U);
  EXPECT_EQ(read.survivors, 3U);
  EXPECT_EQ(read.lost_bytes, 1ULL << 40);
  EXPECT_EQ(base::ListDirectory(dir.path())->size(), 1U);
}

TEST(ExitRecord, UnknownKeysArePassedOverAndNonsenseIsRefused) {
  const struct {
    const char* why;
    std::string text;
    bool want;
  } kCases[] = {
      {"of a later version", "version=2\nnews=1\nexit_status=3\n", true},
      {"empty", "", false},
      {"no version", "exit_status=3\n", false},
      {"cut off", "version=1\nexit_sta", false},
      {"no number", "version=1\nexit_status=x\n", false},
      {"too large", "version=1\nfinished=99999999999999999999\n", false},
      {"just a sign", "version=1\npid=-\n", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    Message message = {};
    EXPECT_EQ(ParseExitRecord(c.text.data(), c.text.size(), &message), c.want);
  }
}

}  // namespace
}  // namespace driver::shim
