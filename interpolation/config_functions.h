// The functions that a driver's config may call: those of Nomad's clients, and
// no more (config.h).
//
// Threads:  the table is immutable and lives as long as the program.

#ifndef DROVER_INTERPOLATION_CONFIG_FUNCTIONS_H_
#define DROVER_INTERPOLATION_CONFIG_FUNCTIONS_H_

#include "hcl/functions.h"

namespace interpolation {

const hcl::FunctionTable& ConfigFunctions();

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_CONFIG_FUNCTIONS_H_
