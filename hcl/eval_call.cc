// Function calls.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/functions.h"
#include "hcl/nodes.h"

namespace hcl {

absl::optional<Expression::Call> CallNode::AsCall() const {
  Call call;
  call.name = name_;
  call.name_range = name_range_;
  for (const NodePtr& a : arguments_) call.arguments.push_back(Borrow(a.get()));
  return call;
}

Value CallNode::DoEval(const EvalContext& context,
                       Diagnostics* diagnostics) const {
  const FunctionTable* const functions = context.functions();
  if (functions == nullptr) {
    diagnostics->Error(range(), "Function calls not allowed",
                       "Functions may not be called here.");
    return Value::Unknown();
  }
  const Function* const function = functions->Find(name_);
  if (function == nullptr) {
    diagnostics->Error(
        name_range_, "Call to unknown function",
        absl::StrCat("There is no function named \"", name_, "\".",
                     DidYouMean(name_, functions->Names())));
    return Value::Unknown();
  }
  switch (function->form) {
    case Function::Form::kTry:
      return EvalTry(context, diagnostics);
    case Function::Form::kCan:
      return EvalCan(context, diagnostics);
    case Function::Form::kConvert:
      return EvalConvert(context, diagnostics);
    case Function::Form::kOrdinary:
      break;
  }

  // Evaluate, and take the last argument apart if it is followed by "...".
  ValueList values;
  std::vector<Range> ranges;
  const size_t errors_before = diagnostics->error_count();
  for (size_t i = 0; i < arguments_.size(); ++i) {
    const Node& argument = *arguments_[i];
    const Value value = argument.Eval(context, diagnostics);
    if (!expand_last_ || i + 1 < arguments_.size()) {
      values.push_back(value);
      ranges.push_back(argument.value_range());
      continue;
    }
    if (value.IsNull()) {
      diagnostics->Error(argument.range(), "Invalid expanding argument value",
                         "The expanding argument (indicated by ...) must not "
                         "be null.");
      return Value::Unknown();
    }
    if (!value.IsKnown()) return Value::Unknown();
    if (!value.IsSequence()) {
      diagnostics->Error(argument.range(), "Invalid expanding argument value",
                         "The expanding argument (indicated by ...) must be "
                         "of a tuple, list, or set type.");
      return Value::Unknown();
    }
    for (const Value& v : value.AsList()) {
      values.push_back(v);
      ranges.push_back(argument.range());
    }
  }

  const std::vector<Parameter>& parameters = function->parameters;
  if (values.size() < parameters.size()) {
    diagnostics->Error(
        range(), "Not enough function arguments",
        absl::StrCat("Function \"", name_, "\" expects",
                     function->variadic.has_value() ? " at least " : " ",
                     parameters.size(), " argument(s). Missing value for \"",
                     parameters[values.size()].name, "\"."));
    return Value::Unknown();
  }
  if (values.size() > parameters.size() && !function->variadic.has_value()) {
    diagnostics->Error(Range::Between(ranges[parameters.size()], ranges.back()),
                       "Too many function arguments",
                       absl::StrCat("Function \"", name_, "\" expects only ",
                                    parameters.size(), " argument(s)."));
    return Value::Unknown();
  }

  bool known = true;
  for (size_t i = 0; i < values.size(); ++i) {
    const Parameter& parameter =
        i < parameters.size() ? parameters[i] : *function->variadic;
    const auto invalid = [&](absl::string_view why) {
      diagnostics->Error(ranges[i], "Invalid function argument",
                         absl::StrCat("Invalid value for \"", parameter.name,
                                      "\" parameter: ", why, "."));
    };
    if (values[i].IsNull() && !parameter.allow_null) {
      invalid("argument must not be null");
      continue;
    }
    if (values[i].type() != parameter.type &&
        !SpendSteps(context, values[i].weight(), range(), diagnostics)) {
      return Value::Unknown();
    }
    absl::StatusOr<Value> converted = Convert(values[i], parameter.type);
    if (!converted.ok()) {
      invalid(converted.status().message());
      continue;
    }
    values[i] = *std::move(converted);
    known = known && values[i].IsWhollyKnown();
  }
  if (diagnostics->error_count() != errors_before || !known) {
    return Value::Unknown();
  }

  absl::StatusOr<Value> result = function->body(values, context.budget());
  if (!result.ok()) {
    if (context.budget().spent()) {
      diagnostics->Error(range(), "Evaluation takes too long",
                         absl::StrCat("Call to function \"", name_,
                                      "\" would build more values than the "
                                      "limit for one file allows."));
      return Value::Unknown();
    }
    const int index = ArgumentIndex(result.status());
    if (index >= 0 && static_cast<size_t>(index) < values.size()) {
      const auto at = static_cast<size_t>(index);
      diagnostics->Error(
          ranges[at], "Invalid function argument",
          absl::StrCat("Invalid value for \"",
                       at < parameters.size() ? parameters[at].name
                                              : function->variadic->name,
                       "\" parameter: ", result.status().message(), "."));
    } else {
      diagnostics->Error(
          range(), "Error in function call",
          absl::StrCat("Call to function \"", name_,
                       "\" failed: ", result.status().message(), "."));
    }
    return Value::Unknown();
  }
  if (!SpendSteps(context, result->weight(), range(), diagnostics)) {
    return Value::Unknown();
  }
  return *std::move(result);
}

Value CallNode::EvalTry(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  if (arguments_.empty()) {
    diagnostics->Error(range(), "Error in function call",
                       "Call to function \"try\" failed: at least one argument "
                       "is required.");
    return Value::Unknown();
  }
  std::string failures;
  for (const NodePtr& argument : arguments_) {
    Diagnostics attempt;
    const Value value = argument->Eval(context, &attempt);
    if (!attempt.HasErrors() && !context.budget().spent()) return value;
    if (!SpendSteps(context, kStepsPerHiddenError, range(), diagnostics)) {
      return Value::Unknown();
    }
    for (const Diagnostic& d : attempt.list()) {
      absl::StrAppend(&failures, "\n- ", d.OneLine());
    }
  }
  diagnostics->Error(
      range(), "Error in function call",
      absl::StrCat(
          "Call to function \"try\" failed: no expression succeeded:", failures,
          "\n\nAt least one expression must produce a successful "
          "result."));
  return Value::Unknown();
}

Value CallNode::EvalCan(const EvalContext& context,
                        Diagnostics* diagnostics) const {
  if (arguments_.size() != 1) {
    diagnostics->Error(range(),
                       arguments_.empty() ? "Not enough function arguments"
                                          : "Too many function arguments",
                       "Function \"can\" expects 1 argument.");
    return Value::Unknown();
  }
  Diagnostics attempt;
  (void)arguments_[0]->Eval(context, &attempt);
  if (context.budget().spent()) {
    diagnostics->Append(attempt);
    return Value::Unknown(Type::Bool());
  }
  if (attempt.HasErrors() &&
      !SpendSteps(context, kStepsPerHiddenError, range(), diagnostics)) {
    return Value::Unknown(Type::Bool());
  }
  return Value::Bool(!attempt.HasErrors());
}

Value CallNode::EvalConvert(const EvalContext& context,
                            Diagnostics* diagnostics) const {
  if (arguments_.size() != 2) {
    diagnostics->Error(range(),
                       arguments_.size() < 2 ? "Not enough function arguments"
                                             : "Too many function arguments",
                       "Function \"convert\" expects 2 arguments: a value and "
                       "a type.");
    return Value::Unknown();
  }
  const Value value = arguments_[0]->Eval(context, diagnostics);
  const absl::optional<Type> type =
      EvaluateTypeExpression(*arguments_[1], /*allow_any=*/true, diagnostics);
  if (!type.has_value()) return Value::Unknown();
  if (!SpendSteps(context, value.weight(), range(), diagnostics)) {
    return Value::Unknown();
  }
  absl::StatusOr<Value> converted = Convert(value, *type);
  if (!converted.ok()) {
    diagnostics->Error(arguments_[0]->value_range(),
                       "Invalid function argument",
                       absl::StrCat("Invalid value for \"value\" parameter: ",
                                    converted.status().message(), "."));
    return Value::Unknown();
  }
  return *std::move(converted);
}

}  // namespace hcl
