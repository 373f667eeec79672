#include "hcl/access.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"

namespace hcl {

namespace {

// Names to suggest; none of a map that is not a list of fields.
std::vector<std::string> Keys(const ValueMap& map) {
  constexpr size_t kMost = 100;
  std::vector<std::string> keys;
  if (map.size() > kMost) return keys;
  for (const auto& [name, value] : map) keys.push_back(name);
  return keys;
}

}  // namespace

Value GetAttribute(const Value& value, absl::string_view name,
                   const Range& range, Diagnostics* diagnostics) {
  if (value.IsNull()) {
    diagnostics->Error(
        range, "Attempt to get attribute from null value",
        "This value is null, so it does not have any attributes.");
    return Value::Unknown();
  }
  switch (value.type().kind()) {
    case Type::Kind::kObject: {
      if (!value.IsKnown()) {
        const auto& types = value.type().attributes();
        if (const auto it = types.find(name); it != types.end()) {
          return Value::Unknown(it->second);
        }
      } else if (const Value* found = value.Find(name)) {
        return *found;
      }
      diagnostics->Error(
          range, "Unsupported attribute",
          absl::StrCat(
              "This object does not have an attribute named \"", name, "\".",
              value.IsKnown() ? DidYouMean(name, Keys(value.AsMap())) : ""));
      return Value::Unknown();
    }
    case Type::Kind::kMap: {
      if (!value.IsKnown()) return Value::Unknown(value.type().element());
      if (const Value* found = value.Find(name)) return *found;
      diagnostics->Error(
          range, "Missing map element",
          absl::StrCat("This map does not have an element with the key \"",
                       name, "\".", DidYouMean(name, Keys(value.AsMap()))));
      return Value::Unknown();
    }
    case Type::Kind::kDynamic:
      return Value::Unknown();
    case Type::Kind::kList:
    case Type::Kind::kSet:
      diagnostics->Error(
          range, "Unsupported attribute",
          absl::StrCat("Can't access attributes on a ",
                       value.type().FriendlyName(),
                       ". Did you mean to access an attribute for a specific "
                       "element, or across all elements with [*]?"));
      return Value::Unknown();
    case Type::Kind::kBool:
    case Type::Kind::kNumber:
    case Type::Kind::kString:
      diagnostics->Error(
          range, "Unsupported attribute",
          absl::StrCat("Can't access attributes on a primitive-typed value (",
                       value.type().FriendlyName(), ")."));
      return Value::Unknown();
    case Type::Kind::kTuple:
      break;
  }
  diagnostics->Error(range, "Unsupported attribute",
                     "This value does not have any attributes.");
  return Value::Unknown();
}

namespace {

Value InvalidIndex(const Range& range, absl::string_view detail,
                   Diagnostics* diagnostics) {
  diagnostics->Error(range, "Invalid index", detail);
  return Value::Unknown();
}

constexpr char kNoElement[] =
    "The given key does not identify an element in this collection value";

Value IndexSequence(const Value& value, const Value& key, const Range& range,
                    Diagnostics* diagnostics) {
  absl::StatusOr<Value> number = Convert(key, Type::Number());
  if (!number.ok()) {
    return InvalidIndex(
        range, absl::StrCat(kNoElement, ": ", number.status().message(), "."),
        diagnostics);
  }
  if (!number->IsKnown() || !value.IsKnown()) return Value::Unknown();
  const auto index = number->AsNumber().AsInt64();
  if (!number->AsNumber().IsInteger()) {
    return InvalidIndex(
        range,
        absl::StrCat(kNoElement,
                     ": indexing a sequence requires a whole number, but the "
                     "given index (",
                     number->AsNumber().ForDisplay(),
                     ") has a fractional part."),
        diagnostics);
  }
  if (!index.has_value() || *index < 0) {
    return InvalidIndex(range,
                        absl::StrCat(kNoElement,
                                     ": a negative number is not a valid "
                                     "index for a sequence."),
                        diagnostics);
  }
  if (static_cast<uint64_t>(*index) >= value.size()) {
    const std::string have = value.size() == 0
                                 ? "the collection has no elements."
                                 : absl::StrCat(
                                       "the given index is greater than or "
                                       "equal to the length of the "
                                       "collection, which is ",
                                       value.size(), ".");
    return InvalidIndex(range, absl::StrCat(kNoElement, ": ", have),
                        diagnostics);
  }
  return value.AsList()[static_cast<size_t>(*index)];
}

}  // namespace

Value GetIndex(const Value& value, const Value& key, const Range& range,
               Diagnostics* diagnostics) {
  if (value.IsNull()) {
    diagnostics->Error(range, "Attempt to index null value",
                       "This value is null, so it does not have any indices.");
    return Value::Unknown();
  }
  if (key.IsNull()) {
    return InvalidIndex(range, "Can't use a null value as an indexing key.",
                        diagnostics);
  }
  switch (value.type().kind()) {
    case Type::Kind::kDynamic:
      return Value::Unknown();
    case Type::Kind::kList:
    case Type::Kind::kTuple:
      return IndexSequence(value, key, range, diagnostics);
    case Type::Kind::kMap:
    case Type::Kind::kObject: {
      absl::StatusOr<Value> name = Convert(key, Type::String());
      if (!name.ok()) {
        return InvalidIndex(
            range, absl::StrCat(kNoElement, ": ", name.status().message(), "."),
            diagnostics);
      }
      if (!name->IsKnown() || !value.IsKnown()) return Value::Unknown();
      if (const Value* found = value.Find(name->AsString())) return *found;
      return InvalidIndex(
          range,
          absl::StrCat(kNoElement, ".",
                       DidYouMean(name->AsString(), Keys(value.AsMap()))),
          diagnostics);
    }
    case Type::Kind::kSet:
      return InvalidIndex(
          range,
          "Elements of a set are identified only by their value and don't have "
          "any separate index or key to select with, so it's only possible to "
          "perform operations across all elements of the set.",
          diagnostics);
    default:
      return InvalidIndex(range, "This value does not have any indices.",
                          diagnostics);
  }
}

Value ApplyStep(const Value& value, const Traversal::Step& step,
                Diagnostics* diagnostics) {
  return step.kind == Traversal::Step::Kind::kAttribute
             ? GetAttribute(value, step.name, step.range, diagnostics)
             : GetIndex(value, step.key, step.range, diagnostics);
}

}  // namespace hcl
