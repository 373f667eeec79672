// The textual engine over any bytes: known names never remain, unknown ones
// always do, in their order, and all that is no reference stays.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "interpolation/interpolate.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// Half of all names are known. Their value has bytes that no reference can
// have, so that nothing new comes about where text and value meet.
bool IsKnown(absl::string_view name) { return name.size() % 2 == 0; }
constexpr absl::string_view kValue = "<v>";

std::optional<absl::string_view> Lookup(absl::string_view name) {
  if (!IsKnown(name)) return std::nullopt;
  return kValue;
}

struct Parts {
  std::vector<std::string> names;
  std::string rest;  // the text without references
  size_t known = 0;
};

Parts Split(absl::string_view text) {
  Parts parts;
  size_t from = 0;
  for (auto reference = interpolation::FindReference(text); reference;
       reference = interpolation::FindReference(text, from)) {
    Require(reference->offset >= from);
    Require(text.substr(reference->offset, 2) == "${");
    Require(text[reference->offset + reference->size - 1] == '}');
    parts.rest.append(text.data() + from, reference->offset - from);
    if (IsKnown(reference->name)) {
      ++parts.known;
      parts.rest.append(kValue.data(), kValue.size());
    } else {
      parts.names.emplace_back(reference->name);
    }
    from = reference->offset + reference->size;
  }
  parts.rest.append(text.data() + from, text.size() - from);
  return parts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const Parts before = Split(text);
  std::vector<std::string> unknown;
  const std::string result = interpolation::Interpolate(text, Lookup, &unknown);
  const Parts after = Split(result);
  Require(after.known == 0);
  Require(after.names == before.names);
  Require(after.rest == before.rest);
  Require(interpolation::HasReference(text) ==
          (before.known > 0 || !before.names.empty()));
  for (const std::string& name : unknown) Require(!IsKnown(name));
  Require(unknown.empty() == before.names.empty());

  std::string in_place(text);
  Require(interpolation::InterpolateInPlace(&in_place, Lookup) ==
          (before.known > 0));
  Require(in_place == result);
  return 0;
}
