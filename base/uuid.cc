#include "base/uuid.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace base {

std::string RandomHex(size_t digits) {
  std::string bytes((digits + 1) / 2, '\0');
  for (size_t have = 0; have < bytes.size();) {
    const ssize_t n = getrandom(&bytes[have], bytes.size() - have, 0);
    if (n > 0) have += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) std::abort();  // a kernel before 3.17
  }
  std::string hex = absl::BytesToHexString(bytes);
  hex.resize(digits);
  return hex;
}

std::string NewUuid() {
  std::string hex = RandomHex(32);
  hex[12] = '4';  // version
  hex[16] = "89ab"[(hex[16] >= 'a' ? hex[16] - 'a' + 10 : hex[16] - '0') & 3];
  for (const size_t at : {8, 13, 18, 23}) hex.insert(at, 1, '-');
  return hex;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-'
             : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

}  // namespace base
