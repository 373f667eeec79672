// The syntax of version constraints: ">= 1.2, < 2.0", "~> 1.4".

#ifndef DROVER_JOBSPEC_VERSION_CONSTRAINT_H_
#define DROVER_JOBSPEC_VERSION_CONSTRAINT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace jobspec {

// Comma-separated conditions, each an operator (= != > < >= <= ~>, none is =)
// and a version. Without `semver` a version may have any number of parts and a
// leading v; with it, it is as Semantic Versioning 2.0 wants it (one to three
// parts) and there is no ~>. InvalidArgument names the part that is wrong.
absl::Status CheckVersionConstraint(absl::string_view text, bool semver);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_VERSION_CONSTRAINT_H_
