#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

// Labels and static ports of all networks that share the host.
class PortChecker {
 public:
  void Check(const Network& network, const Place& place) {
    for (size_t i = 0; i < network.reserved_ports.size(); ++i) {
      const Port& port = network.reserved_ports[i];
      const Place at(place, "ReservedPorts", i, "port", port.label);
      CheckPort(port, at);
      CheckStatic(network, port, at);
    }
    for (size_t i = 0; i < network.dynamic_ports.size(); ++i) {
      const Port& port = network.dynamic_ports[i];
      const Place at(place, "DynamicPorts", i, "port", port.label);
      CheckPort(port, at);
      if (port.value < 0) {
        at.Error("Value", "Invalid port",
                 absl::StrCat("the static port ", port.value,
                              " is negative; leave static out for a port "
                              "that is chosen when the task is placed"));
      }
    }
  }

 private:
  void CheckPort(const Port& port, const Place& at) {
    if (port.label.empty()) {
      at.Error("Label", "Missing port label", "a port needs a label");
    } else if (!labels_.insert(port.label).second) {
      at.Error("Label", "Duplicate port label",
               "another port of this group has the same label");
    }
    if (port.to < -1 || port.to > 65535) {
      at.Error("To", "Invalid port",
               absl::StrCat("to = ", port.to, " is not from -1 to 65535"));
    }
  }

  void CheckStatic(const Network& network, const Port& port, const Place& at) {
    if (port.value < 1 || port.value > 65535) {
      at.Error("Value", "Invalid port",
               absl::StrCat("static = ", port.value,
                            " is not a port number from 1 to 65535"));
      return;
    }
    const bool is_host = network.mode.empty() || network.mode == "host";
    if (port.ignore_collision && !is_host) {
      at.Error("IgnoreCollision", "Invalid ignore_collision",
               "it can only be used in host mode");
    }
    if (port.ignore_collision) return;
    const auto [other, is_new] = statics_.try_emplace(
        std::make_pair(port.host_network, port.value), port.label);
    if (!is_new) {
      at.Error(
          "Value", "Port collision",
          absl::StrCat("the static port ", port.value,
                       " is already used by port \"", other->second, "\""));
    }
  }

  std::set<std::string> labels_;
  std::map<std::pair<std::string, int64_t>, std::string> statics_;
};

bool IsHostname(absl::string_view name) {
  if (name.size() > 253) return false;
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' ||
        label.back() == '-') {
      return false;
    }
    for (const char c : label) {
      if (!absl::ascii_isalnum(c) && c != '-') return false;
    }
  }
  return true;
}

void ValidateNetwork(const Network& network, PortChecker& ports,
                     const Place& place) {
  ports.Check(network, place);
  if (!network.hostname.empty() && !HasInterpolation(network.hostname) &&
      !IsHostname(network.hostname)) {
    place.Error(
        "Hostname", "Invalid hostname",
        absl::StrCat("\"", network.hostname, "\" is not a valid DNS name"));
  }
  if (network.mbits.has_value()) {
    place.Warning("MBits", "Deprecated argument",
                  "mbits is deprecated and has no effect");
  }
}

}  // namespace

void ValidateNetworks(const TaskGroup& group, const Place& place) {
  PortChecker ports;
  for (size_t i = 0; i < group.networks.size(); ++i) {
    ValidateNetwork(group.networks[i], ports,
                    Place(place, "Networks", i, "network", ""));
  }
  for (size_t t = 0; t < group.tasks.size(); ++t) {
    const Task& task = group.tasks[t];
    const Place task_place(place, "Tasks", t, "task", task.name);
    const Place resources(task_place, "Resources", "", "");
    for (size_t i = 0; i < task.resources.networks.size(); ++i) {
      const Place at(resources, "Networks", i, "network", "");
      at.Warning("", "Deprecated block",
                 "networks of tasks are deprecated; move it into the group");
      ValidateNetwork(task.resources.networks[i], ports, at);
    }
  }
}

}  // namespace jobspec
