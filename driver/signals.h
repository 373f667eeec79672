// Names of signals, as jobs write them.
//
// Known are the names of signal(7) with their SIG prefix in upper case,
// "SIGRTMIN", "SIGRTMIN+n", "SIGRTMAX-n", and decimal numbers from 1 to 64.

#ifndef DROVER_DRIVER_SIGNALS_H_
#define DROVER_DRIVER_SIGNALS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace driver {

// InvalidArgument, with the nearest name and the list, for an unknown name.
absl::StatusOr<int> ParseSignal(absl::string_view name);

// "SIGTERM"; "SIGRTMIN+3"; the number for what is no signal.
std::string SignalName(int signal);

// The names of the standard signals, for attributes and messages.
const std::vector<std::string>& SignalNames();

}  // namespace driver

#endif  // DROVER_DRIVER_SIGNALS_H_
