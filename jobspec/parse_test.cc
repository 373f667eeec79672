#include "jobspec/parse.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jobspec/test_jobs.h"

namespace jobspec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kJob[] = R"(
job "web" {
  datacenters = ["dc1"]
  group "frontend" {
    count = 2
    task "server" {
      driver = "raw_exec"
      config {
        command = "/usr/bin/python3"
        args    = ["-m", "http.server", "${NOMAD_PORT_http}"]
      }
      env {
        MODE = "test"
      }
      artifact {
        source = "https://example.com/a.tar.gz"
        options {
          archive = false
        }
      }
      resources {
        memory = 64
      }
      kill_signal  = "SIGTERM"
      kill_timeout = "10s"
    }
  }
}
)";

TEST(ParseJob, FillsTheStructs) {
  const ParseResult result = ParseJob(kJob, "web.hcl", {});
  ASSERT_TRUE(result.ok()) << result.diagnostics.Render();
  const Job& job = result.job;
  EXPECT_EQ(job.id, "web");
  EXPECT_EQ(job.name, "web");
  EXPECT_EQ(job.type, "service");
  EXPECT_THAT(job.datacenters, ElementsAre("dc1"));
  ASSERT_EQ(job.task_groups.size(), 1u);
  const TaskGroup& group = job.task_groups[0];
  EXPECT_EQ(group.name, "frontend");
  EXPECT_EQ(group.count, 2);
  EXPECT_EQ(group.restart_policy.attempts, 2);
  EXPECT_EQ(group.restart_policy.interval, absl::Minutes(30));
  ASSERT_EQ(group.tasks.size(), 1u);
  const Task& task = group.tasks[0];
  EXPECT_EQ(task.name, "server");
  EXPECT_EQ(task.driver, "raw_exec");
  EXPECT_EQ(task.config.DebugString(),
            R"({args = ["-m", "http.server", "${NOMAD_PORT_http}"], )"
            R"(command = "/usr/bin/python3"})");
  EXPECT_EQ(task.env.at("MODE"), "test");
  ASSERT_EQ(task.artifacts.size(), 1u);
  EXPECT_EQ(task.artifacts[0].options.at("archive"), "false");
  EXPECT_EQ(task.artifacts[0].destination, "local/");
  EXPECT_EQ(task.resources.memory_mb, 64);
  EXPECT_EQ(task.resources.cpu, 100);
  EXPECT_EQ(task.kill_timeout, absl::Seconds(10));
  EXPECT_EQ(task.kill_signal, "SIGTERM");
  EXPECT_EQ(task.logs.max_files, 10);
}

// The examples of the driver's page are tasks without a job around them.
TEST(ParseJob, MakesABatchJobOfABareTask) {
  const ParseResult result = ParseJob(R"(task "example" {
  driver = "raw_exec"

  config {
    # When running a binary that exists on the host, the path must be absolute/
    command = "/bin/sleep"
    args    = ["1"]
  }
}
)",
                                      "sleep.hcl", {});
  ASSERT_TRUE(result.ok()) << result.diagnostics.Render();
  EXPECT_EQ(result.job.id, "example");
  EXPECT_EQ(result.job.type, "batch");
  ASSERT_EQ(result.job.task_groups.size(), 1u);
  EXPECT_EQ(result.job.task_groups[0].name, "example");
  ASSERT_EQ(result.job.task_groups[0].tasks.size(), 1u);
  EXPECT_EQ(result.job.task_groups[0].tasks[0].name, "example");
}

constexpr char kArtifactExample[] = R"(task "example" {
  driver = "raw_exec"

  config {
    command = "name-of-my-binary"
  }

  artifact {
    source = "https://internal.file.server/name-of-my-binary"
    options {
      checksum = "sha256:abd123445ds4555555555"
    }
  }
}
)";

TEST(ParseJob, ReadsTheArtifactExampleAsItIs) {
  ParseOptions options;
  options.validate = false;
  const ParseResult result = ParseJob(kArtifactExample, "a.hcl", options);
  ASSERT_TRUE(result.ok()) << result.diagnostics.Render();
  const Task& task = result.job.task_groups[0].tasks[0];
  ASSERT_EQ(task.artifacts.size(), 1u);
  EXPECT_EQ(task.artifacts[0].source,
            "https://internal.file.server/name-of-my-binary");
  EXPECT_EQ(task.artifacts[0].options.at("checksum"),
            "sha256:abd123445ds4555555555");
}

// Its checksum is made up: the letter s is no hexadecimal digit.
TEST(ParseJob, SaysThatTheChecksumOfTheArtifactExampleCannotBeRight) {
  EXPECT_THAT(Errors(kArtifactExample),
              ElementsAre(AllOf(StartsWith("job.hcl:"),
                                HasSubstr("64 hexadecimal digits"))));
}

TEST(ParseJob, TakesSeveralBareBlocksIntoOneJob) {
  const ParseResult result = ParseJob(
      "group \"a\" {\ntask \"t\" {\ndriver = \"raw_exec\"\n"
      "config {\ncommand = \"/bin/true\"\n}\n}\n}\n"
      "task \"b\" {\ndriver = \"raw_exec\"\n"
      "config {\ncommand = \"/bin/true\"\n}\n}\n",
      "x.hcl", {});
  ASSERT_TRUE(result.ok()) << result.diagnostics.Render();
  EXPECT_EQ(result.job.id, "a");
  ASSERT_EQ(result.job.task_groups.size(), 2u);
  EXPECT_EQ(result.job.task_groups[0].name, "b");  // tasks come first
  EXPECT_EQ(result.job.task_groups[1].name, "a");
}

TEST(ParseJob, SaysWhereAndWhatWasExpected) {
  EXPECT_THAT(
      Errors("job \"x\" {\n  group \"g\" {\n    tsk \"t\" {}\n  }\n}\n"),
      ElementsAre(AllOf(StartsWith("job.hcl:3:5: Unsupported block"),
                        HasSubstr("Did you mean \"task\"?"))));
}

TEST(ParseJob, ReportsAllWrongValuesTogether) {
  EXPECT_THAT(
      Errors("job \"x\" {\n  priority = \"high\"\n  group \"g\" {\n"
             "    count = 1.5\n    shutdown_delay = \"5\"\n  }\n}\n"),
      ElementsAre(
          AllOf(StartsWith("job.hcl:2:15: "), HasSubstr("a whole number")),
          AllOf(StartsWith("job.hcl:4:13: "), HasSubstr("1.5")),
          AllOf(StartsWith("job.hcl:5:23: "), HasSubstr("write \"5s\""))));
}

}  // namespace
}  // namespace jobspec
