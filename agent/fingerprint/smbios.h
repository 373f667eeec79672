// The processor's speed as the firmware has noted it, for virtual machines
// whose kernel knows none.
//
// Spec:  DMTF DSP0134 (SMBIOS), structure type 4; the kernel exports the table
//        as /sys/firmware/dmi/tables/DMI, readable by root only.

#ifndef DROVER_AGENT_FINGERPRINT_SMBIOS_H_
#define DROVER_AGENT_FINGERPRINT_SMBIOS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "agent/fingerprint/kernel_files.h"

namespace fingerprint {

// "Current Speed" of the first processor that has one, in MHz; 0 for none.
int64_t FirmwareCpuMhz(const KernelFiles& files);

// The same of a table's bytes. Takes any bytes.
int64_t ParseSmbiosCpuMhz(absl::string_view table);

}  // namespace fingerprint

#endif  // DROVER_AGENT_FINGERPRINT_SMBIOS_H_
