#include "agent/placement.h"

#include <functional>
#include <string>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

jobspec::Job MakeJob() {
  jobspec::Task task;
  task.name = "t";
  task.driver = "raw_exec";
  jobspec::TaskGroup group;
  group.name = "g";
  group.tasks = {task};
  jobspec::Job job;
  job.id = "j";
  job.task_groups = {group};
  return job;
}

TEST(CheckPlacement, AnOrdinaryJobCanRun) {
  EXPECT_OK(CheckPlacement(MakeJob()));
}

TEST(CheckPlacement, SaysWhichTaskStandsInTheWayAndWhy) {
  const struct {
    const char* why;
    std::function<void(jobspec::Job&)> change;
    absl::StatusCode code;
    const char* message;
  } kCases[] = {
      {"a slip in the driver's name",
       [](jobspec::Job& job) {
         job.task_groups[0].tasks[0].driver = "rawexec";
       },
       absl::StatusCode::kInvalidArgument,
       "job \"j\": group \"g\": task \"t\": unknown driver \"rawexec\"; did "
       "you "
       "mean \"raw_exec\"?"},
      {"another driver",
       [](jobspec::Job& job) { job.task_groups[0].tasks[0].driver = "docker"; },
       absl::StatusCode::kInvalidArgument,
       "unknown driver \"docker\"; the only driver here is \"raw_exec\""},
      {"templates",
       [](jobspec::Job& job) {
         job.task_groups[0].tasks[0].templates.emplace_back();
       },
       absl::StatusCode::kUnimplemented, "a template block"},
      {"ports",
       [](jobspec::Job& job) { job.task_groups[0].networks.emplace_back(); },
       absl::StatusCode::kUnimplemented, "a network block"},
      {"periodic", [](jobspec::Job& job) { job.periodic.emplace(); },
       absl::StatusCode::kUnimplemented, "a periodic block"},
      {"parameterized", [](jobspec::Job& job) { job.parameterized.emplace(); },
       absl::StatusCode::kUnimplemented, "a parameterized block"},
      {"reserved cores",
       [](jobspec::Job& job) {
         job.task_groups[0].tasks[0].resources.cores = 1;
       },
       absl::StatusCode::kUnimplemented, "cores"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    jobspec::Job job = MakeJob();
    c.change(job);
    EXPECT_THAT(CheckPlacement(job),
                base::StatusIs(c.code, HasSubstr(c.message)));
    EXPECT_THAT(std::string(CheckPlacement(job).message()),
                StartsWith("job \"j\": "));
  }
}

}  // namespace
}  // namespace agent
