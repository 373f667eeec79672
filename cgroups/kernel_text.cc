#include "cgroups/kernel_text.h"

#include <cstddef>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace cgroups {
namespace {

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes blank, tab, line feed, backslash and '#' as \ooo.
std::string Unescape(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && text.size() - i > 3 && text[i + 1] <= '3' &&
        IsOctal(text[i + 1]) && IsOctal(text[i + 2]) && IsOctal(text[i + 3])) {
      out.push_back(static_cast<char>(((text[i + 1] - '0') << 6) |
                                      ((text[i + 2] - '0') << 3) |
                                      (text[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

bool HasOption(absl::string_view options, absl::string_view wanted) {
  for (absl::string_view option : absl::StrSplit(options, ',')) {
    if (option == wanted) return true;
  }
  return false;
}

std::optional<uint64_t> Unsigned(absl::string_view text) {
  uint64_t value = 0;
  if (text.empty() || !absl::ascii_isdigit(text[0]) ||
      !absl::SimpleAtoi(text, &value)) {
    return std::nullopt;
  }
  return value;
}

// "   123 kB" to bytes.
uint64_t KibibytesToBytes(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const size_t blank = text.find(' ');
  const std::optional<uint64_t> value = Unsigned(text.substr(0, blank));
  if (!value || *value > std::numeric_limits<uint64_t>::max() / 1024) return 0;
  return *value * 1024;
}

}  // namespace

std::vector<Mount> ParseMountInfo(absl::string_view text) {
  // 36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/sda1 rw
  std::vector<Mount> mounts;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    size_t dash = 6;  // any number of optional fields stands before it
    while (dash < fields.size() && fields[dash] != "-") ++dash;
    if (dash + 1 >= fields.size()) continue;
    Mount mount;
    mount.root = Unescape(fields[3]);
    mount.mount_point = Unescape(fields[4]);
    mount.type = std::string(fields[dash + 1]);
    mount.read_only = HasOption(fields[5], "ro");
    if (dash + 3 < fields.size()) {
      mount.super_options = absl::StrSplit(fields[dash + 3], ',');
      mount.read_only = mount.read_only || HasOption(fields[dash + 3], "ro");
    }
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::map<std::string, std::string> ParseProcCgroup(absl::string_view text) {
  std::map<std::string, std::string> groups;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3 || !absl::StartsWith(fields[2], "/")) continue;
    if (fields[1].empty()) {
      // Only the v2 tree, number 0, has no controllers here.
      if (fields[0] == "0") groups.emplace("", fields[2]);
      continue;
    }
    for (absl::string_view controller : absl::StrSplit(fields[1], ',')) {
      if (!controller.empty()) groups.emplace(controller, fields[2]);
    }
  }
  return groups;
}

std::map<absl::string_view, uint64_t> ParseFlatKeyed(absl::string_view text) {
  std::map<absl::string_view, uint64_t> values;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t blank = line.find(' ');
    if (blank == absl::string_view::npos) continue;
    const std::optional<uint64_t> value = Unsigned(line.substr(blank + 1));
    if (value) values.emplace(line.substr(0, blank), *value);
  }
  return values;
}

std::optional<uint64_t> FindFlatKeyed(absl::string_view text,
                                      absl::string_view key) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.size() > key.size() && line[key.size()] == ' ' &&
        absl::StartsWith(line, key)) {
      return Unsigned(line.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseNumber(absl::string_view text) {
  return Unsigned(absl::StripAsciiWhitespace(text));
}

std::vector<pid_t> ParsePids(absl::string_view text) {
  std::vector<pid_t> pids;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::optional<uint64_t> value = Unsigned(line);
    if (value && *value > 0 &&
        *value <= uint64_t{std::numeric_limits<pid_t>::max()}) {
      pids.push_back(static_cast<pid_t>(*value));
    }
  }
  return pids;
}

std::optional<ProcStat> ParseProcStat(absl::string_view text) {
  const size_t close = text.rfind(')');
  if (close == absl::string_view::npos) return std::nullopt;
  // Field 3 of proc(5), the state, is index 0 here.
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::StripAsciiWhitespace(text.substr(close + 1)), ' ');
  if (fields.size() < 20 || fields[0].size() != 1) return std::nullopt;
  const std::optional<uint64_t> parent = Unsigned(fields[1]);
  const std::optional<uint64_t> user = Unsigned(fields[11]);
  const std::optional<uint64_t> system = Unsigned(fields[12]);
  // Signed in the kernel's own print, though never negative.
  const std::optional<uint64_t> waited_user = Unsigned(fields[13]);
  const std::optional<uint64_t> waited_system = Unsigned(fields[14]);
  const std::optional<uint64_t> start = Unsigned(fields[19]);
  if (!parent || *parent > uint64_t{std::numeric_limits<pid_t>::max()} ||
      !user || !system || !waited_user || !waited_system || !start) {
    return std::nullopt;
  }
  ProcStat stat;
  stat.state = fields[0][0];
  stat.parent = static_cast<pid_t>(*parent);
  stat.user_ticks = *user;
  stat.system_ticks = *system;
  stat.waited_user_ticks = *waited_user;
  stat.waited_system_ticks = *waited_system;
  stat.start_ticks = *start;
  return stat;
}

ProcStatus ParseProcStatus(absl::string_view text) {
  ProcStatus status;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    const absl::string_view key = line.substr(0, colon);
    const absl::string_view value = line.substr(colon + 1);
    if (key == "RssAnon") status.anonymous = KibibytesToBytes(value);
    if (key == "VmRSS") status.resident = KibibytesToBytes(value);
    if (key == "VmSwap") status.swap = KibibytesToBytes(value);
    if (key == "Threads") status.threads = ParseNumber(value).value_or(0);
  }
  return status;
}

}  // namespace cgroups
