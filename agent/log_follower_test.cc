#include "agent/log_follower.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "base/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LogFollowerTest : public testing::Test {
 protected:
  LogFollowerTest() {
    auto loop = base::EventLoop::Create();
    EXPECT_OK(loop);
    loop_ = *std::move(loop);
    follower_ = std::make_unique<LogFollower>(
        loop_.get(), [this](const LogFollower::Line& line) {
          lines_.push_back(absl::StrCat(line.source, " ", line.task,
                                        line.is_stderr ? "! " : "| ",
                                        line.is_gap ? "GAP" : "", line.text));
          if (lines_.size() == wanted_) loop_->Stop();
        });
  }

  void Append(const std::string& name, const std::string& text) {
    const base::UniqueFd fd(open((logs_.path() + "/" + name).c_str(),
                                 O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                                 0644));
    ASSERT_TRUE(fd.valid());
    ASSERT_OK(base::WriteAll(fd.get(), text));
  }

  // Runs the loop until there are so many lines.
  void WaitFor(size_t lines) {
    if (lines_.size() >= lines) return;
    wanted_ = lines;
    const auto timer = loop_->RunAfter(absl::Seconds(20), [this] {
      ADD_FAILURE() << "only " << lines_.size() << " lines came";
      loop_->Stop();
    });
    loop_->Run();
    loop_->Cancel(timer);
  }

  base::TempDir logs_;
  std::unique_ptr<base::EventLoop> loop_;
  std::unique_ptr<LogFollower> follower_;
  std::vector<std::string> lines_;
  size_t wanted_ = 0;
};

TEST_F(LogFollowerTest, HandsOutLinesAsTheyAreWritten) {
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  Append("web.stdout.0", "one\ntwo\nthr");
  WaitFor(2);
  EXPECT_THAT(lines_, ElementsAre("a1 web| one", "a1 web| two"));
  Append("web.stdout.0", "ee\n");
  Append("web.stderr.0", "oh\n");
  WaitFor(4);
  EXPECT_THAT(lines_,
              testing::UnorderedElementsAre("a1 web| one", "a1 web| two",
                                            "a1 web| three", "a1 web! oh"));
}

TEST_F(LogFollowerTest, BeginsWithWhatWasThereBefore) {
  Append("web.stdout.0", "early\n");
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  EXPECT_THAT(lines_, ElementsAre("a1 web| early"));
}

TEST_F(LogFollowerTest, ReadToEndLosesNothingEvenWithoutANewline) {
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  Append("web.stdout.0", "last words");
  Append("web.stderr.0", "no\nnews");
  Append("other.stdout.0", "x\n");
  follower_->ReadToEnd("a1", "web");
  EXPECT_THAT(lines_,
              ElementsAre("a1 web| last words", "a1 web! no", "a1 web! news"));
  follower_->ReadToEnd("a1", "web");
  EXPECT_EQ(lines_.size(), 3u) << "nothing twice";
}

TEST_F(LogFollowerTest, AG_057_FollowsRotationWithALineAcrossTwoFiles) {
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  Append("web.stdout.0", "one\nbro");
  WaitFor(1);
  Append("web.stdout.0", "k");
  Append("web.stdout.1", "en\ntwo\n");
  Append("web.stdout.2", "three\n");
  WaitFor(4);
  EXPECT_THAT(lines_, ElementsAre("a1 web| one", "a1 web| broken",
                                  "a1 web| two", "a1 web| three"));
}

TEST_F(LogFollowerTest, ReadsAFileToItsEndThoughRotationHasRemovedIt) {
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  Append("web.stdout.0", "one\n");
  WaitFor(1);
  Append("web.stdout.0", "two\n");
  Append("web.stdout.1", "three\n");
  ASSERT_EQ(unlink((logs_.path() + "/web.stdout.0").c_str()), 0);
  follower_->ReadToEnd("a1", "web");
  EXPECT_THAT(lines_,
              ElementsAre("a1 web| one", "a1 web| two", "a1 web| three"));
}

TEST_F(LogFollowerTest, SaysThatFilesAreMissingInsteadOfHidingIt) {
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  Append("web.stdout.0", "one\n");
  WaitFor(1);
  Append("web.stdout.3", "four\n");
  ASSERT_EQ(unlink((logs_.path() + "/web.stdout.0").c_str()), 0);
  follower_->ReadToEnd("a1", "web");
  EXPECT_THAT(lines_,
              ElementsAre("a1 web| one",
                          "a1 web| GAP2 log file(s) were removed by rotation "
                          "before they could be shown",
                          "a1 web| four"));
}

TEST_F(LogFollowerTest, CutsALineThatNeverEnds) {
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  Append("web.stdout.0", std::string(3 * LogFollower::kMaxLine, 'x'));
  follower_->ReadToEnd("a1", "web");
  size_t total = 0;
  for (const std::string& line : lines_) {
    EXPECT_LE(line.size(), 2 * LogFollower::kMaxLine);
    total += line.size() - std::string("a1 web| ").size();
  }
  EXPECT_EQ(total, 3 * LogFollower::kMaxLine);
}

TEST_F(LogFollowerTest, TakesOnlyLogFilesAndAllowsDotsInNames) {
  for (const char* name :
       {"web.stdout", "stdout.0", ".stdout.0", "web.stdout.x", "web.stdout.-1",
        "web.stdin.0", "web.stdout.99999999999999999999"}) {
    Append(name, "no\n");
  }
  Append("a.b.stdout.0", "yes\n");
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  EXPECT_THAT(lines_, ElementsAre("a1 a.b| yes"));
}

TEST_F(LogFollowerTest, KeepsTheSourcesApart) {
  const base::TempDir other;
  ASSERT_OK(follower_->Follow(logs_.path(), "a1"));
  ASSERT_OK(follower_->Follow(other.path(), "a2"));
  ASSERT_OK(base::WriteFileAtomically(other.path() + "/web.stdout.0", "b\n"));
  WaitFor(1);
  EXPECT_THAT(lines_, ElementsAre("a2 web| b"));
}

TEST_F(LogFollowerTest, ReportsADirectoryThatIsNotThere) {
  EXPECT_THAT(follower_->Follow(logs_.path() + "/missing", "a1"),
              base::StatusIs(absl::StatusCode::kNotFound,
                             testing::HasSubstr("/missing")));
  follower_->ReadToEnd("a1", "web");
  EXPECT_THAT(lines_, IsEmpty());
}

}  // namespace
}  // namespace agent
