// Processors: how many, how fast, of which kind.
//
// cpu.arch              the machine this program was compiled for, by Go's name
// cpu.modelname         "model name" of /proc/cpuinfo
// cpu.numcores          ids in /sys/devices/system/cpu/online, else the
//                       "processor" lines of /proc/cpuinfo
// cpu.numcores.performance, .efficiency
//                       only where cores differ: ids in
//                       /sys/devices/cpu_atom/cpus (Intel), else those whose
//                       cpu<N>/cpu_capacity is below 3/4 of the largest (Arm)
// cpu.frequency         MHz of one core, or cpu.frequency.performance and
//                       .efficiency where cores differ: of the first source of
//                         cpu<N>/cpufreq/base_frequency (kHz)
//                         cpu<N>/acpi_cppc/nominal_freq (MHz)
//                         cpu<N>/cpufreq/cpuinfo_max_freq (kHz)
//                         "Current Speed" in the firmware's table (smbios.h)
//                         "cpu MHz" of /proc/cpuinfo
// cpu.totalcompute      the sum over all cores, or client cpu_total_compute
// cpu.usablecompute     the same over cores that are not reserved, less
//                       reserved.cpu
// cpu.reservablecores   how many are left after reservable_cores and
//                       reserved.cores
// numa.node.count, numa.node<N>.cores
//                       /sys/devices/system/node/online and node<N>/cpulist; a
//                       kernel without them has one node
//
// Nomad calls a core "efficiency" when it has no second thread, which makes
// most small virtual machines look as if they had nothing else. Not copied.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/fingerprint/kernel_files.h"
#include "agent/fingerprint/parts.h"
#include "agent/fingerprint/smbios.h"

namespace fingerprint {
namespace {

constexpr absl::string_view kCpuDirectory = "/sys/devices/system/cpu";

// What /proc/cpuinfo says of the first processor, and how many there are.
struct CpuInfo {
  std::string model_name;
  double mhz = 0;
  std::vector<int> ids;
};

CpuInfo ReadCpuInfo(const KernelFiles& files) {
  CpuInfo info;
  const std::optional<std::string> text = files.Text("/proc/cpuinfo");
  if (!text) return info;
  for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    const absl::string_view key = absl::StripAsciiWhitespace(field.first);
    const absl::string_view value = absl::StripAsciiWhitespace(field.second);
    int id = 0;
    if (key == "processor" && absl::SimpleAtoi(value, &id)) {
      info.ids.push_back(id);
    } else if (key == "model name" && info.model_name.empty()) {
      info.model_name = std::string(value);
    } else if (key == "cpu MHz" && info.mhz == 0) {
      double mhz = 0;
      if (absl::SimpleAtod(value, &mhz) && mhz > 0 && mhz < 1e6) info.mhz = mhz;
    }
  }
  return info;
}

struct Core {
  int id = 0;
  bool efficiency = false;
  int64_t mhz = 0;
};

std::string CoreFile(int id, absl::string_view name) {
  return absl::StrCat(kCpuDirectory, "/cpu", id, "/", name);
}

void Grade(const KernelFiles& files, std::vector<Core>* cores) {
  if (const auto atoms = files.Trimmed("/sys/devices/cpu_atom/cpus")) {
    const std::vector<int> ids = ParseIdList(*atoms);
    for (Core& core : *cores) {
      core.efficiency = std::binary_search(ids.begin(), ids.end(), core.id);
    }
    return;
  }
  std::vector<int64_t> capacities;
  int64_t largest = 0;
  for (const Core& core : *cores) {
    const int64_t capacity =
        files.Number(CoreFile(core.id, "cpu_capacity")).value_or(0);
    capacities.push_back(capacity);
    largest = std::max(largest, capacity);
  }
  for (size_t i = 0; i < cores->size(); ++i) {
    // Equal cores may differ a little where some reach a higher boost.
    (*cores)[i].efficiency =
        capacities[i] > 0 && capacities[i] * 4 < largest * 3;
  }
}

// Finds the speed of every core; returns where from.
std::string MeasureSpeed(const KernelFiles& files, const CpuInfo& info,
                         std::vector<Core>* cores) {
  struct Source {
    absl::string_view file;
    int64_t per_mhz;  // units of the file in one MHz
  };
  constexpr Source kSources[] = {
      {"cpufreq/base_frequency", 1000},
      {"acpi_cppc/nominal_freq", 1},
      {"cpufreq/cpuinfo_max_freq", 1000},
  };
  absl::string_view found;
  for (Core& core : *cores) {
    for (const Source& source : kSources) {
      const int64_t value =
          files.Number(CoreFile(core.id, source.file)).value_or(0);
      if (value < source.per_mhz) continue;
      core.mhz = value / source.per_mhz;
      found = source.file;
      break;
    }
  }
  if (!found.empty()) return absl::StrCat(kCpuDirectory, "/cpu*/", found);
  std::string source;
  int64_t mhz = FirmwareCpuMhz(files);
  if (mhz > 0) {
    source = "the firmware's processor table";
  } else {
    mhz = std::llround(std::floor(info.mhz));
    source = "/proc/cpuinfo";
  }
  if (mhz == 0) return "";
  for (Core& core : *cores) core.mhz = mhz;
  return source;
}

// The largest of a kind, as one number stands for all of them.
int64_t Speed(const std::vector<Core>& cores, bool efficiency) {
  int64_t mhz = 0;
  for (const Core& core : cores) {
    if (core.efficiency == efficiency) mhz = std::max(mhz, core.mhz);
  }
  return mhz;
}

void AddNuma(const KernelFiles& files, const std::vector<Core>& cores,
             Fingerprint* result) {
  auto& attributes = result->attributes;
  const auto online = files.Trimmed("/sys/devices/system/node/online");
  if (!online) {
    std::vector<int> ids;
    for (const Core& core : cores) ids.push_back(core.id);
    attributes["numa.node.count"] = "1";
    attributes["numa.node0.cores"] = FormatIdList(ids);
    return;
  }
  const std::vector<int> nodes = ParseIdList(*online);
  attributes["numa.node.count"] = absl::StrCat(nodes.size());
  for (const int node : nodes) {
    const auto list = files.Trimmed(
        absl::StrCat("/sys/devices/system/node/node", node, "/cpulist"));
    attributes[absl::StrCat("numa.node", node, ".cores")] =
        FormatIdList(ParseIdList(list.value_or("")));
  }
}

}  // namespace

void AddArch(const Options& options, Fingerprint* result) {
  (void)options;  // the same wherever the files are
#if defined(__x86_64__)
  result->attributes["cpu.arch"] = "amd64";
#elif defined(__aarch64__)
  result->attributes["cpu.arch"] = "arm64";
#elif defined(__i386__)
  result->attributes["cpu.arch"] = "386";
#elif defined(__arm__)
  result->attributes["cpu.arch"] = "arm";
#elif defined(__riscv)
  result->attributes["cpu.arch"] = "riscv64";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  result->attributes["cpu.arch"] = "ppc64le";
#elif defined(__s390x__)
  result->attributes["cpu.arch"] = "s390x";
#else
#error "give cpu.arch for this machine by its name in Go"
#endif
}

void AddCpu(const Options& options, Fingerprint* result) {
  const KernelFiles files(options.root);
  auto& attributes = result->attributes;
  const CpuInfo info = ReadCpuInfo(files);
  attributes["cpu.modelname"] = info.model_name;

  std::vector<int> online;
  if (const auto list = files.Trimmed(absl::StrCat(kCpuDirectory, "/online"))) {
    online = ParseIdList(*list);
  }
  if (online.empty()) online = info.ids;
  if (online.empty()) {
    result->notes.push_back(
        "cpu: neither /sys nor /proc/cpuinfo lists a processor");
    return;
  }
  std::vector<Core> cores;
  for (const int id : online) cores.push_back({.id = id});
  Grade(files, &cores);
  const std::string source = MeasureSpeed(files, info, &cores);
  result->notes.push_back(
      source.empty()
          ? "cpu: no source tells the speed of the processor; set "
            "cpu_total_compute"
          : absl::StrCat("cpu: the speed of the processor is from ", source));

  const auto small = std::count_if(cores.begin(), cores.end(),
                                   [](const Core& c) { return c.efficiency; });
  const auto large = static_cast<int64_t>(cores.size()) - small;
  attributes["cpu.numcores"] = absl::StrCat(cores.size());
  if (small == 0) {
    attributes["cpu.frequency"] = absl::StrCat(Speed(cores, false));
  } else {
    attributes["cpu.numcores.performance"] = absl::StrCat(large);
    attributes["cpu.numcores.efficiency"] = absl::StrCat(small);
    attributes["cpu.frequency.performance"] = absl::StrCat(Speed(cores, false));
    attributes["cpu.frequency.efficiency"] = absl::StrCat(Speed(cores, true));
  }

  const std::vector<int> reserved = ParseIdList(options.reserved_cores);
  const std::vector<int> mask = ParseIdList(options.reservable_cores);
  int64_t total = 0;
  int64_t usable = 0;
  for (const Core& core : cores) {
    total += core.mhz;
    result->cores.push_back(core.id);
    if (std::binary_search(reserved.begin(), reserved.end(), core.id)) continue;
    usable += core.mhz;
    if (options.reservable_cores.empty() ||
        std::binary_search(mask.begin(), mask.end(), core.id)) {
      result->reservable_cores.push_back(core.id);
    }
  }
  if (options.cpu_total_compute_mhz > 0) {
    total = usable = options.cpu_total_compute_mhz;
  }
  usable = std::max<int64_t>(0, usable - options.reserved_cpu_mhz);
  result->cpu_total_mhz = total;
  result->cpu_usable_mhz = usable;
  attributes["cpu.totalcompute"] = absl::StrCat(total);
  attributes["cpu.usablecompute"] = absl::StrCat(usable);
  attributes["cpu.reservablecores"] =
      absl::StrCat(result->reservable_cores.size());
  AddNuma(files, cores, result);
}

}  // namespace fingerprint
