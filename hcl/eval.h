// What expressions may refer to: variables and functions, in nested scopes,
// and how much work they may cause.
//
//   EvalContext root;
//   root.Set("var", Value::Object(...));
//   root.set_functions(&StandardFunctions());
//   root.set_undefined(KeepUndefinedNames);  // job files: "${meta.x}" stays
//   Value v = expression.Evaluate(&root, &diagnostics);
//
// Ownership:  a child refers to its parent; the function table is borrowed.
// Threads:    one thread per context chain (the budget is counted in it).

#ifndef DROVER_HCL_EVAL_H_
#define DROVER_HCL_EVAL_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "hcl/expression.h"
#include "hcl/value.h"

namespace hcl {

class FunctionTable;

// How much evaluation is left. One step is one node of the syntax tree, one
// element made, or 64 bytes of text made.
class Budget {
 public:
  static constexpr int64_t kDefaultSteps = 2'000'000;

  explicit Budget(int64_t steps = kDefaultSteps) : left_(steps) {}
  // False when the budget is spent; from then on always.
  bool Spend(int64_t steps) {
    left_ -= steps;
    return left_ >= 0;
  }
  bool spent() const { return left_ < 0; }

 private:
  int64_t left_;
};

class EvalContext {
 public:
  // Called for a traversal whose root name is in no scope. `verbatim` is how
  // the reference would look in the text of a template: "${meta.x}", with the
  // blanks that stand inside the braces. Nothing returned: it is an error
  // that names the nearest known name.
  using UndefinedHandler = std::function<absl::optional<Value>(
      const Traversal& traversal, absl::string_view verbatim)>;

  EvalContext() : budget_(&own_budget_) {}
  // A scope inside `parent`, which must outlive it.
  explicit EvalContext(const EvalContext* parent);
  EvalContext(const EvalContext&) = delete;
  EvalContext& operator=(const EvalContext&) = delete;

  // Binds a name in this scope; replaces an earlier value of this scope.
  void Set(absl::string_view name, Value value);
  void set_functions(const FunctionTable* functions) { functions_ = functions; }
  void set_undefined(UndefinedHandler handler) {
    undefined_ = std::move(handler);
  }
  // The steps that all evaluations with this chain may take together.
  void set_budget(int64_t steps) { own_budget_ = Budget(steps); }

  // The innermost value of a name; null if it is in no scope.
  const Value* Find(absl::string_view name) const;
  const FunctionTable* functions() const;
  const UndefinedHandler* undefined() const;
  Budget& budget() const { return *budget_; }
  // Every name in scope, for suggestions.
  std::vector<std::string> Names() const;

 private:
  const EvalContext* parent_ = nullptr;
  absl::flat_hash_map<std::string, Value> variables_;
  const FunctionTable* functions_ = nullptr;
  UndefinedHandler undefined_;
  mutable Budget own_budget_;
  Budget* budget_;
};

// The handler of job files: an undefined name is a string that holds its own
// text, to be interpolated when the task starts.
absl::optional<Value> KeepUndefinedNames(const Traversal& traversal,
                                         absl::string_view verbatim);

}  // namespace hcl

#endif  // DROVER_HCL_EVAL_H_
