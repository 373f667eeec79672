#include "interpolation/constraint.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/nearest_name.h"
#include "base/status.h"
#include "base/string_view.h"
#include "interpolation/known_names.h"
#include "interpolation/version.h"
#include "re2/re2.h"

namespace interpolation {
namespace {

// What an operator wants on its right side.
enum class Right { kText, kPattern, kVersion, kSemver, kNothing, kCount, kAny };

enum class Kind {
  kEqual,
  kNotEqual,
  kLess,
  kAtMost,
  kMore,
  kAtLeast,
  kRegexp,
  kVersion,
  kSemver,
  kContainsAll,
  kContainsAny,
  kIsSet,
  kIsNotSet,
  kDistinctHosts,
  kDistinctProperty,
};

struct Operator {
  absl::string_view spelling;
  Kind kind;
  Right right;
};

constexpr Operator kOperators[] = {
    {"=", Kind::kEqual, Right::kText},
    {"==", Kind::kEqual, Right::kText},
    {"is", Kind::kEqual, Right::kText},
    {"!=", Kind::kNotEqual, Right::kText},
    {"not", Kind::kNotEqual, Right::kText},
    {"<", Kind::kLess, Right::kText},
    {"<=", Kind::kAtMost, Right::kText},
    {">", Kind::kMore, Right::kText},
    {">=", Kind::kAtLeast, Right::kText},
    {"regexp", Kind::kRegexp, Right::kPattern},
    {"version", Kind::kVersion, Right::kVersion},
    {"semver", Kind::kSemver, Right::kSemver},
    {"set_contains", Kind::kContainsAll, Right::kText},
    {"set_contains_all", Kind::kContainsAll, Right::kText},
    {"set_contains_any", Kind::kContainsAny, Right::kText},
    {"is_set", Kind::kIsSet, Right::kNothing},
    {"is_not_set", Kind::kIsNotSet, Right::kNothing},
    {"distinct_hosts", Kind::kDistinctHosts, Right::kAny},
    {"distinct_property", Kind::kDistinctProperty, Right::kCount},
};

constexpr absl::string_view kNodeNames[] = {
    "node.unique.id", "node.unique.name", "node.datacenter",
    "node.class",     "node.pool",
};

const Operator* FindOperator(absl::string_view spelling) {
  for (const Operator& op : kOperators) {
    if (op.spelling == spelling) return &op;
  }
  return nullptr;
}

bool IsReference(absl::string_view target) {
  return absl::StartsWith(target, "${");
}

// The name in "${name}"; empty when the target is no single reference.
absl::string_view NameOf(absl::string_view target) {
  if (!absl::ConsumePrefix(&target, "${")) return {};
  if (!absl::ConsumeSuffix(&target, "}")) return {};
  if (target.find_first_of("${}") != absl::string_view::npos) return {};
  return target;
}

bool IsNodeName(absl::string_view name) {
  for (const absl::string_view known : kNodeNames) {
    if (name == known) return true;
  }
  absl::string_view key = name;
  return (absl::ConsumePrefix(&key, "attr.") ||
          absl::ConsumePrefix(&key, "meta.")) &&
         !key.empty();
}

absl::Status CheckTarget(absl::string_view target, absl::string_view side) {
  if (!absl::StartsWith(target, "$")) return absl::OkStatus();
  const absl::string_view name = NameOf(target);
  if (name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        side, " \"", target,
        "\" must be one ${...} alone, without text around it, or plain text"));
  }
  if (IsNodeName(name)) return absl::OkStatus();
  std::string hint = absl::StrJoin(kNodeNames, "}, ${");
  return absl::InvalidArgumentError(absl::StrCat(
      side, " \"", target, "\" is nothing that a node has; it has ${", hint,
      "}, ${attr.<key>} and ${meta.<key>}",
      absl::StartsWith(name, "node.") || absl::StartsWith(name, "meta.")
          ? ""
          : absl::StrCat("; did you mean ${attr.", name, "}?")));
}

absl::Status CheckRight(const Constraint& constraint, Right right) {
  const absl::string_view value = constraint.value;
  if (right == Right::kNothing) {
    if (value.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("operator \"", constraint.op,
                     "\" takes no value, but has \"", value, "\""));
  }
  if (right == Right::kAny) return absl::OkStatus();
  if (right == Right::kCount) {
    int64_t count = 0;
    if (value.empty() || (absl::SimpleAtoi(value, &count) && count >= 1)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("the value of distinct_property is \"", value,
                     "\"; it is a whole number from 1"));
  }
  if (value.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "operator \"", constraint.op, "\" needs a value to compare with"));
  }
  if (IsReference(value)) return absl::OkStatus();  // known on the node only
  if (right == Right::kPattern) {
    const re2::RE2 pattern(base::Re2Piece(value), re2::RE2::Quiet);
    if (pattern.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", value, "\" is not a regular expression: ", pattern.error()));
  }
  if (right == Right::kVersion) {
    return VersionRange::Parse(value, VersionStyle::kLoose).status();
  }
  if (right == Right::kSemver) {
    return VersionRange::Parse(value, VersionStyle::kStrict).status();
  }
  return absl::OkStatus();
}

// -1, 0, 1: as whole numbers if both are, else as decimal numbers if both are,
// else by bytes.
int CompareOrder(absl::string_view left, absl::string_view right) {
  const auto order = [](auto a, auto b) { return (a > b) - (a < b); };
  int64_t left_int = 0;
  int64_t right_int = 0;
  if (absl::SimpleAtoi(left, &left_int) &&
      absl::SimpleAtoi(right, &right_int)) {
    return order(left_int, right_int);
  }
  double left_double = 0;
  double right_double = 0;
  if (absl::SimpleAtod(left, &left_double) &&
      absl::SimpleAtod(right, &right_double)) {
    return order(left_double, right_double);
  }
  return order(left.compare(right), 0);
}

std::vector<absl::string_view> Items(absl::string_view list) {
  std::vector<absl::string_view> items;
  for (const absl::string_view item : absl::StrSplit(list, ',')) {
    items.push_back(absl::StripAsciiWhitespace(item));
  }
  return items;
}

// Whether an operator holds, and what to add to the node's value if not.
struct Comparison {
  bool holds = false;
  std::string note;
};

Comparison CompareSets(absl::string_view left, absl::string_view right,
                       bool any) {
  const std::vector<absl::string_view> have = Items(left);
  std::vector<absl::string_view> missing;
  bool found = false;
  for (const absl::string_view item : Items(right)) {
    if (std::find(have.begin(), have.end(), item) != have.end()) {
      found = true;
    } else {
      missing.push_back(item);
    }
  }
  return {.holds = any ? found : missing.empty(),
          .note = absl::StrCat("without ", absl::StrJoin(missing, ", "))};
}

Comparison CompareVersions(absl::string_view left, absl::string_view right,
                           VersionStyle style) {
  const auto range = VersionRange::Parse(right, style);
  if (!range.ok()) return {false, std::string(range.status().message())};
  const auto version = Version::Parse(left, style);
  if (!version.ok()) return {false, std::string(version.status().message())};
  if (range->Contains(*version)) return {true, ""};
  if (style == VersionStyle::kLoose && version->is_prerelease() &&
      CompareVersions(left, right, VersionStyle::kStrict).holds) {
    return {false,
            "which \"version\" reads as a pre-release; \"semver\" would "
            "accept it"};
  }
  return {false, ""};
}

Comparison MatchPattern(absl::string_view text, const std::string& pattern) {
  const re2::RE2 compiled(pattern, re2::RE2::Quiet);
  if (!compiled.ok()) {
    return {false,
            absl::StrCat("\"", pattern,
                         "\" is not a regular expression: ", compiled.error())};
  }
  return {re2::RE2::PartialMatch(base::Re2Piece(text), compiled), ""};
}

// The operators that need both sides.
Comparison Compare(Kind kind, const std::string& left,
                   const std::string& right) {
  switch (kind) {
    case Kind::kEqual:
      return {left == right, ""};
    case Kind::kLess:
      return {CompareOrder(left, right) < 0, ""};
    case Kind::kAtMost:
      return {CompareOrder(left, right) <= 0, ""};
    case Kind::kMore:
      return {CompareOrder(left, right) > 0, ""};
    case Kind::kAtLeast:
      return {CompareOrder(left, right) >= 0, ""};
    case Kind::kRegexp:
      return MatchPattern(left, right);
    case Kind::kVersion:
      return CompareVersions(left, right, VersionStyle::kLoose);
    case Kind::kSemver:
      return CompareVersions(left, right, VersionStyle::kStrict);
    case Kind::kContainsAll:
      return CompareSets(left, right, /*any=*/false);
    case Kind::kContainsAny:
      return CompareSets(left, right, /*any=*/true);
    case Kind::kNotEqual:
    case Kind::kIsSet:
    case Kind::kIsNotSet:
    case Kind::kDistinctHosts:
    case Kind::kDistinctProperty:
      break;  // CheckConstraint has them
  }
  return {};
}

std::string Show(absl::string_view target,
                 const std::optional<std::string>& value, const Node& node) {
  if (!IsReference(target)) return absl::StrCat("\"", target, "\"");
  const absl::string_view name = NameOf(target);
  if (value) return absl::StrCat(name, " is \"", *value, "\"");
  std::vector<std::string> names;
  for (const auto& [known, unused] : node.all()) names.push_back(known);
  std::sort(names.begin(), names.end());
  return absl::StrCat("the node has no ", target, SuggestNames(name, names));
}

}  // namespace

std::string Constraint::ToString() const {
  return absl::StrCat(attribute, attribute.empty() ? "" : " ", op,
                      value.empty() ? "" : " ", value);
}

absl::Status ValidateConstraint(const Constraint& constraint) {
  const Operator* const op = FindOperator(constraint.op);
  const std::string what =
      absl::StrCat("constraint `", constraint.ToString(), "`: ");
  if (op == nullptr) {
    std::vector<std::string> known;
    for (const Operator& each : kOperators) known.emplace_back(each.spelling);
    const std::string nearest = base::NearestName(constraint.op, known);
    return absl::InvalidArgumentError(absl::StrCat(
        what, "operator \"", constraint.op, "\" is not known",
        nearest.empty() ? ""
                        : absl::StrCat("; did you mean \"", nearest, "\"?"),
        "; there are ", absl::StrJoin(known, " ")));
  }
  if (constraint.attribute.empty() && op->kind != Kind::kDistinctHosts) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, "no attribute is given"));
  }
  if (absl::Status status = CheckTarget(constraint.attribute, "attribute");
      !status.ok()) {
    return base::Prefixed(what, status);
  }
  return base::Prefixed(what, CheckRight(constraint, op->right));
}

std::optional<std::string> ResolveTarget(absl::string_view target,
                                         const Node& node) {
  if (!IsReference(target)) return std::string(target);
  const absl::string_view name = NameOf(target);
  if (name.empty() || !IsNodeName(name)) return std::nullopt;
  const auto value = node.Find(name);
  if (!value) return std::nullopt;
  return std::string(*value);
}

Verdict CheckConstraint(const Constraint& constraint, const Node& node,
                        int64_t live_allocations) {
  if (const absl::Status valid = ValidateConstraint(constraint); !valid.ok()) {
    return {.met = false, .reason = std::string(valid.message())};
  }
  const Kind kind = FindOperator(constraint.op)->kind;
  const auto left = ResolveTarget(constraint.attribute, node);
  const auto right = ResolveTarget(constraint.value, node);
  const auto verdict = [](bool met, std::string reason) {
    return Verdict{.met = met, .reason = met ? "" : std::move(reason)};
  };
  const auto shown = [&] {
    std::string text = Show(constraint.attribute, left, node);
    if (IsReference(constraint.value)) {
      absl::StrAppend(&text, ", ", Show(constraint.value, right, node));
    }
    return text;
  };
  switch (kind) {
    case Kind::kIsSet:
      return verdict(left.has_value(), shown());
    case Kind::kIsNotSet:
      return verdict(!left.has_value(), shown());
    case Kind::kNotEqual:
      return verdict(left.value_or("") != right.value_or(""), shown());
    case Kind::kDistinctHosts: {
      bool wanted = true;
      if (!absl::SimpleAtob(constraint.value, &wanted)) wanted = true;
      return verdict(
          !wanted || live_allocations == 0,
          absl::StrCat(live_allocations, " of it already run on this node"));
    }
    case Kind::kDistinctProperty: {
      int64_t limit = 1;
      if (!absl::SimpleAtoi(constraint.value, &limit)) limit = 1;
      if (!left) return verdict(false, shown());
      return verdict(live_allocations < limit,
                     absl::StrCat(shown(), " for ", live_allocations,
                                  " that already run on this node; at most ",
                                  limit, " may"));
    }
    default:
      break;
  }
  if (!left || !right) return verdict(false, shown());
  const Comparison comparison = Compare(kind, *left, *right);
  return verdict(comparison.holds,
                 comparison.note.empty()
                     ? shown()
                     : absl::StrCat(shown(), ", ", comparison.note));
}

}  // namespace interpolation
