#include "interpolation/task_env.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "interpolation/interpolate.h"
#include "interpolation/name.h"

namespace interpolation {
namespace {

constexpr absl::string_view kMask = "<masked>";

// MAX_ARG_STRLEN of the kernel: one "NAME=value" with its NUL, execve(2).
constexpr size_t kMaxVariableBytes = size_t{128} << 10;

enum Layer : uint8_t {
  kBuiltIn = 1,
  kPorts,
  kCredentials,
  kMeta,
  kHost,
  kUser,
  kJob,
  kHooks,
  kTemplates,
};

std::string HostAndPort(absl::string_view host, int port) {
  const bool ipv6 = absl::StrContains(host, ':');
  return ipv6 ? absl::StrCat("[", host, "]:", port)
              : absl::StrCat(host, ":", port);
}

// A line of a layer whose values may refer to each other.
struct Line {
  std::string field;               // for messages: `env "A"`
  std::vector<std::string> names;  // the variables that it sets, as written
  absl::string_view text;
  std::string value;  // once resolved
  bool secret = false;
  // Indices of the other lines that the text refers to.
  std::vector<size_t> needs;
  enum { kNew, kOpen, kDone } state = kNew;
};

}  // namespace

// Fills a TaskEnv layer by layer. Names are cleaned as they are set, and not
// at the end as in Nomad: the result is the same, but both spellings can be
// looked up from the first layer on.
class TaskEnvBuilder {
 public:
  explicit TaskEnvBuilder(const TaskEnvInput& input) : input_(input) {
    env_.node_ = input.node;
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
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // Sets a variable, over one of a layer above. Of two spellings in one layer
  // that clean to the same name, the one that needed no cleaning wins, else
  // the first; a different value that is lost so is worth a warning.
  void Set(Layer layer, absl::string_view name, absl::string_view value,
           bool secret = false) {
    if (const absl::Status status = CheckName(name); !status.ok()) {
      return Fail(status);
    }
    if (value.find('\0') != absl::string_view::npos) {
      return Fail(absl::InvalidArgumentError(
          absl::StrCat("environment variable \"", name,
                       "\": its value has a NUL byte in it, which no "
                       "environment can carry")));
    }
    if (name.size() + value.size() + 2 > kMaxVariableBytes) {
      return Fail(absl::InvalidArgumentError(absl::StrCat(
          "environment variable \"", name.substr(0, 256), "\": with ",
          value.size(), " bytes it is too long; the kernel takes at most ",
          kMaxVariableBytes - 2, " for name and value together")));
    }
    std::string spelled = EnvironmentName(name);
    const bool as_written = spelled == name;
    if (!as_written) env_.aliases_[name] = spelled;
    const auto [found, is_new] = env_.variables_.try_emplace(spelled);
    TaskEnv::Entry& entry = found->second;
    if (!is_new && entry.layer == layer && entry.value != value) {
      const bool replaces = as_written;
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
  std::pair<std::string, std::string> MetaKey(absl::string_view key) {
    std::pair<std::string, std::string> names;
    size_t from = 0;
    const auto literal = [&names](absl::string_view text) {
      absl::StrAppend(&names.first, text);
      absl::StrAppend(&names.second, absl::AsciiStrToUpper(text));
    };
    for (auto reference = FindReference(key); reference;
         reference = FindReference(key, from)) {
      literal(key.substr(from, reference->offset - from));
      from = reference->offset + reference->size;
      bool secret = false;
      if (const auto value = FindBelow(reference->name, &secret)) {
        absl::StrAppend(&names.first, *value);
        absl::StrAppend(&names.second, *value);
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
    std::map<std::string, absl::string_view> merged;
    for (const std::string& key : input_.optional_meta) merged[key] = "";
    for (const auto* meta :
         {&input_.job_meta, &input_.group_meta, &input_.task_meta}) {
      for (const auto& [key, value] : *meta) merged[key] = value;
    }
    std::vector<Line> lines;
    lines.reserve(merged.size());
    for (const auto& [key, value] : merged) {
      const auto [exact, upper] = MetaKey(key);
      Line& line = lines.emplace_back();
      line.field = absl::StrCat("meta \"", key, "\"");
      line.text = value;
      // The exact name comes first: it may not lose to another key's capitals.
      line.names.push_back(absl::StrCat("NOMAD_META_", exact));
      if (upper != exact) {
        line.names.push_back(absl::StrCat("NOMAD_META_", upper));
      }
    }
    AddLayer(kMeta, &lines, /*cycles_are_errors=*/true, /*report=*/true);
  }

  void AddHost() {
    std::vector<Line> lines;
    lines.reserve(input_.host_env.size());
    for (const auto& [name, value] : input_.host_env) {
      const std::string spelled = EnvironmentName(name);
      if (!CheckName(name).ok() || env_.variables_.contains(spelled)) continue;
      Line& line = lines.emplace_back();
      line.names.push_back(name);
      line.text = value;
    }
    // The job is not to blame for what the host has: no error, no report.
    AddLayer(kHost, &lines, /*cycles_are_errors=*/false, /*report=*/false);
  }

  void AddJobEnv() {
    std::vector<Line> lines;
    lines.reserve(input_.job_env.size());
    for (const auto& [name, value] : input_.job_env) {
      Line& line = lines.emplace_back();
      line.field = absl::StrCat("env \"", name, "\"");
      line.names.push_back(name);
      line.text = value;
    }
    AddLayer(kJob, &lines, /*cycles_are_errors=*/true, /*report=*/true);
  }

  void AddHooks() {
    std::map<std::string, absl::string_view> merged;
    for (const auto& variables : input_.hook_env) {
      for (const auto& [name, value] : variables) merged[name] = value;
    }
    std::vector<Line> lines;
    lines.reserve(merged.size());
    for (const auto& [name, value] : merged) {
      Line& line = lines.emplace_back();
      line.field = absl::StrCat("hook variable \"", name, "\"");
      line.names.push_back(name);
      line.text = value;
    }
    AddLayer(kHooks, &lines, /*cycles_are_errors=*/false, /*report=*/true);
  }

  // What a name means to a layer that is being built: the node, what stands in
  // the layers above, and secrets.
  std::optional<absl::string_view> FindBelow(absl::string_view name,
                                             bool* secret) const {
    if (const auto value = env_.node_->Find(name)) return value;
    if (const TaskEnv::Entry* entry = env_.FindEntry(name)) {
      *secret = *secret || entry->secret;
      return entry->value;
    }
    const auto found = env_.secrets_.find(name);
    if (found == env_.secrets_.end()) return std::nullopt;
    *secret = true;
    return found->second;
  }

  // Resolves the lines in the order of their dependencies and sets them.
  void AddLayer(Layer layer, std::vector<Line>* lines, bool cycles_are_errors,
                bool report) {
    // By every spelling; a name that is written so beats one cleaned to it.
    absl::flat_hash_map<std::string, size_t> by_name;
    const bool any_reference =
        std::any_of(lines->begin(), lines->end(),
                    [](const Line& line) { return HasReference(line.text); });
    if (any_reference) {
      for (size_t i = 0; i < lines->size(); ++i) {
        for (const std::string& name : (*lines)[i].names) {
          by_name.try_emplace(name, i);
        }
      }
      for (size_t i = 0; i < lines->size(); ++i) {
        for (const std::string& name : (*lines)[i].names) {
          if (IsCleaned(name)) by_name.try_emplace(CleanName(name), i);
        }
      }
    }
    for (size_t i = 0; i < lines->size(); ++i) {
      if (!Resolve(i, lines, by_name, cycles_are_errors, report)) return;
    }
    // First names first: see AddMeta.
    for (const Line& line : *lines) {
      Set(layer, line.names[0], line.value, line.secret);
    }
    for (const Line& line : *lines) {
      for (size_t n = 1; n < line.names.size(); ++n) {
        SetCapitals(layer, line.names[n], line);
      }
    }
  }

  // NOMAD_META_<KEY> beside NOMAD_META_<key>, unless a key is spelled so.
  void SetCapitals(Layer layer, absl::string_view name, const Line& line) {
    const TaskEnv::Entry* const entry = env_.FindEntry(EnvironmentName(name));
    if (entry != nullptr && entry->layer == layer) {
      if (entry->value != line.value) {
        env_.warnings_.push_back(
            absl::StrCat(line.field, " has no \"", EnvironmentName(name),
                         "\" of its own: another key has that name already"));
      }
      return;
    }
    Set(layer, name, line.value, line.secret);
  }

  // Resolves one line after those that it needs. A stack of our own, because
  // its depth is up to whoever wrote the job. False after a cycle that is an
  // error.
  bool Resolve(size_t start, std::vector<Line>* lines,
               const absl::flat_hash_map<std::string, size_t>& by_name,
               bool cycles_are_errors, bool report) {
    struct Step {
      size_t line;
      size_t next;  // index into needs
    };
    std::vector<Step> path;
    const auto open = [&](size_t index) {
      Line& line = (*lines)[index];
      line.state = Line::kOpen;
      for (auto reference = FindReference(line.text); reference;
           reference =
               FindReference(line.text, reference->offset + reference->size)) {
        if (env_.node_->Find(reference->name)) continue;
        const auto found = by_name.find(reference->name);
        if (found != by_name.end() && found->second != index) {
          line.needs.push_back(found->second);
        }
      }
      path.push_back({.line = index, .next = 0});
    };
    if ((*lines)[start].state == Line::kNew) open(start);
    while (!path.empty()) {
      Step& step = path.back();
      Line& line = (*lines)[step.line];
      if (step.next < line.needs.size()) {
        const size_t needed = line.needs[step.next++];
        if ((*lines)[needed].state == Line::kNew) {
          open(needed);
        } else if ((*lines)[needed].state == Line::kOpen && cycles_are_errors) {
          std::vector<std::string> names;
          for (auto it = std::find_if(
                   path.begin(), path.end(),
                   [needed](const Step& s) { return s.line == needed; });
               it != path.end(); ++it) {
            names.push_back((*lines)[it->line].field);
          }
          names.push_back((*lines)[needed].field);
          Fail(absl::InvalidArgumentError(
              absl::StrCat("entries refer to each other in a circle: ",
                           absl::StrJoin(names, " -> "),
                           "; give one of them a value of its own")));
          return false;
        }
        continue;
      }
      Evaluate(step.line, lines, by_name, report);
      line.state = Line::kDone;
      path.pop_back();
    }
    return true;
  }

  void Evaluate(size_t index, std::vector<Line>* lines,
                const absl::flat_hash_map<std::string, size_t>& by_name,
                bool report) {
    Line& line = (*lines)[index];
    line.value.assign(line.text.data(), line.text.size());
    std::vector<std::string> unknown;
    InterpolateInPlace(
        &line.value,
        [&](absl::string_view name) -> std::optional<absl::string_view> {
          if (const auto value = env_.node_->Find(name)) return value;
          const auto found = by_name.find(name);
          if (found != by_name.end() && found->second != index) {
            const Line& other = (*lines)[found->second];
            if (other.state == Line::kDone) {
              line.secret = line.secret || other.secret;
              return absl::string_view(other.value);
            }
          }
          return FindBelow(name, &line.secret);
        },
        &unknown);
    if (!report) return;
    for (std::string& name : unknown) {
      env_.unresolved_.push_back(
          {.field = line.field, .name = std::move(name)});
    }
  }

  const TaskEnvInput& input_;
  TaskEnv env_;
  absl::Status status_;
};

std::string Unresolved::ToString() const {
  return absl::StrCat(field, ": nothing is named ${", name,
                      "}; it stays as written");
}

std::vector<std::string> TaskEnv::List() const {
  std::vector<std::string> list;
  list.reserve(variables_.size());
  for (const auto& [name, entry] : variables_) {
    list.push_back(absl::StrCat(name, "=", entry.value));
  }
  return list;
}

TaskEnv TaskEnv::Masked() const {
  TaskEnv masked = *this;
  for (auto& [name, entry] : masked.variables_) {
    const bool ours = entry.layer == kBuiltIn || entry.layer == kPorts;
    if (entry.secret || (!ours && NameSaysSecret(name))) {
      entry.value = std::string(kMask);
    }
  }
  for (auto& [name, value] : masked.secrets_) value = std::string(kMask);
  return masked;
}

const TaskEnv::Entry* TaskEnv::FindEntry(absl::string_view name) const {
  auto found = variables_.find(name);
  if (found == variables_.end()) {
    const auto alias = aliases_.find(name);
    if (alias == aliases_.end()) return nullptr;
    found = variables_.find(alias->second);
    if (found == variables_.end()) return nullptr;
  }
  return &found->second;
}

std::optional<absl::string_view> TaskEnv::Variable(
    absl::string_view name) const {
  const Entry* const entry = FindEntry(name);
  if (entry == nullptr) return std::nullopt;
  return entry->value;
}

std::optional<absl::string_view> TaskEnv::Find(absl::string_view name) const {
  if (const auto value = Variable(name)) return value;
  if (const auto value = node_->Find(name)) return value;
  return Secret(name);
}

void TaskEnv::ForEachVariable(Visitor visit) const {
  for (const auto& [name, entry] : variables_) visit(name, entry.value);
}

void TaskEnv::ForEachAlias(Visitor visit) const {
  for (const auto& [alias, name] : aliases_) {
    const auto found = variables_.find(name);
    if (found != variables_.end()) visit(alias, found->second.value);
  }
}

void TaskEnv::ForEachSecret(Visitor visit) const {
  for (const auto& [name, value] : secrets_) visit(name, value);
}

std::optional<absl::string_view> TaskEnv::Secret(
    absl::string_view full_name) const {
  const auto found = secrets_.find(full_name);
  if (found == secrets_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> TaskEnv::Names() const {
  std::set<std::string> names;
  for (const auto& [name, entry] : variables_) names.insert(name);
  for (const auto& [name, target] : aliases_) names.insert(name);
  for (const auto& [name, value] : secrets_) names.insert(name);
  for (const auto& [name, value] : node_->all()) names.insert(name);
  return std::vector<std::string>(names.begin(), names.end());
}

std::string TaskEnv::Interpolate(absl::string_view text,
                                 std::vector<std::string>* unknown) const {
  return interpolation::Interpolate(
      text, [this](absl::string_view name) { return Find(name); }, unknown);
}

absl::StatusOr<TaskEnv> BuildTaskEnv(const TaskEnvInput& input) {
  if (input.node == nullptr) {
    return absl::InvalidArgumentError(
        "no node was given to build a task's environment for");
  }
  return TaskEnvBuilder(input).Build();
}

}  // namespace interpolation
