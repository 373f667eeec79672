#include "agent/fingerprint/smbios.h"

#include <cstddef>
#include <optional>
#include <string>

namespace fingerprint {
namespace {

constexpr size_t kHeaderBytes = 4;  // type, length, handle (2)
constexpr unsigned char kProcessor = 4;
constexpr unsigned char kEndOfTable = 127;
constexpr size_t kCurrentSpeed = 0x16;  // offset of a little-endian word

}  // namespace

int64_t ParseSmbiosCpuMhz(absl::string_view table) {
  const auto byte = [&table](size_t at) {
    return static_cast<unsigned char>(table[at]);
  };
  size_t at = 0;
  while (at + kHeaderBytes <= table.size()) {
    const unsigned char type = byte(at);
    const size_t length = byte(at + 1);
    if (type == kEndOfTable || length < kHeaderBytes) return 0;
    if (type == kProcessor && length >= kCurrentSpeed + 2 &&
        at + kCurrentSpeed + 2 <= table.size()) {
      const int64_t mhz =
          byte(at + kCurrentSpeed) + 256 * byte(at + kCurrentSpeed + 1);
      if (mhz > 0) return mhz;
    }
    // The strings of a structure follow it and end with an empty one.
    size_t next = at + length;
    while (next + 1 < table.size() &&
           (byte(next) != 0 || byte(next + 1) != 0)) {
      ++next;
    }
    at = next + 2;
  }
  return 0;
}

int64_t FirmwareCpuMhz(const KernelFiles& files) {
  const std::optional<std::string> table =
      files.Text("/sys/firmware/dmi/tables/DMI");
  return table ? ParseSmbiosCpuMhz(*table) : 0;
}

}  // namespace fingerprint
