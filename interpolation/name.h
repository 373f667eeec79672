// The spelling of a variable's name in the task's environment.
//
// Threads:  free functions without state.

#ifndef DROVER_INTERPOLATION_NAME_H_
#define DROVER_INTERPOLATION_NAME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace interpolation {

// Makes a name that shells accept, byte by byte: `_`, `.`, ASCII letters, and
// digits that are not first, stay; every other byte becomes `_`. A letter of
// two bytes in UTF-8 becomes "__".
std::string CleanName(absl::string_view name);

// Whether Nomad cleans names that begin like this one: NOMAD_ADDR_, NOMAD_IP_,
// NOMAD_PORT_, NOMAD_HOST_PORT_ and NOMAD_META_, also those a user wrote.
bool IsCleaned(absl::string_view name);

// The name under which the variable reaches the task: cleaned where IsCleaned,
// else as it stands.
std::string EnvironmentName(absl::string_view name);

// What execve(2) cannot carry: InvalidArgument for an empty name and for one
// with '=' or a NUL byte in it.
absl::Status CheckName(absl::string_view name);

// Whether a variable of that name should not be shown to people: its words say
// token, secret, password or key of an API.
bool NameSaysSecret(absl::string_view name);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_NAME_H_
