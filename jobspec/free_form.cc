#include "jobspec/free_form.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"

namespace jobspec {
namespace {

// JSON has no infinity, and the client gets the config as JSON.
bool HasInfinity(const hcl::Value& value) {
  if (value.IsNumber()) return std::isinf(value.AsNumber().AsDouble());
  if (value.IsSequence()) {
    for (const hcl::Value& element : value.AsList()) {
      if (HasInfinity(element)) return true;
    }
  }
  if (value.IsMapping()) {
    for (const auto& [key, element] : value.AsMap()) {
      if (HasInfinity(element)) return true;
    }
  }
  return false;
}

hcl::Value DecodeAttribute(const hcl::Attribute& attribute,
                           const DecodeContext& context) {
  const hcl::Expression& expression = *attribute.expression;
  hcl::Value value = expression.Evaluate(context.scope, context.diagnostics);
  if (!value.IsWhollyKnown()) return hcl::Value();  // has been reported
  if (HasInfinity(value)) {
    context.diagnostics->Error(
        expression.value_range(), "Number too large",
        absl::StrCat("A number in \"", attribute.name,
                     "\" is larger than any driver can take (1.8e308)."));
    return hcl::Value();
  }
  const bool is_literal_object =
      !context.is_json && expression.AsPairs().has_value();
  if (is_literal_object && !value.IsNull()) {
    return hcl::Value::Tuple({std::move(value)});
  }
  return value;
}

// `a "l" "m" {}` is {l = [{m = [{}]}]}, to be put into the list of `a`.
hcl::Value DecodeBlock(const hcl::Block& block, const DecodeContext& context) {
  hcl::Value value = DecodeFreeForm(*block.body, context).value;
  for (auto label = block.labels.rbegin(); label != block.labels.rend();
       ++label) {
    value =
        hcl::Value::Object({{*label, hcl::Value::Tuple({std::move(value)})}});
  }
  return value;
}

}  // namespace

FreeForm DecodeFreeForm(const hcl::Body& body, const DecodeContext& context) {
  FreeForm result;
  hcl::ValueMap arguments;
  absl::btree_map<std::string, hcl::ValueList> blocks;
  for (const hcl::BodyItem& item : body.Items(context.diagnostics)) {
    if (item.attribute != nullptr) {
      hcl::Value value = DecodeAttribute(*item.attribute, context);
      if (value.IsNull()) continue;
      arguments[item.attribute->name] = std::move(value);
      result.keys.emplace_back(item.attribute->name,
                               item.attribute->name_range);
    } else {
      blocks[item.block->type].push_back(DecodeBlock(*item.block, context));
      result.keys.emplace_back(item.block->type, item.block->type_range);
    }
  }
  for (auto& [name, list] : blocks) {
    arguments[name] = hcl::Value::Tuple(std::move(list));  // beats an argument
  }
  result.value = hcl::Value::Object(std::move(arguments));
  return result;
}

}  // namespace jobspec
