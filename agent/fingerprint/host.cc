// Kernel, operating system, memory and signals.
//
// kernel.name        constant
// kernel.arch        machine of uname(2)
// kernel.version     release of uname(2): /proc/sys/kernel/osrelease
// kernel.version.major, .minor
//                    its first two numbers. Ours: releases such as
//                    5.15.0-91-generic are pre-releases to "version"
// kernel.landlock    "v" and the ABI that landlock_create_ruleset(2) answers
// os.name, os.version
//                    the files in /etc that name a system: os_release.h
// os.signals         the signals that kill_signal may name, sorted
// memory.totalbytes  MemTotal of /proc/meminfo, or client memory_total_mb
// unique.hostname    nodename of uname(2): /proc/sys/kernel/hostname

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/fingerprint/kernel_files.h"
#include "agent/fingerprint/os_release.h"
#include "agent/fingerprint/parts.h"

namespace fingerprint {
namespace {

constexpr absl::string_view kSignals[] = {
    "SIGABRT", "SIGALRM", "SIGBUS",   "SIGCHLD", "SIGCONT", "SIGFPE",
    "SIGHUP",  "SIGILL",  "SIGINT",   "SIGIO",   "SIGIOT",  "SIGKILL",
    "SIGPIPE", "SIGPROF", "SIGQUIT",  "SIGSEGV", "SIGSTOP", "SIGSYS",
    "SIGTERM", "SIGTRAP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGXCPU", "SIGXFSZ",
};

// "6" and "1" of "6.1.0-13-amd64".
std::pair<std::string, std::string> FirstNumbers(absl::string_view release) {
  std::string numbers[2];
  size_t at = 0;
  for (std::string& number : numbers) {
    while (at < release.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(release[at]))) {
      number.push_back(release[at++]);
    }
    if (at >= release.size() || release[at] != '.') break;
    ++at;
  }
  return {numbers[0], numbers[1]};
}

}  // namespace

void AddHost(const Options& options, Fingerprint* result) {
  const KernelFiles files(options.root);
  auto& attributes = result->attributes;
  struct utsname names = {};
  (void)uname(&names);  // fails only for a bad pointer
  const std::string release =
      files.Trimmed("/proc/sys/kernel/osrelease").value_or(names.release);
  attributes["kernel.name"] = "linux";
  attributes["kernel.arch"] = names.machine;
  attributes["kernel.version"] = release;
  const auto [major, minor] = FirstNumbers(release);
  attributes["kernel.version.major"] = major;
  attributes["kernel.version.minor"] = minor;
  attributes["unique.hostname"] =
      files.Trimmed("/proc/sys/kernel/hostname").value_or(names.nodename);
  const OsRelease os = FindOsRelease(files);
  attributes["os.name"] = os.name;
  attributes["os.version"] = os.version;
  if (os.name.empty()) {
    result->notes.push_back("host: no file in /etc names the system");
  }
}

void AddLandlock(const Options& options, Fingerprint* result) {
  (void)options;  // the running kernel, wherever the files are
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0,
                           LANDLOCK_CREATE_RULESET_VERSION);
  if (abi > 0) {
    result->attributes["kernel.landlock"] = absl::StrCat("v", abi);
  }
}

void AddSignals(const Options& options, Fingerprint* result) {
  (void)options;  // the same everywhere
  result->attributes["os.signals"] = absl::StrJoin(kSignals, ",");
}

void AddMemory(const Options& options, Fingerprint* result) {
  int64_t bytes = options.memory_total_mb * 1024 * 1024;
  if (bytes == 0) {
    const KernelFiles files(options.root);
    const std::string text = files.Text("/proc/meminfo").value_or("");
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!absl::ConsumePrefix(&line, "MemTotal:")) continue;
      line = absl::StripAsciiWhitespace(line);
      (void)absl::ConsumeSuffix(&line, "kB");
      int64_t kib = 0;
      if (absl::SimpleAtoi(line, &kib) && kib > 0 && kib < INT64_MAX / 1024) {
        bytes = kib * 1024;
      }
    }
  }
  if (bytes == 0) {
    result->notes.push_back("memory: /proc/meminfo has no MemTotal");
    return;
  }
  result->memory_bytes = bytes;
  result->attributes["memory.totalbytes"] = absl::StrCat(bytes);
}

}  // namespace fingerprint
