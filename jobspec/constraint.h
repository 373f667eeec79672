// Where a task may or should run: constraint, affinity and spread blocks.
//
// All three are stored as written. Targets such as "${attr.kernel.name}" are
// text here; whoever places an allocation resolves them against the node.

#ifndef DROVER_JOBSPEC_CONSTRAINT_H_
#define DROVER_JOBSPEC_CONSTRAINT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace jobspec {

// A condition a node must meet. `constraint { attribute, operator, value }` of
// a job, group, task or device; job and group constraints are not copied down.
//
// The shortcut arguments of the job file (`version`, `semver`, `regexp`,
// `set_contains`, `distinct_hosts`, `distinct_property`) have already become
// an operand with its value.
struct Constraint {
  std::string l_target;       // attribute: "${attr.kernel.name}"; or a literal
  std::string r_target;       // value; "true"/"false" for distinct_hosts
  std::string operand = "=";  // = == is != not < <= > >= regexp version semver
                              // set_contains[_all|_any] is_set is_not_set
                              // distinct_hosts distinct_property
};

// A preference among nodes that meet all constraints.
struct Affinity {
  std::string l_target;
  std::string r_target;
  std::string operand = "=";  // as Constraint, without the distinct_ ones
  int8_t weight = 50;         // -100 to 100, not 0
};

// One wanted share of a Spread.
struct SpreadTarget {
  std::string value;    // label of `target "V" { percent }`
  uint8_t percent = 0;  // of all allocations; the targets sum up to <= 100
};

// Distributes allocations over the values of an attribute. On one node it has
// no effect, and validation says so.
struct Spread {
  std::string attribute;
  int8_t weight = 50;  // 1 to 100
  std::vector<SpreadTarget> targets;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_CONSTRAINT_H_
