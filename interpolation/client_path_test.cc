#include "interpolation/client_path.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace interpolation {
namespace {

using ::testing::HasSubstr;

TaskEnv EnvFor(const std::string& root) {
  TaskEnvInput input;
  input.node = std::make_shared<Node>(NodeVariables());
  input.task_name = "T";
  input.job_id = "j1";
  input.directories = {.alloc_dir = root + "/alloc",
                       .task_dir = root + "/T/local",
                       .secrets_dir = root + "/T/secrets"};
  input.secrets = {{"x.y", "hush"}};
  return *BuildTaskEnv(input);
}

TEST(ResolveClientPath, FollowsNomadsRules) {
  const TaskEnv env = EnvFor("/a");
  const ClientDirectories directories = {.task_root = "/a/T",
                                         .alloc_dir = "/a/alloc"};
  const struct {
    const char* why;
    const char* text;
    Join join;
    const char* want;
    bool escapes;
  } kCases[] = {
      {"IP-148 a destination", "/srv", Join::kYes, "/a/T/srv", false},
      {"IP-148 a source", "/srv", Join::kNo, "/srv", true},
      {"IP-149", "..", Join::kYes, "/a", true},
      {"IP-150 the shared directory", "../alloc/f", Join::kYes, "/a/alloc/f",
       false},
      {"IP-151", "${NOMAD_ALLOC_DIR}/f", Join::kYes, "/a/alloc/f", false},
      {"IP-151", "${NOMAD_TASK_DIR}/f", Join::kYes, "/a/T/local/f", false},
      {"IP-151", "${NOMAD_SECRETS_DIR}/f", Join::kNo, "/a/T/secrets/f", false},
      {"IP-152 an unknown name stays", "local/${nope}/f", Join::kYes,
       "/a/T/local/${nope}/f", false},
      {"IP-154", "/etc/hostname", Join::kNo, "/etc/hostname", true},
      {"relative", "local/f", Join::kNo, "/a/T/local/f", false},
      {"another task", "../U/local/f", Join::kYes, "/a/U/local/f", true},
      {"a name that begins like the task's", "../Tx/f", Join::kYes, "/a/Tx/f",
       true},
      {"a name that begins with dots is a name", "..f", Join::kNo, "/a/T/..f",
       false},
      {"the task's directory itself", ".", Join::kNo, "/a/T", false},
      {"out and in again", "../T/f", Join::kNo, "/a/T/f", false},
      {"dots and slashes", "local//./x/../f", Join::kYes, "/a/T/local/f",
       false},
      {"no secrets in paths", "local/${secret.x.y}", Join::kYes,
       "/a/T/local/${secret.x.y}", false},
      {"empty", "", Join::kYes, "/a/T", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const ClientPath path = ResolveClientPath(c.text, c.join, env, directories);
    EXPECT_EQ(path.path, c.want);
    EXPECT_EQ(path.escapes, c.escapes);
  }
}

TEST(ResolveClientPath, CollectsUnknownNames) {
  std::vector<std::string> unknown;
  ResolveClientPath("local/${nope}", Join::kYes, EnvFor("/a"),
                    {.task_root = "/a/T", .alloc_dir = "/a/alloc"}, &unknown);
  EXPECT_EQ(unknown, std::vector<std::string>{"nope"});
}

TEST(LeavesAllocation, IP_153_IsTrueAboveTheAllocationOnly) {
  EXPECT_TRUE(LeavesAllocation("../../../f"));
  EXPECT_TRUE(LeavesAllocation("local/../../../f"));
  EXPECT_FALSE(LeavesAllocation(".."));
  EXPECT_FALSE(LeavesAllocation("../alloc/f"));
  EXPECT_FALSE(LeavesAllocation("/f"));
}

TEST(OpenClientPath, NeverOpensWhatLiesOutside) {
  const base::TempDir temp;
  const std::string root = temp.path();
  ASSERT_OK(base::MakeDirectories(root + "/T/local"));
  ASSERT_OK(base::MakeDirectories(root + "/alloc/data"));
  ASSERT_OK(base::WriteFileAtomically(root + "/T/local/f", "task"));
  ASSERT_OK(base::WriteFileAtomically(root + "/alloc/data/f", "shared"));
  ASSERT_OK(base::WriteFileAtomically(root + "/outside", "no"));
  ASSERT_EQ(symlink("../../outside", (root + "/T/local/link").c_str()), 0);
  const TaskEnv env = EnvFor(root);
  const ClientDirectories directories = {.task_root = root + "/T",
                                         .alloc_dir = root + "/alloc"};
  const auto open = [&](absl::string_view text) {
    return OpenClientPath(ResolveClientPath(text, Join::kNo, env, directories),
                          directories, O_RDONLY);
  };
  EXPECT_OK(open("local/f"));
  EXPECT_OK(open("${NOMAD_ALLOC_DIR}/data/f"));
  for (const char* text : {"local/link", "../outside", "/etc/passwd"}) {
    EXPECT_THAT(open(text),
                base::StatusIs(absl::StatusCode::kPermissionDenied,
                               testing::AnyOf(HasSubstr("leads out"),
                                              HasSubstr("lies outside"))))
        << text;
  }
}

}  // namespace
}  // namespace interpolation
