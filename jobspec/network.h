// Networks of a group or task and the ports they ask for.

#ifndef DROVER_JOBSPEC_NETWORK_H_
#define DROVER_JOBSPEC_NETWORK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobspec {

// `port "LABEL" {}`. raw_exec tasks share the host's network: a port is a
// number that is reserved and told to the task (NOMAD_PORT_<label>), nothing
// is forwarded.
struct Port {
  std::string label;
  int64_t value = 0;         // static: > 0; dynamic: 0, chosen on placement
  int64_t to = 0;            // port inside a network namespace; -1 = same
  std::string host_network;  // "" is "default" in a stored job
  bool ignore_collision = false;  // host mode: the same static port may be
                                  // asked for twice
};

// `dns {}`: for network namespaces only, so without effect here.
struct DnsConfig {
  std::vector<std::string> servers;
  std::vector<std::string> searches;
  std::vector<std::string> options;
};

// `cni { args = {} }`.
struct CniConfig {
  std::map<std::string, std::string> args;
};

// `network {}`.
struct Network {
  std::string mode;  // "" and "host" are what one node offers; bridge, none,
                     // cni/NAME need network namespaces
  std::string device;
  std::string cidr;
  std::string ip;  // filled in by placement
  std::optional<DnsConfig> dns;
  std::vector<Port> reserved_ports;  // with a static value
  std::vector<Port> dynamic_ports;   // value chosen on placement
  std::string hostname;
  std::optional<int64_t> mbits;  // deprecated, megabits per second; canonical
                                 // jobs leave it as written
  std::optional<CniConfig> cni;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_NETWORK_H_
