#include "interpolation/interpolate.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace interpolation {
namespace {

// A hand scanner, because the shape is fixed and most text has no reference:
// memchr for '$' passes over plain text at memory speed and never allocates
// (benchmarks/interpolation.cc compares it with RE2; a test holds it to RE2's
// reading of the pattern in the header).
constexpr std::array<bool, 256> kNameByte = [] {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  table['_'] = table['-'] = table['.'] = true;
  return table;
}();

void AddOnce(absl::string_view name, std::vector<std::string>* names) {
  if (names == nullptr || names->size() >= kMaxUnknownNames) return;
  if (std::find(names->begin(), names->end(), name) != names->end()) return;
  names->emplace_back(name);
}

}  // namespace

std::optional<Reference> FindReference(absl::string_view text, size_t from) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* p = begin + std::min(from, text.size());
  // The shortest reference has four bytes, so a '$' in the last three is none.
  while (end - p >= 4) {
    p = static_cast<const char*>(
        std::memchr(p, '$', static_cast<size_t>(end - p) - 3));
    if (p == nullptr) return std::nullopt;
    if (p[1] != '{') {
      ++p;
      continue;
    }
    const char* const name = p + 2;
    const char* q = name;
    while (q != end && kNameByte[static_cast<unsigned char>(*q)]) ++q;
    if (q != end && *q == '}' && q != name) {
      return Reference{
          .offset = static_cast<size_t>(p - begin),
          .size = static_cast<size_t>(q + 1 - p),
          .name = absl::string_view(name, static_cast<size_t>(q - name))};
    }
    // What was passed over are bytes of a name, none of which is a '$'.
    p = q;
  }
  return std::nullopt;
}

bool HasReference(absl::string_view text) {
  return FindReference(text).has_value();
}

namespace {

// Fills `result` and returns true when anything was replaced.
bool Replace(absl::string_view text, Lookup lookup,
             std::vector<std::string>* unknown, std::string* result) {
  size_t copied = 0;  // text up to here is in the result
  bool changed = false;
  for (std::optional<Reference> reference = FindReference(text); reference;
       reference = FindReference(text, reference->offset + reference->size)) {
    const std::optional<absl::string_view> value = lookup(reference->name);
    const size_t size = result->size() + (reference->offset - copied);
    if (!value || size + value->size() > kMaxInterpolatedBytes) {
      AddOnce(reference->name, unknown);
      continue;
    }
    // Paths and addresses are longer than their names: one allocation mostly.
    if (!changed) result->reserve(2 * text.size() + value->size());
    changed = true;
    result->append(text.data() + copied, reference->offset - copied);
    result->append(value->data(), value->size());
    copied = reference->offset + reference->size;
  }
  if (changed) result->append(text.data() + copied, text.size() - copied);
  return changed;
}

}  // namespace

bool InterpolateInPlace(std::string* text, Lookup lookup,
                        std::vector<std::string>* unknown) {
  std::string result;
  if (!Replace(*text, lookup, unknown, &result)) return false;
  *text = std::move(result);
  return true;
}

std::string Interpolate(absl::string_view text, Lookup lookup,
                        std::vector<std::string>* unknown) {
  std::string result;
  if (!Replace(text, lookup, unknown, &result)) return std::string(text);
  return result;
}

}  // namespace interpolation
