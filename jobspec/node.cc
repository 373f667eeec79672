#include "jobspec/node.h"

#include <cstdlib>

#include "jobspec/schema.h"

namespace jobspec {

Node Node::Empty(const Schema& schema) {
  Object object;
  object.schema = &schema;
  object.fields.reserve(schema.fields.size());
  for (const Field& field : schema.fields) {
    object.fields.push_back(field.absent);
  }
  return Node(std::move(object));
}

const Node* Node::Find(absl::string_view name) const {
  if (const Object* object = As<Object>()) {
    const auto found = object->schema->by_json.find(name);
    if (found == object->schema->by_json.end()) return nullptr;
    return &object->fields[static_cast<size_t>(found->second)];
  }
  if (const Map* map = As<Map>()) {
    for (const auto& [key, value] : *map) {
      if (key == name) return &value;
    }
  }
  return nullptr;
}

const Node& Node::operator[](absl::string_view name) const {
  const Node* found = Find(name);
  if (found == nullptr) std::abort();  // a field that no fields*.h has
  return *found;
}

Node& Node::operator[](absl::string_view name) {
  return const_cast<Node&>(static_cast<const Node&>(*this)[name]);
}

absl::Span<const Node> Node::items() const {
  const List* list = As<List>();
  return list != nullptr ? absl::MakeConstSpan(*list)
                         : absl::Span<const Node>();
}

absl::Span<Node> Node::items() {
  List* list = As<List>();
  return list != nullptr ? absl::MakeSpan(*list) : absl::Span<Node>();
}

const std::string& Node::text() const {
  static const std::string* const empty = new std::string;
  const std::string* text = As<std::string>();
  return text != nullptr ? *text : *empty;
}

int64_t Node::number(int64_t otherwise) const {
  const int64_t* number = As<int64_t>();
  return number != nullptr ? *number : otherwise;
}

bool operator==(const Node& a, const Node& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (const auto* object = a.As<Node::Object>()) {
    const auto* other = b.As<Node::Object>();
    return object->schema == other->schema && object->fields == other->fields;
  }
  if (const auto* form = a.As<FreeForm>()) {
    return form->value == b.As<FreeForm>()->value;
  }
  if (const auto* list = a.As<Node::List>())
    return *list == *b.As<Node::List>();
  if (const auto* map = a.As<Node::Map>()) return *map == *b.As<Node::Map>();
  if (const auto* text = a.As<std::string>()) return *text == b.text();
  if (const auto* flag = a.As<bool>()) return *flag == *b.As<bool>();
  return a.number() == b.number();
}

}  // namespace jobspec
