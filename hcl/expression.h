// Expressions, as the parsers (native syntax and JSON) hand them out.
//
//   Diagnostics diagnostics;
//   Value value = expression.Evaluate(&context, &diagnostics);
//   for (const Traversal& t : expression.Variables()) ... t.RootName() ...
//
// Ownership:  immutable. An expression refers to the text of its file: keep
//             the File (or what ParseExpression returned) alive.
// Threads:    may be evaluated from several threads at once with contexts
//             that are not shared.

#ifndef DROVER_HCL_EXPRESSION_H_
#define DROVER_HCL_EXPRESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "hcl/value.h"

namespace hcl {

class EvalContext;
class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

// A name followed by attribute and index steps whose keys are constant:
// var.x, node["a"].b, mixed.0[3].
struct Traversal {
  struct Step {
    enum class Kind { kAttribute, kIndex };
    Kind kind = Kind::kAttribute;
    std::string name;  // kAttribute
    Value key;         // kIndex: a string or number
    Range range;       // with the dot or the brackets
  };

  std::string root;  // "var"
  Range root_range;
  std::vector<Step> steps;
  Range range;  // the whole

  const std::string& RootName() const { return root; }
  // The source text as it was written: `env["BLAH"]`.
  absl::string_view Text() const { return range.Text(); }
  // Names joined by dots, for messages and for looking up flat names:
  // node.unique.id, env.BLAH, a.0.
  std::string DottedName() const;
};

class Expression {
 public:
  virtual ~Expression() = default;

  // The value, with the names and functions of `context` (null: a constant
  // expression). On errors they are added to `diagnostics`, and the result is
  // an unknown value.
  virtual Value Evaluate(const EvalContext* context,
                         Diagnostics* diagnostics) const = 0;

  // Every name from outside that the value depends on, in order of
  // appearance, with repetitions; names bound inside (for) are left out.
  virtual std::vector<Traversal> Variables() const = 0;

  // Where it stands in the text; for quoted strings see value_range().
  virtual Range range() const = 0;
  // What errors about the value point at: for a quoted string the part after
  // the opening quote, otherwise range().
  virtual Range value_range() const { return range(); }

  // Static views of an expression, without evaluating it.
  struct Pair {
    ExpressionPtr key;
    ExpressionPtr value;
  };
  struct Call {
    std::string name;
    Range name_range;
    std::vector<ExpressionPtr> arguments;
  };

  // A bare name with constant steps and nothing else: for references that are
  // not to be evaluated (type = string, iterator = x).
  virtual absl::optional<Traversal> AsTraversal() const { return {}; }
  // A call: list(string).
  virtual absl::optional<Call> AsCall() const { return {}; }
  // A tuple constructor's elements.
  virtual absl::optional<std::vector<ExpressionPtr>> AsList() const {
    return {};
  }
  // An object constructor's items, in order of appearance. A key is evaluated
  // as the language does: a bare name is a string.
  virtual absl::optional<std::vector<Pair>> AsPairs() const { return {}; }

  // A bare name without steps; empty otherwise.
  std::string AsKeyword() const;
};

// Reads `type` expressions: string, list(number), object({a = string}).
// `allow_any` permits `any`.
absl::optional<Type> EvaluateTypeExpression(const Expression& expression,
                                            bool allow_any,
                                            Diagnostics* diagnostics);

}  // namespace hcl

#endif  // DROVER_HCL_EXPRESSION_H_
