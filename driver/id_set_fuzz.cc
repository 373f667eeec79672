// Any text as a list of ids: an error or a set, quickly, whatever the ranges;
// the ends of a single valid range are in it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "driver/environment.h"
#include "driver/id_set.h"
#include "driver/signals.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto set = driver::IdSet::Parse("fuzz", text);
  uint32_t id = 0;
  if (set.ok() && absl::SimpleAtoi(text, &id) &&
      text.find_first_not_of("0123456789") == std::string::npos &&
      !set->Contains(id)) {
    std::abort();
  }
  (void)driver::ParseSignal(text);
  // A text matches itself, and everything matches "*".
  if (text.find('*') == std::string::npos &&
      (!driver::MatchesPattern(text, text) ||
       !driver::MatchesPattern("*", text))) {
    std::abort();
  }
  (void)driver::MatchesPattern(text, std::string(64, 'a'));
  return 0;
}
