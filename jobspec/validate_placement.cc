#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/string_view.h"
#include "jobspec/validate_parts.h"
#include "jobspec/version_constraint.h"
#include "re2/re2.h"

namespace jobspec {
namespace {

const std::vector<std::string>& Operators() {
  static const auto* const operators = new std::vector<std::string>{
      "=",
      "==",
      "is",
      "!=",
      "not",
      "<",
      "<=",
      ">",
      ">=",
      "regexp",
      "version",
      "semver",
      "set_contains",
      "set_contains_all",
      "set_contains_any",
      "is_set",
      "is_not_set",
      "distinct_hosts",
      "distinct_property",
  };
  return *operators;
}

// Text without `$` is a literal; references must be to what a node has.
void ValidateTarget(absl::string_view target, const Place& place) {
  if (!absl::StartsWith(target, "$")) return;
  for (const char* known :
       {"${node.unique.id}", "${node.datacenter}", "${node.unique.name}",
        "${node.class}", "${node.pool}"}) {
    if (target == known) return;
  }
  for (const char* prefix : {"${attr.", "${device.", "${meta."}) {
    if (absl::StartsWith(target, prefix) && absl::EndsWith(target, "}")) return;
  }
  place.Error("LTarget", "Unsupported attribute",
              absl::StrCat("\"", target,
                           "\" is nothing that a node has; attributes are "
                           "${attr.*}, ${meta.*}, ${device.*}, "
                           "${node.unique.id}, ${node.unique.name}, "
                           "${node.class}, ${node.pool}, ${node.datacenter}"));
}

void ValidateValue(const std::string& operand, const std::string& value,
                   const Place& place) {
  if (operand == "is_set" || operand == "is_not_set") {
    if (!value.empty()) {
      place.Error("RTarget", "Needless value",
                  absl::StrCat("the operator ", operand, " takes no value"));
    }
    return;
  }
  if (operand == "distinct_hosts") return;
  if (operand == "distinct_property") {
    int64_t count = 0;
    if (!value.empty() && (!absl::SimpleAtoi(value, &count) || count < 1)) {
      place.Error("RTarget", "Invalid value",
                  absl::StrCat("\"", value,
                               "\" is not a number of allocations from 1 on"));
    }
    return;
  }
  if (value.empty()) {
    place.Error("RTarget", "Missing value",
                absl::StrCat("the operator \"", operand, "\" needs a value"));
    return;
  }
  if (operand == "regexp") {
    re2::RE2::Options quiet;
    quiet.set_log_errors(false);
    const re2::RE2 pattern(base::Re2Piece(value), quiet);
    if (!pattern.ok()) {
      place.Error("RTarget", "Invalid regular expression", pattern.error());
    }
  } else if (operand == "version" || operand == "semver") {
    const absl::Status status =
        CheckVersionConstraint(value, /*semver=*/operand == "semver");
    if (!status.ok()) {
      place.Error("RTarget", "Invalid version constraint", status.message());
    }
  }
}

// What constraints and affinities have in common.
template <typename Block>
void ValidateComparison(const Block& block, const Place& place) {
  const auto& known = Operators();
  if (std::find(known.begin(), known.end(), block.operand) == known.end()) {
    place.Error("Operand", "Invalid operator",
                absl::StrCat("\"", block.operand, "\" is unknown",
                             hcl::DidYouMean(block.operand, known)));
    return;
  }
  if (block.operand != "distinct_hosts") {
    if (block.l_target.empty()) {
      place.Error("LTarget", "Missing attribute",
                  absl::StrCat("the operator \"", block.operand,
                               "\" needs an attribute"));
    }
    ValidateTarget(block.l_target, place);
  }
  ValidateValue(block.operand, block.r_target, place);
}

}  // namespace

void ValidateConstraints(const std::vector<Constraint>& constraints,
                         bool in_task, const Place& place) {
  for (size_t i = 0; i < constraints.size(); ++i) {
    const Constraint& constraint = constraints[i];
    const Place at(place, "Constraints", i, "constraint", "");
    ValidateComparison(constraint, at);
    if (in_task && (constraint.operand == "distinct_hosts" ||
                    constraint.operand == "distinct_property")) {
      at.Error("", "Misplaced constraint",
               absl::StrCat(constraint.operand,
                            " is for jobs and groups, not for tasks"));
    }
  }
}

void ValidateAffinities(const std::vector<Affinity>& affinities,
                        absl::string_view job_type, const Place& place) {
  for (size_t i = 0; i < affinities.size(); ++i) {
    const Affinity& affinity = affinities[i];
    const Place at(place, "Affinities", i, "affinity", "");
    if (job_type == "system" || job_type == "sysbatch") {
      at.Error("", "Misplaced affinity",
               absl::StrCat("a ", job_type, " job runs on every node"));
      continue;
    }
    ValidateComparison(affinity, at);
    if (affinity.operand == "distinct_hosts" ||
        affinity.operand == "distinct_property") {
      at.Error("Operand", "Invalid operator",
               absl::StrCat(affinity.operand, " is for constraints only"));
    }
    if (affinity.weight == 0 || affinity.weight < -100 ||
        affinity.weight > 100) {
      at.Error("Weight", "Invalid weight",
               absl::StrCat(affinity.weight,
                            " is not a number from -100 to 100 other than 0"));
    }
  }
}

void ValidateSpreads(const std::vector<Spread>& spreads,
                     absl::string_view job_type, const Place& place) {
  for (size_t i = 0; i < spreads.size(); ++i) {
    const Spread& spread = spreads[i];
    const Place at(place, "Spreads", i, "spread", "");
    if (job_type == "system" || job_type == "sysbatch") {
      at.Error("", "Misplaced spread",
               absl::StrCat("a ", job_type, " job runs on every node"));
      continue;
    }
    if (spread.attribute.empty()) {
      at.Error("Attribute", "Missing attribute", "it needs an attribute");
    }
    if (spread.weight < 1 || spread.weight > 100) {
      at.Error("Weight", "Invalid weight",
               absl::StrCat(spread.weight, " is not a number from 1 to 100"));
    }
    std::set<std::string> values;
    int sum = 0;
    for (size_t t = 0; t < spread.targets.size(); ++t) {
      const SpreadTarget& target = spread.targets[t];
      const Place target_place(at, "SpreadTarget", t, "target", target.value);
      sum += target.percent;
      if (!values.insert(target.value).second) {
        target_place.Error("Value", "Duplicate spread target",
                           "this value has a target already");
      }
      if (target.percent > 100) {
        target_place.Error("Percent", "Invalid percent",
                           absl::StrCat(target.percent, " is more than 100"));
      }
    }
    if (sum > 100) {
      at.Error("SpreadTarget", "Invalid spread targets",
               absl::StrCat("the targets add up to ", sum, " percent"));
    }
  }
}

}  // namespace jobspec
