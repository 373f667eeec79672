// The parts that a fingerprint is taken of, each in a file of its own. Inside
// this folder only; fingerprint.h is for everybody else.

#ifndef DROVER_AGENT_FINGERPRINT_PARTS_H_
#define DROVER_AGENT_FINGERPRINT_PARTS_H_

#include "agent/fingerprint/fingerprint.h"
#include "cgroups/hierarchy.h"

namespace fingerprint {

void AddArch(const Options& options, Fingerprint* result);      // cpu.cc
void AddCpu(const Options& options, Fingerprint* result);       // cpu.cc
void AddMemory(const Options& options, Fingerprint* result);    // host.cc
void AddHost(const Options& options, Fingerprint* result);      // host.cc
void AddLandlock(const Options& options, Fingerprint* result);  // host.cc
void AddSignals(const Options& options, Fingerprint* result);   // host.cc
void AddCgroups(const Options& options, Fingerprint* result);   // cgroups.cc
void AddNetwork(const Options& options, Fingerprint* result);   // network.cc
void AddBridge(const Options& options, Fingerprint* result);    // network.cc
void AddStorage(const Options& options, Fingerprint* result);   // storage.cc
void AddNomad(const Options& options, Fingerprint* result);  // fingerprint.cc
void AddCloud(const Options& options, Fingerprint* result);  // cloud.cc

// AddCgroups() for a host that has been looked at already.
void DescribeCgroups(const cgroups::Hierarchy& host, bool is_root,
                     Fingerprint* result);

}  // namespace fingerprint

#endif  // DROVER_AGENT_FINGERPRINT_PARTS_H_
