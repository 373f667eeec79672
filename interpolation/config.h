// `${...}` in the driver's config block: the template engine.
//
//   ASSIGN_OR_RETURN(hcl::Value config, EvaluateConfig(task.config, env));
//
// Every string in the config, at any depth, and every key of a map below its
// first level, is an HCL2 template: `${expression}`, `%{if}`, `%{for}`, `~`
// trims, `$${` and `%%{` stand for `${` and `%{`. A string without any of
// these is handed on byte by byte.
//
// Names that an expression may use:
//
//   NOMAD_JOB_ID, PATH, ...        the environment of the task
//   env["NAME"], env.NAME          the same, for names that are no identifiers
//   node.*, attr.*, meta.*         the node; also node.attr.*, node.meta.*
//   secret.<block>.<key>           secrets
//
// Names with dots are looked up whole first, and as members of an object
// second. So ${attr.driver.java} and ${attr.driver.java.version} are both
// text; in Nomad the first is an error once the second exists. Of equal names
// a secret beats the node and the node beats the environment.
//
// Functions: abs coalesce concat hasindex int jsondecode jsonencode length
// lower max min reverse strlen substr upper. They are Nomad's; more would make
// jobs that run only here.
//
// It leaves to the driver what its config may hold and of which types.
//
// Threads:  a free function without state.
// Errors:   InvalidArgument, one line per fault: the place in the config
//           (args[1]), what is wrong, and for an unknown name the nearest
//           known names and those that begin alike.
// Limits:   1,000,000 steps of hcl::EvalContext's budget for the whole config.
// Nomad:    "Runtime variable interpolation"; hclspec of its drivers.

#ifndef DROVER_INTERPOLATION_CONFIG_H_
#define DROVER_INTERPOLATION_CONFIG_H_

#include "absl/status/statusor.h"
#include "hcl/value.h"
#include "interpolation/task_env.h"

namespace interpolation {

absl::StatusOr<hcl::Value> EvaluateConfig(const hcl::Value& config,
                                          const TaskEnv& env);

// One string in the same way; `where` is what errors call it. The result is a
// string unless the template is one `${expression}` alone.
absl::StatusOr<hcl::Value> EvaluateTemplate(absl::string_view text,
                                            absl::string_view where,
                                            const TaskEnv& env);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_CONFIG_H_
