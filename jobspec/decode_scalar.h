// Values of expressions to nodes, with the conversions of the job file: 5 is
// good where "5" is wanted, "30s" where a duration is, and so on.

#ifndef DROVER_JOBSPEC_DECODE_SCALAR_H_
#define DROVER_JOBSPEC_DECODE_SCALAR_H_

#include "absl/strings/string_view.h"
#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "hcl/value.h"
#include "jobspec/node.h"
#include "jobspec/schema.h"

namespace jobspec {

// Each takes a wholly known value, and `where` it stands for errors. The result
// is null after an error, and for a null where that means "not written".

// By the field's type; not for blocks.
Node ArgumentNode(const hcl::Value& value, const Field& field,
                  const hcl::Range& where, hcl::Diagnostics* diagnostics);

// `name` is that of the map's entry. Null is an error.
Node StringNode(const hcl::Value& value, absl::string_view name,
                const hcl::Range& where, hcl::Diagnostics* diagnostics);
Node StringListNode(const hcl::Value& value, absl::string_view name,
                    const hcl::Range& where, hcl::Diagnostics* diagnostics);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_DECODE_SCALAR_H_
