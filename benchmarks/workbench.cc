#include "benchmarks/workbench.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status.h"
#include "benchmarks/task_image.h"
#include "cgroups/group_factory.h"
#include "cgroups/hierarchy.h"

namespace benchmarks {
namespace {

constexpr int kVariables = 40;

// About what a client gives its tasks.
std::vector<std::string> Environment() {
  std::vector<std::string> env = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                  "NOMAD_TASK_NAME=web"};
  while (env.size() < kVariables) {
    env.push_back(absl::StrCat("NOMAD_META_variable_", env.size(),
                               "=a value of the usual length"));
  }
  return env;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Workbench>> Workbench::Open(std::string root) {
  std::unique_ptr<Workbench> bench(new Workbench);
  RETURN_IF_ERROR(bench->Init(std::move(root)));
  return bench;
}

absl::Status Workbench::Init(std::string root) {
  if (root.empty()) {
    const char* tmpdir =
        std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
    root = tmpdir == nullptr ? "/tmp" : tmpdir;
  }
  directory_ = root + "/drover-bench.XXXXXX";
  if (mkdtemp(directory_.data()) == nullptr) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot make a directory in ", root));
  }
  program_ = directory_ + "/task";
  RETURN_IF_ERROR(base::WriteFileAtomically(
      program_,
      absl::string_view(reinterpret_cast<const char*>(task_image_begin),
                        static_cast<size_t>(task_image_end - task_image_begin)),
      0755));

  static int benches = 0;
  slice_ = absl::StrCat("drover-bench-", getpid(), "-", ++benches, ".slice");
  const cgroups::Hierarchy host = cgroups::Detect();
  if (!host.v2.create.yes) {
    return absl::FailedPreconditionError(absl::StrCat(
        "benchmarks need a v2 cgroup tree: ", host.v2.create.reason));
  }
  group_path_ = absl::StrCat(host.v2.base, "/", slice_, "/share.slice");
  RETURN_IF_ERROR(base::MakeDirectories(group_path_));
  ASSIGN_OR_RETURN(group_parent_, base::OpenDirectory(group_path_));
  // Processes of floors whose parent has died are reaped here.
  (void)prctl(PR_SET_CHILD_SUBREAPER, 1);

  ASSIGN_OR_RETURN(driver_,
                   driver::RawExecDriver::Create({directory_ + "/state", {}}));
  driver::Config config;
  config.enabled = true;
  config.cgroup_parent = slice_;
  return driver_->SetConfig(config);
}

Workbench::~Workbench() { (void)Close(); }

absl::Status Workbench::Close() {
  if (directory_.empty()) return absl::OkStatus();
  if (driver_ != nullptr) {
    ASSIGN_OR_RETURN(const std::vector<driver::TaskHandle> tasks,
                     driver_->ListTasks());
    for (const driver::TaskHandle& task : tasks) {
      RETURN_IF_ERROR(
          driver_->BeginStop(task.task_id(), absl::ZeroDuration(), "SIGKILL"));
    }
    for (const driver::TaskHandle& task : tasks) {
      RETURN_IF_ERROR(driver_->DestroyTask(task.task_id(), /*force=*/true));
    }
    driver_.reset();
    running_.clear();
  }
  group_parent_.Reset();
  if (!group_path_.empty()) {
    const cgroups::Hierarchy host = cgroups::Detect();
    ASSIGN_OR_RETURN(const auto factory,
                     cgroups::GroupFactory::Make(host, slice_));
    RETURN_IF_ERROR(factory->RemoveParents());
  }
  RETURN_IF_ERROR(base::RemoveTree(directory_));
  directory_.clear();
  return absl::OkStatus();
}

absl::StatusOr<driver::TaskConfig> Workbench::MakeTask(
    const std::vector<std::string>& args) {
  driver::TaskConfig task;
  task.alloc_id =
      absl::StrFormat("%08x-0000-4000-8000-%012x", getpid(), ++count_);
  task.name = "web";
  task.id = absl::StrFormat("%s/web/%08x", task.alloc_id, count_);
  task.command = program_;
  task.args = args;
  const std::string alloc = absl::StrCat(directory_, "/alloc/", task.alloc_id);
  task.task_dir = alloc + "/web";
  task.output.directory = alloc + "/alloc/logs";
  task.output.prefix = "web";
  for (const char* folder : {"/alloc/logs", "/alloc/data", "/web/local",
                             "/web/secrets", "/web/tmp"}) {
    RETURN_IF_ERROR(base::MakeDirectories(alloc + folder));
  }
  task.env = Environment();
  return task;
}

absl::Status Workbench::RemoveTaskFiles(const driver::TaskConfig& task) {
  return base::RemoveTree(absl::StrCat(directory_, "/alloc/", task.alloc_id));
}

absl::Status Workbench::KeepRunning(int count) {
  while (static_cast<int>(running_.size()) < count) {
    ASSIGN_OR_RETURN(const driver::TaskConfig task, MakeTask({"wait"}));
    ASSIGN_OR_RETURN(driver::TaskHandle handle, driver_->StartTask(task));
    running_.push_back(std::move(handle));
  }
  return absl::OkStatus();
}

std::unique_ptr<Workbench::Bound> Workbench::Bind(
    const std::vector<std::string>& args) const {
  auto bound = std::make_unique<Bound>();
  bound->text = Environment();
  bound->text.push_back(program_);
  bound->text.insert(bound->text.end(), args.begin(), args.end());
  size_t i = 0;
  for (std::string& text : bound->text) {
    (i++ < kVariables ? bound->envp : bound->argv).push_back(text.data());
  }
  bound->argv.push_back(nullptr);
  bound->envp.push_back(nullptr);
  bound->program = {program_.c_str(), bound->argv.data(), bound->envp.data()};
  return bound;
}

std::string Workbench::NewGroupName() {
  return absl::StrFormat("%08x-0000-4000-8000-%012x.floor.scope", getpid(),
                         ++count_);
}

absl::StatusOr<std::vector<pid_t>> ChildrenOf(pid_t pid) {
  const std::string tasks = absl::StrCat("/proc/", pid, "/task");
  ASSIGN_OR_RETURN(const std::vector<std::string> threads,
                   base::ListDirectory(tasks));
  std::vector<pid_t> children;
  for (const std::string& thread : threads) {
    ASSIGN_OR_RETURN(
        const std::string text,
        base::ReadFile(absl::StrCat(tasks, "/", thread, "/children")));
    for (const absl::string_view word :
         absl::StrSplit(text, ' ', absl::SkipEmpty())) {
      pid_t child = 0;
      if (absl::SimpleAtoi(word, &child)) children.push_back(child);
    }
  }
  return children;
}

absl::Status WaitForProcesses(int group, int count) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (CountProcesses(group) != count) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(CountProcesses(group), " processes instead of ", count));
    }
    (void)poll(nullptr, 0, 1);
  }
  return absl::OkStatus();
}

}  // namespace benchmarks
