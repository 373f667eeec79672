// Addresses of this machine.
//
// unique.network.ip-address   of client network_interface, else of the
//                             interface with the default route: /proc/net/route
//                             and /proc/net/ipv6_route, lowest metric, IPv4
//                             first; else of the first that is up. Addresses
//                             and flags: getifaddrs(3). One that is not
//                             link-local, if there is one
// nomad.bridge.hairpin_mode   client bridge_network_hairpin_mode; only where
//                             the kernel has its bridge: /sys/module/bridge,
//                             /proc/modules, or modules.builtin and modules.dep
//                             of /lib/modules/<release>
//
// MAC and speed for the API: /sys/class/net/<name>/address and speed.

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/utsname.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/fingerprint/kernel_files.h"
#include "agent/fingerprint/parts.h"

namespace fingerprint {
namespace {

// How many bits of a netmask are set.
int PrefixLength(const void* mask, size_t bytes) {
  int bits = 0;
  for (size_t i = 0; i < bytes; ++i) {
    bits += std::popcount(static_cast<const unsigned char*>(mask)[i]);
  }
  return bits;
}

std::optional<Interface::Address> ToAddress(const struct ifaddrs& entry) {
  if (entry.ifa_addr == nullptr) return std::nullopt;
  Interface::Address address;
  char text[INET6_ADDRSTRLEN] = "";
  if (entry.ifa_addr->sa_family == AF_INET) {
    const auto* const v4 =
        reinterpret_cast<const struct sockaddr_in*>(entry.ifa_addr);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    if (entry.ifa_netmask != nullptr) {
      const auto* const mask =
          reinterpret_cast<const struct sockaddr_in*>(entry.ifa_netmask);
      address.prefix_length =
          PrefixLength(&mask->sin_addr, sizeof(mask->sin_addr));
    }
    address.link_local = absl::StartsWith(text, "169.254.");
  } else if (entry.ifa_addr->sa_family == AF_INET6) {
    const auto* const v6 =
        reinterpret_cast<const struct sockaddr_in6*>(entry.ifa_addr);
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    if (entry.ifa_netmask != nullptr) {
      const auto* const mask =
          reinterpret_cast<const struct sockaddr_in6*>(entry.ifa_netmask);
      address.prefix_length =
          PrefixLength(&mask->sin6_addr, sizeof(mask->sin6_addr));
    }
    address.ipv6 = true;
    address.link_local = IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
  } else {
    return std::nullopt;
  }
  address.ip = text;
  return address;
}

std::vector<Interface> ReadInterfaces(const KernelFiles& files) {
  std::vector<Interface> interfaces;
  struct ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return interfaces;
  const std::unique_ptr<struct ifaddrs, decltype(&freeifaddrs)> owner(
      list, freeifaddrs);
  for (const struct ifaddrs* entry = list; entry != nullptr;
       entry = entry->ifa_next) {
    auto found = std::find_if(
        interfaces.begin(), interfaces.end(),
        [entry](const Interface& i) { return i.name == entry->ifa_name; });
    if (found == interfaces.end()) {
      found = interfaces.insert(interfaces.end(), Interface());
      found->name = entry->ifa_name;
      found->up = (entry->ifa_flags & IFF_UP) != 0;
      found->loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
      const std::string directory =
          absl::StrCat("/sys/class/net/", found->name, "/");
      found->mac = files.Trimmed(directory + "address").value_or("");
      // Links without a speed answer with an error or with -1.
      found->speed_mbits =
          std::max<int64_t>(0, files.Number(directory + "speed").value_or(0));
    }
    if (auto address = ToAddress(*entry)) {
      found->addresses.push_back(*std::move(address));
    }
  }
  return interfaces;
}

struct Route {
  std::string interface;
  uint64_t metric = 0;
};

void Better(absl::string_view interface, uint64_t metric,
            std::optional<Route>* best) {
  if (*best && (*best)->metric <= metric) return;
  *best = Route{.interface = std::string(interface), .metric = metric};
}

// proc(5): interface, destination, gateway, flags, ..., metric, mask, ...
std::optional<Route> DefaultRouteV4(absl::string_view text) {
  std::optional<Route> best;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (fields.size() < 8) continue;
    uint32_t flags = 0;
    uint64_t metric = 0;
    if (fields[1] != "00000000" || fields[7] != "00000000") continue;
    if (!absl::SimpleHexAtoi(fields[3], &flags) || (flags & RTF_UP) == 0) {
      continue;
    }
    if ((flags & RTF_REJECT) != 0) continue;
    if (!absl::SimpleAtoi(fields[6], &metric)) continue;
    Better(fields[0], metric, &best);
  }
  return best;
}

// destination, its length, source, its length, next hop, metric, references,
// use, flags, interface; all hexadecimal.
std::optional<Route> DefaultRouteV6(absl::string_view text) {
  std::optional<Route> best;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (fields.size() < 10) continue;
    uint32_t flags = 0;
    uint64_t metric = 0;
    if (fields[1] != "00" || fields[9] == "lo" ||
        fields[0].find_first_not_of('0') != absl::string_view::npos) {
      continue;
    }
    if (!absl::SimpleHexAtoi(fields[8], &flags) || (flags & RTF_UP) == 0) {
      continue;
    }
    if ((flags & RTF_REJECT) != 0) continue;
    if (!absl::SimpleHexAtoi(fields[5], &metric)) continue;
    Better(fields[9], metric, &best);
  }
  return best;
}

std::string ChooseInterface(const Options& options, const KernelFiles& files,
                            Fingerprint* result) {
  if (!options.network_interface.empty()) return options.network_interface;
  auto route = DefaultRouteV4(files.Text("/proc/net/route").value_or(""));
  if (!route) {
    route = DefaultRouteV6(files.Text("/proc/net/ipv6_route").value_or(""));
  }
  if (route) return route->interface;
  for (const bool loopback : {false, true}) {
    for (const Interface& interface : result->interfaces) {
      if (interface.up && interface.loopback == loopback &&
          !interface.addresses.empty()) {
        result->notes.push_back(
            absl::StrCat("network: there is no default route; \"",
                         interface.name, "\" is taken"));
        return interface.name;
      }
    }
  }
  return "";
}

}  // namespace

void AddNetwork(const Options& options, Fingerprint* result) {
  const KernelFiles files(options.root);
  result->interfaces =
      options.interfaces ? *options.interfaces : ReadInterfaces(files);
  const std::string name = ChooseInterface(options, files, result);
  const auto found = std::find_if(
      result->interfaces.begin(), result->interfaces.end(),
      [&name](const Interface& interface) { return interface.name == name; });
  if (found == result->interfaces.end()) {
    result->notes.push_back(
        name.empty()
            ? "network: no interface has an address"
            : absl::StrCat("network: there is no interface \"", name, "\""));
    return;
  }
  result->network_device = name;
  std::vector<Interface::Address> addresses = found->addresses;
  const bool prefer_v6 = options.preferred_address_family == "ipv6";
  const bool prefer_v4 = options.preferred_address_family == "ipv4";
  std::stable_sort(addresses.begin(), addresses.end(),
                   [&](const auto& a, const auto& b) {
                     if (a.link_local != b.link_local) return b.link_local;
                     if (prefer_v6) return a.ipv6 && !b.ipv6;
                     return prefer_v4 && !a.ipv6 && b.ipv6;
                   });
  if (addresses.empty() ||
      (addresses[0].link_local && !options.allow_link_local)) {
    result->notes.push_back(absl::StrCat("network: interface \"", name,
                                         "\" has no address to announce"));
    return;
  }
  result->ip_address = addresses[0].ip;
  result->attributes["unique.network.ip-address"] = addresses[0].ip;
}

void AddBridge(const Options& options, Fingerprint* result) {
  const KernelFiles files(options.root);
  bool found = files.Exists("/sys/module/bridge");
  if (!found) {
    found = absl::StrContains(
        absl::StrCat("\n", files.Text("/proc/modules").value_or("")),
        "\nbridge ");
  }
  if (!found) {
    struct utsname names = {};
    (void)uname(&names);  // fails only for a bad pointer
    const std::string directory = absl::StrCat(
        "/lib/modules/",
        files.Trimmed("/proc/sys/kernel/osrelease").value_or(names.release));
    for (const char* file : {"/modules.builtin", "/modules.dep"}) {
      const std::string text =
          files.Text(absl::StrCat(directory, file)).value_or("");
      found = found || absl::StrContains(text, "/bridge.ko");
    }
  }
  if (!found) return;
  result->attributes["nomad.bridge.hairpin_mode"] =
      options.bridge_hairpin_mode ? "true" : "false";
}

}  // namespace fingerprint
