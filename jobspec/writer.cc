#include "jobspec/writer.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "jobspec/fields.h"
#include "jobspec/fields_service.h"
#include "jobspec/fields_task.h"
#include "jobspec/schema.h"

namespace jobspec {
namespace {

Node ToNode(const std::string& member) { return Node(member); }
Node ToNode(const bool& member) { return Node(member); }
Node ToNode(const int64_t& member) { return Node(member); }
Node ToNode(const int8_t& member) { return Node(int64_t{member}); }
Node ToNode(const uint8_t& member) { return Node(int64_t{member}); }
Node ToNode(const uint64_t& member) {
  return Node(static_cast<int64_t>(member));
}
Node ToNode(const absl::Duration& member) {
  return Node(absl::ToInt64Nanoseconds(member));
}
Node ToNode(const hcl::Value& member) {
  return member.IsMapping() ? Node(FreeForm{member, {}}) : Node();
}

template <typename Struct>
Node ToNode(const Struct& member);

template <typename T>
Node ToNode(const std::vector<T>& member) {
  if (member.empty()) return Node();
  Node::List list;
  list.reserve(member.size());
  for (const T& item : member) list.push_back(ToNode(item));
  return Node(std::move(list));
}

template <typename T>
Node ToNode(const std::map<std::string, T>& member) {
  if (member.empty()) return Node();
  Node::Map map;
  for (const auto& [key, value] : member) map.emplace_back(key, ToNode(value));
  return Node(std::move(map));
}

template <typename T>
Node ToNode(const std::optional<T>& member) {
  return member.has_value() ? ToNode(*member) : Node();
}

// A visitor of Describe(), counting along with the schema as StructReader.
class StructWriter {
 public:
  explicit StructWriter(Node::Object* object) : object_(*object) {}

  template <typename T>
  void Label(const char*, const T& member) {
    Put(ToNode(member));
  }
  void FileLabel(const char*) { Skip(); }
  template <typename T>
  void Argument(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void ApiArgument(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void Plain(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void PlainOrNull(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void Required(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void Block(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void BlockOrNothing(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void Map(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void MapBlock(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void MapArgument(const char*, const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void Json(const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void JsonPlain(const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void JsonKept(const char*, const T& member) {
    Put(ToNode(member));
  }
  void JsonNull(const char*) { Skip(); }
  void Payload(const char*, const std::string& member) {
    Put(member.empty() ? Node() : Node(member));
  }
  template <typename T>
  void Stored(const char*, const T& member) {
    Put(ToNode(member));
  }
  template <typename T>
  void Merged(const char*, const char*) {
    Skip();
  }
  template <typename T>
  void File(const char*) {
    Skip();
  }
  template <typename T>
  void FileBlock(const char*) {
    Skip();
  }

 private:
  void Put(Node node) { object_.fields[next_++] = std::move(node); }
  void Skip() { ++next_; }

  Node::Object& object_;
  size_t next_ = 0;
};

template <typename Struct>
Node ToNode(const Struct& member) {
  Node node = Node::Empty(SchemaOf<Struct>());
  StructWriter writer(node.As<Node::Object>());
  // Describe() serves readers as well and so takes what it could change; this
  // visitor only looks.
  Describe(writer, const_cast<Struct&>(member));
  return node;
}

}  // namespace

Node JobNode(const Job& job) { return ToNode(job); }

}  // namespace jobspec
