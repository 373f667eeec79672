#include "hcl/convert.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace hcl {

namespace {

// "a number is required", as the language's messages have it.
absl::Status Required(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kNumber:
      return absl::InvalidArgumentError("a number is required");
    case Type::Kind::kBool:
      return absl::InvalidArgumentError("a bool is required");
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(type.FriendlyName(), " required"));
  }
}

absl::Status Within(absl::string_view where, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(where, ": ", status.message()));
}

absl::StatusOr<Value> ToString(const Value& value) {
  if (value.IsBool()) return Value::String(value.AsBool() ? "true" : "false");
  if (value.IsNumber()) {
    absl::StatusOr<std::string> text = value.AsNumber().ToString();
    if (!text.ok()) return text.status();
    return Value::String(*text);
  }
  return Required(Type::String());
}

absl::StatusOr<Value> ToNumber(const Value& value) {
  if (!value.IsString()) return Required(Type::Number());
  absl::StatusOr<Number> number = Number::FromString(value.AsString());
  if (!number.ok()) return Required(Type::Number());
  return Value::Number(*number);
}

absl::StatusOr<Value> ToBool(const Value& value) {
  if (!value.IsString()) return Required(Type::Bool());
  const std::string& text = value.AsString();
  if (text == "true" || text == "1") return Value::Bool(true);
  if (text == "false" || text == "0") return Value::Bool(false);
  for (const char* word : {"true", "false"}) {
    if (absl::EqualsIgnoreCase(text, word)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a bool is required; to convert from string, use lowercase \"", word,
          "\""));
    }
  }
  return Required(Type::Bool());
}

// The element type of a conversion to a collection of `wanted`, which may be
// dynamic: then it is what the elements have in common.
absl::StatusOr<Type> ElementType(const Type& wanted, const Value& value,
                                 const char* kind) {
  if (!wanted.IsDynamic()) return wanted;
  std::vector<Type> types;
  if (value.IsSequence()) {
    for (const Value& v : value.AsList()) types.push_back(v.type());
  } else {
    for (const auto& [name, v] : value.AsMap()) types.push_back(v.type());
  }
  if (types.empty()) {
    return value.type().IsCollection() ? value.type().element()
                                       : Type::Dynamic();
  }
  const absl::optional<Type> common = UnifyTypes(types);
  if (!common.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("all ", kind, " elements must have the same type"));
  }
  return *common;
}

absl::StatusOr<Value> ToSequence(const Value& value, const Type& type) {
  if (!value.IsSequence()) return Required(type);
  const bool set = type.kind() == Type::Kind::kSet;
  absl::StatusOr<Type> element =
      ElementType(type.element(), value, set ? "set" : "list");
  if (!element.ok()) return element.status();
  ValueList elements;
  elements.reserve(value.size());
  for (const Value& v : value.AsList()) {
    absl::StatusOr<Value> converted = Convert(v, *element);
    if (!converted.ok()) {
      return Within(absl::StrCat("element ", elements.size()),
                    converted.status());
    }
    elements.push_back(*std::move(converted));
  }
  return set ? Value::Set(*element, std::move(elements))
             : Value::List(*element, std::move(elements));
}

absl::StatusOr<Value> ToMap(const Value& value, const Type& type) {
  if (!value.IsMapping()) return Required(type);
  absl::StatusOr<Type> element = ElementType(type.element(), value, "map");
  if (!element.ok()) return element.status();
  ValueMap elements;
  for (const auto& [name, v] : value.AsMap()) {
    absl::StatusOr<Value> converted = Convert(v, *element);
    if (!converted.ok()) {
      return Within(absl::StrCat("element \"", name, "\""), converted.status());
    }
    elements.insert(elements.end(), {name, *std::move(converted)});
  }
  return Value::Map(*element, std::move(elements));
}

absl::StatusOr<Value> ToTuple(const Value& value, const Type& type) {
  if (!value.type().IsTuple()) return Required(type);
  const std::vector<Type>& types = type.elements();
  const ValueList& from = value.AsList();
  if (from.size() != types.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tuple of ", types.size(), " elements is required, not ",
                     from.size()));
  }
  ValueList elements;
  for (size_t i = 0; i < from.size(); ++i) {
    absl::StatusOr<Value> converted = Convert(from[i], types[i]);
    if (!converted.ok()) {
      return Within(absl::StrCat("element ", i), converted.status());
    }
    elements.push_back(*std::move(converted));
  }
  return Value::Tuple(std::move(elements));
}

absl::StatusOr<Value> ToObject(const Value& value, const Type& type) {
  if (!value.IsMapping()) return Required(type);
  ValueMap attributes;
  for (const auto& [name, wanted] : type.attributes()) {
    const Value* const found = value.Find(name);
    if (found == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("attribute \"", name, "\" is required"));
    }
    absl::StatusOr<Value> converted = Convert(*found, wanted);
    if (!converted.ok()) {
      return Within(absl::StrCat("attribute \"", name, "\""),
                    converted.status());
    }
    attributes.insert(attributes.end(), {name, *std::move(converted)});
  }
  return Value::Object(std::move(attributes));
}

}  // namespace

absl::StatusOr<Value> Convert(const Value& value, const Type& type) {
  if (type.IsDynamic()) return value;
  if (value.IsNull()) return Value::Null(type);
  if (!value.IsKnown()) return Value::Unknown(type);
  if (value.type() == type) return value;
  switch (type.kind()) {
    case Type::Kind::kDynamic:
      return value;
    case Type::Kind::kString:
      return ToString(value);
    case Type::Kind::kNumber:
      return ToNumber(value);
    case Type::Kind::kBool:
      return ToBool(value);
    case Type::Kind::kList:
    case Type::Kind::kSet:
      return ToSequence(value, type);
    case Type::Kind::kMap:
      return ToMap(value, type);
    case Type::Kind::kTuple:
      return ToTuple(value, type);
    case Type::Kind::kObject:
      return ToObject(value, type);
  }
  return Required(type);
}

// Unification. Tuples of one length and objects of the same names are unified
// element by element; otherwise tuples become lists and objects maps.

namespace {

using OptionalType = absl::optional<Type>;

// All element types of tuples, lists, ... in one list.
std::vector<Type> ElementTypes(absl::Span<const Type> types) {
  std::vector<Type> elements;
  for (const Type& t : types) {
    if (t.IsCollection()) {
      elements.push_back(t.element());
    } else if (t.IsTuple()) {
      elements.insert(elements.end(), t.elements().begin(), t.elements().end());
    } else if (t.IsObject()) {
      for (const auto& [name, a] : t.attributes()) elements.push_back(a);
    }
  }
  return elements;
}

OptionalType UnifyElements(absl::Span<const Type> types) {
  const std::vector<Type> elements = ElementTypes(types);
  if (elements.empty()) return Type::Dynamic();
  return UnifyTypes(elements);
}

OptionalType UnifyTuples(absl::Span<const Type> types) {
  const size_t length = types[0].elements().size();
  for (const Type& t : types) {
    if (t.elements().size() != length) {
      const OptionalType element = UnifyElements(types);
      if (!element.has_value()) return absl::nullopt;
      return Type::List(*element);
    }
  }
  std::vector<Type> result;
  for (size_t i = 0; i < length; ++i) {
    std::vector<Type> across;
    for (const Type& t : types) across.push_back(t.elements()[i]);
    const OptionalType common = UnifyTypes(across);
    if (!common.has_value()) return absl::nullopt;
    result.push_back(*common);
  }
  return Type::Tuple(std::move(result));
}

bool SameNames(const TypeMap& a, const TypeMap& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](const auto& x, const auto& y) {
                                              return x.first == y.first;
                                            });
}

OptionalType UnifyObjects(absl::Span<const Type> types) {
  for (const Type& t : types) {
    if (!SameNames(t.attributes(), types[0].attributes())) {
      const OptionalType element = UnifyElements(types);
      if (!element.has_value()) return absl::nullopt;
      return Type::Map(*element);
    }
  }
  TypeMap result;
  for (const auto& [name, type] : types[0].attributes()) {
    std::vector<Type> across;
    for (const Type& t : types) across.push_back(t.attributes().at(name));
    const OptionalType common = UnifyTypes(across);
    if (!common.has_value()) return absl::nullopt;
    result.insert(result.end(), {name, *common});
  }
  return Type::Object(std::move(result));
}

}  // namespace

absl::optional<Type> UnifyTypes(absl::Span<const Type> all) {
  std::vector<Type> types;
  int counts[static_cast<int>(Type::Kind::kObject) + 1] = {};
  for (const Type& t : all) {
    if (t.IsDynamic()) continue;  // an untyped null fits everywhere
    types.push_back(t);
    ++counts[static_cast<int>(t.kind())];
  }
  if (types.empty()) return Type::Dynamic();
  if (std::all_of(types.begin(), types.end(),
                  [&](const Type& t) { return t == types[0]; })) {
    return types[0];
  }
  const int total = static_cast<int>(types.size());
  const auto count = [&](Type::Kind kind) {
    return counts[static_cast<int>(kind)];
  };
  if (count(Type::Kind::kBool) + count(Type::Kind::kNumber) +
          count(Type::Kind::kString) ==
      total) {
    if (count(Type::Kind::kString) == 0) return absl::nullopt;
    return Type::String();
  }
  if (count(Type::Kind::kTuple) == total) return UnifyTuples(types);
  if (count(Type::Kind::kObject) == total) return UnifyObjects(types);
  const int lists = count(Type::Kind::kList);
  const int sets = count(Type::Kind::kSet);
  if (lists + sets + count(Type::Kind::kTuple) == total) {
    const OptionalType element = UnifyElements(types);
    if (!element.has_value()) return absl::nullopt;
    return sets == total ? Type::Set(*element) : Type::List(*element);
  }
  if (count(Type::Kind::kMap) + count(Type::Kind::kObject) == total) {
    const OptionalType element = UnifyElements(types);
    if (!element.has_value()) return absl::nullopt;
    return Type::Map(*element);
  }
  return absl::nullopt;
}

}  // namespace hcl
