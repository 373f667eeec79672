// What to say about a name that `${...}` has and nothing else knows.
//
// Threads:  a free function without state.

#ifndef DROVER_INTERPOLATION_KNOWN_NAMES_H_
#define DROVER_INTERPOLATION_KNOWN_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace interpolation {

// Continues a sentence about `name`: the nearest of `known` (up to three), and
// those that begin like it, up to its first dot or underscore:
//
//   ; did you mean "attr.kernel.name"?; known names that begin with "attr.":
//   "attr.cpu.arch", "attr.cpu.numcores" and 31 more
//
// Empty when there is nothing to say. `known` is sorted.
std::string SuggestNames(absl::string_view name,
                         const std::vector<std::string>& known);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_KNOWN_NAMES_H_
