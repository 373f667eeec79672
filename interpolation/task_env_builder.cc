#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "interpolation/env_layer.h"
#include "interpolation/interpolate.h"
#include "interpolation/name.h"
#include "interpolation/task_env.h"

namespace interpolation {
namespace {

// MAX_ARG_STRLEN of the kernel: one "NAME=value" with its NUL, execve(2).
constexpr size_t kMaxVariableBytes = size_t{128} << 10;

std::string HostAndPort(absl::string_view host, int port) {
  const bool ipv6 = absl::StrContains(host, ':');
  return ipv6 ? absl::StrCat("[", host, "]:", port)
              : absl::StrCat(host, ":", port);
}

}  // namespace

// Fills a TaskEnv layer by layer. Names are cleaned as they are set, and not
// at the end as in Nomad: the result is the same, but both spellings can be
// looked up from the first layer on.
class TaskEnvBuilder {
 public:
  explicit TaskEnvBuilder(const TaskEnvInput& input) : input_(input) {
    env_.node_ = input.node;
    env_.variables_.reserve(64 + input.host_env.size() + input.job_env.size());
  }

  absl::StatusOr<TaskEnv> Build() {
    for (const auto& [name, value] : input_.secrets) {
      env_.secrets_.emplace(absl::StrCat("secret.", name), value);
    }
    AddBuiltIns();
    AddPorts();
    for (const auto& [name, value] : input_.credentials) {
      Set(kCredentials, name, value, /*secret=*/true);
    }
    AddMeta();
    AddHost();
    for (const auto& [name, value] : input_.user_env) Set(kUser, name, value);
    AddJobEnv();
    AddHooks();
    for (const auto& [name, value] : input_.template_env) {
      Set(kTemplates, name, value);
    }
    // A driver that maps ports knows better than any layer.
    for (const auto& [label, port] : input_.driver_port_map) {
      Set(kTemplates, absl::StrCat("NOMAD_PORT_", label), absl::StrCat(port));
    }
    if (!status_.ok()) return status_;
    return std::move(env_);
  }

 private:
  using Layer = TaskEnv::Layer;
  using enum TaskEnv::Layer;

  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  absl::Status CheckVariable(absl::string_view name, absl::string_view value) {
    if (absl::Status status = CheckName(name); !status.ok()) return status;
    if (value.find('\0') != absl::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("environment variable \"", name,
                       "\": its value has a NUL byte in it, which no "
                       "environment can carry"));
    }
    if (name.size() + value.size() + 2 > kMaxVariableBytes) {
      return absl::InvalidArgumentError(absl::StrCat(
          "environment variable \"", name.substr(0, 256), "\": with ",
          value.size(), " bytes it is too long; the kernel takes at most ",
          kMaxVariableBytes - 2, " for name and value together"));
    }
    return absl::OkStatus();
  }

  // Sets a variable, over one of a layer above. Of two spellings in one layer
  // that clean to the same name, the one that needed no cleaning wins, else
  // the first; a different value that is lost so is worth a warning.
  void Set(Layer layer, absl::string_view name, absl::string_view value,
           bool secret = false) {
    if (absl::Status status = CheckVariable(name, value); !status.ok()) {
      return Fail(std::move(status));
    }
    std::string cleaned;
    absl::string_view spelled = name;
    if (IsCleaned(name)) {
      cleaned = CleanName(name);
      if (cleaned != name) env_.aliases_[name] = cleaned;
      spelled = cleaned;
    }
    const auto [found, is_new] = env_.variables_.try_emplace(spelled);
    TaskEnv::Entry& entry = found->second;
    if (!is_new && entry.layer == layer && entry.value != value) {
      const bool replaces = spelled == name;
      env_.warnings_.push_back(absl::StrCat(
          "several names become environment variable \"", spelled,
          "\"; its value is that of ",
          replaces ? absl::StrCat("\"", name, "\"") : "the first of them"));
      if (!replaces) return;
    }
    entry.value.assign(value.data(), value.size());
    entry.layer = layer;
    entry.secret = secret;
  }

  void SetIf(bool condition, absl::string_view name, absl::string_view value) {
    if (condition) Set(kBuiltIn, name, value);
  }

  void AddBuiltIns() {
    const TaskDirectories& dirs = input_.directories;
    const TaskResources& resources = input_.resources;
    const NodeVariables& node = input_.node->variables();
    const bool task = !input_.task_name.empty();
    SetIf(!dirs.alloc_dir.empty(), "NOMAD_ALLOC_DIR", dirs.alloc_dir);
    SetIf(task && !dirs.task_dir.empty(), "NOMAD_TASK_DIR", dirs.task_dir);
    SetIf(task && !dirs.secrets_dir.empty(), "NOMAD_SECRETS_DIR",
          dirs.secrets_dir);
    SetIf(resources.memory_mb != 0, "NOMAD_MEMORY_LIMIT",
          absl::StrCat(resources.memory_mb));
    SetIf(resources.memory_max_mb != 0, "NOMAD_MEMORY_MAX_LIMIT",
          absl::StrCat(resources.memory_max_mb));
    SetIf(resources.cpu_mhz != 0, "NOMAD_CPU_LIMIT",
          absl::StrCat(resources.cpu_mhz));
    SetIf(!resources.cores.empty(), "NOMAD_CPU_CORES", resources.cores);
    if (!input_.alloc_id.empty()) {
      Set(kBuiltIn, "NOMAD_ALLOC_ID", input_.alloc_id);
      Set(kBuiltIn, "NOMAD_SHORT_ALLOC_ID",
          absl::string_view(input_.alloc_id).substr(0, 8));
    }
    SetIf(!input_.alloc_name.empty(), "NOMAD_ALLOC_NAME", input_.alloc_name);
    if (input_.alloc_index) {
      Set(kBuiltIn, "NOMAD_ALLOC_INDEX", absl::StrCat(*input_.alloc_index));
    }
    SetIf(!input_.group_name.empty(), "NOMAD_GROUP_NAME", input_.group_name);
    SetIf(task, "NOMAD_TASK_NAME", input_.task_name);
    SetIf(!input_.job_id.empty(), "NOMAD_JOB_ID", input_.job_id);
    SetIf(!input_.job_name.empty(), "NOMAD_JOB_NAME", input_.job_name);
    SetIf(!input_.job_parent_id.empty(), "NOMAD_JOB_PARENT_ID",
          input_.job_parent_id);
    SetIf(!node.datacenter.empty(), "NOMAD_DC", node.datacenter);
    SetIf(!input_.parent_cgroup.empty(), "NOMAD_PARENT_CGROUP",
          input_.parent_cgroup);
    SetIf(!input_.job_namespace.empty(), "NOMAD_NAMESPACE",
          input_.job_namespace);
    SetIf(!node.region.empty(), "NOMAD_REGION", node.region);
  }

  // A variable made from a label or another name of the job. Nomad cleans only
  // some of these; those that it does not clean get both spellings, since no
  // shell can read "NOMAD_HOST_IP_my-port".
  void SetMade(absl::string_view prefix, absl::string_view label,
               absl::string_view value) {
    const std::string name = absl::StrCat(prefix, label);
    Set(kPorts, name, value);
    if (IsCleaned(name)) return;
    const std::string clean = CleanName(name);
    if (clean != name && !env_.variables_.contains(clean)) {
      Set(kPorts, clean, value);
    }
  }

  void AddPorts() {
    for (const TaskPort& port : input_.task_ports) {
      const std::string address = HostAndPort(port.host_ip, port.host_port);
      if (port.task != input_.task_name) {
        const std::string label = absl::StrCat(port.task, "_", port.label);
        SetMade("NOMAD_IP_", label, port.host_ip);
        SetMade("NOMAD_PORT_", label, absl::StrCat(port.host_port));
        SetMade("NOMAD_ADDR_", label, address);
        continue;
      }
      const auto mapped = input_.driver_port_map.find(port.label);
      const int inside = mapped == input_.driver_port_map.end()
                             ? port.host_port
                             : mapped->second;
      const bool ipv6 = absl::StrContains(port.host_ip, ':');
      SetMade("NOMAD_IP_", port.label, port.host_ip);
      SetMade(ipv6 ? "NOMAD_IPv6_" : "NOMAD_IPv4_", port.label, port.host_ip);
      SetMade("NOMAD_HOST_PORT_", port.label, absl::StrCat(port.host_port));
      SetMade("NOMAD_ADDR_", port.label, address);
      SetMade("NOMAD_PORT_", port.label, absl::StrCat(inside));
    }
    for (const GroupPort& port : input_.group_ports) {
      const std::string host_port = absl::StrCat(port.host_port);
      const std::string inside =
          absl::StrCat(port.to > 0 ? port.to : port.host_port);
      const std::string address = HostAndPort(port.host_ip, port.host_port);
      SetMade("NOMAD_IP_", port.label, port.host_ip);
      SetMade("NOMAD_HOST_IP_", port.label, port.host_ip);
      SetMade("NOMAD_HOST_PORT_", port.label, host_port);
      SetMade("NOMAD_ADDR_", port.label, address);
      SetMade("NOMAD_HOST_ADDR_", port.label, address);
      SetMade("NOMAD_PORT_", port.label, inside);
      SetMade("NOMAD_ALLOC_PORT_", port.label, inside);
      if (!input_.network_namespace) continue;
      const NetworkNamespace& netns = *input_.network_namespace;
      SetMade("NOMAD_ALLOC_INTERFACE_", port.label, netns.interface);
      SetMade("NOMAD_ALLOC_IP_", port.label, netns.address);
      SetMade(
          "NOMAD_ALLOC_ADDR_", port.label,
          HostAndPort(netns.address, port.to > 0 ? port.to : port.host_port));
    }
    for (const Upstream& upstream : input_.upstreams) {
      SetMade("NOMAD_UPSTREAM_IP_", upstream.destination, "127.0.0.1");
      SetMade("NOMAD_UPSTREAM_PORT_", upstream.destination,
              absl::StrCat(upstream.port));
      SetMade("NOMAD_UPSTREAM_ADDR_", upstream.destination,
              HostAndPort("127.0.0.1", upstream.port));
    }
  }

  // The key with its references replaced, and the same in upper case. What is
  // put in keeps its case; Nomad makes capitals first and then no longer
  // finds names that have small letters.
  struct MetaNames {
    std::string exact = "NOMAD_META_";
    std::string capitals = "NOMAD_META_";
  };
  MetaNames NamesOfMeta(absl::string_view key) {
    MetaNames names;
    const auto literal = [&names](absl::string_view text) {
      absl::StrAppend(&names.exact, text);
      absl::StrAppend(&names.capitals, absl::AsciiStrToUpper(text));
    };
    size_t from = 0;
    for (auto reference = FindReference(key); reference;
         reference = FindReference(key, from)) {
      literal(key.substr(from, reference->offset - from));
      from = reference->offset + reference->size;
      bool secret = false;
      if (const auto value = FindAbove(reference->name, &secret)) {
        absl::StrAppend(&names.exact, *value);
        absl::StrAppend(&names.capitals, *value);
      } else {
        literal(key.substr(reference->offset, reference->size));
        env_.unresolved_.push_back(
            {.field = absl::StrCat("meta key \"", key, "\""),
             .name = std::string(reference->name)});
      }
    }
    literal(key.substr(from));
    return names;
  }

  void AddMeta() {
    std::map<absl::string_view, absl::string_view> merged;
    for (const std::string& key : input_.optional_meta) merged[key] = "";
    for (const auto* meta :
         {&input_.job_meta, &input_.group_meta, &input_.task_meta}) {
      for (const auto& [key, value] : *meta) merged[key] = value;
    }
    EnvLayer layer("meta");
    for (const auto& [key, value] : merged) {
      MetaNames names = NamesOfMeta(key);
      EnvLayer::Line line;
      line.key = key;
      line.text = value;
      if (names.capitals != names.exact) {
        line.second_name = layer.Keep(std::move(names.capitals));
      }
      line.name = layer.Keep(std::move(names.exact));
      layer.Add(line);
    }
    AddLayer(kMeta, &layer, /*circles_are_errors=*/true, /*report=*/true);
  }

  void AddHost() {
    EnvLayer layer("host variable");
    for (const auto& [name, value] : input_.host_env) {
      if (!CheckName(name).ok()) continue;
      // What is set already stays, also when the host spells it otherwise.
      if (env_.FindEntry(name) != nullptr) continue;
      if (IsCleaned(name) && env_.FindEntry(CleanName(name)) != nullptr) {
        continue;
      }
      layer.Add(LineOf(name, value));
    }
    // The job is not to blame for what the host has: no error, no report.
    AddLayer(kHost, &layer, /*circles_are_errors=*/false, /*report=*/false);
  }

  void AddJobEnv() {
    EnvLayer layer("env");
    for (const auto& [name, value] : input_.job_env) {
      layer.Add(LineOf(name, value));
    }
    AddLayer(kJob, &layer, /*circles_are_errors=*/true, /*report=*/true);
  }

  void AddHooks() {
    std::map<absl::string_view, absl::string_view> merged;
    for (const auto& variables : input_.hook_env) {
      for (const auto& [name, value] : variables) merged[name] = value;
    }
    EnvLayer layer("hook variable");
    for (const auto& [name, value] : merged) layer.Add(LineOf(name, value));
    AddLayer(kHooks, &layer, /*circles_are_errors=*/false, /*report=*/true);
  }

  static EnvLayer::Line LineOf(absl::string_view name,
                               absl::string_view value) {
    EnvLayer::Line line;
    line.key = line.name = name;
    line.text = value;
    return line;
  }

  // What a name means above the layer that is being built, apart from the node.
  std::optional<absl::string_view> FindAbove(absl::string_view name,
                                             bool* secret) const {
    if (const auto value = env_.node_->Find(name)) return value;
    if (const TaskEnv::Entry* entry = env_.FindEntry(name)) {
      *secret = *secret || entry->secret;
      return entry->value;
    }
    const auto value = env_.Secret(name);
    if (value) *secret = true;
    return value;
  }

  void AddLayer(Layer where, EnvLayer* layer, bool circles_are_errors,
                bool report) {
    absl::Status status = layer->Resolve(
        *env_.node_,
        [this](absl::string_view name, bool* secret) {
          return FindAbove(name, secret);
        },
        circles_are_errors, report ? &env_.unresolved_ : nullptr);
    if (!status.ok()) return Fail(std::move(status));
    for (const EnvLayer::Line& line : layer->lines()) {
      Set(where, line.name, line.value, line.secret);
    }
    // After all first names, which may not lose to another key's capitals.
    for (const EnvLayer::Line& line : layer->lines()) {
      if (!line.second_name.empty()) {
        SetSecond(where, line, layer->Describe(line));
      }
    }
  }

  // NOMAD_META_<KEY> beside NOMAD_META_<key>, unless a key is spelled so.
  void SetSecond(Layer where, const EnvLayer::Line& line,
                 const std::string& field) {
    const std::string name = EnvironmentName(line.second_name);
    const TaskEnv::Entry* const entry = env_.FindEntry(name);
    if (entry == nullptr || entry->layer != where) {
      return Set(where, line.second_name, line.value, line.secret);
    }
    if (entry->value == line.value) return;
    env_.warnings_.push_back(
        absl::StrCat(field, " has no \"", name,
                     "\" of its own: another key has that name already"));
  }

  const TaskEnvInput& input_;
  TaskEnv env_;
  absl::Status status_;
};

absl::StatusOr<TaskEnv> BuildTaskEnv(const TaskEnvInput& input) {
  if (input.node == nullptr) {
    return absl::InvalidArgumentError(
        "no node was given to build a task's environment for");
  }
  return TaskEnvBuilder(input).Build();
}

}  // namespace interpolation
