// The parts of Validate(), one file each. Every function reports what is wrong
// with one block; `place` is that block unless its comment says otherwise.

#ifndef DROVER_JOBSPEC_VALIDATE_PARTS_H_
#define DROVER_JOBSPEC_VALIDATE_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jobspec/job.h"
#include "jobspec/place.h"
#include "jobspec/validate.h"

namespace jobspec {

// validate_placement.cc. `place` is the block that holds them.
void ValidateConstraints(const std::vector<Constraint>& constraints,
                         bool in_task, const Place& place);
void ValidateAffinities(const std::vector<Affinity>& affinities,
                        absl::string_view job_type, const Place& place);
void ValidateSpreads(const std::vector<Spread>& spreads,
                     absl::string_view job_type, const Place& place);

// validate_policy.cc. `place` is the group.
void ValidatePolicies(const Job& job, const TaskGroup& group,
                      const Place& place);

// validate_network.cc. Networks of a group and of its tasks: a port has one
// label in all of them. `place` is the group.
void ValidateNetworks(const TaskGroup& group, const Place& place);

// validate_service.cc. Services of a group and of its tasks.
void ValidateServices(const Job& job, const TaskGroup& group,
                      const Place& place);

// validate_task.cc.
void ValidateTask(const Job& job, const TaskGroup& group, const Task& task,
                  const Place& place, const ValidateOptions& options);

// validate_template.cc, validate_artifact.cc.
void ValidateTemplates(const Task& task, const Place& place);
void ValidateArtifacts(const Task& task, const Place& place);

// validate_raw_exec.cc: the driver's own configuration.
void ValidateRawExec(const Task& task, const Place& place,
                     const ValidateOptions& options);

// validate_unsupported.cc: what will have no effect here. `place` is the job.
void WarnUnsupported(const Job& job, const Place& place);

// Whether a path inside a task's directory stays inside the allocation's.
bool EscapesAllocation(absl::string_view path);

// `text` contains a reference that the client replaces later.
bool HasInterpolation(absl::string_view text);

// Names of signals that a task can be sent: "SIGINT", ...
const std::vector<std::string>& SignalNames();

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_VALIDATE_PARTS_H_
