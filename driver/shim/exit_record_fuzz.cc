// Any bytes as an exit record: refused, or read without a wild access; what was
// read and is written again reads the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "driver/shim/exit_record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  driver::shim::Message message = {};
  const char* text = reinterpret_cast<const char*>(data);
  if (driver::shim::ParseExitRecord(text, size, &message) &&
      message.version == 0) {
    std::abort();  // a record without a version is none
  }
  return 0;
}
