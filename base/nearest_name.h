// "did you mean": the known name that is closest to a mistyped one.
//
// Threads:  free functions without state.

#ifndef DROVER_BASE_NEAREST_NAME_H_
#define DROVER_BASE_NEAREST_NAME_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace base {

// How many single edits lead from `a` to `b`: a byte put in, left out or
// replaced, or two neighbours swapped.
size_t EditDistance(absl::string_view a, absl::string_view b);

// The closest of `known` if it is close enough that a person may have meant it
// (a third of the letters wrong at most, or one is the beginning of the
// other), else empty. The first of equals wins. Letter case does not count.
std::string NearestName(absl::string_view name,
                        const std::vector<std::string>& known);

}  // namespace base

#endif  // DROVER_BASE_NEAREST_NAME_H_
