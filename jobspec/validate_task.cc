#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/go_duration.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

constexpr absl::string_view kNul("\0", 1);

void ValidateName(const Task& task, const Place& place) {
  if (task.name.empty()) {
    place.Error("Name", "Missing task name", "a task needs a name");
  } else if (task.name == "alloc") {
    place.Error("Name", "Invalid task name",
                "\"alloc\" is the name of the directory that the tasks of a "
                "group share");
  } else if (task.name.find_first_of("/\\") != std::string::npos ||
             absl::StrContains(task.name, kNul)) {
    place.Error("Name", "Invalid task name",
                "a task's name is the name of its directory and cannot have "
                "slashes, backslashes or NUL bytes");
  }
}

void ValidateResources(const Resources& resources, const Place& task_place) {
  const Place place(task_place, "Resources", "resources", "");
  if (resources.cores < 0) {
    place.Error("Cores", "Invalid cores",
                absl::StrCat(resources.cores, " is negative"));
  } else if (resources.cores > 0 && resources.cpu > 0) {
    place.Error("Cores", "Conflicting cpu and cores",
                "a task can ask for cpu or for cores, not for both");
  } else if (resources.cores == 0 && resources.cpu < 1) {
    place.Error("CPU", "Invalid cpu",
                absl::StrCat(resources.cpu, " MHz is less than 1"));
  }
  if (resources.memory_mb < 10) {
    place.Error("MemoryMB", "Invalid memory",
                absl::StrCat(resources.memory_mb,
                             " MB is less than the 10 that a task needs"));
  }
  const int64_t memory_max = resources.memory_max_mb.value_or(0);
  if (memory_max != 0 && memory_max != -1 && memory_max < resources.memory_mb) {
    place.Error(
        "MemoryMaxMB", "Invalid memory_max",
        absl::StrCat(memory_max, " MB is less than memory, ",
                     resources.memory_mb, " MB; -1 stands for no limit"));
  }
  const int64_t secrets = resources.secrets_mb.value_or(0);
  if (secrets < 0 || secrets > resources.memory_mb) {
    place.Error("SecretsMB", "Invalid secrets",
                absl::StrCat(secrets, " MB is not between 0 and memory, ",
                             resources.memory_mb, " MB"));
  }
  for (size_t i = 0; i < resources.devices.size(); ++i) {
    const RequestedDevice& device = resources.devices[i];
    const Place at(place, "Devices", i, "device", device.name);
    if (device.count == 0) {
      at.Error("Count", "Invalid count", "the count is 0");
    }
    ValidateConstraints(device.constraints, /*in_task=*/false, at);
    ValidateAffinities(device.affinities, "", at);
  }
  if (resources.numa.has_value()) {
    const std::string& affinity = resources.numa->affinity;
    if (affinity != "none" && affinity != "prefer" && affinity != "require") {
      place.Error(
          "NUMA", "Invalid numa affinity",
          absl::StrCat("\"", affinity, "\" is none of none, prefer, require"));
    }
  }
}

void ValidateLogs(const TaskGroup& group, const Task& task,
                  const Place& task_place) {
  const Place place(task_place, "LogConfig", "logs", "");
  if (task.logs.disabled) return;
  if (task.logs.max_files < 1) {
    place.Error("MaxFiles", "Invalid max_files",
                absl::StrCat(task.logs.max_files, " is less than 1"));
  }
  if (task.logs.max_file_size_mb < 1) {
    place.Error("MaxFileSizeMB", "Invalid max_file_size",
                absl::StrCat(task.logs.max_file_size_mb, " is less than 1 MB"));
  }
  if (task.logs.max_files < 1 || task.logs.max_file_size_mb < 1) return;
  const int64_t disk = group.ephemeral_disk.size_mb;
  // The product in a form that cannot overflow.
  if (task.logs.max_files < disk && task.logs.max_file_size_mb < disk &&
      task.logs.max_files * task.logs.max_file_size_mb < disk) {
    return;
  }
  place.Error("", "Logs do not fit the disk",
              absl::StrCat(task.logs.max_files, " files of ",
                           task.logs.max_file_size_mb,
                           " MB are not less than the group's ephemeral_disk "
                           "size of ",
                           disk, " MB"));
}

void ValidateKill(const Job& job, const TaskGroup& group, const Task& task,
                  const Place& place) {
  if (task.kill_timeout < absl::ZeroDuration()) {
    place.Error("KillTimeout", "Invalid kill_timeout",
                absl::StrCat(base::FormatGoDuration(task.kill_timeout),
                             " is negative"));
  }
  if (job.type == "service" && group.update.has_value() &&
      group.update->progress_deadline > absl::ZeroDuration() &&
      task.kill_timeout > group.update->progress_deadline) {
    place.Error(
        "KillTimeout", "Invalid kill_timeout",
        absl::StrCat(base::FormatGoDuration(task.kill_timeout),
                     " is longer than the update block's "
                     "progress_deadline of ",
                     base::FormatGoDuration(group.update->progress_deadline)));
  }
  if (task.shutdown_delay < absl::ZeroDuration()) {
    place.Error("ShutdownDelay", "Invalid shutdown_delay",
                absl::StrCat(base::FormatGoDuration(task.shutdown_delay),
                             " is negative"));
  }
  const auto& known = SignalNames();
  if (!task.kill_signal.empty() && !HasInterpolation(task.kill_signal) &&
      std::find(known.begin(), known.end(), task.kill_signal) == known.end()) {
    place.Error("KillSignal", "Unknown signal",
                absl::StrCat("\"", task.kill_signal,
                             "\" is not the name of a signal, such as SIGTERM",
                             hcl::DidYouMean(task.kill_signal, known)));
  }
}

void ValidateActions(const Task& task, const Place& place) {
  std::set<std::string> names;
  for (size_t i = 0; i < task.actions.size(); ++i) {
    const Action& action = task.actions[i];
    const Place at(place, "Actions", i, "action", action.name);
    const bool good_name =
        !action.name.empty() && action.name.size() <= 128 &&
        std::none_of(action.name.begin(), action.name.end(), [](char c) {
          return absl::ascii_isspace(static_cast<unsigned char>(c)) ||
                 c == '\0';
        });
    if (!good_name) {
      at.Error("Name", "Invalid action name",
               "the name is 1 to 128 characters without white space");
    }
    if (!names.insert(action.name).second) {
      at.Error("Name", "Duplicate action",
               "another action of this task has the same name");
    }
    if (action.command.empty()) {
      at.Error("Command", "Missing command", "an action needs a command");
    }
  }
}

void ValidateVolumeMounts(const TaskGroup& group, const Task& task,
                          const Place& place) {
  for (size_t i = 0; i < task.volume_mounts.size(); ++i) {
    const VolumeMount& mount = task.volume_mounts[i];
    const Place at(place, "VolumeMounts", i, "volume_mount", "");
    if (group.volumes.count(mount.volume) == 0) {
      std::vector<std::string> known;
      for (const auto& [name, volume] : group.volumes) known.push_back(name);
      at.Error("Volume", "Unknown volume",
               absl::StrCat("the group has no volume \"", mount.volume, "\"",
                            hcl::DidYouMean(mount.volume, known)));
    }
    const std::string& mode = mount.propagation_mode;
    if (mode != "private" && mode != "host-to-task" &&
        mode != "bidirectional") {
      at.Error("PropagationMode", "Invalid propagation_mode",
               absl::StrCat("\"", mode,
                            "\" is none of private, host-to-task, "
                            "bidirectional"));
    }
  }
}

void ValidateChangeMode(const std::string& mode, const Place& place) {
  if (mode.empty() || mode == "noop" || mode == "restart" || mode == "signal") {
    return;
  }
  place.Error("ChangeMode", "Invalid change_mode",
              absl::StrCat("\"", mode, "\" is none of noop, restart, signal"));
}

void ValidateSecretsAndTokens(const Task& task, const Place& place) {
  if (task.vault.has_value()) {
    ValidateChangeMode(task.vault->change_mode,
                       Place(place, "Vault", "vault", ""));
  }
  if (task.identity.has_value()) {
    const Place at(place, "Identity", "identity", "");
    if (task.identity->ttl != absl::ZeroDuration()) {
      at.Error("TTL", "Invalid ttl",
               "the default identity lives as long as its allocation");
    }
  }
  for (size_t i = 0; i < task.identities.size(); ++i) {
    const Identity& identity = task.identities[i];
    const Place at(place, "Identities", i, "identity", identity.name);
    ValidateChangeMode(identity.change_mode, at);
    if (identity.ttl < absl::ZeroDuration()) {
      at.Error("TTL", "Invalid ttl", "it is negative");
    }
  }
  for (size_t i = 0; i < task.secrets.size(); ++i) {
    const Secret& secret = task.secrets[i];
    const Place at(place, "Secrets", i, "secret", secret.name);
    if (secret.name.empty()) {
      at.Error("Name", "Missing secret name", "a secret needs a name");
    }
    if (secret.provider.empty()) {
      at.Error("Provider", "Missing provider", "a secret needs a provider");
    }
    if (secret.path.empty()) {
      at.Error("Path", "Missing path", "a secret needs a path");
    }
  }
}

}  // namespace

void ValidateTask(const Job& job, const TaskGroup& group, const Task& task,
                  const Place& place, const ValidateOptions& options) {
  ValidateName(task, place);
  if (task.driver.empty()) {
    place.Error("Driver", "Missing driver",
                "a task needs driver = \"raw_exec\"");
  } else {
    ValidateRawExec(task, place, options);
  }
  if (task.lifecycle.has_value()) {
    const std::string& hook = task.lifecycle->hook;
    if (hook != "prestart" && hook != "poststart" && hook != "poststop") {
      Place(place, "Lifecycle", "lifecycle", "")
          .Error("Hook", "Invalid lifecycle hook",
                 absl::StrCat("\"", hook,
                              "\" is none of prestart, poststart, poststop"));
    }
  }
  ValidateConstraints(task.constraints, /*in_task=*/true, place);
  ValidateAffinities(task.affinities, job.type, place);
  ValidateResources(task.resources, place);
  ValidateKill(job, group, task, place);
  ValidateLogs(group, task, place);
  ValidateArtifacts(task, place);
  ValidateTemplates(task, place);
  if (task.dispatch_payload.has_value()) {
    const std::string& file = task.dispatch_payload->file;
    const Place at(place, "DispatchPayload", "dispatch_payload", "");
    if (file.empty()) {
      at.Error("File", "Missing file", "it needs the file to write");
    } else if (EscapesAllocation(absl::StrCat("local/", file))) {
      at.Error("File", "Path escapes the allocation",
               absl::StrCat("\"", file,
                            "\" leads out of the allocation's directory"));
    }
  }
  ValidateVolumeMounts(group, task, place);
  ValidateActions(task, place);
  ValidateSecretsAndTokens(task, place);
  if (task.schedule.has_value()) {
    place.Error("Schedule", "Unsupported block",
                "schedule is a feature of Nomad Enterprise; nothing here "
                "would stop and start the task by it");
  }
}

bool HasInterpolation(absl::string_view text) {
  return absl::StrContains(text, "${");
}

// The path is taken from a task's directory, which is one level below the
// allocation's: "../x" stays inside, "../../x" does not.
bool EscapesAllocation(absl::string_view path) {
  if (absl::StrContains(path, kNul)) return true;
  int depth = 1;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

const std::vector<std::string>& SignalNames() {
  static const auto* const names = new std::vector<std::string>{
      "SIGABRT", "SIGALRM", "SIGBUS",   "SIGCHLD", "SIGCONT", "SIGFPE",
      "SIGHUP",  "SIGILL",  "SIGINT",   "SIGIO",   "SIGIOT",  "SIGKILL",
      "SIGPIPE", "SIGPROF", "SIGQUIT",  "SIGSEGV", "SIGSTOP", "SIGSYS",
      "SIGTERM", "SIGTRAP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
      "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGXCPU", "SIGXFSZ"};
  return *names;
}

}  // namespace jobspec
