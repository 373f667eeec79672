#include "agent/fingerprint/os_release.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fingerprint {
namespace {

std::string FirstWord(absl::string_view text) {
  const size_t end = text.find_first_of(" \t\r\n");
  return std::string(text.substr(0, end));
}

std::string FirstLine(absl::string_view text) {
  return std::string(
      absl::StripAsciiWhitespace(text.substr(0, text.find('\n'))));
}

// "7.9.2009" of "CentOS Linux release 7.9.2009 (Core)".
std::string NumberAfterRelease(absl::string_view text) {
  constexpr absl::string_view kRelease = "release ";
  size_t at = text.find(kRelease);
  if (at == absl::string_view::npos) return "";
  at += kRelease.size();
  size_t end = at;
  while (end < text.size() &&
         (absl::ascii_isdigit(static_cast<unsigned char>(text[end])) ||
          text[end] == '.')) {
    ++end;
  }
  return std::string(text.substr(at, end - at));
}

OsRelease RedHatLike(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  const std::string name =
      absl::StrContains(lower, "red hat") ? "redhat" : FirstWord(lower);
  if (absl::StrContains(lower, "rawhide")) {
    return {.name = name, .version = "rawhide"};
  }
  return {.name = name, .version = NumberAfterRelease(lower)};
}

std::string Get(const std::map<std::string, std::string>& values,
                const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

std::map<std::string, std::string> Lsb(const KernelFiles& files) {
  return ParseAssignments(files.Text("/etc/lsb-release").value_or(""));
}

OsRelease Debian(const KernelFiles& files, absl::string_view text) {
  const auto lsb = Lsb(files);
  const std::string id = Get(lsb, "DISTRIB_ID");
  if (id == "Ubuntu") {
    return {.name = "ubuntu", .version = Get(lsb, "DISTRIB_RELEASE")};
  }
  if (id == "LinuxMint") {
    return {.name = "linuxmint", .version = Get(lsb, "DISTRIB_RELEASE")};
  }
  const bool raspberry = files.Exists("/usr/bin/raspi-config");
  return {.name = raspberry ? "raspbian" : "debian",
          .version = FirstLine(text)};
}

}  // namespace

std::map<std::string, std::string> ParseAssignments(absl::string_view text) {
  std::map<std::string, std::string> values;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    const size_t equals = line.find('=');
    if (equals == absl::string_view::npos || line[0] == '#') continue;
    absl::string_view value = line.substr(equals + 1);
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') &&
        value.back() == value[0]) {
      value = value.substr(1, value.size() - 2);
    }
    values.emplace(line.substr(0, equals), value);
  }
  return values;
}

OsRelease FindOsRelease(const KernelFiles& files) {
  const auto read = [&files](absl::string_view path) {
    return files.Trimmed(path);
  };
  for (const absl::string_view path :
       {"/etc/oracle-release", "/etc/enterprise-release"}) {
    if (const auto text = read(path)) {
      return {.name = "oracle", .version = RedHatLike(*text).version};
    }
  }
  if (const auto text = read("/etc/slackware-version")) {
    const size_t last = text->find_last_of(' ');
    return {
        .name = "slackware",
        .version = last == std::string::npos ? *text : text->substr(last + 1)};
  }
  if (const auto text = read("/etc/debian_version")) {
    return Debian(files, *text);
  }
  for (const absl::string_view path :
       {"/etc/redhat-release", "/etc/system-release"}) {
    if (const auto text = read(path)) return RedHatLike(*text);
  }
  if (const auto text = read("/etc/gentoo-release")) {
    return {.name = "gentoo", .version = RedHatLike(*text).version};
  }
  if (const auto text = read("/etc/SuSE-release")) {
    const bool open = absl::StrContains(absl::AsciiStrToLower(*text), "open");
    std::string version;
    for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
      if (!absl::StartsWith(line, "VERSION")) continue;
      const size_t equals = line.find('=');
      if (equals == absl::string_view::npos) continue;
      version = FirstLine(line.substr(equals + 1));
    }
    return {.name = open ? "opensuse" : "suse", .version = version};
  }
  // Empty on a real Arch, so reading is not enough.
  if (files.Exists("/etc/arch-release")) {
    return {.name = "arch", .version = Get(Lsb(files), "DISTRIB_RELEASE")};
  }
  if (const auto text = read("/etc/alpine-release")) {
    return {.name = "alpine", .version = FirstLine(*text)};
  }
  for (const absl::string_view path :
       {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto values = ParseAssignments(files.Text(path).value_or(""));
    const std::string id = Get(values, "ID");
    if (!id.empty()) {
      return {.name = absl::AsciiStrToLower(id),
              .version = Get(values, "VERSION_ID")};
    }
  }
  const auto lsb = Lsb(files);
  return {.name = absl::AsciiStrToLower(Get(lsb, "DISTRIB_ID")),
          .version = Get(lsb, "DISTRIB_RELEASE")};
}

}  // namespace fingerprint
