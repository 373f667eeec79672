// abs ceil floor log max min parseint pow signum range

#include <cmath>

#include "absl/strings/str_cat.h"
#include "hcl/function_groups.h"

namespace hcl {

namespace {

Result FromDouble(double value) {
  if (std::isnan(value)) {
    return absl::InvalidArgumentError("the result is not a number");
  }
  return Value::Number(Number::FromDouble(value));
}

Result Extreme(Arguments arguments, int sign) {
  if (arguments.empty()) {
    return absl::InvalidArgumentError("must pass at least one number");
  }
  const Number* best = &arguments[0].AsNumber();
  for (const Value& v : arguments) {
    if (Number::Compare(v.AsNumber(), *best) * sign > 0) best = &v.AsNumber();
  }
  return Value::Number(*best);
}

Result ParseInt(Arguments arguments) {
  if (!arguments[0].IsString()) {
    return ArgumentError(0,
                         absl::StrCat("first argument must be a string, not ",
                                      arguments[0].type().FriendlyName()));
  }
  const absl::StatusOr<int> base = IntArgument(arguments, 1);
  if (!base.ok()) return base.status();
  if (*base < 2 || *base > 62) {
    return ArgumentError(
        1, absl::StrCat("base must be a whole number between 2 and 62 "
                        "inclusive, not ",
                        *base));
  }
  const absl::StatusOr<Number> number =
      Number::FromBase(arguments[0].AsString(), *base);
  if (!number.ok()) return ArgumentError(0, number.status().message());
  return Value::Number(*number);
}

Result Signum(Arguments arguments) {
  const Number& n = arguments[0].AsNumber();
  if (!n.IsInteger()) return ArgumentError(0, "a whole number is required");
  return Value::Int(n.Sign());
}

Result RangeOf(Arguments arguments, Budget& budget) {
  constexpr size_t kMost = 1024;
  if (arguments.empty() || arguments.size() > 3) {
    return absl::InvalidArgumentError("must have one, two, or three arguments");
  }
  Number start, end = arguments[0].AsNumber();
  if (arguments.size() > 1) {
    start = arguments[0].AsNumber();
    end = arguments[1].AsNumber();
  }
  Number step = Number::FromInt(start < end ? 1 : -1);
  if (arguments.size() == 3) step = arguments[2].AsNumber();
  if (step.Sign() == 0) return ArgumentError(2, "step must not be zero");
  const bool down = step.Sign() < 0;
  if (down ? start < end : end < start) {
    return ArgumentError(2, down ? "end must be less than start when step is "
                                   "negative"
                                 : "end must be greater than start when step "
                                   "is positive");
  }
  ValueList values;
  Number at = start;
  while (down ? end < at : at < end) {
    if (values.size() == kMost) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", kMost,
                       " values were generated; either decrease the "
                       "difference between start and end or use a smaller "
                       "step"));
    }
    values.push_back(Value::Number(at));
    const absl::StatusOr<Number> next = Number::Add(at, step);
    if (!next.ok()) return next.status();
    at = *next;
  }
  const absl::Status paid = PayForElements(values.size(), budget);
  if (!paid.ok()) return paid;
  return Value::List(Type::Number(), std::move(values));
}

}  // namespace

void AddNumberFunctions(FunctionTable* table) {
  Add(table, "abs", {NumberParameter("num")}, [](Arguments a) -> Result {
    return Value::Number(a[0].AsNumber().Abs());
  });
  Add(table, "ceil", {NumberParameter("num")}, [](Arguments a) -> Result {
    return Value::Number(a[0].AsNumber().Ceil());
  });
  Add(table, "floor", {NumberParameter("num")}, [](Arguments a) -> Result {
    return Value::Number(a[0].AsNumber().Floor());
  });
  Add(table, "log", {NumberParameter("num"), NumberParameter("base")},
      [](Arguments a) -> Result {
        return FromDouble(std::log(a[0].AsNumber().AsDouble()) /
                          std::log(a[1].AsNumber().AsDouble()));
      });
  Add(table, "pow", {NumberParameter("num"), NumberParameter("power")},
      [](Arguments a) -> Result {
        return FromDouble(
            std::pow(a[0].AsNumber().AsDouble(), a[1].AsNumber().AsDouble()));
      });
  Add(table, "signum", {NumberParameter("num")}, Signum);
  Add(table, "parseint", {AnyParameter("number"), NumberParameter("base")},
      ParseInt);
  AddVariadic(table, "max", {}, NumberParameter("numbers"),
              [](Arguments a) { return Extreme(a, 1); });
  AddVariadic(table, "min", {}, NumberParameter("numbers"),
              [](Arguments a) { return Extreme(a, -1); });
  AddVariadic(table, "range", {}, NumberParameter("params"), RangeOf);
}

}  // namespace hcl
