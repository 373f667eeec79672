// Conversion of values between types, and the type that several types have in
// common. The rules are the table in the language's documentation: number and
// bool to string and back, tuple to list, object to map, ...

#ifndef DROVER_HCL_CONVERT_H_
#define DROVER_HCL_CONVERT_H_

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "hcl/type.h"
#include "hcl/value.h"

namespace hcl {

// The value as `type`. `any` parts of the type keep (or unify) what is there.
// The error is a phrase that continues "Inappropriate value: ", such as
// "a number is required" or "element 2: string required".
absl::StatusOr<Value> Convert(const Value& value, const Type& type);

// The type to which all of `types` convert without loss: string over number
// and bool, list over tuples, map over objects. Empty if there is none.
absl::optional<Type> UnifyTypes(absl::Span<const Type> types);

}  // namespace hcl

#endif  // DROVER_HCL_CONVERT_H_
