// Constraints and versions out of any bytes: checking never crashes, a verdict
// that is no says why, and the order of versions is one.
//
// Input: attribute, operator and value, a line each.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "interpolation/constraint.h"
#include "interpolation/version.h"

namespace {

using interpolation::Version;
using interpolation::VersionRange;
using interpolation::VersionStyle;

void Require(bool condition) {
  if (!condition) std::abort();
}

const interpolation::Node& TheNode() {
  static const auto* const node = [] {
    interpolation::NodeVariables variables;
    variables.name = "n1";
    variables.attributes = {{"kernel.name", "linux"},
                            {"kernel.version", "6.1.0-13-amd64"},
                            {"os.signals", "SIGINT,SIGTERM"}};
    return new interpolation::Node(variables);
  }();
  return *node;
}

void CheckVersions(absl::string_view left, absl::string_view right,
                   VersionStyle style) {
  (void)VersionRange::Parse(right, style);
  const auto a = Version::Parse(left, style);
  const auto b = Version::Parse(right, style);
  if (a.ok()) Require(Version::Compare(*a, *a) == 0);
  if (!a.ok() || !b.ok()) return;
  Require(Version::Compare(*a, *b) == -Version::Compare(*b, *a));
  const auto same = VersionRange::Parse(absl::StrCat("= ", right), style);
  const auto other = VersionRange::Parse(absl::StrCat("!= ", right), style);
  Require(same.ok() && other.ok());
  Require(same->Contains(*b));
  Require(same->Contains(*a) != other->Contains(*a));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1024) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines =
      absl::StrSplit(text, absl::MaxSplits('\n', 2));
  lines.resize(3);
  interpolation::Constraint constraint;
  constraint.attribute = lines[0];
  constraint.op = lines[1];
  constraint.value = lines[2];
  const auto verdict = interpolation::CheckConstraint(constraint, TheNode());
  Require(verdict.met == verdict.reason.empty());
  if (!interpolation::ValidateConstraint(constraint).ok()) {
    Require(!verdict.met);
  }
  for (const VersionStyle style :
       {VersionStyle::kLoose, VersionStyle::kStrict}) {
    CheckVersions(constraint.attribute, constraint.value, style);
  }
  return 0;
}
