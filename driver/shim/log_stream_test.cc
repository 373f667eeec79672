#include "driver/shim/log_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "base/unique_fd.h"

namespace driver::shim {
namespace {

using testing::ElementsAre;
using Progress = LogStream::Progress;

class LogStreamTest : public testing::Test {
 protected:
  LogStreamTest() : directory_(*base::OpenDirectory(dir_.path())) {}

  void Open(uint32_t max_files, uint64_t max_bytes, uint32_t index = 0,
            uint32_t oldest = 0) {
    stream_ = std::make_unique<LogStream>();
    LogStream::Options options;
    options.directory = directory_.get();
    options.name = "web.stdout";
    options.index = index;
    options.oldest = oldest;
    options.max_files = max_files;
    options.max_bytes = max_bytes;
    ASSERT_EQ(stream_->SetFiles(options), 0);
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    stream_->TakePipe(ends[0]);
    writer_.Reset(ends[1]);
  }
  void TearDown() override {
    if (stream_ != nullptr) stream_->Close();
  }

  Progress Pump() {
    Progress progress = Progress::kMore;
    while (progress == Progress::kMore) progress = stream_->Pump();
    return progress;
  }
  // Writes all, pumping whenever the pipe is full.
  void Write(absl::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(writer_.get(), text.data(), text.size());
      if (n > 0) text.remove_prefix(static_cast<size_t>(n));
      ASSERT_EQ(Pump(), Progress::kDrained);
    }
  }
  std::vector<std::string> Names() { return *base::ListDirectory(dir_.path()); }
  std::string File(int n) {
    return *base::ReadFile(dir_.path() + "/web.stdout." + std::to_string(n));
  }

  base::TempDir dir_;
  const base::UniqueFd directory_;
  base::UniqueFd writer_;
  std::unique_ptr<LogStream> stream_;
};

TEST_F(LogStreamTest, MovesEveryByteAndSeesTheEnd) {
  Open(10, 1 << 20);
  Write("hello\n");
  EXPECT_EQ(File(0), "hello\n");
  writer_.Reset();
  EXPECT_EQ(Pump(), Progress::kEnded);
}

TEST_F(LogStreamTest, RotatesAtTheEndOfALineAndKeepsEveryByte) {
  Open(1000, 64 * 1024);
  std::string all;
  std::string burst;
  for (int i = 0; i < 20000; ++i) {
    burst += "line " + std::to_string(i) + "\n";
    if (burst.size() > 3000) {
      Write(burst);
      all += burst;
      burst.clear();
    }
  }
  std::string read;
  const size_t files = Names().size();
  EXPECT_GT(files, 3U);
  for (size_t n = 0; n < files; ++n) {
    const std::string file = File(static_cast<int>(n));
    EXPECT_LE(file.size(), 64U * 1024);
    if (n + 1 < files) {
      EXPECT_EQ(file.back(), '\n') << n;
      EXPECT_GT(file.size(), 64U * 1024 - 20) << n;
    }
    read += file;
  }
  EXPECT_EQ(read, all);
}

TEST_F(LogStreamTest, SplitsALineThatIsLongerThanAFile) {
  Open(1000, 1000);
  const std::string line(3500, 'x');
  Write(line);
  EXPECT_EQ(File(0).size(), 1000U);
  EXPECT_EQ(File(0) + File(1) + File(2) + File(3), line);
}

TEST_F(LogStreamTest, RotatesEarlyRatherThanSplitTheNextLine) {
  Open(1000, 100);
  Write(std::string(79, 'a') + "\n");
  Write(std::string(49, 'b') + "\n");
  EXPECT_EQ(File(0), std::string(79, 'a') + "\n");
  EXPECT_EQ(File(1), std::string(49, 'b') + "\n");
}

TEST_F(LogStreamTest, DeletesTheOldestBeyondMaxFiles) {
  Open(2, 10);
  for (int i = 0; i < 6; ++i) Write("12345678\n");
  EXPECT_THAT(Names(), ElementsAre("web.stdout.4", "web.stdout.5"));
}

TEST_F(LogStreamTest, GoesOnInTheLastFileWhileItHasRoom) {
  ASSERT_OK(base::WriteFileAtomically(dir_.path() + "/web.stdout.3", "old\n"));
  Open(10, 1 << 20, 3, 3);
  Write("new\n");
  EXPECT_EQ(File(3), "old\nnew\n");
  stream_->Close();
  ASSERT_OK(base::WriteFileAtomically(dir_.path() + "/web.stdout.3",
                                      std::string(100, 'x')));
  Open(10, 100, 3, 3);
  Write("newer\n");
  EXPECT_EQ(File(3), std::string(100, 'x'));
  EXPECT_EQ(File(4), "newer\n");
}

TEST_F(LogStreamTest, LeavesNoHoleAfterSomebodyEmptiedTheFile) {
  Open(10, 1 << 20);
  Write("before\n");
  ASSERT_EQ(truncate((dir_.path() + "/web.stdout.0").c_str(), 0), 0);
  Write("after\n");
  EXPECT_EQ(File(0), "after\n");
}

TEST_F(LogStreamTest, WritesThroughNoLink) {
  ASSERT_EQ(symlink("/dev/null", (dir_.path() + "/web.stdout.0").c_str()), 0);
  Open(10, 1 << 20);
  ASSERT_EQ(write(writer_.get(), "x", 1), 1);
  EXPECT_EQ(Pump(), Progress::kBlocked);
  EXPECT_EQ(stream_->error(), ELOOP);
}

TEST_F(LogStreamTest, MakesTheFileWithoutOutputToo) {
  Open(10, 1 << 20);
  EXPECT_EQ(Pump(), Progress::kDrained);
  EXPECT_THAT(Names(), ElementsAre("web.stdout.0"));
}

TEST_F(LogStreamTest, WithoutAFileOutputWaitsAndItsAbsenceDoesNot) {
  const std::string name = dir_.path() + "/web.stdout.0";
  ASSERT_EQ(mkdir(name.c_str(), 0755), 0);
  Open(10, 1 << 20);
  EXPECT_EQ(Pump(), Progress::kDrained);
  ASSERT_EQ(write(writer_.get(), "kept\n", 5), 5);
  EXPECT_EQ(Pump(), Progress::kBlocked);
  ASSERT_EQ(rmdir(name.c_str()), 0);
  EXPECT_EQ(Pump(), Progress::kDrained);
  EXPECT_EQ(File(0), "kept\n");

  stream_->Close();
  ASSERT_EQ(unlink(name.c_str()), 0);
  ASSERT_EQ(mkdir(name.c_str(), 0755), 0);
  Open(10, 1 << 20);
  writer_.Reset();
  EXPECT_EQ(Pump(), Progress::kEnded);
}

}  // namespace
}  // namespace driver::shim
