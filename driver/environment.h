// The list of NAME=value strings that the process gets.

#ifndef DROVER_DRIVER_ENVIRONMENT_H_
#define DROVER_DRIVER_ENVIRONMENT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "driver/user.h"

namespace driver {

// Does the whole name match? '*' stands for any run of characters, also none,
// as often as wanted; everything else stands for itself.
bool MatchesPattern(absl::string_view pattern, absl::string_view name);

// `env` with HOME, USER, LOGNAME and SHELL of `user` (when the task switches to
// it; a name in `job_env` stays as the job wrote it), without the denied names,
// sorted by name. Of two entries with one name the later counts.
std::vector<std::string> BuildEnvironment(
    const std::vector<std::string>& env,
    const std::vector<std::string>& job_env, const User& user,
    const std::vector<std::string>& denied_patterns);

}  // namespace driver

#endif  // DROVER_DRIVER_ENVIRONMENT_H_
