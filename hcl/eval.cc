#include "hcl/eval.h"

#include <algorithm>

#include "hcl/nodes.h"

namespace hcl {

EvalContext::EvalContext(const EvalContext* parent)
    : parent_(parent),
      budget_(parent == nullptr ? &own_budget_ : parent->budget_) {}

void EvalContext::Set(absl::string_view name, Value value) {
  variables_.insert_or_assign(std::string(name), std::move(value));
}

const Value* EvalContext::Find(absl::string_view name) const {
  for (const EvalContext* c = this; c != nullptr; c = c->parent_) {
    if (const auto it = c->variables_.find(name); it != c->variables_.end()) {
      return &it->second;
    }
  }
  return nullptr;
}

const FunctionTable* EvalContext::functions() const {
  for (const EvalContext* c = this; c != nullptr; c = c->parent_) {
    if (c->functions_ != nullptr) return c->functions_;
  }
  return nullptr;
}

const EvalContext::UndefinedHandler* EvalContext::undefined() const {
  for (const EvalContext* c = this; c != nullptr; c = c->parent_) {
    if (c->undefined_ != nullptr) return &c->undefined_;
  }
  return nullptr;
}

std::vector<std::string> EvalContext::Names() const {
  std::vector<std::string> names;
  for (const EvalContext* c = this; c != nullptr; c = c->parent_) {
    for (const auto& [name, value] : c->variables_) {
      if (name != SplatItemNode::kName) names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::optional<Value> KeepUndefinedNames(const Traversal&,
                                         absl::string_view verbatim) {
  return Value::String(verbatim);
}

}  // namespace hcl
