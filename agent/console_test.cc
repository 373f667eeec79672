#include "agent/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "base/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class ConsoleTest : public testing::Test {
 protected:
  explicit ConsoleTest(bool colours = false) {
    out_ = Open("out");
    err_ = Open("err");
    auto console = Console::Create(Terminal(out_.get(), colours),
                                   Terminal(err_.get(), colours));
    EXPECT_OK(console);
    console_ = *std::move(console);
  }
  base::UniqueFd Open(const std::string& name) {
    return base::UniqueFd(open((dir_.path() + "/" + name).c_str(),
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                               0600));
  }
  void Log(const std::string& name, const std::string& text) {
    ASSERT_OK(base::WriteFileAtomically(dir_.path() + "/logs/" + name, text));
  }
  // Everything that was shown.
  std::string Out() {
    console_->Finish();
    return *base::ReadFile(dir_.path() + "/out");
  }
  std::string Err() {
    console_->Finish();
    return *base::ReadFile(dir_.path() + "/err");
  }

  static TaskEvent Terminated() {
    return TaskEvent::Terminated(kNow, driver::ExitResult());
  }

  base::TempDir dir_;
  base::UniqueFd out_;
  base::UniqueFd err_;
  std::unique_ptr<Console> console_;
};

TEST_F(ConsoleTest, ShowsEventsInColumnsUnderTheWidestName) {
  console_->AddTask("a1", "web", "web");
  console_->AddTask("a1", "database", "database");
  console_->ShowEvent("a1", "web", TaskEvent::Received(kNow));
  console_->ShowEvent("a1", "database", TaskEvent::Started(kNow));
  EXPECT_THAT(
      Err(),
      MatchesRegex("[0-9:.]{12}  web       Received        Task received by "
                   "client\n"
                   "[0-9:.]{12}  database  Started         Task started by "
                   "client\n"));
  EXPECT_EQ(Out(), "");
}

TEST_F(ConsoleTest, AMessageOfSeveralLinesStaysInItsColumn) {
  console_->AddTask("a1", "web", "web");
  console_->ShowEvent("a1", "web", TaskEvent::FailedValidation(kNow, "a\nb"));
  EXPECT_THAT(Err(), MatchesRegex("[0-9:.]{12}  web  Failed Validation  a\n"
                                  " {35}b\n"));
}

TEST_F(ConsoleTest, OutputOfARunStandsBetweenItsStartAndItsEnd) {
  ASSERT_OK(base::MakeDirectories(dir_.path() + "/logs"));
  Log("web.stderr.0", "before we were told\nand the rest");
  console_->AddTask("a1", "web", "web");
  console_->FollowLogs("a1", dir_.path() + "/logs");
  console_->ShowEvent("a1", "web", TaskEvent::Started(kNow));
  console_->ShowEvent("a1", "web", Terminated());
  EXPECT_THAT(Err(), ContainsRegex("Started .*\n"
                                   "web \\| before we were told\n"
                                   "web \\| and the rest\n"
                                   ".*Terminated .*\n"));
}

TEST_F(ConsoleTest, EachStreamGoesWhereTheTaskWroteIt) {
  ASSERT_OK(base::MakeDirectories(dir_.path() + "/logs"));
  Log("web.stdout.0", "out\n");
  Log("web.stderr.0", "err\n");
  console_->AddTask("a1", "web", "g[0].web");
  console_->FollowLogs("a1", dir_.path() + "/logs");
  console_->ShowEvent("a1", "web", TaskEvent::Started(kNow));
  console_->ShowEvent("a1", "web", Terminated());
  EXPECT_EQ(Out(), "g[0].web | out\n");
  EXPECT_THAT(Err(), HasSubstr("g[0].web | err\n"));
}

TEST_F(ConsoleTest, SaysWhenOutputCannotBeFollowed) {
  console_->FollowLogs("a1", dir_.path() + "/missing");
  EXPECT_THAT(Err(), HasSubstr("/missing"));
}

TEST_F(ConsoleTest, SayAndFinishKeepTheOrder) {
  for (int i = 0; i < 100; ++i) console_->Say(std::to_string(i));
  EXPECT_THAT(Err(), HasSubstr("98\n99\n"));
}

class ColourConsoleTest : public ConsoleTest {
 protected:
  ColourConsoleTest() : ConsoleTest(/*colours=*/true) {}
};

TEST_F(ColourConsoleTest, PaintsNamesAndFailuresButNeverMessages) {
  console_->AddTask("a1", "web", "web");
  console_->ShowEvent("a1", "web", TaskEvent::DriverFailure(kNow, "gone"));
  EXPECT_THAT(Err(), HasSubstr("\x1b[36mweb\x1b[0m  \x1b[31mDriver "
                               "Failure\x1b[0m  gone\n"));
}

TEST(Terminal, WantsColoursOnlyWhereAPersonSeesThem) {
  const base::UniqueFd file(open("/dev/null", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(Terminal::WantsColours(file.get(), "", "xterm"));
  const base::UniqueFd terminal(open("/dev/ptmx", O_RDWR | O_CLOEXEC));
  if (!terminal.valid()) GTEST_SKIP() << "no pseudo-terminal here";
  EXPECT_TRUE(Terminal::WantsColours(terminal.get(), "", "xterm"));
  EXPECT_FALSE(Terminal::WantsColours(terminal.get(), "1", "xterm"));
  EXPECT_FALSE(Terminal::WantsColours(terminal.get(), "", "dumb"));
}

}  // namespace
}  // namespace agent
