#include "agent/client.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/fingerprint/fingerprint.h"
#include "agent/placement.h"
#include "base/status.h"
#include "base/uuid.h"
#include "interpolation/host_env.h"

namespace agent {
namespace {

// Enough to keep two cores busy while calls wait for disk or a new process.
constexpr size_t kPoolThreads = 8;
constexpr size_t kDownloadThreads = 4;

// The release whose behaviour this client has, for constraints on it.
constexpr char kNomadVersion[] = "2.0.5";

std::shared_ptr<const interpolation::Node> MakeNode(
    const DataDir& data_dir, const Client::Options& options) {
  fingerprint::Options wanted;
  wanted.alloc_dir = data_dir.path() + "/alloc";
  wanted.nomad_version = kNomadVersion;
  if (options.driver.enabled) wanted.drivers = {"raw_exec"};
  wanted.ReadClientOptions(options.client_options);
  fingerprint::Fingerprint host = fingerprint::Take(wanted);

  interpolation::NodeVariables variables;
  variables.id = base::NewUuid();
  variables.name = host.attributes["unique.hostname"];
  variables.attributes = std::move(host.attributes);
  return std::make_shared<const interpolation::Node>(std::move(variables));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(base::EventLoop* loop,
                                                       const Options& options,
                                                       Listener* listener) {
  ASSIGN_OR_RETURN(DataDir data_dir, DataDir::Open(options.data_dir));
  std::unique_ptr<Client> client(
      new Client(loop, options, std::move(data_dir), listener));
  driver::RawExecDriver::Options driver_options;
  driver_options.state_dir = client->data_dir_.Driver();
  driver_options.on_event = [loop, raw = client.get(), alive = client->alive_](
                                const driver::TaskEvent& event) {
    loop->Post([raw, alive, event] {
      if (*alive) raw->OnDriverEvent(event);
    });
  };
  ASSIGN_OR_RETURN(client->driver_,
                   driver::RawExecDriver::Create(std::move(driver_options)));
  RETURN_IF_ERROR(client->driver_->SetConfig(options.driver));
  client->context_.driver = client->driver_.get();
  return client;
}

Client::Client(base::EventLoop* loop, const Options& options, DataDir data_dir,
               Listener* listener)
    : data_dir_(std::move(data_dir)),
      listener_(listener),
      pool_(std::make_unique<base::ThreadPool>(kPoolThreads)),
      download_pool_(std::make_unique<base::ThreadPool>(kDownloadThreads)) {
  context_.loop = loop;
  context_.pool = pool_.get();
  context_.download_pool = download_pool_.get();
  context_.clock = options.clock;
  context_.node = MakeNode(data_dir_, options);
  context_.host_env =
      interpolation::HostEnvPolicy::FromOptions(options.client_options)
          .Filter(options.environment);
  context_.max_kill_timeout = options.max_kill_timeout;
}

Client::~Client() {
  *alive_ = false;
  allocs_.clear();
  download_pool_ = nullptr;
  pool_ = nullptr;
}

absl::Status Client::Add(std::shared_ptr<const jobspec::Job> job) {
  RETURN_IF_ERROR(CheckPlacement(*job));
  for (const jobspec::TaskGroup& group : job->task_groups) {
    for (int64_t index = 0; index < group.count; ++index) {
      auto alloc = std::make_shared<Allocation>();
      alloc->id = base::NewUuid();
      alloc->name = absl::StrCat(job->id, ".", group.name, "[", index, "]");
      alloc->index = index;
      alloc->job = job;
      alloc->group = &group;
      auto runner = std::make_shared<AllocRunner>(
          &context_, alloc, data_dir_.Alloc(alloc->id), this);
      allocs_[alloc->id] = runner;
      listener_->OnAllocAdded(*runner);
      runner->Start();
    }
  }
  return absl::OkStatus();
}

absl::Status Client::EndTasksOf(absl::string_view alloc_id) {
  ASSIGN_OR_RETURN(const std::vector<driver::TaskHandle> handles,
                   driver_->ListTasks());
  for (const driver::TaskHandle& handle : handles) {
    if (handle.alloc_id() != alloc_id) continue;
    RETURN_IF_ERROR(driver_->RecoverTask(handle));
    RETURN_IF_ERROR(driver_->DestroyTask(handle.task_id(), /*force=*/true));
  }
  return absl::OkStatus();
}

void Client::StopAll() {
  for (const auto& [id, alloc] : allocs_) alloc->Stop();
}

void Client::StopAllNow() {
  for (const auto& [id, alloc] : allocs_) alloc->StopNow();
}

size_t Client::running() const {
  size_t count = 0;
  for (const auto& [id, alloc] : allocs_) count += alloc->ended() ? 0 : 1;
  return count;
}

void Client::OnTaskChanged(const AllocRunner& alloc, const TaskRunner& task,
                           const TaskEvent* event) {
  if (event == nullptr) return;
  listener_->OnTaskEvent(alloc, task, *event);
}

void Client::OnAllocEnded(const AllocRunner& alloc) {
  listener_->OnAllocEnded(alloc);
}

void Client::OnDriverEvent(const driver::TaskEvent& event) {
  for (const auto& [id, alloc] : allocs_) {
    if (!absl::StartsWith(event.task_id, id)) continue;
    for (const auto& [name, task] : alloc->tasks()) {
      if (task->driver_id() == event.task_id) {
        task->AddDriverMessage(event.message);
      }
    }
  }
}

}  // namespace agent
