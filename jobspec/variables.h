// The variables of a job file: `variable` blocks, the values they get from
// outside, and `locals`. What comes out are the objects `var` and `local`.

#ifndef DROVER_JOBSPEC_VARIABLES_H_
#define DROVER_JOBSPEC_VARIABLES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "hcl/expression.h"
#include "hcl/functions.h"
#include "hcl/parser.h"
#include "hcl/type.h"
#include "hcl/value.h"
#include "jobspec/parse.h"

namespace jobspec {

// Declared variables and their values, filled in three steps:
//
//   Variables variables(&functions, &diagnostics);
//   variables.Declare(content);          // the file's blocks
//   variables.Assign(options);           // values from outside, then checks
//   Value var = variables.ToObject();
//
// Errors go to the diagnostics; every step may follow one that failed.
class Variables {
 public:
  Variables(const hcl::FunctionTable* functions, hcl::Diagnostics* diagnostics)
      : functions_(functions), diagnostics_(diagnostics) {}

  // The `variable` and `variables` blocks among the file's blocks.
  void Declare(const hcl::BodyContent& content);

  // Values from the environment, from files and from the command line, weakest
  // first; then reports variables without a value and runs the validations.
  void Assign(const ParseOptions& options);

  // The value of `var`.
  hcl::Value ToObject() const;

 private:
  struct Validation {
    hcl::ExpressionPtr condition;
    hcl::ExpressionPtr message;
    hcl::Range range;
  };
  struct Variable {
    std::string name;
    hcl::Range range;
    absl::optional<hcl::Type> type;  // absent: taken as a string
    absl::optional<hcl::Value> value;
    std::string origin;  // of the value, for messages: "default", "-var", ...
    hcl::Range value_range;
    std::vector<Validation> validations;
  };

  Variable* New(absl::string_view name, const hcl::Range& range);
  void DeclareOne(const hcl::Block& block);
  void ReadType(const hcl::Attribute& attribute, Variable& variable);
  void ReadDefault(const hcl::Attribute& attribute, Variable& variable);
  void ReadValidation(const hcl::Block& block, Variable& variable);
  void AssignText(Variable& variable, absl::string_view origin,
                  absl::string_view text);
  void AssignFile(const VariableFile& file, bool strict);
  void SetValue(Variable& variable, absl::string_view origin,
                const hcl::Value& value, const hcl::Range& range);
  void ReportUndeclared(absl::string_view name, absl::string_view origin,
                        const hcl::Range& range, bool strict);
  void Validate(const Variable& variable);

  const hcl::FunctionTable* const functions_;
  hcl::Diagnostics* const diagnostics_;
  std::map<std::string, Variable> variables_;
  std::vector<hcl::FilePtr> files_;         // keep ranges valid
  std::vector<hcl::ExpressionPtr> values_;  // the same for -var texts
};

// Evaluates the arguments of all `locals` blocks, in whatever order they need
// each other. `scope` has `var` and the functions. A cycle is an error that
// names it.
hcl::Value EvaluateLocals(const hcl::BodyContent& content,
                          const hcl::EvalContext& scope,
                          hcl::Diagnostics* diagnostics);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_VARIABLES_H_
