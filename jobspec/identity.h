// Workload identity: `identity {}` of a task or service.

#ifndef DROVER_JOBSPEC_IDENTITY_H_
#define DROVER_JOBSPEC_IDENTITY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace jobspec {

// A token that a cluster would sign for the workload. One node without a
// server signs none; kept and answered with a warning.
struct Identity {
  std::string name;  // "" and "default" are the task's own identity
  std::vector<std::string> audience;
  std::string change_mode;  // when renewed: "", noop, restart, signal
  std::string change_signal;
  bool env = false;          // as NOMAD_TOKEN
  bool file = false;         // as secrets/nomad_token
  std::string filepath;      // another place for the file
  std::string service_name;  // internal, set for identities of services
  absl::Duration ttl;        // 0: does not expire
  std::map<std::string, std::string> extra_claims;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_IDENTITY_H_
