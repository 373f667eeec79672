// `dynamic` blocks: a body that expands them when it is read.
//
//   BodyPtr expanded = ExpandDynamic(file->body_ptr(), &context);
//   expanded->Content(schema, &diagnostics);   // dynamic "task" { ... } is
//                                              // now so many task blocks
//
// Bodies of blocks that come out of an expanded body are expanded as well.
// Free-form bodies (Body::Items) are not: there `dynamic` is ordinary data.
//
// Ownership:  the context must outlive the body, and all that comes out of it.

#ifndef DROVER_HCL_DYNAMIC_H_
#define DROVER_HCL_DYNAMIC_H_

#include "hcl/body.h"
#include "hcl/eval.h"

namespace hcl {

BodyPtr ExpandDynamic(BodyPtr body, const EvalContext* context);

}  // namespace hcl

#endif  // DROVER_HCL_DYNAMIC_H_
