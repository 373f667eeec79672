// Services that a group or task registers, and the checks of their health.

#ifndef DROVER_JOBSPEC_SERVICE_H_
#define DROVER_JOBSPEC_SERVICE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "jobspec/connect.h"
#include "jobspec/identity.h"

namespace jobspec {

// `check_restart {}`: restarts the task after that many failed checks.
struct CheckRestart {
  int64_t limit = 0;  // consecutive failures; 0 never restarts
  std::optional<absl::Duration> grace;  // after a start; 1 s where absent
  bool ignore_warnings = false;
};

// `check {}` of a service.
struct Check {
  std::string name;     // stored job: `service: "SVC" check` where empty
  std::string type;     // http, tcp; with provider consul also script, grpc
  std::string command;  // script
  std::vector<std::string> args;
  std::string path;        // http: relative URL
  std::string protocol;    // http: "" is "http"
  std::string port_label;  // "" is the service's
  bool expose = false;
  std::string address_mode;
  std::string advertise;
  absl::Duration interval;     // required, at least 1 s
  absl::Duration timeout;      // required, at least 1 s
  std::string initial_status;  // "", passing, warning, critical
  std::string notes;
  std::string tls_server_name;
  bool tls_skip_verify = false;
  std::map<std::string, std::vector<std::string>> header;
  std::string method;  // http: "" is GET
  std::optional<CheckRestart> check_restart;
  std::string grpc_service;
  bool grpc_use_tls = false;
  std::string task_name;  // where a script runs
  int64_t success_before_passing = 0;
  int64_t failures_before_critical = 0;
  int64_t failures_before_warning = 0;
  std::string body;       // http: sent with the request
  std::string on_update;  // "" is the service's
};

// `weights {}` of DNS answers.
struct ServiceWeights {
  int64_t passing = 1;
  int64_t warning = 1;
};

// `service {}`. Provider "nomad" is kept by the agent itself; "consul" needs a
// Consul that one node does not have, and validation says so.
struct Service {
  std::string name;  // JOB-GROUP or JOB-GROUP-TASK where absent
  std::vector<std::string> tags;
  std::vector<std::string> canary_tags;
  bool enable_tag_override = false;
  std::string port_label;             // of a network, or a number
  std::string address_mode = "auto";  // host, driver, alloc, alloc_ipv6
  std::string address;                // with address_mode auto only
  std::vector<Check> checks;
  std::optional<CheckRestart> check_restart;  // already laid under each check's
  std::optional<Connect> connect;
  std::map<std::string, std::string> meta;
  std::map<std::string, std::string> canary_meta;
  std::map<std::string, std::string> tagged_addresses;
  std::string task_name;                      // set for services of tasks
  std::string on_update = "require_healthy";  // ignore_warnings, ignore
  std::optional<Identity> identity;
  std::optional<ServiceWeights> weights;
  std::string provider = "consul";  // nomad
  std::string cluster = "default";
  std::string kind;
  std::string service_namespace;  // the job's, in a stored job
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_SERVICE_H_
