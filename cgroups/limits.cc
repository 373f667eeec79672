#include "cgroups/limits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace cgroups {
namespace {

absl::Status CheckList(absl::string_view what, absl::string_view list) {
  for (const char c : list) {
    if (!absl::ascii_isdigit(c) && c != ',' && c != '-') {
      return absl::InvalidArgumentError(absl::StrCat(
          what, " \"", list,
          "\" is not a list of numbers and ranges like \"0-2,4\""));
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const Limits& limits) {
  RETURN_IF_ERROR(CheckList("cpus", limits.cpus));
  RETURN_IF_ERROR(CheckList("memory_nodes", limits.memory_nodes));
  if (limits.memory_max_bytes && limits.memory_low_bytes &&
      *limits.memory_low_bytes > *limits.memory_max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the memory reservation of ", *limits.memory_low_bytes,
        " bytes is more than the limit of ", *limits.memory_max_bytes));
  }
  if (limits.io_weight &&
      (*limits.io_weight < 1 || *limits.io_weight > 10000)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "io weight ", *limits.io_weight, " is not between 1 and 10000"));
  }
  return absl::OkStatus();
}

std::string Device(const IoLimit& io) {
  return absl::StrCat(io.major, ":", io.minor);
}

}  // namespace

bool Limits::empty() const {
  return !memory_max_bytes && !memory_low_bytes && !swap_max_bytes &&
         !cpu_shares && cpus.empty() && memory_nodes.empty() && !pids_max &&
         !io_weight && io.empty();
}

uint64_t CpuWeight(uint64_t cpu_shares) {
  if (cpu_shares <= 2) return 1;
  if (cpu_shares >= 262144) return 10000;
  const double l = std::log2(static_cast<double>(cpu_shares));
  // (l^2 + 125 l) / 612 - 7 / 34 over one denominator: exactly 2 for 1024.
  const double exponent = (l * l + 125 * l - 126) / 612;
  return static_cast<uint64_t>(std::ceil(std::pow(10.0, exponent)));
}

absl::Status UnifiedSettings(const Limits& limits, std::vector<Setting>* out) {
  RETURN_IF_ERROR(Check(limits));
  const auto add = [&](const char* controller, std::string file,
                       std::string value, std::string fallback_file = "",
                       std::string fallback_value = "") {
    out->push_back({controller, std::move(file), std::move(value),
                    std::move(fallback_file), std::move(fallback_value),
                    /*required=*/true});
  };
  if (!limits.cpus.empty()) add("cpuset", "cpuset.cpus", limits.cpus);
  if (!limits.memory_nodes.empty()) {
    add("cpuset", "cpuset.mems", limits.memory_nodes);
  }
  if (limits.memory_low_bytes) {
    add("memory", "memory.low", absl::StrCat(*limits.memory_low_bytes));
  }
  if (limits.memory_max_bytes) {
    add("memory", "memory.max", absl::StrCat(*limits.memory_max_bytes));
  }
  if (limits.swap_max_bytes) {
    add("memory", "memory.swap.max", absl::StrCat(*limits.swap_max_bytes));
    out->back().required = false;
  }
  if (limits.cpu_shares) {
    add("cpu", "cpu.weight", absl::StrCat(CpuWeight(*limits.cpu_shares)));
  }
  if (limits.pids_max) {
    add("pids", "pids.max", absl::StrCat(*limits.pids_max));
  }
  if (limits.io_weight) {
    add("io", "io.weight", absl::StrCat("default ", *limits.io_weight),
        "io.bfq.weight",
        absl::StrCat(std::min<uint64_t>(*limits.io_weight, 1000)));
  }
  for (const IoLimit& io : limits.io) {
    std::string value = Device(io);
    const auto append = [&](const char* key, uint64_t number) {
      if (number != 0) absl::StrAppend(&value, " ", key, "=", number);
    };
    append("rbps", io.read_bytes_per_second);
    append("wbps", io.write_bytes_per_second);
    append("riops", io.reads_per_second);
    append("wiops", io.writes_per_second);
    if (value != Device(io)) add("io", "io.max", std::move(value));
  }
  return absl::OkStatus();
}

absl::Status LegacySettings(const Limits& limits, std::vector<Setting>* out) {
  RETURN_IF_ERROR(Check(limits));
  const auto add = [&](const char* controller, std::string file,
                       std::string value, std::string fallback_file = "",
                       std::string fallback_value = "") {
    out->push_back({controller, std::move(file), std::move(value),
                    std::move(fallback_file), std::move(fallback_value),
                    /*required=*/true});
  };
  if (!limits.cpus.empty()) add("cpuset", "cpuset.cpus", limits.cpus);
  if (!limits.memory_nodes.empty()) {
    add("cpuset", "cpuset.mems", limits.memory_nodes);
  }
  if (limits.memory_low_bytes) {
    add("memory", "memory.soft_limit_in_bytes",
        absl::StrCat(*limits.memory_low_bytes));
  }
  if (limits.memory_max_bytes) {
    add("memory", "memory.limit_in_bytes",
        absl::StrCat(*limits.memory_max_bytes));
  }
  if (limits.swap_max_bytes) {
    // v1 limits the sum of memory and swap, and only where swap is accounted.
    if (limits.memory_max_bytes &&
        *limits.swap_max_bytes <=
            std::numeric_limits<uint64_t>::max() - *limits.memory_max_bytes) {
      add("memory", "memory.memsw.limit_in_bytes",
          absl::StrCat(*limits.memory_max_bytes + *limits.swap_max_bytes),
          *limits.swap_max_bytes == 0 ? "memory.swappiness" : "", "0");
      out->back().required = false;
    } else if (*limits.swap_max_bytes == 0) {
      add("memory", "memory.swappiness", "0");
    } else {
      return absl::InvalidArgumentError(
          "on cgroup v1 a swap limit needs a memory limit beside it");
    }
  }
  if (limits.cpu_shares) {
    add("cpu", "cpu.shares",
        absl::StrCat(std::clamp<uint64_t>(*limits.cpu_shares, 2, 262144)));
  }
  if (limits.pids_max) {
    add("pids", "pids.max", absl::StrCat(*limits.pids_max));
  }
  if (limits.io_weight) {
    const uint64_t weight = std::clamp<uint64_t>(*limits.io_weight, 10, 1000);
    add("blkio", "blkio.weight", absl::StrCat(weight), "blkio.bfq.weight",
        absl::StrCat(weight));
  }
  for (const IoLimit& io : limits.io) {
    const auto throttle = [&](const char* file, uint64_t number) {
      if (number != 0) {
        add("blkio", absl::StrCat("blkio.throttle.", file),
            absl::StrCat(Device(io), " ", number));
      }
    };
    throttle("read_bps_device", io.read_bytes_per_second);
    throttle("write_bps_device", io.write_bytes_per_second);
    throttle("read_iops_device", io.reads_per_second);
    throttle("write_iops_device", io.writes_per_second);
  }
  return absl::OkStatus();
}

}  // namespace cgroups
