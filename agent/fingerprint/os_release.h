// Which Linux this is, by the files in /etc that distributions mark themselves
// with.
//
// The first file that is there decides, in this order: oracle-release,
// enterprise-release, slackware-version, debian_version, redhat-release,
// system-release, gentoo-release, SuSE-release, arch-release, alpine-release,
// os-release (also /usr/lib/os-release), lsb-release. With debian_version,
// lsb-release tells Ubuntu and Mint from Debian. The older files come first
// because they are what Nomad looks at: jobs name what it says.

#ifndef DROVER_AGENT_FINGERPRINT_OS_RELEASE_H_
#define DROVER_AGENT_FINGERPRINT_OS_RELEASE_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/fingerprint/kernel_files.h"

namespace fingerprint {

struct OsRelease {
  std::string name;     // "debian", "ubuntu", "centos", "alpine"; lower case
  std::string version;  // "12.11", "22.04"
};

// Empty when no file says.
OsRelease FindOsRelease(const KernelFiles& files);

// os-release(5) and lsb-release: NAME=value lines, quotes taken off.
std::map<std::string, std::string> ParseAssignments(absl::string_view text);

}  // namespace fingerprint

#endif  // DROVER_AGENT_FINGERPRINT_OS_RELEASE_H_
