// The environment of one task, and the names that `${...}` can name in its
// fields.
//
//   TaskEnvInput input;
//   input.node = node;                    // one Node for all tasks
//   input.task_name = "web"; ...
//   ASSIGN_OR_RETURN(TaskEnv env, BuildTaskEnv(input));
//   std::vector<std::string> environ = env.List();       // "NAME=value"
//   std::string source = env.Interpolate(artifact_source, &unknown);
//
// Layers, each overwriting what stands above it:
//
//   1 directories, limits, ids, names, datacenter, namespace, region
//   2 ports of the task and of the group, upstreams, network namespace
//   3 credentials (VAULT_TOKEN, NOMAD_TOKEN, ...)
//   4 meta (NOMAD_META_<key>), keys and values interpolated
//   5 the host's environment, but only names that are not set yet
//   6 HOME, USER, LOGNAME, SHELL of the task's user
//   7 the job's env block, values interpolated
//   8 variables of hooks (devices and the like), values interpolated
//   9 variables of templates with env = true, as they are
//
// Entries of one layer may refer to each other, in any order: they are
// resolved in the order of their dependencies, so the result never depends on
// the order of a map. A cycle in meta or in the env block is an error that
// names it. An entry that names itself gets what a layer above has:
// PATH = "/opt/bin:${PATH}" puts a folder before the host's PATH.
//
// Names: those that begin with NOMAD_ADDR_, NOMAD_IP_, NOMAD_PORT_,
// NOMAD_HOST_PORT_ or NOMAD_META_ reach the task cleaned (CleanName in
// name.h). Everywhere in `${...}` both the name as it was written and the
// cleaned one work. Other names made from a port's label exist in both
// spellings.
//
// It leaves to the caller to build it again when an input changes (hooks and
// templates add to theirs), and to report unresolved() and warnings() once.
//
// Threads:  a TaskEnv is immutable; share it as you like.
// Errors:   InvalidArgument for a cycle and for names that cannot be in an
//           environment ('=' or NUL, or empty), naming the entry.
// Nomad:    "Runtime environment settings".

#ifndef DROVER_INTERPOLATION_TASK_ENV_H_
#define DROVER_INTERPOLATION_TASK_ENV_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "interpolation/node.h"

namespace interpolation {

// Paths as the task sees them: for raw_exec those of the host.
struct TaskDirectories {
  std::string alloc_dir;    // NOMAD_ALLOC_DIR: <alloc_dir>/<alloc id>/alloc
  std::string task_dir;     // NOMAD_TASK_DIR: .../<task>/local
  std::string secrets_dir;  // NOMAD_SECRETS_DIR: .../<task>/secrets
};

// What the task was granted. 0 and empty mean "not set": no variable.
struct TaskResources {
  int64_t cpu_mhz = 0;        // NOMAD_CPU_LIMIT
  int64_t memory_mb = 0;      // NOMAD_MEMORY_LIMIT, MiB
  int64_t memory_max_mb = 0;  // NOMAD_MEMORY_MAX_LIMIT, MiB
  std::string cores;          // NOMAD_CPU_CORES in cpuset notation: "0,5-7"
};

// A port of the group's network; every task of the group sees it.
struct GroupPort {
  std::string label;
  std::string host_ip;
  int host_port = 0;
  int to = 0;  // the port inside the task's network; 0: the same
};

// A port of a task's own network block (deprecated in Nomad, still valid).
struct TaskPort {
  std::string task;  // whose port it is
  std::string label;
  std::string host_ip;
  int host_port = 0;
};

// The address inside a network namespace of the group.
struct NetworkNamespace {
  std::string interface;  // NOMAD_ALLOC_INTERFACE_<label>
  std::string address;    // NOMAD_ALLOC_IP_<label>
};

// A Connect upstream of the group; its address is always on 127.0.0.1.
struct Upstream {
  std::string destination;
  int port = 0;
};

struct TaskEnvInput {
  // The node that the task runs on; must be given.
  std::shared_ptr<const Node> node;

  // Layer 1. An empty task name means the level of the group: no task
  // variables, and alloc_dir is then the root of the allocation.
  std::string alloc_id;
  std::string alloc_name;  // "<job id>.<group>[<index>]"
  std::optional<int64_t> alloc_index;
  std::string group_name;
  std::string task_name;
  std::string job_id;
  std::string job_name;
  std::string job_parent_id;  // of a dispatched or periodic job
  std::string job_namespace = "default";
  std::string parent_cgroup = "nomad.slice";  // empty: no cgroups
  TaskDirectories directories;
  TaskResources resources;

  // Layer 2.
  std::vector<GroupPort> group_ports;
  std::vector<TaskPort> task_ports;            // of all tasks of the group
  std::map<std::string, int> driver_port_map;  // label to port in the task
  std::optional<NetworkNamespace> network_namespace;
  std::vector<Upstream> upstreams;

  // Layer 3: names as the task gets them; shown masked in every view.
  std::map<std::string, std::string> credentials;

  // Layer 4. The task's meta wins over the group's, that over the job's. The
  // names in optional_meta exist, empty, when nothing sets them (what a
  // dispatched job's meta_optional lists).
  std::vector<std::string> optional_meta;
  std::map<std::string, std::string> job_meta;
  std::map<std::string, std::string> group_meta;
  std::map<std::string, std::string> task_meta;

  // Layers 5 and 6: the host's variables that may pass (host_env.h), and those
  // of the account that the task runs as.
  std::map<std::string, std::string> host_env;
  std::map<std::string, std::string> user_env;

  // Layers 7 to 9.
  std::map<std::string, std::string> job_env;
  // In the order in which the hooks ran; of one name, the last wins.
  std::vector<std::map<std::string, std::string>> hook_env;
  std::map<std::string, std::string> template_env;

  // Values of secret blocks: "<block>.<key>" to value, named as
  // ${secret.<block>.<key>}. Not part of the environment.
  std::map<std::string, std::string> secrets;
};

// A reference that stayed in the text because nothing has that name.
struct Unresolved {
  std::string field;  // `env "URL"`, `meta "k"`, or what a caller calls it
  std::string name;

  // A sentence for a task event.
  std::string ToString() const;
  friend bool operator==(const Unresolved&, const Unresolved&) = default;
};

class TaskEnv {
 public:
  // The environment as execve(2) takes it: "NAME=value", sorted by name.
  std::vector<std::string> List() const;

  // A copy to show to people: values of credentials, of secrets, of variables
  // that contain one, and of those whose names say that they are secret, read
  // "<masked>", here and in what is interpolated with it.
  TaskEnv Masked() const;

  // A variable of the environment, by either spelling of its name.
  std::optional<absl::string_view> Variable(absl::string_view name) const;

  // Everything that a field can name: the environment, then the node, then
  // secrets.
  std::optional<absl::string_view> Find(absl::string_view name) const;

  // All names that Find() knows, sorted: for error messages and lists.
  std::vector<std::string> Names() const;

  // Visits the environment in the order of names, other spellings of names
  // after it, and secrets by their full name.
  using Visitor =
      absl::FunctionRef<void(absl::string_view name, absl::string_view value)>;
  void ForEachVariable(Visitor visit) const;
  void ForEachAlias(Visitor visit) const;
  void ForEachSecret(Visitor visit) const;
  std::optional<absl::string_view> Secret(absl::string_view full_name) const;

  // The textual engine (interpolate.h) for a field that is read once the
  // environment stands: artifact sources, volumes, services.
  std::string Interpolate(absl::string_view text,
                          std::vector<std::string>* unknown = nullptr) const;

  // References in meta, the env block and hooks that stayed as written.
  const std::vector<Unresolved>& unresolved() const { return unresolved_; }

  // What is odd but no error, as sentences: two names that clean to the same.
  const std::vector<std::string>& warnings() const { return warnings_; }

  const Node& node() const { return *node_; }

 private:
  friend class TaskEnvBuilder;
  enum class Layer : uint8_t {
    kBuiltIn,
    kPorts,
    kCredentials,
    kMeta,
    kHost,
    kUser,
    kJob,
    kHooks,
    kTemplates,
  };
  struct Entry {
    std::string value;
    Layer layer = Layer::kBuiltIn;
    bool secret = false;  // from a credential or a secret, or contains one
  };

  const Entry* FindEntry(absl::string_view name) const;
  std::vector<std::pair<absl::string_view, const Entry*>> Sorted() const;

  std::shared_ptr<const Node> node_;
  // Hashed, because names are looked up far more often than listed.
  absl::flat_hash_map<std::string, Entry> variables_;
  // Spellings that are no variables of their own, to the variable's name.
  absl::btree_map<std::string, std::string> aliases_;
  absl::btree_map<std::string, std::string> secrets_;
  std::vector<Unresolved> unresolved_;
  std::vector<std::string> warnings_;
};

absl::StatusOr<TaskEnv> BuildTaskEnv(const TaskEnvInput& input);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_TASK_ENV_H_
