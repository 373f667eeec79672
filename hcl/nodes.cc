#include "hcl/nodes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "hcl/access.h"

namespace hcl {

void VariableCollector::Add(const Traversal& traversal) {
  if (std::find(bound_.begin(), bound_.end(), traversal.root) == bound_.end()) {
    found_.push_back(traversal);
  }
}

bool SpendSteps(const EvalContext& context, int64_t steps, const Range& range,
                Diagnostics* diagnostics) {
  Budget& budget = context.budget();
  if (budget.spent()) return false;
  if (budget.Spend(steps)) return true;
  diagnostics->Error(range, "Evaluation takes too long",
                     "This would build more values than the limit for one "
                     "file allows. Check for loops over large collections.");
  return false;
}

ExpressionPtr Borrow(const Expression* expression) {
  return ExpressionPtr(std::shared_ptr<void>(), expression);
}

Value Node::Evaluate(const EvalContext* context,
                     Diagnostics* diagnostics) const {
  if (context != nullptr) return Eval(*context, diagnostics);
  const EvalContext constant;
  return Eval(constant, diagnostics);
}

Value Node::Eval(const EvalContext& context, Diagnostics* diagnostics) const {
  if (!SpendSteps(context, 1, range_, diagnostics)) return Value::Unknown();
  return DoEval(context, diagnostics);
}

std::vector<Traversal> Node::Variables() const {
  VariableCollector collector;
  Collect(&collector);
  return collector.Take();
}

absl::optional<Traversal> LiteralNode::AsTraversal() const {
  if (!keyword_) return absl::nullopt;
  Traversal traversal;
  traversal.root = std::string(range().Text());
  traversal.root_range = range();
  traversal.range = range();
  return traversal;
}

void TraversalNode::AddStep(Traversal::Step step) {
  range_.end = step.range.end;
  traversal_.range = range_;
  traversal_.steps.push_back(std::move(step));
}

void TraversalNode::Collect(VariableCollector* collector) const {
  collector->Add(traversal_);
}

Value TraversalNode::DoEval(const EvalContext& context,
                            Diagnostics* diagnostics) const {
  const Value* const root = context.Find(traversal_.root);
  if (root == nullptr) {
    if (const auto* handler = context.undefined()) {
      const std::string verbatim =
          verbatim_.empty() ? absl::StrCat("${", traversal_.Text(), "}")
                            : verbatim_;
      if (absl::optional<Value> value = (*handler)(traversal_, verbatim)) {
        return *std::move(value);
      }
    }
    const std::vector<std::string> names = context.Names();
    if (names.empty()) {
      diagnostics->Error(traversal_.range, "Variables not allowed",
                         "Variables may not be used here.");
    } else {
      diagnostics->Error(
          traversal_.root_range, "Unknown variable",
          absl::StrCat("There is no variable named \"", traversal_.root, "\".",
                       DidYouMean(traversal_.root, names)));
    }
    return Value::Unknown();
  }
  Value value = *root;
  for (const Traversal::Step& step : traversal_.steps) {
    value = ApplyStep(value, step, diagnostics);
  }
  return value;
}

void StepsNode::AddStep(Traversal::Step step) {
  range_.end = step.range.end;
  steps_.push_back(std::move(step));
}

Value StepsNode::DoEval(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  Value value = source_->Eval(context, diagnostics);
  for (const Traversal::Step& step : steps_) {
    value = ApplyStep(value, step, diagnostics);
  }
  return value;
}

Value IndexNode::DoEval(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  const Value collection = collection_->Eval(context, diagnostics);
  const Value key = key_->Eval(context, diagnostics);
  return GetIndex(collection, key, brackets_, diagnostics);
}

std::string Traversal::DottedName() const {
  std::string name = root;
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kAttribute) {
      absl::StrAppend(&name, ".", step.name);
    } else if (step.key.IsString()) {
      absl::StrAppend(&name, ".", step.key.AsString());
    } else if (step.key.IsNumber()) {
      absl::StrAppend(&name, ".", step.key.AsNumber().ForDisplay());
    }
  }
  return name;
}

std::string Expression::AsKeyword() const {
  const absl::optional<Traversal> traversal = AsTraversal();
  if (!traversal.has_value() || !traversal->steps.empty()) return "";
  return traversal->root;
}

}  // namespace hcl
