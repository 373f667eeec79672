// setintersection setproduct setunion

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/function_groups.h"

namespace hcl {

namespace {

bool Less(const Value& a, const Value& b) { return Value::Compare(a, b) < 0; }

// All arguments as sets of one type.
absl::StatusOr<std::vector<Value>> AlikeSets(Arguments a) {
  std::vector<Type> types;
  for (const Value& v : a) types.push_back(v.type());
  const absl::optional<Type> type = UnifyTypes(types);
  if (!type.has_value()) {
    return absl::InvalidArgumentError(
        "given sets must all have compatible element types");
  }
  std::vector<Value> sets;
  for (const Value& v : a) {
    Result converted = Convert(v, *type);
    if (!converted.ok()) return converted.status();
    sets.push_back(*std::move(converted));
  }
  return sets;
}

Result Intersection(Arguments a) {
  const absl::StatusOr<std::vector<Value>> sets = AlikeSets(a);
  if (!sets.ok()) return sets.status();
  ValueList common = (*sets)[0].AsList();
  for (const Value& set : *sets) {
    ValueList both;
    std::set_intersection(common.begin(), common.end(), set.AsList().begin(),
                          set.AsList().end(), std::back_inserter(both), Less);
    common = std::move(both);
  }
  return Value::Set((*sets)[0].type().element(), std::move(common));
}

Result Union(Arguments a, Budget& budget) {
  const absl::StatusOr<std::vector<Value>> sets = AlikeSets(a);
  if (!sets.ok()) return sets.status();
  ValueList all;
  for (const Value& set : *sets) {
    const absl::Status paid = PayForElements(set.size(), budget);
    if (!paid.ok()) return paid;
    all.insert(all.end(), set.AsList().begin(), set.AsList().end());
  }
  return Value::Set((*sets)[0].type().element(), std::move(all));
}

// Every combination of one element of each argument; a list if any argument
// has an order, else a set.
Result Product(Arguments a, Budget& budget) {
  if (a.size() < 2) {
    return absl::InvalidArgumentError("at least two arguments are required");
  }
  bool ordered = false;
  size_t count = 1;
  std::vector<Value> sources;
  std::vector<Type> types;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].IsSequence()) {
      return ArgumentError(static_cast<int>(i), "a set or a list is required");
    }
    Value source = a[i];
    if (source.type().kind() != Type::Kind::kSet) {
      ordered = true;
      Result list = Convert(source, Type::List(Type::Dynamic()));
      if (!list.ok()) {
        return ArgumentError(static_cast<int>(i), list.status().message());
      }
      source = *std::move(list);
    }
    types.push_back(source.type().element());
    count *= source.size();
    const absl::Status paid = PayForElements(count * a.size(), budget);
    if (!paid.ok()) return paid;
    sources.push_back(std::move(source));
  }
  const Type element = Type::Tuple(types);
  ValueList combinations;
  combinations.reserve(count);
  std::vector<size_t> at(sources.size(), 0);
  for (size_t n = 0; n < count; ++n) {
    ValueList tuple;
    for (size_t i = 0; i < sources.size(); ++i) {
      tuple.push_back(sources[i].AsList()[at[i]]);
    }
    combinations.push_back(Value::Tuple(std::move(tuple)));
    for (size_t i = sources.size(); i-- > 0;) {
      if (++at[i] < sources[i].size()) break;
      at[i] = 0;
    }
  }
  return ordered ? Value::List(element, std::move(combinations))
                 : Value::Set(element, std::move(combinations));
}

}  // namespace

void AddSetFunctions(FunctionTable* table) {
  const Parameter set{"sets", Type::Set(Type::Dynamic()), false};
  AddVariadic(table, "setintersection", {set}, set, Intersection);
  AddVariadic(table, "setunion", {set}, set, Union);
  AddVariadic(table, "setproduct", {}, AnyParameter("sets"), Product);
}

}  // namespace hcl
