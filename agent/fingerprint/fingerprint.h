// What this machine is: the attributes that jobs name as ${attr.<key>} and
// that constraints ask for, and the figures that the API shows of a node.
//
//   fingerprint::Options options;
//   options.alloc_dir = data_dir + "/alloc";
//   options.drivers = {"raw_exec"};
//   const fingerprint::Fingerprint host = fingerprint::Take(options);
//   host.attributes.at("kernel.name");              // "linux"
//   for (const std::string& note : host.notes) ...  // what was not found, why
//
// It reads the kernel's files and a few system calls; it starts no program and
// asks no network. What cannot be found is left out, with a note: Take() never
// fails. Every part is a file here (cpu.cc, os.cc, ...) that says where each
// attribute comes from.
//
//   part      switches with          attributes
//   arch      architecture           cpu.arch
//   bridge    bridge module          nomad.bridge.hairpin_mode
//   cgroup    control groups         os.cgroups.*
//   cpu       processors             cpu.*, numa.*
//   host      kernel and system      kernel.*, os.name, os.version,
//                                    unique.hostname
//   landlock  Landlock               kernel.landlock
//   memory    memory                 memory.totalbytes
//   network   addresses              unique.network.ip-address
//   nomad     the agent itself       nomad.*, unique.advertise.address
//   signal    signals                os.signals
//   storage   the disk of tasks      unique.storage.*
//   cloud     off by default         platform.*, unique.platform.*
//
// The names in the first column are those of fingerprint.allowlist and
// fingerprint.denylist. Nomad asks cloud services over HTTP when it starts, up
// to 2 s each; `cloud` only reads what firmware and cloud-init have left on
// this machine, and only when it is asked for: fingerprint.cloud = "true", or
// its name in the allow list.
//
// Threads:  a free function without state; may block for some milliseconds on
//           file reads, so not on an event loop.
// Units:    in the names; MHz, MiB and bytes.
// Nomad:    "Node attributes"; attributes of 2.0.5.

#ifndef DROVER_AGENT_FINGERPRINT_FINGERPRINT_H_
#define DROVER_AGENT_FINGERPRINT_FINGERPRINT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fingerprint {

// A network interface with its addresses.
struct Interface {
  std::string name;
  std::string mac;
  int64_t speed_mbits = 0;  // 0: not known
  bool up = false;
  bool loopback = false;
  struct Address {
    std::string ip;
    int prefix_length = 0;
    bool ipv6 = false;
    bool link_local = false;
  };
  std::vector<Address> addresses;  // in the kernel's order
};

// What the operator has configured. All has defaults.
struct Options {
  // Below which /proc, /sys and /etc are looked for: a folder with such files
  // in tests.
  std::string root;
  // In place of what the kernel answers; for tests.
  std::optional<std::vector<Interface>> interfaces;

  // The directory of allocations, whose disk unique.storage.* is about. Need
  // not exist yet.
  std::string alloc_dir;

  std::string network_interface;         // empty: that of the default route
  std::string preferred_address_family;  // "", "ipv4" or "ipv6"
  bool allow_link_local = true;          // when there is no other address

  // In place of what is found, when not 0.
  int64_t cpu_total_compute_mhz = 0;
  int64_t memory_total_mb = 0;
  int64_t disk_total_mb = 0;

  int64_t reserved_cpu_mhz = 0;
  std::string reserved_cores;    // "0-1,4"; not for tasks
  std::string reservable_cores;  // only these may be reserved; empty: all

  std::string nomad_version;   // empty: no attribute
  std::string nomad_revision;  // empty: no attribute
  bool service_discovery = true;
  std::string advertise_address;     // of the HTTP API; empty: no attribute
  bool bridge_hairpin_mode = false;  // client's bridge_network_hairpin_mode

  // Drivers that are enabled and work: driver.<name> = "1".
  std::vector<std::string> drivers;

  // Parts to take and to leave out; see the table above.
  std::optional<std::vector<std::string>> allow;
  std::vector<std::string> deny;
  bool cloud = false;

  // Reads fingerprint.allowlist and .denylist (or .whitelist, .blacklist) and
  // fingerprint.cloud of the client's options.
  void ReadClientOptions(const std::map<std::string, std::string>& options);
};

struct Fingerprint {
  // Keys without "attr.": "kernel.name". A value is never empty.
  std::map<std::string, std::string> attributes;

  // The same as figures, for the API.
  int64_t cpu_total_mhz = 0;
  int64_t cpu_usable_mhz = 0;
  std::vector<int> cores;             // that are online
  std::vector<int> reservable_cores;  // those that tasks may have alone
  int64_t memory_bytes = 0;
  int64_t disk_bytes = 0;
  std::vector<Interface> interfaces;
  std::string network_device;  // the interface whose address is announced
  std::string ip_address;

  // Which source a figure came from where there are several, and what could
  // not be found: sentences for the log at debug level and for `doctor`.
  std::vector<std::string> notes;
};

Fingerprint Take(const Options& options);

// For `drover fingerprint`: "key = value" in columns, sorted, with the notes
// below; or one JSON object with the attributes.
std::string ToText(const Fingerprint& fingerprint);
std::string ToJson(const Fingerprint& fingerprint);

}  // namespace fingerprint

#endif  // DROVER_AGENT_FINGERPRINT_FINGERPRINT_H_
