// Operators and the conditional.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/nodes.h"

namespace hcl {

namespace {

// The operand as `type`; on errors false.
bool ConvertOperand(const Value& given, const Type& type, const Range& range,
                    absl::string_view which, Value* converted,
                    Diagnostics* diagnostics) {
  absl::StatusOr<Value> value = Convert(given, type);
  if (!value.ok()) {
    diagnostics->Error(range, "Invalid operand",
                       absl::StrCat("Unsuitable value for ", which, ": ",
                                    value.status().message(), "."));
    return false;
  }
  *converted = *std::move(value);
  return true;
}

Value OperationFailed(const Range& range, absl::string_view why,
                      Diagnostics* diagnostics) {
  diagnostics->Error(range, "Operation failed",
                     absl::StrCat("Error during operation: ", why, "."));
  return Value::Unknown();
}

}  // namespace

Value UnaryNode::DoEval(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  const Type type = op_ == Op::kNegate ? Type::Number() : Type::Bool();
  Value operand;
  if (!ConvertOperand(operand_->Eval(context, diagnostics), type,
                      operand_->value_range(), "unary operand", &operand,
                      diagnostics)) {
    return Value::Unknown(type);
  }
  if (!operand.IsKnown()) return Value::Unknown(type);
  if (operand.IsNull()) {
    return OperationFailed(range(), "argument must not be null", diagnostics);
  }
  if (op_ == Op::kNot) return Value::Bool(!operand.AsBool());
  return Value::Number(operand.AsNumber().Negate());
}

Value BinaryNode::DoEval(const EvalContext& context,
                         Diagnostics* diagnostics) const {
  // Both sides are evaluated always: there is no short circuit, so a mistake
  // on the right shows even if the left decides.
  const Value given_left = left_->Eval(context, diagnostics);
  const Value given_right = right_->Eval(context, diagnostics);
  if (op_ == Op::kEqual || op_ == Op::kNotEqual) {
    bool equal;
    if (given_left.IsKnown() && given_right.IsKnown() &&
        (given_left.IsNull() || given_right.IsNull())) {
      equal = given_left.IsNull() && given_right.IsNull();
    } else if (!given_left.IsWhollyKnown() || !given_right.IsWhollyKnown()) {
      return Value::Unknown(Type::Bool());
    } else {
      if (!SpendSteps(context,
                      std::min(given_left.weight(), given_right.weight()),
                      range(), diagnostics)) {
        return Value::Unknown(Type::Bool());
      }
      equal = given_left == given_right;
    }
    return Value::Bool(equal == (op_ == Op::kEqual));
  }
  const bool logic = op_ == Op::kAnd || op_ == Op::kOr;
  const Type operand_type = logic ? Type::Bool() : Type::Number();
  const bool compares = op_ >= Op::kLess && op_ <= Op::kGreaterEqual;
  const Type result_type = logic || compares ? Type::Bool() : Type::Number();
  Value left, right;
  const bool left_ok =
      ConvertOperand(given_left, operand_type, left_->value_range(),
                     "left operand", &left, diagnostics);
  const bool right_ok =
      ConvertOperand(given_right, operand_type, right_->value_range(),
                     "right operand", &right, diagnostics);
  if (!left_ok || !right_ok) return Value::Unknown(result_type);
  if (!left.IsKnown() || !right.IsKnown()) return Value::Unknown(result_type);
  if (left.IsNull() || right.IsNull()) {
    return OperationFailed(range(), "argument must not be null", diagnostics);
  }
  absl::StatusOr<Number> number = Number();
  switch (op_) {
    case Op::kAnd:
      return Value::Bool(left.AsBool() && right.AsBool());
    case Op::kOr:
      return Value::Bool(left.AsBool() || right.AsBool());
    case Op::kLess:
      return Value::Bool(Number::Compare(left.AsNumber(), right.AsNumber()) <
                         0);
    case Op::kLessEqual:
      return Value::Bool(Number::Compare(left.AsNumber(), right.AsNumber()) <=
                         0);
    case Op::kGreater:
      return Value::Bool(Number::Compare(left.AsNumber(), right.AsNumber()) >
                         0);
    case Op::kGreaterEqual:
      return Value::Bool(Number::Compare(left.AsNumber(), right.AsNumber()) >=
                         0);
    case Op::kAdd:
      number = Number::Add(left.AsNumber(), right.AsNumber());
      break;
    case Op::kSubtract:
      number = Number::Subtract(left.AsNumber(), right.AsNumber());
      break;
    case Op::kMultiply:
      number = Number::Multiply(left.AsNumber(), right.AsNumber());
      break;
    case Op::kDivide:
      number = Number::Divide(left.AsNumber(), right.AsNumber());
      break;
    case Op::kModulo:
      number = Number::Modulo(left.AsNumber(), right.AsNumber());
      break;
    case Op::kEqual:
    case Op::kNotEqual:
      break;  // done above
  }
  if (!number.ok()) {
    return OperationFailed(range(), number.status().message(), diagnostics);
  }
  return Value::Number(*number);
}

Value ConditionalNode::DoEval(const EvalContext& context,
                              Diagnostics* diagnostics) const {
  // Both branches decide the type; only the chosen one's errors count.
  Diagnostics true_diagnostics, false_diagnostics;
  const Value if_true = if_true_->Eval(context, &true_diagnostics);
  const Value if_false = if_false_->Eval(context, &false_diagnostics);
  const Type types[] = {if_true.type(), if_false.type()};
  const absl::optional<Type> type = UnifyTypes(types);
  const Value condition = condition_->Eval(context, diagnostics);
  if (!type.has_value()) {
    diagnostics->Error(
        range(), "Inconsistent conditional result types",
        absl::StrCat("The true and false result expressions must have "
                     "consistent types. The 'true' value is ",
                     types[0].FriendlyName(), ", but the 'false' value is ",
                     types[1].FriendlyName(), "."));
    return Value::Unknown();
  }
  if (condition.IsNull()) {
    diagnostics->Error(condition_->range(), "Null condition",
                       "The condition value is null. Conditions must either "
                       "be true or false.");
    return Value::Unknown(*type);
  }
  absl::StatusOr<Value> decision = Convert(condition, Type::Bool());
  if (!decision.ok()) {
    diagnostics->Error(condition_->range(), "Incorrect condition type",
                       "The condition expression must be of type bool.");
    return Value::Unknown(*type);
  }
  if (!decision->IsKnown()) {
    // Nobody can tell which branch would have failed.
    return Value::Unknown(*type);
  }
  const bool chosen = decision->AsBool();
  diagnostics->Append(chosen ? true_diagnostics : false_diagnostics);
  const Diagnostics& hidden = chosen ? false_diagnostics : true_diagnostics;
  if (hidden.HasErrors() &&
      !SpendSteps(context, kStepsPerHiddenError, range(), diagnostics)) {
    return Value::Unknown(*type);
  }
  const Value& result = chosen ? if_true : if_false;
  if (!SpendSteps(context, result.type() == *type ? 0 : result.weight(),
                  range(), diagnostics)) {
    return Value::Unknown(*type);
  }
  absl::StatusOr<Value> converted = Convert(result, *type);
  if (!converted.ok()) {
    diagnostics->Error(
        range(), "Inconsistent conditional result types",
        absl::StrCat("The chosen result value cannot be converted to the type "
                     "that both results have in common: ",
                     converted.status().message(), "."));
    return Value::Unknown(*type);
  }
  return *std::move(converted);
}

}  // namespace hcl
