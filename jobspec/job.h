// A job: what to run, how often, and what to do when it ends.
//
//   ParseResult parsed = ParseJob(text, "web.nomad.hcl", {});   // parse.h
//   if (!parsed.ok()) return Print(parsed.diagnostics);
//   for (const TaskGroup& group : parsed.job.task_groups)
//     for (const Task& task : group.tasks) Start(group, task);
//
// These are plain structs, one for each block of the job file, with the job
// file's words as names. A Job that comes out of this folder is canonical:
// every default is filled in, policies are merged downwards, and a member is a
// std::optional only if "not given" stays a meaning of its own. The default of
// a member is the default of the job file unless a comment says otherwise.
//
// Left to others: where allocations go and what placement fills in (ports, ip),
// and the `${...}` in strings, which the client replaces when a task starts.
//
// Threads:  plain data; share it as `std::shared_ptr<const Job>`.
// Units:    absl::Duration (nanoseconds in JSON), MiB, MHz; int64 as in JSON.
// Follows:  the job specification of Nomad 2.0; names of its JSON are in
//           fields.h, its checks in validate.h.

#ifndef DROVER_JOBSPEC_JOB_H_
#define DROVER_JOBSPEC_JOB_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "jobspec/constraint.h"
#include "jobspec/network.h"
#include "jobspec/policy.h"
#include "jobspec/service.h"
#include "jobspec/task.h"
#include "jobspec/volume.h"

namespace jobspec {

// `ephemeral_disk {}`: the allocation's directory.
struct EphemeralDisk {
  bool sticky = false;    // the next allocation gets a copy of the data
  bool migrate = false;   // even from another node
  int64_t size_mb = 300;  // MiB; bounds the logs, not enforced otherwise
};

// `group "NAME" {}`: tasks that run together; `count` allocations of it.
struct TaskGroup {
  std::string name;
  int64_t count = 1;  // or the minimum of `scaling`
  std::vector<Constraint> constraints;
  std::vector<Affinity> affinities;
  std::vector<Task> tasks;
  std::vector<Spread> spreads;
  std::map<std::string, Volume> volumes;  // by name
  RestartPolicy restart_policy;  // complete; each task has its own copy
  std::optional<DisconnectStrategy> disconnect;
  std::optional<ReschedulePolicy> reschedule_policy;  // service, batch
  EphemeralDisk ephemeral_disk;
  std::optional<UpdateStrategy> update;    // service, system
  std::optional<MigrateStrategy> migrate;  // service
  std::vector<Network> networks;           // at most one is useful
  std::map<std::string, std::string> meta;
  std::vector<Service> services;
  std::optional<absl::Duration> shutdown_delay;
  std::optional<absl::Duration> max_run_duration;  // batch, sysbatch
  std::optional<absl::Duration> stop_after_client_disconnect;  // ignored
  std::optional<absl::Duration> max_client_disconnect;         // ignored
  std::optional<Scaling> scaling;
  std::optional<Consul> consul;
  std::optional<bool> prevent_reschedule_on_lost;  // ignored
};

// `periodic {}`: launches a child job at the given times.
struct Periodic {
  bool enabled = true;
  std::string spec;                // `cron`, one expression (old form)
  std::vector<std::string> specs;  // `crons`
  std::string spec_type = "cron";
  bool prohibit_overlap = false;  // skip while the last child still runs
  std::string time_zone = "UTC";  // IANA name
};

// `parameterized {}`: a job that runs only when it is dispatched.
struct Parameterized {
  std::string payload;  // optional (also ""), required, forbidden
  std::vector<std::string> meta_required;
  std::vector<std::string> meta_optional;
};

// `multiregion {}`, an Enterprise feature: kept, without effect.
struct MultiregionStrategy {
  int64_t max_parallel = 0;
  std::string on_failure;
};
struct MultiregionRegion {
  std::string name;
  int64_t count = 1;
  std::vector<std::string> datacenters;
  std::string node_pool;
  std::map<std::string, std::string> meta;
};
struct Multiregion {
  MultiregionStrategy strategy;
  std::vector<MultiregionRegion> regions;
};

// `ui {}`: words for people.
struct UiLink {
  std::string label;
  std::string url;
};
struct Ui {
  std::string description;  // at most 1000 bytes
  std::vector<UiLink> links;
};

// A name that an operator gave to one version of a job.
struct VersionTag {
  std::string name;
  std::string description;
  int64_t tagged_time = 0;  // unix nanoseconds
};

// `job "ID" {}`.
struct Job {
  std::string region = "global";
  std::string job_namespace = "default";
  std::string id;                // label, or `id`; no blank, no NUL
  std::string name;              // label, or `name`
  std::string type = "service";  // batch, sysbatch, system
  int64_t priority = 50;         // 1 to 100
  bool all_at_once = false;
  std::vector<std::string> datacenters;  // empty is ["*"] in a stored job
  std::string node_pool;                 // "" is "default" in a stored job
  std::vector<Constraint> constraints;
  std::vector<Affinity> affinities;
  std::vector<TaskGroup> task_groups;
  std::optional<UpdateStrategy> update;  // merged into the groups
  std::optional<Multiregion> multiregion;
  std::vector<Spread> spreads;
  std::optional<Periodic> periodic;
  std::optional<Parameterized> parameterized;
  std::map<std::string, std::string> meta;
  std::optional<Ui> ui;

  // What the agent that stores the job fills in; a job file has none of it.
  bool stop = false;
  std::string parent_id;  // of a dispatched or periodic child
  bool dispatched = false;
  std::string dispatch_idempotency_token;
  std::string payload;  // of a dispatched child: bytes, base64 in JSON
  std::string consul_namespace;
  std::string vault_namespace;
  std::string nomad_token_id;
  std::string status;  // pending, running, dead
  std::string status_description;
  bool stable = false;
  uint64_t version = 0;
  int64_t submit_time = 0;  // unix nanoseconds
  uint64_t create_index = 0;
  uint64_t modify_index = 0;      // any change, status included
  uint64_t job_modify_index = 0;  // a new specification only
  std::optional<VersionTag> version_tag;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_JOB_H_
