// `${name}` in plain text: the textual engine, used for every field of a job
// except the driver's config block (config.h) and constraints (constraint.h).
//
// A reference is `${`, one or more of A-Z a-z 0-9 _ - . and `}`: the regular
// expression \$\{[A-Za-z0-9_\-.]+\}, leftmost, not overlapping. Its name is
// looked up exactly as written; when the name is known the reference is
// replaced, else it stays. Nothing else in the text means anything: there is
// no escape ("$${X}" is "$" and the value of X), no blank inside the braces, no
// nesting, and a value is not read again.
//
// It leaves to the caller which names exist and what to say about those that
// do not: they are collected, nothing here is an error.
//
// Threads:  free functions without state; callable from any thread when the
//           lookup is.
// Limits:   linear in the text and the values put in. A reference that would
//           make the text longer than kMaxInterpolatedBytes stays as it is and
//           counts as unknown, so that a small text full of references to a
//           long value cannot eat the memory.
// Nomad:    "Runtime variable interpolation"; what Nomad calls interpreted
//           fields.

#ifndef DROVER_INTERPOLATION_INTERPOLATE_H_
#define DROVER_INTERPOLATION_INTERPOLATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace interpolation {

constexpr size_t kMaxInterpolatedBytes = size_t{8} << 20;

// Of more unknown names than this the first are collected.
constexpr size_t kMaxUnknownNames = 64;

// Answers a name with its value, which may be empty, or with nothing when the
// name is unknown. The value need only live until the next call.
using Lookup =
    absl::FunctionRef<std::optional<absl::string_view>(absl::string_view name)>;

// One reference in a text: text.substr(offset, size) is "${name}".
struct Reference {
  size_t offset = 0;
  size_t size = 0;
  absl::string_view name;  // points into the text
};

// The first reference at or after `from`.
std::optional<Reference> FindReference(absl::string_view text, size_t from = 0);

// Whether the text has a reference at all, known or not.
bool HasReference(absl::string_view text);

// Returns the text with every known reference replaced. Names that were not
// known are added to `unknown`, each once, where that is given.
std::string Interpolate(absl::string_view text, Lookup lookup,
                        std::vector<std::string>* unknown = nullptr);

// The same in place. Allocates nothing and does not touch the text when there
// is nothing to replace. Returns whether it was changed.
bool InterpolateInPlace(std::string* text, Lookup lookup,
                        std::vector<std::string>* unknown = nullptr);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_INTERPOLATE_H_
