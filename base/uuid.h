// Random identifiers: version 4 UUIDs of RFC 9562 in their usual text form.

#ifndef DROVER_BASE_UUID_H_
#define DROVER_BASE_UUID_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace base {

// "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", from the kernel's random numbers.
std::string NewUuid();

// So many random lower-case hexadecimal digits.
std::string RandomHex(size_t digits);

// Whether it has the form of a UUID, in lower or upper case.
bool IsUuid(absl::string_view text);

}  // namespace base

#endif  // DROVER_BASE_UUID_H_
