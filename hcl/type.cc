#include "hcl/type.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hcl {

struct Type::Rep {
  Kind kind = Kind::kDynamic;
  bool has_dynamic = false;
  int depth = 1;
  Type element{std::shared_ptr<const Rep>()};
  std::vector<Type> elements;
  TypeMap attributes;
};

Type::Type(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}

const Type& Type::Dynamic() {
  static const auto* const kType = [] {
    auto rep = std::make_shared<Rep>();
    rep->has_dynamic = true;
    return new Type(std::move(rep));
  }();
  return *kType;
}

const Type& Type::Bool() {
  static const auto* const kType = [] {
    auto rep = std::make_shared<Rep>();
    rep->kind = Kind::kBool;
    return new Type(std::move(rep));
  }();
  return *kType;
}

const Type& Type::Number() {
  static const auto* const kType = [] {
    auto rep = std::make_shared<Rep>();
    rep->kind = Kind::kNumber;
    return new Type(std::move(rep));
  }();
  return *kType;
}

const Type& Type::String() {
  static const auto* const kType = [] {
    auto rep = std::make_shared<Rep>();
    rep->kind = Kind::kString;
    return new Type(std::move(rep));
  }();
  return *kType;
}

Type Type::List(const Type& element) {
  auto rep = std::make_shared<Rep>();
  rep->kind = Kind::kList;
  rep->element = element;
  rep->has_dynamic = element.HasDynamic();
  rep->depth = element.depth() + 1;
  return Type(std::move(rep));
}

Type Type::Set(const Type& element) {
  auto rep = std::make_shared<Rep>();
  rep->kind = Kind::kSet;
  rep->element = element;
  rep->has_dynamic = element.HasDynamic();
  rep->depth = element.depth() + 1;
  return Type(std::move(rep));
}

Type Type::Map(const Type& element) {
  auto rep = std::make_shared<Rep>();
  rep->kind = Kind::kMap;
  rep->element = element;
  rep->has_dynamic = element.HasDynamic();
  rep->depth = element.depth() + 1;
  return Type(std::move(rep));
}

Type Type::Tuple(std::vector<Type> elements) {
  auto rep = std::make_shared<Rep>();
  rep->kind = Kind::kTuple;
  for (const Type& t : elements) {
    rep->has_dynamic |= t.HasDynamic();
    rep->depth = std::max(rep->depth, t.depth() + 1);
  }
  rep->elements = std::move(elements);
  return Type(std::move(rep));
}

Type Type::Object(TypeMap attributes) {
  auto rep = std::make_shared<Rep>();
  rep->kind = Kind::kObject;
  for (const auto& [name, t] : attributes) {
    rep->has_dynamic |= t.HasDynamic();
    rep->depth = std::max(rep->depth, t.depth() + 1);
  }
  rep->attributes = std::move(attributes);
  return Type(std::move(rep));
}

Type::Kind Type::kind() const { return rep_->kind; }
const Type& Type::element() const { return rep_->element; }
const std::vector<Type>& Type::elements() const { return rep_->elements; }
const TypeMap& Type::attributes() const { return rep_->attributes; }
bool Type::HasDynamic() const { return rep_->has_dynamic; }
int Type::depth() const { return rep_->depth; }

std::string Type::FriendlyName() const {
  switch (kind()) {
    case Kind::kDynamic:
      return "dynamic";
    case Kind::kBool:
      return "bool";
    case Kind::kNumber:
      return "number";
    case Kind::kString:
      return "string";
    case Kind::kList:
      return absl::StrCat("list of ", element().FriendlyName());
    case Kind::kSet:
      return absl::StrCat("set of ", element().FriendlyName());
    case Kind::kMap:
      return absl::StrCat("map of ", element().FriendlyName());
    case Kind::kTuple:
      return "tuple";
    case Kind::kObject:
      return "object";
  }
  return "";
}

std::string Type::ToString() const {
  switch (kind()) {
    case Kind::kDynamic:
      return "any";
    case Kind::kBool:
    case Kind::kNumber:
    case Kind::kString:
      return FriendlyName();
    case Kind::kList:
      return absl::StrCat("list(", element().ToString(), ")");
    case Kind::kSet:
      return absl::StrCat("set(", element().ToString(), ")");
    case Kind::kMap:
      return absl::StrCat("map(", element().ToString(), ")");
    case Kind::kTuple: {
      std::string out = "tuple([";
      const char* separator = "";
      for (const Type& t : elements()) {
        absl::StrAppend(&out, separator, t.ToString());
        separator = ",";
      }
      return out + "])";
    }
    case Kind::kObject: {
      std::string out = "object({";
      const char* separator = "";
      for (const auto& [name, t] : attributes()) {
        absl::StrAppend(&out, separator, name, "=", t.ToString());
        separator = ",";
      }
      return out + "})";
    }
  }
  return "";
}

bool operator==(const Type& a, const Type& b) {
  if (a.rep_ == b.rep_) return true;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Type::Kind::kList:
    case Type::Kind::kSet:
    case Type::Kind::kMap:
      return a.element() == b.element();
    case Type::Kind::kTuple:
      return a.elements() == b.elements();
    case Type::Kind::kObject:
      return a.attributes() == b.attributes();
    default:
      return true;
  }
}

}  // namespace hcl
