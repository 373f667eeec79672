// Type expressions: string, list(number), object({a = string}).

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/expression.h"

namespace hcl {

namespace {

constexpr char kSummary[] = "Invalid type specification";

absl::optional<Type> Invalid(const Range& range, absl::string_view detail,
                             Diagnostics* diagnostics) {
  diagnostics->Error(range, kSummary, detail);
  return absl::nullopt;
}

absl::optional<Type> KeywordType(const Expression& expression,
                                 const std::string& keyword, bool allow_any,
                                 Diagnostics* diagnostics) {
  if (keyword == "bool") return Type::Bool();
  if (keyword == "string") return Type::String();
  if (keyword == "number") return Type::Number();
  if (keyword == "any") {
    if (allow_any) return Type::Dynamic();
    return Invalid(expression.range(),
                   "The keyword \"any\" cannot be used in this type "
                   "specification: an exact type is required.",
                   diagnostics);
  }
  for (const char* kind : {"list", "set", "map"}) {
    if (keyword == kind) {
      return Invalid(expression.range(),
                     absl::StrCat("The ", keyword,
                                  " type constructor requires one argument "
                                  "specifying the element type, like ",
                                  keyword, "(string)."),
                     diagnostics);
    }
  }
  if (keyword == "object") {
    return Invalid(expression.range(),
                   "The object type constructor requires one argument "
                   "specifying the attribute types and values as a map, like "
                   "object({a = string}).",
                   diagnostics);
  }
  if (keyword == "tuple") {
    return Invalid(expression.range(),
                   "The tuple type constructor requires one argument "
                   "specifying the element types as a list, like "
                   "tuple([string]).",
                   diagnostics);
  }
  static const auto* const kNames = new std::vector<std::string>{
      "bool", "string", "number", "list", "set", "map", "object", "tuple"};
  return Invalid(expression.range(),
                 absl::StrCat("The keyword \"", keyword,
                              "\" is not a valid type specification.",
                              DidYouMean(keyword, *kNames)),
                 diagnostics);
}

absl::optional<Type> ObjectType(const Expression& argument, bool allow_any,
                                Diagnostics* diagnostics) {
  const auto pairs = argument.AsPairs();
  if (!pairs.has_value()) {
    return Invalid(argument.range(),
                   "Object type constructor requires a map whose keys are "
                   "attribute names and whose values are the corresponding "
                   "attribute types.",
                   diagnostics);
  }
  TypeMap attributes;
  for (const Expression::Pair& pair : *pairs) {
    const std::string name = pair.key->AsKeyword();
    if (name.empty()) {
      return Invalid(pair.key->range(),
                     "Object constructor map keys must be attribute names.",
                     diagnostics);
    }
    const auto type =
        EvaluateTypeExpression(*pair.value, allow_any, diagnostics);
    if (!type.has_value()) return absl::nullopt;
    attributes.insert_or_assign(name, *type);
  }
  return Type::Object(std::move(attributes));
}

absl::optional<Type> TupleType(const Expression& argument, bool allow_any,
                               Diagnostics* diagnostics) {
  const auto list = argument.AsList();
  if (!list.has_value()) {
    return Invalid(argument.range(),
                   "Tuple type constructor requires a list of element types.",
                   diagnostics);
  }
  std::vector<Type> elements;
  for (const ExpressionPtr& e : *list) {
    const auto type = EvaluateTypeExpression(*e, allow_any, diagnostics);
    if (!type.has_value()) return absl::nullopt;
    elements.push_back(*type);
  }
  return Type::Tuple(std::move(elements));
}

}  // namespace

absl::optional<Type> EvaluateTypeExpression(const Expression& expression,
                                            bool allow_any,
                                            Diagnostics* diagnostics) {
  if (const std::string keyword = expression.AsKeyword(); !keyword.empty()) {
    return KeywordType(expression, keyword, allow_any, diagnostics);
  }
  const auto call = expression.AsCall();
  if (!call.has_value()) {
    return Invalid(expression.range(),
                   "A type specification is either a primitive type keyword "
                   "(bool, number, string) or a complex type constructor "
                   "call, like list(string).",
                   diagnostics);
  }
  const bool collection =
      call->name == "list" || call->name == "set" || call->name == "map";
  if (!collection && call->name != "object" && call->name != "tuple") {
    return Invalid(call->name_range,
                   absl::StrCat("Keyword \"", call->name,
                                "\" is not a valid type constructor."),
                   diagnostics);
  }
  if (call->arguments.size() != 1) {
    return Invalid(expression.range(),
                   absl::StrCat("The ", call->name,
                                " type constructor requires one argument."),
                   diagnostics);
  }
  const Expression& argument = *call->arguments[0];
  if (call->name == "object")
    return ObjectType(argument, allow_any, diagnostics);
  if (call->name == "tuple") return TupleType(argument, allow_any, diagnostics);
  const auto element = EvaluateTypeExpression(argument, allow_any, diagnostics);
  if (!element.has_value()) return absl::nullopt;
  if (call->name == "list") return Type::List(*element);
  if (call->name == "set") return Type::Set(*element);
  return Type::Map(*element);
}

}  // namespace hcl
