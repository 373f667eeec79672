#include "hcl/value.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace hcl {

struct Value::Rep {
  enum class State : uint8_t { kNull, kUnknown, kValue };

  Type type;
  State state = State::kValue;
  bool wholly_known = true;
  int depth = 1;
  int64_t weight = 1;
  std::variant<std::monostate, bool, hcl::Number, std::string, ValueList,
               ValueMap>
      data;

  void Account(const Value& child) {
    wholly_known &= child.IsWhollyKnown();
    depth = std::max(depth, child.depth() + 1);
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 2;
    weight = std::min(kMost, weight + child.weight());
  }
};

Value::Value(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}

Value::Value() {
  static const auto* const kNull = new Value(Null(Type::Dynamic()));
  rep_ = kNull->rep_;
}

Value Value::Null(const Type& type) {
  auto rep = std::make_shared<Rep>();
  rep->type = type;
  rep->state = Rep::State::kNull;
  return Value(std::move(rep));
}

Value Value::Unknown(const Type& type) {
  auto rep = std::make_shared<Rep>();
  rep->type = type;
  rep->state = Rep::State::kUnknown;
  rep->wholly_known = false;
  return Value(std::move(rep));
}

Value Value::Bool(bool value) {
  static const auto* const kValues = [] {
    auto* values = new Value[2];
    for (const bool b : {false, true}) {
      auto rep = std::make_shared<Rep>();
      rep->type = Type::Bool();
      rep->data = b;
      values[b ? 1 : 0] = Value(std::move(rep));
    }
    return values;
  }();
  return kValues[value ? 1 : 0];
}

Value Value::Number(const hcl::Number& value) {
  auto rep = std::make_shared<Rep>();
  rep->type = Type::Number();
  rep->data = value;
  return Value(std::move(rep));
}

Value Value::Int(int64_t value) { return Number(hcl::Number::FromInt(value)); }

Value Value::String(absl::string_view value) {
  auto rep = std::make_shared<Rep>();
  rep->type = Type::String();
  rep->data = std::string(value);
  rep->weight += static_cast<int64_t>(value.size() / 64);
  return Value(std::move(rep));
}

Value Value::Tuple(ValueList elements) {
  auto rep = std::make_shared<Rep>();
  std::vector<Type> types;
  types.reserve(elements.size());
  for (const Value& v : elements) {
    types.push_back(v.type());
    rep->Account(v);
  }
  rep->type = Type::Tuple(std::move(types));
  rep->data = std::move(elements);
  return Value(std::move(rep));
}

Value Value::Object(ValueMap attributes) {
  auto rep = std::make_shared<Rep>();
  TypeMap types;
  for (const auto& [name, v] : attributes) {
    types.insert(types.end(), {name, v.type()});
    rep->Account(v);
  }
  rep->type = Type::Object(std::move(types));
  rep->data = std::move(attributes);
  return Value(std::move(rep));
}

Value Value::List(const Type& element, ValueList elements) {
  auto rep = std::make_shared<Rep>();
  rep->type = Type::List(element);
  for (const Value& v : elements) rep->Account(v);
  rep->data = std::move(elements);
  return Value(std::move(rep));
}

Value Value::Map(const Type& element, ValueMap elements) {
  auto rep = std::make_shared<Rep>();
  rep->type = Type::Map(element);
  for (const auto& [name, v] : elements) rep->Account(v);
  rep->data = std::move(elements);
  return Value(std::move(rep));
}

Value Value::Set(const Type& element, ValueList elements) {
  std::stable_sort(
      elements.begin(), elements.end(),
      [](const Value& a, const Value& b) { return Compare(a, b) < 0; });
  elements.erase(std::unique(elements.begin(), elements.end(),
                             [](const Value& a, const Value& b) {
                               return Compare(a, b) == 0;
                             }),
                 elements.end());
  auto rep = std::make_shared<Rep>();
  rep->type = Type::Set(element);
  for (const Value& v : elements) rep->Account(v);
  rep->data = std::move(elements);
  return Value(std::move(rep));
}

const Type& Value::type() const { return rep_->type; }
bool Value::IsNull() const { return rep_->state == Rep::State::kNull; }
bool Value::IsKnown() const { return rep_->state != Rep::State::kUnknown; }
bool Value::IsWhollyKnown() const { return rep_->wholly_known; }
int Value::depth() const { return rep_->depth; }
int64_t Value::weight() const { return rep_->weight; }

bool Value::Has(Type::Kind kind) const {
  return rep_->state == Rep::State::kValue && rep_->type.kind() == kind;
}

bool Value::IsSequence() const {
  return Has(Type::Kind::kList) || Has(Type::Kind::kSet) ||
         Has(Type::Kind::kTuple);
}

bool Value::IsMapping() const {
  return Has(Type::Kind::kMap) || Has(Type::Kind::kObject);
}

bool Value::AsBool() const { return std::get<bool>(rep_->data); }

const hcl::Number& Value::AsNumber() const {
  return std::get<hcl::Number>(rep_->data);
}

const std::string& Value::AsString() const {
  return std::get<std::string>(rep_->data);
}

const ValueList& Value::AsList() const {
  return std::get<ValueList>(rep_->data);
}

const ValueMap& Value::AsMap() const { return std::get<ValueMap>(rep_->data); }

size_t Value::size() const {
  return IsMapping() ? AsMap().size() : AsList().size();
}

const Value* Value::Find(absl::string_view key) const {
  if (!IsMapping()) return nullptr;
  const auto it = AsMap().find(key);
  return it == AsMap().end() ? nullptr : &it->second;
}

bool operator==(const Value& a, const Value& b) {
  if (a.rep_ == b.rep_) return true;
  return a.rep_->state == b.rep_->state && a.rep_->type == b.rep_->type &&
         a.rep_->data == b.rep_->data;
}

namespace {

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

int Value::Compare(const Value& a, const Value& b) {
  if (a.rep_ == b.rep_) return 0;
  if (const int c = Order(a.rep_->state, b.rep_->state); c != 0) return c;
  if (!a.HasValue()) return 0;
  if (const int c = Order(a.rep_->data.index(), b.rep_->data.index()); c != 0) {
    return c;
  }
  if (a.IsBool()) return Order(a.AsBool(), b.AsBool());
  if (a.IsNumber()) return hcl::Number::Compare(a.AsNumber(), b.AsNumber());
  if (a.IsString()) return Order(a.AsString(), b.AsString());
  if (a.IsSequence()) {
    const ValueList& x = a.AsList();
    const ValueList& y = b.AsList();
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (const int c = Compare(x[i], y[i]); c != 0) return c;
    }
    return Order(x.size(), y.size());
  }
  const ValueMap& x = a.AsMap();
  const ValueMap& y = b.AsMap();
  auto i = x.begin();
  auto j = y.begin();
  for (; i != x.end() && j != y.end(); ++i, ++j) {
    if (const int c = Order(i->first, j->first); c != 0) return c;
    if (const int c = Compare(i->second, j->second); c != 0) return c;
  }
  return Order(x.size(), y.size());
}

std::string Value::DebugString() const {
  if (!IsKnown()) return absl::StrCat("unknown(", type().ToString(), ")");
  if (IsNull()) {
    return type().IsDynamic() ? "null"
                              : absl::StrCat("null(", type().ToString(), ")");
  }
  std::string out;
  const char* separator = "";
  switch (type().kind()) {
    case Type::Kind::kBool:
      return AsBool() ? "true" : "false";
    case Type::Kind::kNumber:
      return AsNumber().ForDisplay();
    case Type::Kind::kString:
      return absl::StrCat("\"", absl::Utf8SafeCEscape(AsString()), "\"");
    case Type::Kind::kList:
    case Type::Kind::kSet:
    case Type::Kind::kTuple:
      for (const Value& v : AsList()) {
        absl::StrAppend(&out, separator, v.DebugString());
        separator = ", ";
      }
      if (type().IsTuple()) return absl::StrCat("[", out, "]");
      return absl::StrCat(type().kind() == Type::Kind::kList ? "list" : "set",
                          "([", out, "])");
    case Type::Kind::kMap:
    case Type::Kind::kObject:
      for (const auto& [name, v] : AsMap()) {
        absl::StrAppend(&out, separator, name, " = ", v.DebugString());
        separator = ", ";
      }
      out = absl::StrCat("{", out, "}");
      return type().IsObject() ? out : absl::StrCat("map(", out, ")");
    case Type::Kind::kDynamic:
      break;
  }
  return out;
}

}  // namespace hcl
