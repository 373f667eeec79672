// A block of the job file to a Node: names, number and types of arguments and
// blocks, by schema. What the arguments mean is not looked at here.

#ifndef DROVER_JOBSPEC_DECODE_H_
#define DROVER_JOBSPEC_DECODE_H_

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "jobspec/node.h"
#include "jobspec/schema.h"

namespace jobspec {

struct DecodeContext {
  const hcl::EvalContext* scope = nullptr;  // of variables and functions
  bool is_json = false;  // the file is written in HCL's JSON profile
  hcl::Diagnostics* diagnostics = nullptr;
};

// An object of `schema` with what the body holds. Values that are wrong are
// reported and left as if they were not written.
Node DecodeBody(const hcl::Body& body, const Schema& schema,
                const DecodeContext& context);

// The value of one argument as the field wants it.
Node DecodeArgument(const hcl::Attribute& attribute, const Field& field,
                    const DecodeContext& context);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_DECODE_H_
