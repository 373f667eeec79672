#include "driver/command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"

namespace driver {
namespace {

using testing::HasSubstr;

class CommandTest : public testing::Test {
 protected:
  CommandTest() : task_(dir_.path() + "/web") {
    EXPECT_OK(base::MakeDirectories(task_ + "/local/sub"));
    EXPECT_OK(base::MakeDirectories(dir_.path() + "/bin"));
  }
  void Write(const std::string& path, mode_t mode) {
    ASSERT_OK(base::WriteFileAtomically(path, "#!/bin/sh\n", mode));
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }

  base::TempDir dir_;
  const std::string task_;
};

TEST_F(CommandTest, TheFirstPlaceThatHasItWins) {
  Write(task_ + "/local/x", 0755);
  Write(task_ + "/x", 0755);
  Write(task_ + "/y", 0755);
  Write(dir_.path() + "/bin/tool", 0755);
  Write(dir_.path() + "/bin/data", 0644);
  const std::string path = dir_.path() + "/none:" + dir_.path() + "/bin";
  const struct {
    const char* vector;
    std::string command;
    std::string want;  // "": not found
  } kCases[] = {
      {"RX-031", "x", task_ + "/local/x"},
      {"RX-032", "x", task_ + "/local/x"},
      {"RX-033", "local/x", task_ + "/local/x"},
      {"RX-033", "./local/x", task_ + "/local/x"},
      {"RX-034", "/x", task_ + "/local/x"},
      {"in the task's directory", "y", task_ + "/y"},
      {"from the allocation's root", "web/local/x", task_ + "/local/x"},
      {"RX-035", "../../../../../../../../../../../../../../bin/echo",
       "/bin/echo"},
      {"RX-036", "tool", dir_.path() + "/bin/tool"},
      {"absolute", dir_.path() + "/bin/tool", dir_.path() + "/bin/tool"},
      {"not executable in PATH", "data", ""},
      {"with a slash never in PATH", "./tool", ""},
      {"RX-038", "nosuchbinary", ""},
      {"RX-038", "/no/such/binary", ""},
      {"RX-045", "tool ", ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.vector);
    const auto found = FindCommand(c.command, task_, path);
    if (c.want.empty()) {
      EXPECT_THAT(found, base::StatusIs(absl::StatusCode::kNotFound,
                                        HasSubstr("binary \"" + c.command +
                                                  "\" could not be found")));
    } else {
      ASSERT_OK(found);
      EXPECT_EQ(*found, c.want);
    }
  }
}

TEST_F(CommandTest, RX_044_AnEmptyCommandIsAMistakeInTheJob) {
  EXPECT_THAT(FindCommand("", task_, "/bin"),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("empty command")));
}

TEST_F(CommandTest, RX_039_RX_040_FilesOfTheTaskBecomeExecutable) {
  for (const mode_t mode : {0644, 0610, 0600}) {
    Write(task_ + "/local/x", mode);
    EXPECT_OK(MakeExecutable(task_ + "/local/x", task_));
    EXPECT_EQ(ModeOf(task_ + "/local/x"), 0755U);
  }
}

TEST_F(CommandTest, RX_041_RX_042_NothingOutsideIsTouched) {
  Write(dir_.path() + "/bin/host", 0600);
  EXPECT_OK(MakeExecutable(dir_.path() + "/bin/host", task_));
  EXPECT_EQ(ModeOf(dir_.path() + "/bin/host"), 0600U);
  // Neither through a link, nor a directory inside.
  ASSERT_EQ(symlink((dir_.path() + "/bin/host").c_str(),
                    (task_ + "/local/link").c_str()),
            0);
  ASSERT_EQ(symlink((dir_.path() + "/bin").c_str(),
                    (task_ + "/local/dirlink").c_str()),
            0);
  EXPECT_OK(MakeExecutable(task_ + "/local/link", task_));
  EXPECT_OK(MakeExecutable(task_ + "/local/dirlink/host", task_));
  EXPECT_EQ(ModeOf(dir_.path() + "/bin/host"), 0600U);
  ASSERT_EQ(chmod((task_ + "/local/sub").c_str(), 0700), 0);
  EXPECT_OK(MakeExecutable(task_ + "/local/sub", task_));
  EXPECT_EQ(ModeOf(task_ + "/local/sub"), 0700U);
}

TEST_F(CommandTest, AllowedCommandsAreFilesOrWhatIsBelowDirectories) {
  Write(dir_.path() + "/bin/tool", 0755);
  const std::string tool = dir_.path() + "/bin/tool";
  EXPECT_OK(CheckAllowed(tool, {}));
  EXPECT_OK(CheckAllowed(tool, {"/usr/bin", dir_.path() + "/bin"}));
  EXPECT_OK(CheckAllowed(tool, {tool}));
  EXPECT_THAT(CheckAllowed(tool, {dir_.path() + "/bi", "/usr/bin"}),
              base::StatusIs(absl::StatusCode::kFailedPrecondition,
                             HasSubstr("is disallowed")));
  // A link in an allowed place does not open what it points to.
  ASSERT_EQ(symlink("/etc/passwd", (dir_.path() + "/bin/evil").c_str()), 0);
  EXPECT_FALSE(
      CheckAllowed(dir_.path() + "/bin/evil", {dir_.path() + "/bin"}).ok());
}

}  // namespace
}  // namespace driver
