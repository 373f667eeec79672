// Conditions that a node must meet: constraint blocks of jobs, groups and
// tasks.
//
//   for (const Constraint& c : all) RETURN_IF_ERROR(ValidateConstraint(c));
//   const Verdict verdict = CheckConstraint(c, node, live_allocations);
//   if (!verdict.met) Report(c.ToString(), verdict.reason);
//
// Targets (either side) that begin with "${" must be one reference and nothing
// else: node.unique.id, node.unique.name, node.datacenter, node.class,
// node.pool, attr.<key> or meta.<key>. Anything else is text as it stands.
//
// It leaves to the caller which constraints belong together (those of the job,
// the group and its tasks: all must hold), and affinities and spreads, which
// only rank nodes and so decide nothing where there is one.
//
// Threads:  free functions without state.
// Errors:   InvalidArgument for a constraint that no node can be asked about.
// Nomad:    "constraint block".

#ifndef DROVER_INTERPOLATION_CONSTRAINT_H_
#define DROVER_INTERPOLATION_CONSTRAINT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "interpolation/node.h"

namespace interpolation {

struct Constraint {
  std::string attribute;  // the left side
  // = == is != not < <= > >= regexp version semver set_contains
  // set_contains_all set_contains_any is_set is_not_set distinct_hosts
  // distinct_property
  std::string op = "=";
  std::string value;  // the right side

  // As Nomad counts the nodes that it filtered out: "left op right".
  std::string ToString() const;
};

// Whether the constraint can be checked at all: a known operator, a left side
// that names something of a node, a right side that the operator can read.
absl::Status ValidateConstraint(const Constraint& constraint);

struct Verdict {
  bool met = false;
  // Why not, with the node's value: `attr.kernel.name is "linux"`. Empty when
  // the constraint is met.
  std::string reason;
};

// `live_allocations`: how many others run on this node, of the same job for a
// constraint of the job, and of the same group for one of a group; only
// distinct_hosts and distinct_property ask. A constraint that is not valid is
// not met, and the reason says so.
Verdict CheckConstraint(const Constraint& constraint, const Node& node,
                        int64_t live_allocations = 0);

// What a target stands for on this node; nothing when the node does not have
// it.
std::optional<std::string> ResolveTarget(absl::string_view target,
                                         const Node& node);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_CONSTRAINT_H_
