// Which variables of the agent's own environment reach its tasks.
//
//   const auto policy = HostEnvPolicy::FromOptions(client_options);
//   input.host_env = policy.Filter(ReadEnvironment(environ));
//
// Names are exact and case-sensitive; `*` in a listed name stands for any
// bytes, so "AWS_*" is every name that begins with AWS_. Lists are separated
// by commas, blanks around an item do not count (in Nomad they do: there
// "A, B" lets B through).
//
// Threads:  a policy is immutable.
// Nomad:    client options env.denylist (old: env.blacklist). env.allowlist
//           is ours.

#ifndef DROVER_INTERPOLATION_HOST_ENV_H_
#define DROVER_INTERPOLATION_HOST_ENV_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace interpolation {

struct HostEnvPolicy {
  // Names that never pass. A list given by the user takes the place of this
  // one, as in Nomad; it does not add to it.
  std::vector<std::string> deny = DefaultDenyList();

  // When present, only names in it pass; the deny list still holds. An empty
  // list lets nothing through: tasks start with a clean environment.
  std::optional<std::vector<std::string>> allow;

  // Reads env.denylist, or env.blacklist, and env.allowlist of the client's
  // options; others are not its business.
  static HostEnvPolicy FromOptions(
      const std::map<std::string, std::string>& options);

  // Tokens and licences of Nomad, Consul and Vault, and cloud credentials: the
  // list of Nomad 2.0.5.
  static std::vector<std::string> DefaultDenyList();

  bool Passes(absl::string_view name) const;

  std::map<std::string, std::string> Filter(
      const std::map<std::string, std::string>& environment) const;
};

// An environ(7) array as a map. What is no "NAME=value" is left out; of a name
// that stands twice the first counts, as for getenv(3).
std::map<std::string, std::string> ReadEnvironment(const char* const* environ);

// Whether a name is what a pattern of the lists above says.
bool MatchesGlob(absl::string_view pattern, absl::string_view name);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_HOST_ENV_H_
