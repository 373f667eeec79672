#include "interpolation/config_functions.h"

#include <utility>

#include "absl/strings/string_view.h"

namespace interpolation {
namespace {

// Taken over as they are from the job file's functions.
constexpr absl::string_view kShared[] = {
    "abs",        "coalesce", "concat", "int",   "jsondecode",
    "jsonencode", "length",   "lower",  "max",   "min",
    "reverse",    "strlen",   "substr", "upper",
};

// hasindex(collection, key): whether collection[key] would find something.
absl::StatusOr<hcl::Value> HasIndex(absl::Span<const hcl::Value> arguments,
                                    hcl::Budget& budget) {
  (void)budget;  // one look-up
  const hcl::Value& collection = arguments[0];
  const hcl::Value& key = arguments[1];
  if (collection.IsMapping()) {
    return hcl::Value::Bool(key.IsString() &&
                            collection.Find(key.AsString()) != nullptr);
  }
  const hcl::Type::Kind kind = collection.type().kind();
  if (kind == hcl::Type::Kind::kList || kind == hcl::Type::Kind::kTuple) {
    if (!key.IsNumber()) return hcl::Value::Bool(false);
    const auto index = key.AsNumber().AsUint64();
    return hcl::Value::Bool(index.has_value() && *index < collection.size());
  }
  return hcl::ArgumentError(0, "a list, tuple, map or object is required");
}

// int(number): without what stands after the point.
absl::StatusOr<hcl::Value> Int(absl::Span<const hcl::Value> arguments,
                               hcl::Budget& budget) {
  (void)budget;  // one number
  return hcl::Value::Number(arguments[0].AsNumber().Truncate());
}

hcl::FunctionTable MakeTable() {
  const hcl::FunctionTable standard = hcl::StandardFunctions();
  hcl::FunctionTable table;
  for (const absl::string_view name : kShared) {
    if (const hcl::Function* const function = standard.Find(name)) {
      table.Add(name, *function);
    }
  }
  hcl::Function has_index;
  has_index.parameters = {{.name = "collection", .type = hcl::Type::Dynamic()},
                          {.name = "key", .type = hcl::Type::Dynamic()}};
  has_index.body = HasIndex;
  table.Add("hasindex", std::move(has_index));
  if (table.Find("int") == nullptr) {
    hcl::Function truncate;
    truncate.parameters = {{.name = "number", .type = hcl::Type::Number()}};
    truncate.body = Int;
    table.Add("int", std::move(truncate));
  }
  return table;
}

}  // namespace

const hcl::FunctionTable& ConfigFunctions() {
  static const hcl::FunctionTable* const table =
      new hcl::FunctionTable(MakeTable());  // never destroyed: used at exit
  return *table;
}

}  // namespace interpolation
