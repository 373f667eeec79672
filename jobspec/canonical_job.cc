#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "jobspec/canonical.h"

namespace jobspec {
namespace {

void FillNetworks(std::vector<Network>& networks) {
  for (Network& network : networks) {
    for (auto* ports : {&network.reserved_ports, &network.dynamic_ports}) {
      for (Port& port : *ports) {
        if (port.host_network.empty()) port.host_network = "default";
      }
    }
  }
}

// Where a service belongs; `task` is empty for services of groups.
struct Owner {
  const Job& job;
  const std::string& group;
  const std::string& task;
};

void FillService(const Owner& owner, Service& service) {
  const std::string base =
      absl::StrCat(owner.job.name, "-", owner.group,
                   owner.task.empty() ? "" : "-", owner.task);
  service.name =
      absl::StrReplaceAll(service.name, {{"${JOB}", owner.job.name},
                                         {"${TASKGROUP}", owner.group},
                                         {"${TASK}", owner.task},
                                         {"${BASE}", base}});
  service.service_namespace = owner.job.job_namespace;
  if (!owner.task.empty()) service.task_name = owner.task;
  for (Check& check : service.checks) {
    if (check.name.empty()) {
      check.name = absl::StrCat("service: \"", service.name, "\" check");
    }
  }
}

void FillResources(Resources& resources) {
  resources.disk_mb = 0;
  for (auto* amount :
       {&resources.memory_max_mb, &resources.secrets_mb, &resources.iops}) {
    if (!amount->has_value()) *amount = 0;
  }
  FillNetworks(resources.networks);
}

void FillTask(const Job& job, const TaskGroup& group, Task& task) {
  if (task.kill_timeout == absl::ZeroDuration()) {
    task.kill_timeout = absl::Seconds(5);
  }
  task.logs.enabled.reset();
  FillResources(task.resources);
  for (Service& service : task.services) {
    FillService(Owner{job, group.name, task.name}, service);
  }
  if (!task.identity.has_value()) {
    task.identity.emplace();
    task.identity->audience = {"nomadproject.io"};
  }
  if (task.identity->name.empty()) task.identity->name = "default";
}

// A stored job shows only how many and how fast; the rest is in its groups.
UpdateStrategy StoredUpdate(const std::optional<UpdateStrategy>& update) {
  UpdateStrategy stored;
  stored.stagger = absl::ZeroDuration();
  stored.max_parallel = 0;
  stored.health_check.clear();
  stored.min_healthy_time = absl::ZeroDuration();
  stored.healthy_deadline = absl::ZeroDuration();
  stored.progress_deadline = absl::ZeroDuration();
  if (update.has_value() && update->max_parallel > 0) {
    stored.stagger = update->stagger;
    stored.max_parallel = update->max_parallel;
  }
  return stored;
}

}  // namespace

void CanonicalizeJob(Job& job) {
  if (job.datacenters.empty()) job.datacenters = {"*"};
  if (job.node_pool.empty()) job.node_pool = "default";
  if (job.job_namespace.empty()) job.job_namespace = "default";
  if (job.region.empty()) job.region = "global";
  if (job.priority == 0) job.priority = 50;
  job.update = StoredUpdate(job.update);
  if (job.parameterized.has_value() && job.parameterized->payload.empty()) {
    job.parameterized->payload = "optional";
  }
  const std::string no_task;
  for (TaskGroup& group : job.task_groups) {
    FillNetworks(group.networks);
    for (Service& service : group.services) {
      FillService(Owner{job, group.name, no_task}, service);
    }
    for (Task& task : group.tasks) FillTask(job, group, task);
  }
}

}  // namespace jobspec
