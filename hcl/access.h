// value.name and value[key], with the language's messages.

#ifndef DROVER_HCL_ACCESS_H_
#define DROVER_HCL_ACCESS_H_

#include "absl/strings/string_view.h"
#include "hcl/diagnostic.h"
#include "hcl/expression.h"
#include "hcl/value.h"

namespace hcl {

// On errors an unknown value, and a diagnostic at `range`.
Value GetAttribute(const Value& value, absl::string_view name,
                   const Range& range, Diagnostics* diagnostics);
Value GetIndex(const Value& value, const Value& key, const Range& range,
               Diagnostics* diagnostics);
Value ApplyStep(const Value& value, const Traversal::Step& step,
                Diagnostics* diagnostics);

}  // namespace hcl

#endif  // DROVER_HCL_ACCESS_H_
