// Tuples, objects, for expressions, splats.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/nodes.h"

namespace hcl {

namespace {

// Pays for a value that was just made, and refuses one that is too deep.
Value Made(Value value, const EvalContext& context, const Range& range,
           Diagnostics* diagnostics) {
  if (!SpendSteps(context, value.weight(), range, diagnostics)) {
    return Value::Unknown();
  }
  if (value.depth() > Value::kMaxDepth) {
    diagnostics->Error(range, "Value nested too deeply",
                       absl::StrCat("Collections may be nested ",
                                    Value::kMaxDepth, " levels deep."));
    return Value::Unknown();
  }
  return value;
}

}  // namespace

absl::optional<std::vector<ExpressionPtr>> TupleNode::AsList() const {
  std::vector<ExpressionPtr> list;
  for (const NodePtr& e : elements_) list.push_back(Borrow(e.get()));
  return list;
}

Value TupleNode::DoEval(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  ValueList elements;
  elements.reserve(elements_.size());
  for (const NodePtr& e : elements_) {
    elements.push_back(e->Eval(context, diagnostics));
    if (context.budget().spent()) return Value::Unknown();
  }
  return Made(Value::Tuple(std::move(elements)), context, range(), diagnostics);
}

void ObjectKeyNode::Collect(VariableCollector* collector) const {
  if (!force_expression_ && wrapped_->AsTraversal().has_value()) return;
  wrapped_->Collect(collector);
}

Value ObjectKeyNode::DoEval(const EvalContext& context,
                            Diagnostics* diagnostics) const {
  if (!force_expression_) {
    if (const absl::optional<Traversal> name = wrapped_->AsTraversal()) {
      if (name->steps.empty()) return Value::String(name->root);
      diagnostics->Error(
          range(), "Ambiguous attribute key",
          "If this expression is intended to be a reference, wrap it in "
          "parentheses. If it's instead intended as a literal name containing "
          "periods, wrap it in quotes to create a string literal.");
      return Value::Unknown(Type::String());
    }
  }
  return wrapped_->Eval(context, diagnostics);
}

absl::optional<std::vector<Expression::Pair>> ObjectNode::AsPairs() const {
  std::vector<Pair> pairs;
  for (const Item& i : items_) {
    pairs.push_back({Borrow(i.key.get()), Borrow(i.value.get())});
  }
  return pairs;
}

Value ObjectNode::DoEval(const EvalContext& context,
                         Diagnostics* diagnostics) const {
  ValueMap attributes;
  bool known = true;
  for (const Item& item : items_) {
    const Value key = item.key->Eval(context, diagnostics);
    Value value = item.value->Eval(context, diagnostics);
    if (context.budget().spent()) return Value::Unknown();
    if (key.IsNull()) {
      diagnostics->Error(item.key->range(), "Null value as key",
                         "Can't use a null value as a key.");
      known = false;
      continue;
    }
    const absl::StatusOr<Value> name = Convert(key, Type::String());
    if (!name.ok()) {
      diagnostics->Error(item.key->value_range(), "Incorrect key type",
                         absl::StrCat("Can't use this value as a key: ",
                                      name.status().message(), "."));
      known = false;
      continue;
    }
    if (!name->IsKnown()) {
      known = false;
      continue;
    }
    attributes.insert_or_assign(name->AsString(), std::move(value));
  }
  if (!known) return Value::Unknown();
  return Made(Value::Object(std::move(attributes)), context, range(),
              diagnostics);
}

void ForNode::Collect(VariableCollector* collector) const {
  parts_.collection->Collect(collector);
  collector->Bind(parts_.key_name);
  collector->Bind(parts_.value_name);
  if (parts_.key != nullptr) parts_.key->Collect(collector);
  parts_.value->Collect(collector);
  if (parts_.condition != nullptr) parts_.condition->Collect(collector);
  collector->Unbind(2);
}

// What a for expression has made so far.
class ForNode::Result {
 public:
  bool known = true;
  ValueList elements;
  ValueMap attributes;
  absl::btree_map<std::string, ValueList> groups;
};

bool ForNode::Step(const EvalContext& scope, Result* result,
                   Diagnostics* diagnostics) const {
  if (parts_.condition != nullptr) {
    const Value given = parts_.condition->Eval(scope, diagnostics);
    if (given.IsNull()) {
      diagnostics->Error(parts_.condition->range(), "Condition is null",
                         "The value of the 'if' clause must not be null.");
      return false;
    }
    const absl::StatusOr<Value> condition = Convert(given, Type::Bool());
    if (!condition.ok()) {
      diagnostics->Error(parts_.condition->range(), "Invalid 'for' condition",
                         absl::StrCat("The 'if' clause value is invalid: ",
                                      condition.status().message(), "."));
      return false;
    }
    if (!condition->IsKnown()) {
      result->known = false;
      return true;
    }
    if (!condition->AsBool()) return true;
  }
  if (parts_.key == nullptr) {
    result->elements.push_back(parts_.value->Eval(scope, diagnostics));
    return true;
  }
  const Value given = parts_.key->Eval(scope, diagnostics);
  if (given.IsNull()) {
    diagnostics->Error(parts_.key->range(), "Invalid object key",
                       "Key expression in 'for' expression must not produce a "
                       "null value.");
    return false;
  }
  const absl::StatusOr<Value> key = Convert(given, Type::String());
  if (!key.ok()) {
    diagnostics->Error(parts_.key->range(), "Invalid object key",
                       absl::StrCat("The key expression produced an invalid "
                                    "result: ",
                                    key.status().message(), "."));
    return false;
  }
  Value value = parts_.value->Eval(scope, diagnostics);
  if (!key->IsKnown()) {
    result->known = false;
    return true;
  }
  if (parts_.group) {
    result->groups[key->AsString()].push_back(std::move(value));
    return true;
  }
  if (!result->attributes.try_emplace(key->AsString(), value).second) {
    diagnostics->Error(
        parts_.key->range(), "Duplicate object key",
        absl::StrCat("Two different items produced the key \"", key->AsString(),
                     "\" in this 'for' expression. If duplicates are "
                     "expected, use the ellipsis (...) after the value "
                     "expression to enable grouping by key."));
    return false;
  }
  return true;
}

Value ForNode::DoEval(const EvalContext& context,
                      Diagnostics* diagnostics) const {
  const Value collection = parts_.collection->Eval(context, diagnostics);
  if (collection.IsNull()) {
    diagnostics->Error(parts_.collection->range(), "Iteration over null value",
                       "A null value cannot be used as the collection in a "
                       "'for' expression.");
    return Value::Unknown();
  }
  if (!collection.IsKnown() &&
      (collection.type().IsDynamic() || collection.type().IsCollection() ||
       collection.type().IsTuple() || collection.type().IsObject())) {
    return Value::Unknown();
  }
  if (!collection.IsSequence() && !collection.IsMapping()) {
    diagnostics->Error(
        parts_.collection->value_range(), "Iteration over non-iterable value",
        absl::StrCat("A value of type ", collection.type().FriendlyName(),
                     " cannot be used as the collection in a 'for' "
                     "expression."));
    return Value::Unknown();
  }
  Result result;
  EvalContext scope(&context);
  const size_t errors_before = diagnostics->error_count();
  const auto step = [&](const Value& key, const Value& value) {
    if (!SpendSteps(context, 1, range(), diagnostics)) return false;
    if (!parts_.key_name.empty()) scope.Set(parts_.key_name, key);
    scope.Set(parts_.value_name, value);
    // What failed once would fail for every element.
    return Step(scope, &result, diagnostics) &&
           diagnostics->error_count() == errors_before;
  };
  if (collection.IsSequence()) {
    const bool set = collection.type().kind() == Type::Kind::kSet;
    int64_t index = 0;
    for (const Value& v : collection.AsList()) {
      if (!step(set ? v : Value::Int(index), v)) return Value::Unknown();
      ++index;
    }
  } else {
    for (const auto& [name, v] : collection.AsMap()) {
      if (!step(Value::String(name), v)) return Value::Unknown();
    }
  }
  if (!result.known) return Value::Unknown();
  if (parts_.key == nullptr) {
    return Made(Value::Tuple(std::move(result.elements)), context, range(),
                diagnostics);
  }
  for (auto& [name, list] : result.groups) {
    result.attributes.insert(result.attributes.end(),
                             {name, Value::Tuple(std::move(list))});
  }
  return Made(Value::Object(std::move(result.attributes)), context, range(),
              diagnostics);
}

Value SplatItemNode::DoEval(const EvalContext& context, Diagnostics*) const {
  const Value* const item = context.Find(kName);
  return item == nullptr ? Value::Unknown() : *item;
}

Value SplatNode::DoEval(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  Value source = source_->Eval(context, diagnostics);
  const Type& type = source.type();
  const bool sequence = type.IsTuple() || type.kind() == Type::Kind::kList ||
                        type.kind() == Type::Kind::kSet;
  if (source.IsNull()) {
    // A value that is not a list counts as a list of one, and a null one as a
    // list of none; but a list that is null is a mistake.
    if (!sequence) return Value::Tuple({});
    diagnostics->Error(marker_, "Splat of null value",
                       "Splat expressions (with the * symbol) cannot be "
                       "applied to null sequences.");
    return Value::Unknown();
  }
  if (!source.IsKnown()) return Value::Unknown();
  if (!sequence) source = Value::Tuple({source});
  ValueList elements;
  EvalContext scope(&context);
  const size_t errors_before = diagnostics->error_count();
  for (const Value& v : source.AsList()) {
    scope.Set(SplatItemNode::kName, v);
    elements.push_back(each_->Eval(scope, diagnostics));
    if (diagnostics->error_count() != errors_before ||
        context.budget().spent()) {
      return Value::Unknown();
    }
  }
  return Made(Value::Tuple(std::move(elements)), context, range(), diagnostics);
}

}  // namespace hcl
