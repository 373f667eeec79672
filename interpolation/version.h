// Version numbers, as the constraint operators `version` and `semver` read
// them.
//
//   ASSIGN_OR_RETURN(auto wanted, VersionRange::Parse(">= 1.2, < 2", kLoose));
//   ASSIGN_OR_RETURN(Version version, Version::Parse("1.4.2", kLoose));
//   if (wanted.Contains(version)) ...
//
// A version is an optional "v", numbers separated by dots, then optionally a
// pre-release ("-rc.1") and metadata ("+ent", which never counts). Numbers that
// are missing are 0: 1.2 equals 1.2.0. Pre-releases are ordered as in SemVer 2.
//
// A range is a list "[op] version, ..." of which all must hold; op is one of
// = != > < >= <= ~>, and "=" when it is not there. "~> 1.2.3" is at least 1.2.3
// and below 1.3; "~> 1.2" at least 1.2 and below 2; "~> 1" has no upper bound.
//
// Where the two operators differ:
//
//   kLoose (`version`)   a pre-release may stand at the number directly
//                        ("1.2rc1"). For > < >= <= and ~> a pre-release is
//                        only in a range whose version is a pre-release of
//                        the same numbers: 1.3.0-beta is not >= 1.2.
//   kStrict (`semver`)   a pre-release needs its dash; no "~>"; plain
//                        ordering: 1.3.0-beta is >= 1.2, and below 1.3.0.
//
// Many kernels' releases look like pre-releases (5.15.0-91-generic): only
// `semver` compares those as one expects.
//
// Threads:  immutable values.
// Errors:   InvalidArgument that names the text; numbers beyond 64 bits too.

#ifndef DROVER_INTERPOLATION_VERSION_H_
#define DROVER_INTERPOLATION_VERSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace interpolation {

enum class VersionStyle { kLoose, kStrict };

class Version {
 public:
  static absl::StatusOr<Version> Parse(absl::string_view text,
                                       VersionStyle style);

  bool is_prerelease() const { return !prerelease_.empty(); }
  // As many as were written, at least one.
  const std::vector<uint64_t>& numbers() const { return numbers_; }

  // -1, 0, 1.
  static int Compare(const Version& a, const Version& b);
  // The numbers alone.
  static int CompareNumbers(const Version& a, const Version& b);

 private:
  std::vector<uint64_t> numbers_;
  std::string prerelease_;  // "rc.1"
};

class VersionRange {
 public:
  static absl::StatusOr<VersionRange> Parse(absl::string_view text,
                                            VersionStyle style);

  bool Contains(const Version& version) const;

 private:
  enum class Op { kEqual, kNotEqual, kMore, kLess, kAtLeast, kAtMost, kAbout };
  struct Term {
    Op op = Op::kEqual;
    Version version;
  };
  static absl::StatusOr<Term> ParseTerm(absl::string_view text,
                                        VersionStyle style);
  bool Holds(const Term& term, const Version& version) const;

  VersionStyle style_ = VersionStyle::kLoose;
  std::vector<Term> terms_;
};

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_VERSION_H_
