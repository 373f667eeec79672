// One task: a command of a task group and all that belongs to it.

#ifndef DROVER_JOBSPEC_TASK_H_
#define DROVER_JOBSPEC_TASK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hcl/value.h"
#include "jobspec/artifact.h"
#include "jobspec/constraint.h"
#include "jobspec/identity.h"
#include "jobspec/log_config.h"
#include "jobspec/policy.h"
#include "jobspec/resources.h"
#include "jobspec/service.h"
#include "jobspec/template.h"
#include "jobspec/volume.h"

namespace jobspec {

// `lifecycle {}`: a task that runs before, beside or after the main tasks.
struct Lifecycle {
  std::string hook;      // required: prestart, poststart, poststop
  bool sidecar = false;  // keeps running; false: must end by itself
};

// `vault {}`. There is no Vault on one node; kept, and warned about.
struct Vault {
  std::vector<std::string> policies;
  std::string role;
  std::string vault_namespace;
  std::string cluster = "default";
  bool env = true;
  bool disable_file = false;
  std::string change_mode = "restart";  // noop, signal
  std::string change_signal = "SIGHUP";
  bool allow_token_expiration = false;
};

// `consul {}` of a group or task. As Vault.
struct Consul {
  std::string consul_namespace;
  std::string cluster = "default";
  std::string partition;
};

// `dispatch_payload {}`: where the payload of a dispatched job is written.
struct DispatchPayload {
  std::string file;  // below the task's local/
};

// `scaling {}` of a group: type horizontal. An autoscaler reads it; only min
// and max are acted on here.
struct Scaling {
  std::optional<int64_t> min;  // a group's is filled in with its count
  std::optional<int64_t> max;  // required in groups
  hcl::Value policy;           // object or null
  std::optional<bool> enabled;
  std::string type;  // horizontal, vertical_cpu, vertical_mem
  std::string id;
  std::string scaling_namespace;
  std::map<std::string, std::string> target;
  uint64_t create_index = 0;
  uint64_t modify_index = 0;
};

// `scaling "cpu" {}` and `scaling "mem" {}` of a task.
struct TaskScaling : Scaling {};

// `secret "NAME" {}`: values from a secret provider. None exist here.
struct Secret {
  std::string name;
  std::string provider;
  std::string path;
  hcl::Value config;  // object or null
  std::map<std::string, std::string> env;
};

// `action "NAME" {}`: a command that `job action` runs inside the task.
struct Action {
  std::string name;  // 1 to 128 characters without white space
  std::string command;
  std::vector<std::string> args;
};

// `schedule { cron {} }`, an Enterprise feature: refused by validation.
struct ScheduleCron {
  std::string start;
  std::string end;
  std::string timezone;
};
struct Schedule {
  std::optional<ScheduleCron> cron;
};

// `task "NAME" {}`.
struct Task {
  std::string name;  // no '/', '\' or NUL; not "alloc"
  std::string driver;
  std::string user;  // "" runs as the agent's user
  std::optional<Lifecycle> lifecycle;

  // The driver's own settings, an object (or null where there is no config
  // block). Blocks have become lists of objects, as the driver schemas expect.
  // Strings keep `${...}`: the client evaluates them with the task's
  // environment when it starts the task.
  hcl::Value config;

  std::vector<Constraint> constraints;
  std::vector<Affinity> affinities;
  std::map<std::string, std::string> env;  // values keep `${...}`
  std::vector<Service> services;
  Resources resources;
  RestartPolicy restart_policy;  // the group's, overlaid by the task's own
  std::map<std::string, std::string> meta;
  absl::Duration kill_timeout = absl::Seconds(5);  // signal to kill; the
                                                   // client caps it
  LogConfig logs;
  std::vector<Artifact> artifacts;
  std::optional<Vault> vault;
  std::optional<Consul> consul;
  std::vector<Template> templates;
  std::optional<DispatchPayload> dispatch_payload;
  std::vector<VolumeMount> volume_mounts;
  std::optional<CsiPlugin> csi_plugin;
  bool leader = false;  // when it ends, the other tasks of the group are ended
  absl::Duration shutdown_delay;  // between deregistering services and signal
  std::string kill_signal;        // "" is SIGINT
  std::string kind;               // internal: connect-proxy:..., ...
  std::vector<TaskScaling> scaling_policies;
  std::vector<Secret> secrets;
  std::optional<Identity> identity;  // the one named "" or "default"
  std::vector<Identity> identities;  // the others
  std::vector<Action> actions;
  std::optional<Schedule> schedule;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_TASK_H_
