#include "agent/prestart.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "agent/raw_exec_config.h"
#include "artifact/artifact.h"
#include "artifact/source.h"
#include "base/status.h"
#include "base/uuid.h"
#include "driver/user.h"
#include "interpolation/config.h"
#include "interpolation/name.h"

namespace agent {
namespace {

constexpr char kDriverName[] = "raw_exec";

TaskEvent AnnounceSetup(absl::Time now) {
  return TaskEvent::TaskSetup(now, "Building Task Directory");
}

bool HasArtifacts(const jobspec::Task& task) { return !task.artifacts.empty(); }

}  // namespace

struct PrestartSteps {
  // name, wanted, announce, run, failed, every round, takes minutes
  static constexpr Prestart::Step kSteps[] = {
      {"validate", nullptr, nullptr, &Prestart::Validate,
       &TaskEvent::FailedValidation, false, false},
      {"task_dir", nullptr, &AnnounceSetup, &Prestart::BuildTaskDirectory,
       &TaskEvent::SetupFailure, false, false},
      {"environment", nullptr, nullptr, &Prestart::BuildEnvironment,
       &TaskEvent::FailedValidation, true, false},
      {"artifacts", &HasArtifacts, &TaskEvent::DownloadingArtifacts,
       &Prestart::FetchArtifacts, &TaskEvent::FailedArtifactDownload, false,
       true},
      {"driver_config", nullptr, nullptr, &Prestart::BuildDriverConfig,
       &TaskEvent::FailedValidation, true, false},
  };
};

Prestart::Prestart(const ClientContext* context,
                   std::shared_ptr<const Allocation> alloc,
                   const jobspec::Task* task, AllocDir directory)
    : context_(context),
      alloc_(std::move(alloc)),
      task_(task),
      directory_(std::move(directory)) {}

void Prestart::BeginRound() {
  for (const Step& step : PrestartSteps::kSteps) {
    if (step.every_round) done_.erase(&step);
  }
}

const Prestart::Step* Prestart::Next() const {
  for (const Step& step : PrestartSteps::kSteps) {
    if (done_.count(&step) != 0) continue;
    if (step.wanted != nullptr && !step.wanted(*task_)) continue;
    return &step;
  }
  return nullptr;
}

absl::Status Prestart::Run(const Step& step) {
  if (cancellation_.cancelled())
    return absl::CancelledError("the task is killed");
  RETURN_IF_ERROR((this->*step.run)());
  done_.insert(&step);
  return absl::OkStatus();
}

bool Prestart::IsRecoverable(const absl::Status& status) {
  // The outside world may change; the job does not. A wrong checksum
  // (DataLoss) is the job's: the server has another file than the job names.
  return !absl::IsInvalidArgument(status) && !absl::IsDataLoss(status) &&
         !absl::IsFailedPrecondition(status) && !absl::IsUnimplemented(status);
}

std::vector<std::string> Prestart::TakeNotes() {
  return std::exchange(notes_, {});
}

driver::TaskConfig Prestart::TakeConfig() { return std::move(config_); }

absl::Status Prestart::Validate() {
  // Placement has checked this for every way in; a stored job may be older
  // than the check.
  if (task_->driver != kDriverName) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown driver \"", task_->driver, "\"; use \"", kDriverName, "\""));
  }
  return absl::OkStatus();
}

absl::Status Prestart::BuildTaskDirectory() {
  return directory_.BuildTask(task_->name);
}

absl::Status Prestart::BuildEnvironment() {
  const jobspec::Job& job = *alloc_->job;
  interpolation::TaskEnvInput input;
  input.node = context_->node;
  input.alloc_id = alloc_->id;
  input.alloc_name = alloc_->name;
  input.alloc_index = alloc_->index;
  input.group_name = alloc_->group->name;
  input.task_name = task_->name;
  input.job_id = job.id;
  input.job_name = job.name;
  input.job_parent_id = job.parent_id;
  input.job_namespace = job.job_namespace;
  input.directories = {directory_.Shared(), directory_.Local(task_->name),
                       directory_.Secrets(task_->name)};
  input.resources.cpu_mhz = task_->resources.cpu;
  input.resources.memory_mb = task_->resources.memory_mb;
  input.resources.memory_max_mb = task_->resources.memory_max_mb.value_or(0);
  input.job_meta = job.meta;
  input.group_meta = alloc_->group->meta;
  input.task_meta = task_->meta;
  input.host_env = context_->host_env;
  input.job_env = task_->env;
  ASSIGN_OR_RETURN(interpolation::TaskEnv env,
                   interpolation::BuildTaskEnv(input));
  // The same in every round: told in the first.
  if (!env_.has_value()) {
    for (const interpolation::Unresolved& unresolved : env.unresolved()) {
      notes_.push_back(unresolved.ToString());
    }
    for (const std::string& warning : env.warnings()) notes_.push_back(warning);
  }
  env_ = std::move(env);
  return absl::OkStatus();
}

absl::Status Prestart::FetchArtifacts() {
  std::vector<artifact::Request> requests;
  std::vector<size_t> indexes;
  for (size_t i = 0; i < task_->artifacts.size(); ++i) {
    if (fetched_.count(i) != 0) continue;  // in an earlier round
    const jobspec::Artifact& block = task_->artifacts[i];
    artifact::Request request;
    request.source = env_->Interpolate(block.source);
    request.destination = env_->Interpolate(block.destination);
    ASSIGN_OR_RETURN(request.mode, artifact::ParseMode(block.mode));
    for (const auto& [key, value] : block.options) {
      request.options[env_->Interpolate(key)] = env_->Interpolate(value);
    }
    for (const auto& [key, value] : block.headers) {
      request.headers[env_->Interpolate(key)] = env_->Interpolate(value);
    }
    request.insecure = block.insecure;
    if (block.chown) {
      ASSIGN_OR_RETURN(const driver::User user,
                       driver::ResolveUser(task_->user));
      request.chown = artifact::Owner{user.uid, user.gid};
    }
    request.task_dir = directory_.Task(task_->name);
    request.shared_dir = directory_.Shared();
    request.cache_scope = alloc_->job->job_namespace;
    requests.push_back(std::move(request));
    indexes.push_back(i);
  }
  const std::vector<absl::StatusOr<artifact::Result>> results =
      artifact::FetchAll(requests, context_->artifact_options, &cancellation_);
  absl::Status first;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].ok()) {
      fetched_.insert(indexes[i]);
      continue;
    }
    first.Update(base::Prefixed(
        absl::StrCat(
            "failed to download artifact \"",
            artifact::RedactSource(task_->artifacts[indexes[i]].source),
            "\": "),
        results[i].status()));
  }
  return first;
}

absl::Status Prestart::BuildDriverConfig() {
  config_ = driver::TaskConfig();
  ASSIGN_OR_RETURN(const hcl::Value values,
                   interpolation::EvaluateConfig(task_->config, *env_));
  RETURN_IF_ERROR(ReadRawExecConfig(values, &config_));
  config_.id =
      absl::StrCat(alloc_->id, "/", task_->name, "/", base::RandomHex(8));
  config_.alloc_id = alloc_->id;
  config_.name = task_->name;
  config_.user = task_->user;
  config_.env = env_->List();
  for (const auto& [name, value] : task_->env) {
    config_.job_env.push_back(interpolation::EnvironmentName(name));
  }
  config_.task_dir = directory_.Task(task_->name);
  if (!task_->logs.disabled) {
    config_.output.directory = directory_.Logs();
    config_.output.prefix = task_->name;
    config_.output.max_files = static_cast<int>(task_->logs.max_files);
    config_.output.max_file_bytes = task_->logs.max_file_size_mb << 20;
  }
  config_.resources.cpu_mhz = task_->resources.cpu;
  config_.resources.memory_mb = task_->resources.memory_mb;
  config_.resources.memory_max_mb = task_->resources.memory_max_mb.value_or(0);
  return absl::OkStatus();
}

}  // namespace agent
