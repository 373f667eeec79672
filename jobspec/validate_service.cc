#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/go_duration.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

using Words = std::initializer_list<absl::string_view>;

// Reports a value that is none of the words.
void RequireOneOf(absl::string_view value, Words words, absl::string_view field,
                  absl::string_view name, const Place& place) {
  if (std::find(words.begin(), words.end(), value) != words.end()) return;
  place.Error(
      field, absl::StrCat("Invalid ", name),
      absl::StrCat("\"", value, "\" is none of ", absl::StrJoin(words, ", ")));
}

// Letters, digits and dashes, 1 to 63, no dash at either end. References that
// the client replaces later count as one letter.
bool IsServiceName(absl::string_view name) {
  std::string plain;
  while (!name.empty()) {
    const size_t end =
        absl::StartsWith(name, "${") ? name.find('}') : std::string::npos;
    if (end != std::string::npos) {
      plain += 'x';
      name.remove_prefix(end + 1);
    } else {
      plain += name[0];
      name.remove_prefix(1);
    }
  }
  if (plain.empty() || plain.size() > 63) return false;
  if (plain.front() == '-' || plain.back() == '-') return false;
  return std::all_of(plain.begin(), plain.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

void ValidateCheckTiming(const Check& check, const Place& place) {
  const std::tuple<absl::Duration, const char*, const char*> times[] = {
      {check.interval, "Interval", "interval"},
      {check.timeout, "Timeout", "timeout"}};
  for (const auto& [value, field, name] : times) {
    if (value == absl::ZeroDuration()) {
      place.Error(field, absl::StrCat("Missing ", name),
                  absl::StrCat("a check needs ", name, " = \"10s\" or alike"));
    } else if (value < absl::Seconds(1)) {
      place.Error(
          field, absl::StrCat("Invalid ", name),
          absl::StrCat(base::FormatGoDuration(value), " is shorter than 1s"));
    }
  }
}

void ValidateHttpCheck(const Service& service, const Check& check,
                       const Place& place) {
  if (check.path.empty()) {
    place.Error("Path", "Missing path", "an http check needs a path");
  } else if (absl::StrContains(check.path, "://")) {
    place.Error("Path", "Invalid path",
                absl::StrCat("\"", check.path,
                             "\" has a scheme and host; only the path is "
                             "wanted, such as \"/health\""));
  }
  if (service.provider == "nomad" && !check.method.empty()) {
    RequireOneOf(check.method,
                 {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT",
                  "OPTIONS", "TRACE"},
                 "Method", "method", place);
  }
}

void ValidateCheckRestart(const Check& check, const Place& place) {
  if (!check.check_restart.has_value()) return;
  if (check.check_restart->limit < 0) {
    place.Error(
        "CheckRestart", "Invalid check_restart",
        absl::StrCat("limit ", check.check_restart->limit, " is negative"));
  }
  if (check.check_restart->grace.value_or(absl::ZeroDuration()) <
      absl::ZeroDuration()) {
    place.Error("CheckRestart", "Invalid check_restart", "grace is negative");
  }
  if (check.on_update == "ignore") {
    place.Error("CheckRestart", "Conflicting on_update",
                "on_update = \"ignore\" and check_restart exclude each other");
  }
  if (check.on_update == "ignore_warnings" &&
      !check.check_restart->ignore_warnings) {
    place.Error("CheckRestart", "Conflicting on_update",
                "on_update = \"ignore_warnings\" needs ignore_warnings = true "
                "in check_restart");
  }
}

// What only Consul can do.
void ValidateNomadCheck(const Check& check, const Place& place) {
  if (check.address_mode == "driver") {
    place.Error("AddressMode", "Invalid address_mode",
                "the provider nomad cannot check an address of the driver");
  }
  if (check.on_update == "ignore_warnings") {
    place.Error("OnUpdate", "Invalid on_update",
                "the provider nomad has no warnings to ignore");
  }
  if (check.success_before_passing > 0 || check.failures_before_critical > 0 ||
      check.failures_before_warning > 0) {
    place.Error("", "Invalid check",
                "success_before_passing and failures_before_... need the "
                "provider consul");
  }
  if (!check.tls_server_name.empty()) {
    place.Error("TLSServerName", "Invalid check",
                "tls_server_name needs the provider consul");
  }
  if (check.expose) {
    place.Error("Expose", "Invalid check", "expose needs the provider consul");
  }
}

void ValidateScriptCheck(const Service& service, const Check& check,
                         const Place& place) {
  if (check.command.empty()) {
    place.Error("Command", "Missing command", "a script check needs a command");
  }
  if (check.success_before_passing > 0 || check.failures_before_critical > 0 ||
      check.failures_before_warning > 0) {
    place.Error("", "Invalid check",
                "thresholds cannot be used with script checks");
  }
  if (service.task_name.empty() && check.task_name.empty()) {
    place.Error("TaskName", "Missing task",
                "a script check of a group's service needs the task it runs "
                "in");
  }
}

void ValidateCheck(const Service& service, const Check& check,
                   const Place& place) {
  const std::string type = absl::AsciiStrToLower(check.type);
  const bool nomad = service.provider == "nomad";
  if (nomad) {
    RequireOneOf(type, {"http", "tcp"}, "Type", "check type", place);
  } else {
    RequireOneOf(type, {"http", "tcp", "script", "grpc"}, "Type", "check type",
                 place);
  }
  if (type == "http") ValidateHttpCheck(service, check, place);
  if (type == "script") ValidateScriptCheck(service, check, place);
  if (type != "script" && check.port_label.empty() &&
      service.port_label.empty()) {
    place.Error("PortLabel", "Missing port",
                absl::StrCat("a ", type,
                             " check needs a port, its own or its service's"));
  }
  ValidateCheckTiming(check, place);
  RequireOneOf(check.initial_status, {"", "passing", "warning", "critical"},
               "InitialStatus", "initial_status", place);
  RequireOneOf(check.address_mode,
               {"", "host", "driver", "alloc", "alloc_ipv6"}, "AddressMode",
               "address_mode", place);
  ValidateCheckRestart(check, place);
  if (nomad) ValidateNomadCheck(check, place);
}

void ValidateConnect(const Service& service, bool in_task, const Place& place) {
  if (!service.connect.has_value()) return;
  if (in_task) {
    place.Error("Connect", "Misplaced connect block",
                "only services of groups can have one");
  }
  if (service.provider != "consul") {
    place.Error("Connect", "Invalid connect block",
                "it needs the provider consul");
  }
}

void ValidateService(const Service& service, bool in_task, const Place& place) {
  if (!IsServiceName(service.name)) {
    place.Error("Name", "Invalid service name",
                absl::StrCat("\"", service.name,
                             "\" is not 1 to 63 letters, digits and dashes "
                             "without a dash at either end"));
  }
  RequireOneOf(service.provider, {"consul", "nomad"}, "Provider", "provider",
               place);
  RequireOneOf(service.address_mode,
               {"auto", "host", "driver", "alloc", "alloc_ipv6"}, "AddressMode",
               "address_mode", place);
  if (service.address_mode == "driver" && !in_task) {
    place.Error("AddressMode", "Invalid address_mode",
                "driver is for services of tasks");
  }
  if (absl::StartsWith(service.address_mode, "alloc") && in_task) {
    place.Error(
        "AddressMode", "Invalid address_mode",
        absl::StrCat(service.address_mode, " is for services of groups"));
  }
  if (!service.address.empty() && service.address_mode != "auto") {
    place.Error("Address", "Conflicting address",
                "an address can only be given with address_mode = \"auto\"");
  }
  RequireOneOf(service.on_update,
               {"require_healthy", "ignore_warnings", "ignore"}, "OnUpdate",
               "on_update", place);
  ValidateConnect(service, in_task, place);
  for (size_t i = 0; i < service.checks.size(); ++i) {
    const Check& check = service.checks[i];
    ValidateCheck(service, check,
                  Place(place, "Checks", i, "check", check.name));
  }
}

std::vector<std::string> PortLabels(const std::vector<Network>& networks) {
  std::vector<std::string> labels;
  if (networks.empty()) return labels;  // only the first is looked at
  for (const auto* ports :
       {&networks[0].reserved_ports, &networks[0].dynamic_ports}) {
    for (const Port& port : *ports) labels.push_back(port.label);
  }
  return labels;
}

// Services of tasks name ports that exist. Those of groups are not checked, as
// they may be numbers or come from elsewhere.
void ValidatePortLabels(const TaskGroup& group, const Task& task,
                        const Service& service, const Place& place) {
  std::vector<std::string> known = PortLabels(group.networks);
  for (std::string& label : PortLabels(task.resources.networks)) {
    known.push_back(std::move(label));
  }
  const auto check_label = [&](const std::string& label, bool number_is_good,
                               const Place& at) {
    int64_t number = 0;
    if (label.empty() || HasInterpolation(label)) return;
    if (number_is_good && absl::SimpleAtoi(label, &number)) return;
    if (std::find(known.begin(), known.end(), label) != known.end()) return;
    at.Error("PortLabel", "Unknown port",
             absl::StrCat("the group's network has no port \"", label, "\"",
                          hcl::DidYouMean(label, known)));
  };
  const bool driver_mode = service.address_mode == "driver";
  check_label(service.port_label, driver_mode, place);
  for (size_t i = 0; i < service.checks.size(); ++i) {
    const Check& check = service.checks[i];
    check_label(check.port_label, driver_mode || check.address_mode == "driver",
                Place(place, "Checks", i, "check", check.name));
  }
}

// Over the services of a group and of its tasks.
class ServiceSet {
 public:
  void Add(const Service& service, const Place& place) {
    const auto key =
        std::make_tuple(service.task_name, service.name, service.port_label);
    if (!services_.insert(key).second) {
      place.Error("Name", "Duplicate service",
                  "another service has the same name, port and task");
    }
    if (provider_.empty()) provider_ = service.provider;
    if (provider_ != service.provider) {
      place.Error("Provider", "Conflicting providers",
                  absl::StrCat("all services of a group need one provider, ",
                               "and another one has \"", provider_, "\""));
    }
  }

 private:
  std::set<std::tuple<std::string, std::string, std::string>> services_;
  std::string provider_;
};

}  // namespace

void ValidateServices(const Job&, const TaskGroup& group, const Place& place) {
  ServiceSet set;
  for (size_t i = 0; i < group.services.size(); ++i) {
    const Service& service = group.services[i];
    const Place at(place, "Services", i, "service", service.name);
    ValidateService(service, /*in_task=*/false, at);
    set.Add(service, at);
  }
  for (size_t t = 0; t < group.tasks.size(); ++t) {
    const Task& task = group.tasks[t];
    const Place task_place(place, "Tasks", t, "task", task.name);
    for (size_t i = 0; i < task.services.size(); ++i) {
      const Service& service = task.services[i];
      const Place at(task_place, "Services", i, "service", service.name);
      ValidateService(service, /*in_task=*/true, at);
      ValidatePortLabels(group, task, service, at);
      set.Add(service, at);
    }
  }
}

}  // namespace jobspec
