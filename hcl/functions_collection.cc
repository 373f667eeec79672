// chunklist coalesce coalescelist compact concat contains distinct element
// flatten index keys length lookup merge slice sort values zipmap

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/function_groups.h"

namespace hcl {

namespace {

bool IsListOrTuple(const Value& v) {
  return v.type().IsTuple() || v.type().kind() == Type::Kind::kList;
}

// A part of a list or tuple, as the same kind.
Value Part(const Value& of, ValueList elements) {
  return of.type().IsTuple()
             ? Value::Tuple(std::move(elements))
             : Value::List(of.type().element(), std::move(elements));
}

Result ChunkList(Arguments a, Budget& budget) {
  const absl::StatusOr<int> size = IntArgument(a, 1);
  if (!size.ok()) return size.status();
  if (*size < 0) return ArgumentError(1, "the size argument must be positive");
  const ValueList& list = a[0].AsList();
  const Type& element = a[0].type().element();
  const size_t step = *size == 0 ? std::max<size_t>(1, list.size())
                                 : static_cast<size_t>(*size);
  const absl::Status paid = PayForElements(list.size(), budget);
  if (!paid.ok()) return paid;
  ValueList chunks;
  for (size_t i = 0; i < list.size(); i += step) {
    const auto begin = list.begin() + static_cast<int64_t>(i);
    const auto end =
        list.begin() + static_cast<int64_t>(std::min(i + step, list.size()));
    chunks.push_back(Value::List(element, ValueList(begin, end)));
  }
  return Value::List(Type::List(element), std::move(chunks));
}

Result Coalesce(Arguments a) {
  std::vector<Type> types;
  for (const Value& v : a) types.push_back(v.type());
  const absl::optional<Type> type = UnifyTypes(types);
  if (!type.has_value()) {
    return absl::InvalidArgumentError("all arguments must have the same type");
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].IsNull()) continue;
    Result converted = Convert(a[i], *type);
    if (!converted.ok()) {
      return ArgumentError(static_cast<int>(i), converted.status().message());
    }
    return converted;
  }
  return absl::InvalidArgumentError("no non-null arguments");
}

Result CoalesceList(Arguments a) {
  if (a.empty()) {
    return absl::InvalidArgumentError("at least one argument is required");
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].IsNull()) continue;
    if (!IsListOrTuple(a[i])) {
      return ArgumentError(static_cast<int>(i),
                           "coalescelist arguments must be lists or tuples");
    }
    if (a[i].size() > 0) return a[i];
  }
  return absl::InvalidArgumentError("no non-null arguments");
}

Result Compact(Arguments a) {
  ValueList kept;
  for (const Value& v : a[0].AsList()) {
    if (!v.IsNull() && !v.AsString().empty()) kept.push_back(v);
  }
  return Value::List(Type::String(), std::move(kept));
}

Result Concat(Arguments a, Budget& budget) {
  if (a.empty()) {
    return absl::InvalidArgumentError("at least one argument is required");
  }
  bool lists = true;
  std::vector<Type> types;
  size_t total = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!IsListOrTuple(a[i])) {
      return ArgumentError(
          static_cast<int>(i),
          absl::StrCat("all arguments must be lists or tuples; got ",
                       a[i].type().FriendlyName()));
    }
    lists &= !a[i].type().IsTuple();
    types.push_back(a[i].type());
    total += a[i].size();
  }
  const absl::Status paid = PayForElements(total, budget);
  if (!paid.ok()) return paid;
  const absl::optional<Type> list_type =
      lists ? UnifyTypes(types) : absl::nullopt;
  ValueList elements;
  elements.reserve(total);
  for (const Value& v : a) {
    for (const Value& e : v.AsList()) {
      if (!list_type.has_value()) {
        elements.push_back(e);
        continue;
      }
      Result converted = Convert(e, list_type->element());
      if (!converted.ok()) return converted;
      elements.push_back(*std::move(converted));
    }
  }
  if (!list_type.has_value()) return Value::Tuple(std::move(elements));
  return Value::List(list_type->element(), std::move(elements));
}

Result Contains(Arguments a, Budget& budget) {
  if (!a[0].IsSequence()) {
    return ArgumentError(0, "argument must be list, tuple, or set");
  }
  const absl::Status paid =
      PayForElements(static_cast<size_t>(a[0].weight()), budget);
  if (!paid.ok()) return paid;
  const ValueList& list = a[0].AsList();
  return Value::Bool(std::find(list.begin(), list.end(), a[1]) != list.end());
}

Result Distinct(Arguments a) {
  const auto less = [](const Value& x, const Value& y) {
    return Value::Compare(x, y) < 0;
  };
  absl::btree_set<Value, decltype(less)> seen(less);
  ValueList kept;
  for (const Value& v : a[0].AsList()) {
    if (seen.insert(v).second) kept.push_back(v);
  }
  return Value::List(a[0].type().element(), std::move(kept));
}

Result Element(Arguments a) {
  if (!IsListOrTuple(a[0])) {
    return ArgumentError(0, "argument must be a list or tuple");
  }
  const absl::StatusOr<int> index = IntArgument(a, 1);
  if (!index.ok()) return index.status();
  const auto size = static_cast<int64_t>(a[0].size());
  if (size == 0) {
    return ArgumentError(0, "cannot use element function with an empty list");
  }
  const int64_t at = (*index % size + size) % size;
  return a[0].AsList()[static_cast<size_t>(at)];
}

absl::Status FlattenInto(const Value& value, ValueList* out, Budget& budget) {
  for (const Value& v : value.AsList()) {
    const absl::Status paid = PayForElements(1, budget);
    if (!paid.ok()) return paid;
    if (v.IsSequence()) {
      const absl::Status status = FlattenInto(v, out, budget);
      if (!status.ok()) return status;
    } else {
      out->push_back(v);
    }
  }
  return absl::OkStatus();
}

Result Flatten(Arguments a, Budget& budget) {
  if (!a[0].IsSequence()) {
    return ArgumentError(0, "can only flatten lists, sets and tuples");
  }
  ValueList out;
  const absl::Status status = FlattenInto(a[0], &out, budget);
  if (!status.ok()) return status;
  return Value::Tuple(std::move(out));
}

Result Index(Arguments a) {
  const absl::Status invalid = absl::InvalidArgumentError("invalid index");
  if (IsListOrTuple(a[0])) {
    if (!a[1].IsNumber()) {
      return ArgumentError(
          1, absl::StrCat("key for ", a[0].type().IsTuple() ? "tuple" : "list",
                          " must be number"));
    }
    const absl::optional<int64_t> index = a[1].AsNumber().AsInt64();
    if (!index.has_value() || *index < 0 ||
        static_cast<uint64_t>(*index) >= a[0].size()) {
      return invalid;
    }
    return a[0].AsList()[static_cast<size_t>(*index)];
  }
  if (a[0].IsMapping()) {
    if (!a[1].IsString()) {
      return ArgumentError(1, "key for map must be string");
    }
    const Value* const found = a[0].Find(a[1].AsString());
    if (found == nullptr) return invalid;
    return *found;
  }
  return ArgumentError(0, "this value does not have any indices");
}

Result Keys(Arguments a) {
  if (!a[0].IsMapping()) {
    return ArgumentError(0, "must be map or object");
  }
  ValueList keys;
  for (const auto& [name, value] : a[0].AsMap()) {
    keys.push_back(Value::String(name));
  }
  if (a[0].type().IsObject()) return Value::Tuple(std::move(keys));
  return Value::List(Type::String(), std::move(keys));
}

Result Values(Arguments a) {
  if (!a[0].IsMapping()) {
    return ArgumentError(0, "values() requires a map or object");
  }
  ValueList values;
  for (const auto& [name, value] : a[0].AsMap()) values.push_back(value);
  if (a[0].type().IsObject()) return Value::Tuple(std::move(values));
  return Value::List(a[0].type().element(), std::move(values));
}

Result Length(Arguments a) {
  if (!a[0].IsSequence() && a[0].type().kind() != Type::Kind::kMap) {
    return ArgumentError(
        0, absl::StrCat("collection must be a list, a map, a set or a tuple",
                        a[0].IsString() ? "; for a string use strlen" : ""));
  }
  return Value::Int(static_cast<int64_t>(a[0].size()));
}

Result Lookup(Arguments a) {
  if (!a[0].IsMapping()) {
    return ArgumentError(0, "lookup() requires a map as the first argument");
  }
  const Value* const found = a[0].Find(a[1].AsString());
  if (found != nullptr) return *found;
  if (a[0].type().IsObject()) return a[2];
  Result converted = Convert(a[2], a[0].type().element());
  if (!converted.ok()) {
    return ArgumentError(
        2, "the default value must have the same type as the map elements");
  }
  return converted;
}

Result Merge(Arguments a, Budget& budget) {
  ValueMap merged;
  bool maps = true, any = false;
  const Type* first = nullptr;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].IsNull()) continue;
    if (!a[i].IsMapping()) {
      return ArgumentError(static_cast<int>(i),
                           absl::StrCat("arguments must be maps or objects, "
                                        "got ",
                                        a[i].type().FriendlyName()));
    }
    any = true;
    if (first == nullptr) first = &a[i].type();
    maps &= a[i].type().kind() == Type::Kind::kMap && a[i].type() == *first;
    const absl::Status paid = PayForElements(a[i].size(), budget);
    if (!paid.ok()) return paid;
    for (const auto& [name, value] : a[i].AsMap()) {
      merged.insert_or_assign(name, value);
    }
  }
  if (!any) return a.empty() ? Value::Object({}) : a[0];
  if (maps) return Value::Map(first->element(), std::move(merged));
  return Value::Object(std::move(merged));
}

Result Slice(Arguments a) {
  if (!IsListOrTuple(a[0])) {
    return ArgumentError(0, "must be a list or tuple value");
  }
  const absl::StatusOr<int> start = IntArgument(a, 1);
  if (!start.ok()) return start.status();
  const absl::StatusOr<int> end = IntArgument(a, 2);
  if (!end.ok()) return end.status();
  const auto size = static_cast<int>(a[0].size());
  if (*start < 0) return ArgumentError(1, "start index must not be negative");
  if (*start > size) {
    return ArgumentError(
        1, "start index must not be greater than the length of the list");
  }
  if (*end < 0) return ArgumentError(2, "end index must not be negative");
  if (*end > size) {
    return ArgumentError(
        2, "end index must not be greater than the length of the list");
  }
  if (*start > *end) {
    return ArgumentError(1, "start index must not be greater than end index");
  }
  const ValueList& list = a[0].AsList();
  return Part(a[0], ValueList(list.begin() + *start, list.begin() + *end));
}

Result Sort(Arguments a) {
  ValueList list = a[0].AsList();
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].IsNull()) {
      return ArgumentError(0, absl::StrCat("element ", i,
                                           " is null; a null value cannot be "
                                           "sorted"));
    }
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Value& x, const Value& y) {
                     return x.AsString() < y.AsString();
                   });
  return Value::List(Type::String(), std::move(list));
}

Result ZipMap(Arguments a) {
  if (!IsListOrTuple(a[1])) {
    return ArgumentError(1, "values argument must be a list or tuple value");
  }
  const ValueList& keys = a[0].AsList();
  const ValueList& values = a[1].AsList();
  if (keys.size() != values.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "number of keys (", keys.size(), ") does not match number of values (",
        values.size(), ")"));
  }
  ValueMap map;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].IsNull()) return ArgumentError(0, "a key must not be null");
    map.insert_or_assign(keys[i].AsString(), values[i]);
  }
  if (a[1].type().IsTuple()) return Value::Object(std::move(map));
  return Value::Map(a[1].type().element(), std::move(map));
}

}  // namespace

void AddCollectionFunctions(FunctionTable* table) {
  const Parameter any_list{"list", Type::List(Type::Dynamic()), false};
  const Parameter strings{"list", Type::List(Type::String()), false};
  const Parameter nullable{"vals", Type::Dynamic(), true};
  Add(table, "chunklist", {any_list, NumberParameter("size")}, ChunkList);
  AddVariadic(table, "coalesce", {}, nullable, Coalesce);
  AddVariadic(table, "coalescelist", {}, nullable, CoalesceList);
  Add(table, "compact", {strings}, Compact);
  AddVariadic(table, "concat", {}, AnyParameter("seqs"), Concat);
  Add(table, "contains", {AnyParameter("list"), AnyParameter("value")},
      Contains);
  Add(table, "distinct", {any_list}, Distinct);
  Add(table, "element", {AnyParameter("list"), NumberParameter("index")},
      Element);
  Add(table, "flatten", {AnyParameter("list")}, Flatten);
  Add(table, "index", {AnyParameter("collection"), AnyParameter("key")}, Index);
  Add(table, "keys", {AnyParameter("inputMap")}, Keys);
  Add(table, "values", {AnyParameter("mapping")}, Values);
  Add(table, "length", {AnyParameter("collection")}, Length);
  Add(table, "lookup",
      {AnyParameter("inputMap"),
       StringParameter("key"),
       {"default", Type::Dynamic(), true}},
      Lookup);
  AddVariadic(table, "merge", {}, {"maps", Type::Dynamic(), true}, Merge);
  Add(table, "slice",
      {AnyParameter("list"), NumberParameter("start_index"),
       NumberParameter("end_index")},
      Slice);
  Add(table, "sort", {strings}, Sort);
  Add(table, "zipmap",
      {{"keys", Type::List(Type::String()), false}, AnyParameter("values")},
      ZipMap);
}

}  // namespace hcl
