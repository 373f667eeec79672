#include "interpolation/version.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace interpolation {
namespace {

absl::Status NoVersion(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::CHexEscape(text.substr(0, 128)),
                   "\" is not a version; one looks like 1.2.3 or 1.2.3-rc.1"));
}

bool IsIdentifierByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '~';
}

// Takes identifiers separated by dots from the front; false when one is empty.
bool ConsumeIdentifiers(absl::string_view* text, absl::string_view* taken) {
  size_t size = 0;
  bool empty = true;
  for (; size < text->size(); ++size) {
    if (IsIdentifierByte((*text)[size])) {
      empty = false;
    } else if ((*text)[size] == '.' && !empty) {
      empty = true;
    } else {
      break;
    }
  }
  *taken = text->substr(0, size);
  text->remove_prefix(size);
  return !empty;
}

std::optional<uint64_t> AsNumber(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return {};
  }
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

int Sign(int comparison) { return (comparison > 0) - (comparison < 0); }

// SemVer 2, rule 11.4: identifier by identifier, numbers before words, and of
// two that begin alike the longer is the later.
int ComparePrereleases(absl::string_view a, absl::string_view b) {
  if (a.empty() || b.empty()) {
    return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  }
  const std::vector<absl::string_view> left = absl::StrSplit(a, '.');
  const std::vector<absl::string_view> right = absl::StrSplit(b, '.');
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const auto left_number = AsNumber(left[i]);
    const auto right_number = AsNumber(right[i]);
    if (left_number && right_number) {
      if (*left_number == *right_number) continue;
      return *left_number < *right_number ? -1 : 1;
    }
    if (left_number || right_number) return left_number ? -1 : 1;
    if (const int order = left[i].compare(right[i]); order != 0) {
      return Sign(order);
    }
  }
  if (left.size() == right.size()) return 0;
  return left.size() < right.size() ? -1 : 1;
}

}  // namespace

absl::StatusOr<Version> Version::Parse(absl::string_view text,
                                       VersionStyle style) {
  Version version;
  absl::string_view rest = text;
  (void)absl::ConsumePrefix(&rest, "v");
  while (true) {
    size_t digits = 0;
    while (digits < rest.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(rest[digits]))) {
      ++digits;
    }
    const auto number = AsNumber(rest.substr(0, digits));
    if (!number) return NoVersion(text);
    version.numbers_.push_back(*number);
    rest.remove_prefix(digits);
    if (!absl::ConsumePrefix(&rest, ".")) break;
  }
  absl::string_view identifiers;
  const bool dash = absl::ConsumePrefix(&rest, "-");
  const bool attached =
      !rest.empty() && style == VersionStyle::kLoose &&
      (absl::ascii_isalpha(static_cast<unsigned char>(rest[0])) ||
       rest[0] == '~');
  if (dash || attached) {
    if (!ConsumeIdentifiers(&rest, &identifiers)) return NoVersion(text);
    version.prerelease_ = std::string(identifiers);
  }
  if (absl::ConsumePrefix(&rest, "+") &&
      !ConsumeIdentifiers(&rest, &identifiers)) {
    return NoVersion(text);
  }
  if (!rest.empty()) return NoVersion(text);
  return version;
}

int Version::CompareNumbers(const Version& a, const Version& b) {
  const size_t count = std::max(a.numbers_.size(), b.numbers_.size());
  for (size_t i = 0; i < count; ++i) {
    const uint64_t left = i < a.numbers_.size() ? a.numbers_[i] : 0;
    const uint64_t right = i < b.numbers_.size() ? b.numbers_[i] : 0;
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

int Version::Compare(const Version& a, const Version& b) {
  if (const int order = CompareNumbers(a, b); order != 0) return order;
  return ComparePrereleases(a.prerelease_, b.prerelease_);
}

absl::StatusOr<VersionRange::Term> VersionRange::ParseTerm(
    absl::string_view text, VersionStyle style) {
  // Longer ones first: ">" begins ">=" too.
  constexpr std::pair<absl::string_view, Op> kOps[] = {
      {">=", Op::kAtLeast}, {"<=", Op::kAtMost}, {"!=", Op::kNotEqual},
      {"~>", Op::kAbout},   {">", Op::kMore},    {"<", Op::kLess},
      {"=", Op::kEqual},
  };
  Term term;
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  for (const auto& [spelling, op] : kOps) {
    if (!absl::ConsumePrefix(&rest, spelling)) continue;
    if (op == Op::kAbout && style == VersionStyle::kStrict) {
      return absl::InvalidArgumentError(
          "semver knows no \"~>\"; use \"version\", or >= and <");
    }
    term.op = op;
    break;
  }
  ASSIGN_OR_RETURN(term.version,
                   Version::Parse(absl::StripAsciiWhitespace(rest), style));
  return term;
}

absl::StatusOr<VersionRange> VersionRange::Parse(absl::string_view text,
                                                 VersionStyle style) {
  VersionRange range;
  range.style_ = style;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    ASSIGN_OR_RETURN(Term term, ParseTerm(part, style));
    range.terms_.push_back(std::move(term));
  }
  return range;
}

bool VersionRange::Holds(const Term& term, const Version& version) const {
  const int order = Version::Compare(version, term.version);
  if (term.op == Op::kEqual) return order == 0;
  if (term.op == Op::kNotEqual) return order != 0;
  if (style_ == VersionStyle::kLoose && version.is_prerelease()) {
    if (!term.version.is_prerelease()) return false;
    if (Version::CompareNumbers(version, term.version) != 0) return false;
  }
  switch (term.op) {
    case Op::kMore:
      return order > 0;
    case Op::kLess:
      return order < 0;
    case Op::kAtLeast:
      return order >= 0;
    case Op::kAtMost:
      return order <= 0;
    default:
      break;
  }
  // ~>: all numbers but the last that was written must be the same.
  if (order < 0) return false;
  if (term.version.is_prerelease() && !version.is_prerelease()) return false;
  const std::vector<uint64_t>& wanted = term.version.numbers();
  const std::vector<uint64_t>& given = version.numbers();
  for (size_t i = 0; i + 1 < wanted.size(); ++i) {
    if (wanted[i] != (i < given.size() ? given[i] : 0)) return false;
  }
  return true;
}

bool VersionRange::Contains(const Version& version) const {
  return std::all_of(terms_.begin(), terms_.end(),
                     [&](const Term& term) { return Holds(term, version); });
}

}  // namespace interpolation
