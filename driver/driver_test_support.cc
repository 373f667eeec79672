#include "driver/driver_test_support.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "cgroups/group_factory.h"
#include "cgroups/hierarchy.h"

namespace driver {
namespace {

std::string FreshAllocId() {
  static std::atomic<unsigned> counter = 0;
  return absl::StrFormat("%08x-0000-4000-8000-%012x", getpid(), ++counter);
}

}  // namespace

DriverTest::DriverTest()
    : alloc_id_(FreshAllocId()),
      parent_(absl::StrCat("drover-test-", getpid(), ".slice")) {
  config_.enabled = true;
  config_.cgroup_parent = parent_;
}

void DriverTest::SetUp() {
  ASSERT_OK(base::MakeDirectories(dir_.path() + "/alloc/alloc/logs", 0777));
  ASSERT_OK(base::MakeDirectories(task_dir() + "/local", 0777));
  ASSERT_OK(base::MakeDirectories(task_dir() + "/tmp", 0777));
  if (GetParam() == Tracking::kNone) config_.no_cgroups = true;
  driver_ = MakeDriver();
}

std::unique_ptr<RawExecDriver> DriverTest::MakeDriver() {
  absl::StatusOr<std::unique_ptr<RawExecDriver>> made =
      RawExecDriver::Create({state_dir(), {}});
  EXPECT_OK(made);
  EXPECT_OK((*made)->SetConfig(config_));
  return *std::move(made);
}

void DriverTest::RestartDriver() {
  driver_.reset();
  driver_ = MakeDriver();
}

void DriverTest::TearDown() {
  if (driver_ != nullptr) {
    absl::StatusOr<std::vector<TaskHandle>> left = driver_->ListTasks();
    ASSERT_OK(left);
    for (const TaskHandle& handle : *left) {
      (void)driver_->RecoverTask(handle);
      EXPECT_OK(driver_->DestroyTask(handle.task_id(), /*force=*/true));
    }
  }
  driver_.reset();
  // Invariant I1, for every test: nobody of this allocation lives.
  EXPECT_EQ(ProcessesWithVariable("NOMAD_ALLOC_ID=" + alloc_id_),
            std::vector<int>());
  const cgroups::Hierarchy host = cgroups::Detect();
  if (host.CanCreate().yes) {
    auto factory = cgroups::GroupFactory::Make(host, parent_);
    ASSERT_OK(factory);
    auto orphans = (*factory)->Reconcile({});
    ASSERT_OK(orphans);
    EXPECT_TRUE(orphans->empty()) << orphans->front().name;
    EXPECT_OK((*factory)->RemoveParents());
  }
}

TaskConfig DriverTest::MakeTask(const std::string& command,
                                std::vector<std::string> args) {
  TaskConfig task;
  task.alloc_id = alloc_id_;
  task.name = "web";
  task.id = absl::StrFormat("%s/web/%08x", alloc_id_, ++starts_);
  task.command = command;
  task.args = std::move(args);
  task.task_dir = task_dir();
  task.env = {"NOMAD_ALLOC_ID=" + alloc_id_, "NOMAD_TASK_NAME=web",
              "PATH=/usr/bin:/bin"};
  task.output.directory = dir_.path() + "/alloc/alloc/logs";
  task.output.prefix = "web";
  return task;
}

TaskConfig DriverTest::MakeShell(const std::string& line) {
  return MakeTask("/bin/sh", {"-c", line});
}

ExitResult DriverTest::Run(const TaskConfig& task) {
  const absl::StatusOr<TaskHandle> handle = driver_->StartTask(task);
  EXPECT_OK(handle);
  if (!handle.ok()) return ExitResult();
  const absl::StatusOr<ExitResult> result =
      driver_->WaitTask(task.id, absl::Seconds(60));
  EXPECT_OK(result);
  EXPECT_OK(driver_->DestroyTask(task.id, /*force=*/true));
  return result.value_or(ExitResult());
}

std::string DriverTest::Log(const std::string& stream) const {
  std::string text;
  const std::string directory = dir_.path() + "/alloc/alloc/logs";
  const std::string prefix = "web." + stream + ".";
  const auto names = base::ListDirectory(directory);
  if (!names.ok()) return "";
  std::vector<std::pair<int, std::string>> files;
  for (const std::string& name : *names) {
    int number = 0;
    if (name.compare(0, prefix.size(), prefix) == 0 &&
        absl::SimpleAtoi(name.substr(prefix.size()), &number)) {
      files.emplace_back(number, name);
    }
  }
  std::sort(files.begin(), files.end());
  for (const auto& [number, name] : files) {
    text +=
        base::ReadFile(directory + "/" + name, size_t{1} << 32).value_or("");
  }
  return text;
}

std::vector<int> ProcessesWithVariable(const std::string& variable) {
  std::vector<int> pids;
  const auto names = base::ListDirectory("/proc");
  if (!names.ok()) return pids;
  for (const std::string& name : *names) {
    int pid = 0;
    if (!absl::SimpleAtoi(name, &pid)) continue;
    const auto environment = base::ReadFile("/proc/" + name + "/environ");
    if (!environment.ok()) continue;
    const std::vector<std::string> variables =
        absl::StrSplit(*environment, '\0');
    if (std::find(variables.begin(), variables.end(), variable) !=
        variables.end()) {
      pids.push_back(pid);
    }
  }
  return pids;
}

bool WaitUntil(const std::function<bool()>& done) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!done()) {
    if (absl::Now() > deadline) return false;
    (void)poll(nullptr, 0, 2);
  }
  return true;
}

}  // namespace driver
