// Blocks without a schema: `config` of a task, `policy`, ...
//
// Arguments and blocks of any name become one tree of objects and lists, in the
// form that driver schemas expect: all blocks of one name are a list of
// objects, in order, and each label adds a level,
//
//   mount "a" { x = 1 }            mount = [{a = [{x = 1}]}]
//   mount "b" { x = 2 }                    , {b = [{x = 2}]}]
//   labels = { k = "v" }           labels = [{k = "v"}]
//
// An argument that is written as an object, directly in a body, is such a list
// as well; objects that were computed or stand deeper are left alone. In a file
// in JSON nothing is put into lists.

#ifndef DROVER_JOBSPEC_FREE_FORM_H_
#define DROVER_JOBSPEC_FREE_FORM_H_

#include "hcl/body.h"
#include "jobspec/decode.h"
#include "jobspec/node.h"

namespace jobspec {

FreeForm DecodeFreeForm(const hcl::Body& body, const DecodeContext& context);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_FREE_FORM_H_
