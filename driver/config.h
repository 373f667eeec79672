// The driver's configuration: what the operator decides, not the job.
//
// It comes from the client's old options map or from a `plugin "raw_exec"`
// block; a block replaces the map as a whole.

#ifndef DROVER_DRIVER_CONFIG_H_
#define DROVER_DRIVER_CONFIG_H_

#include <map>
#include <string>
#include <vector>

namespace driver {

struct Config {
  // Off by default: tasks run with no isolation.
  bool enabled = false;
  // Do not use cgroups to follow a task's processes.
  bool no_cgroups = false;
  // Turn a task's resources into limits of its group.
  bool enforce_limits = false;
  // The group under which tasks get theirs.
  std::string cgroup_parent = "nomad.slice";
  // Ids no task may run as: "0", "1-99", "0,100-200". Empty denies nothing.
  std::string denied_host_uids;
  std::string denied_host_gids;
  // Names of variables no task may see; '*' stands for any run of characters.
  std::vector<std::string> denied_envvars;
  // When not empty, only commands in these directories (or below) and these
  // files may be started.
  std::vector<std::string> allowed_commands;
};

// Reads "driver.raw_exec.enable" and "driver.raw_exec.no_cgroups". True is
// exactly 1 t T TRUE true True; everything else counts as not set.
Config ConfigFromOptions(const std::map<std::string, std::string>& options);

}  // namespace driver

#endif  // DROVER_DRIVER_CONFIG_H_
