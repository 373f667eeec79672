// Everything StartTask() must know about one run of a task.

#ifndef DROVER_DRIVER_TASK_CONFIG_H_
#define DROVER_DRIVER_TASK_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace driver {

// Where the task's output goes. Either rotated files, or one path a stream.
struct OutputConfig {
  // Rotated files <directory>/<prefix>.stdout.N and <prefix>.stderr.N, N
  // growing. Used when `directory` is not empty. They appear with the first
  // output, or else some milliseconds after the start.
  std::string directory;
  std::string prefix;
  int max_files = 10;
  int64_t max_file_bytes = int64_t{10} << 20;

  // Otherwise: an existing FIFO or file, opened for writing and given to the
  // task as it is. Empty or "/dev/null" discards.
  std::string stdout_path;
  std::string stderr_path;
};

// What the task asks for. Only enforced with Config::enforce_limits, apart
// from `cores`, which also decides where the group stands.
struct TaskResources {
  int64_t cpu_mhz = 0;
  int64_t memory_mb = 0;
  // Hard limit where it differs from the reservation; -1 is no limit.
  int64_t memory_max_mb = 0;
  std::string cpuset;  // "0,2-3"; empty without reserved cores
};

struct TaskConfig {
  // Unique for every start: "<alloc id>/<task name>/<8 hex digits>".
  std::string id;
  std::string alloc_id;
  std::string name;  // of the task; with alloc_id it names the cgroup

  // The task block's `config`.
  std::string command;
  std::vector<std::string> args;
  std::string work_dir;  // absolute; empty is task_dir
  // 0 to 1000. Without it the task runs with 0, whatever this process has.
  std::optional<int> oom_score_adj;
  // Patterns with '*', added to Config::denied_envvars.
  std::vector<std::string> denied_envvars;
  // Existing groups to join, see Nomad's page: controller -> path, or one path.
  std::map<std::string, std::string> cgroup_v1_override;
  std::string cgroup_v2_override;
  // "main": the first signal of a stop goes to the main process; "tree": to
  // every process of the task, and the whole tree gets the rest of the time.
  std::string signal_scope = "main";

  // "name", "uid", "name:group" or "uid:gid"; empty is this process's user.
  std::string user;

  // Exactly the environment of the process, but for denied names and, with
  // `user` set, HOME, USER, LOGNAME and SHELL where `job_env` lacks them.
  std::vector<std::string> env;
  // Names in `env` that the job itself set.
  std::vector<std::string> job_env;

  // <alloc dir>/<task>: where `command` is looked up and the default cwd.
  std::string task_dir;

  // A network namespace to start in (a path as in /proc/<pid>/ns/net).
  std::string network_namespace;

  OutputConfig output;
  TaskResources resources;
};

}  // namespace driver

#endif  // DROVER_DRIVER_TASK_CONFIG_H_
