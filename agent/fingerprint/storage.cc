// The disk that tasks write to.
//
// unique.storage.volume      the source of the mount that the directory of
//                            allocations is on: /proc/self/mountinfo
// unique.storage.bytestotal  f_blocks times f_frsize of statvfs(3), in whole
//                            KiB as df(1) counts, or client disk_total_mb

#include <stdlib.h>
#include <sys/statvfs.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/fingerprint/kernel_files.h"
#include "agent/fingerprint/parts.h"

namespace fingerprint {
namespace {

// The path without links; of one that does not exist yet, its nearest
// directory that does.
std::string ExistingPath(std::string path) {
  while (true) {
    const std::unique_ptr<char, decltype(&free)> real(
        realpath(path.c_str(), nullptr), free);
    if (real != nullptr) return real.get();
    const size_t slash = path.find_last_of('/');
    if (slash == std::string::npos || path.size() <= 1) return "/";
    path.resize(slash == 0 ? 1 : slash);
  }
}

// Undoes \040 and its like.
std::string Unescape(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    bool octal = text[i] == '\\' && i + 3 < text.size();
    for (size_t digit = 1; octal && digit <= 3; ++digit) {
      const char c = text[i + digit];
      octal = c >= '0' && c <= '7';
      value = value * 8 + (c - '0');
    }
    if (octal && value < 256) {
      result.push_back(static_cast<char>(value));
      i += 3;
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

bool IsBelow(absl::string_view path, absl::string_view directory) {
  if (directory == "/" || path == directory) return true;
  return absl::StartsWith(path, directory) && path[directory.size()] == '/';
}

// The mount that a path is on: the deepest mount point above it, and of those
// mounted one over the other, the last. Empty when none is.
std::string MountSource(absl::string_view mountinfo, absl::string_view path) {
  std::string best_point;
  std::string source;
  for (const absl::string_view line : absl::StrSplit(mountinfo, '\n')) {
    // id parent device root mount-point options [tags] - type source options
    const std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(line, absl::MaxSplits(" - ", 1));
    const std::vector<absl::string_view> left =
        absl::StrSplit(halves.first, ' ');
    const std::vector<absl::string_view> right =
        absl::StrSplit(halves.second, ' ');
    if (left.size() < 6 || right.size() < 2) continue;
    const std::string point = Unescape(left[4]);
    if (point.size() < best_point.size() || !IsBelow(path, point)) continue;
    best_point = point;
    source = Unescape(right[1]);
  }
  return source;
}

}  // namespace

void AddStorage(const Options& options, Fingerprint* result) {
  if (options.alloc_dir.empty()) {
    result->notes.push_back("storage: no directory of allocations is set");
    return;
  }
  const KernelFiles files(options.root);
  const std::string path = ExistingPath(options.alloc_dir);
  result->attributes["unique.storage.volume"] =
      MountSource(files.Text("/proc/self/mountinfo").value_or(""), path);
  int64_t bytes = options.disk_total_mb * 1024 * 1024;
  if (bytes == 0) {
    struct statvfs status = {};
    if (statvfs(path.c_str(), &status) != 0) {
      result->notes.push_back(
          absl::StrCat("storage: cannot ask for the size of \"", path, "\""));
      return;
    }
    const uint64_t total = uint64_t{status.f_blocks} * status.f_frsize;
    bytes = static_cast<int64_t>(total / 1024 * 1024);
  }
  result->disk_bytes = bytes;
  if (bytes > 0) {
    result->attributes["unique.storage.bytestotal"] = absl::StrCat(bytes);
  }
}

}  // namespace fingerprint
