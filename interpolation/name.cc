#include "interpolation/name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace interpolation {
namespace {

constexpr absl::string_view kCleanedPrefixes[] = {
    "NOMAD_ADDR_",      "NOMAD_IP_",   "NOMAD_PORT_",
    "NOMAD_HOST_PORT_", "NOMAD_META_",
};

constexpr absl::string_view kSecretWords[] = {
    "TOKEN",   "SECRET",     "PASSWORD",    "PASSWD",     "PASSPHRASE",
    "API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL",
};

}  // namespace

std::string CleanName(absl::string_view name) {
  std::string clean(name);
  for (size_t i = 0; i < clean.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(clean[i]);
    const bool keep = c == '_' || c == '.' || absl::ascii_isalpha(c) ||
                      (absl::ascii_isdigit(c) && i != 0);
    if (!keep) clean[i] = '_';
  }
  return clean;
}

bool IsCleaned(absl::string_view name) {
  if (!absl::StartsWith(name, "NOMAD_")) return false;
  for (const absl::string_view prefix : kCleanedPrefixes) {
    if (absl::StartsWith(name, prefix)) return true;
  }
  return false;
}

std::string EnvironmentName(absl::string_view name) {
  return IsCleaned(name) ? CleanName(name) : std::string(name);
}

absl::Status CheckName(absl::string_view name) {
  if (name.empty()) {
    return absl::InvalidArgumentError("an environment variable has no name");
  }
  const size_t bad = name.find_first_of(absl::string_view("=\0", 2));
  if (bad == absl::string_view::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "environment variable \"", absl::CHexEscape(name), "\": a name cannot ",
      name[bad] == '=' ? "have '=' in it" : "have a NUL byte in it"));
}

bool NameSaysSecret(absl::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(name);
  for (const absl::string_view word : kSecretWords) {
    if (absl::StrContains(upper, word)) return true;
  }
  return false;
}

}  // namespace interpolation
