#include "jobspec/decode.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "jobspec/decode_scalar.h"
#include "jobspec/free_form.h"

namespace jobspec {
namespace {

void ReportDuplicate(const hcl::Range& where, absl::string_view name,
                     const DecodeContext& context) {
  context.diagnostics->Error(
      where, absl::StrCat("Duplicate ", name, " block"),
      absl::StrCat("Only one ", name,
                   " block is allowed here; put everything into one."));
}

// `meta { a = 1 }`: each argument is an entry.
Node DecodeMapBlock(const hcl::Body& body, const Field& field,
                    const DecodeContext& context) {
  Node::Map map;
  for (const hcl::Attribute& attribute :
       body.JustAttributes(context.diagnostics)) {
    const hcl::Value value =
        attribute.expression->Evaluate(context.scope, context.diagnostics);
    if (!value.IsWhollyKnown()) continue;  // has been reported
    const hcl::Range where = attribute.expression->value_range();
    Node entry =
        field.type == Field::Type::kStringListMap
            ? StringListNode(value, attribute.name, where, context.diagnostics)
            : StringNode(value, attribute.name, where, context.diagnostics);
    if (!entry.IsNull()) map.emplace_back(attribute.name, std::move(entry));
  }
  return Node(std::move(map));
}

// The block of a field that is not made of objects.
Node DecodeSimpleBlock(const hcl::Block& block, const Field& field,
                       const DecodeContext& context) {
  Node node = field.type == Field::Type::kFreeForm
                  ? Node(DecodeFreeForm(*block.body, context))
                  : DecodeMapBlock(*block.body, field, context);
  node.set_range(block.header_range);
  return node;
}

Node DecodeObjectBlock(const hcl::Block& block, const Field& field,
                       const DecodeContext& context) {
  Node node = DecodeBody(*block.body, *field.child, context);
  node.set_range(block.header_range);
  if (field.child->label >= 0 && !block.labels.empty()) {
    Node& label = node.As<Node::Object>()
                      ->fields[static_cast<size_t>(field.child->label)];
    label = Node(block.labels.front());
    if (!block.label_ranges.empty()) {
      label.set_range(block.label_ranges.front());
    }
  }
  return node;
}

void AddObjectToMap(const hcl::Block& block, Node object, Node& node) {
  node.Default(Node(Node::Map()));
  if (block.labels.empty()) return;  // has been reported
  Node::Map& map = *node.As<Node::Map>();
  for (auto& [key, value] : map) {
    if (key == block.labels.front()) {
      value = std::move(object);  // the last of equal labels wins
      return;
    }
  }
  map.emplace_back(block.labels.front(), std::move(object));
}

void DecodeBlock(const hcl::Block& block, const Field& field, Node& node,
                 const DecodeContext& context) {
  switch (field.type) {
    case Field::Type::kObjectList:
      node.Default(Node(Node::List()));
      node.As<Node::List>()->push_back(
          DecodeObjectBlock(block, field, context));
      return;
    case Field::Type::kObjectMap:
      AddObjectToMap(block, DecodeObjectBlock(block, field, context), node);
      return;
    default:
      break;
  }
  if (!node.IsNull()) {
    ReportDuplicate(block.type_range, field.hcl, context);
    return;
  }
  node = field.type == Field::Type::kObject
             ? DecodeObjectBlock(block, field, context)
             : DecodeSimpleBlock(block, field, context);
}

}  // namespace

Node DecodeBody(const hcl::Body& body, const Schema& schema,
                const DecodeContext& context) {
  const hcl::BodyContent content =
      body.Content(schema.body, context.diagnostics);
  Node node = Node::Empty(schema);
  std::vector<Node>& fields = node.As<Node::Object>()->fields;
  node.set_range(body.MissingItemRange());
  for (const hcl::Attribute& attribute : content.attributes) {
    const auto index = static_cast<size_t>(schema.by_hcl.at(attribute.name));
    Node value = DecodeArgument(attribute, schema.fields[index], context);
    if (!value.IsNull()) fields[index] = std::move(value);
  }
  for (const hcl::Block& block : content.blocks) {
    const auto index = static_cast<size_t>(schema.by_hcl.at(block.type));
    DecodeBlock(block, schema.fields[index], fields[index], context);
  }
  return node;
}

Node DecodeArgument(const hcl::Attribute& attribute, const Field& field,
                    const DecodeContext& context) {
  const hcl::Value value =
      attribute.expression->Evaluate(context.scope, context.diagnostics);
  if (!value.IsWhollyKnown()) return Node();  // has been reported
  Node node = ArgumentNode(value, field, attribute.expression->value_range(),
                           context.diagnostics);
  node.set_range(attribute.expression->range());
  return node;
}

}  // namespace jobspec
