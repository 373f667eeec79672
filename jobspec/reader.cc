#include "jobspec/reader.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "jobspec/fields.h"
#include "jobspec/fields_service.h"
#include "jobspec/fields_task.h"
#include "jobspec/schema.h"

namespace jobspec {
namespace {

// Read() copies a node into a member of the type that its field was inferred
// from (schema.cc), so the kinds always match; null changes nothing.

void Read(const Node& node, std::string& member) {
  if (const auto* text = node.As<std::string>()) member = *text;
}

void Read(const Node& node, bool& member) {
  if (const auto* flag = node.As<bool>()) member = *flag;
}

template <typename Integer>
void ReadInteger(const Node& node, Integer& member) {
  if (const auto* number = node.As<int64_t>()) {
    member = static_cast<Integer>(*number);
  }
}
void Read(const Node& node, int64_t& member) { ReadInteger(node, member); }
void Read(const Node& node, uint64_t& member) { ReadInteger(node, member); }
void Read(const Node& node, int8_t& member) { ReadInteger(node, member); }
void Read(const Node& node, uint8_t& member) { ReadInteger(node, member); }

void Read(const Node& node, absl::Duration& member) {
  if (const auto* ns = node.As<int64_t>()) member = absl::Nanoseconds(*ns);
}

void Read(const Node& node, hcl::Value& member) {
  if (const auto* form = node.As<FreeForm>()) member = form->value;
}

template <typename Struct>
void Read(const Node& node, Struct& member);

template <typename T>
void Read(const Node& node, std::vector<T>& member) {
  member.clear();
  for (const Node& item : node.items()) Read(item, member.emplace_back());
}

template <typename T>
void Read(const Node& node, std::map<std::string, T>& member) {
  member.clear();
  const auto* map = node.As<Node::Map>();
  if (map == nullptr) return;
  for (const auto& [key, value] : *map) Read(value, member[key]);
}

template <typename T>
void Read(const Node& node, std::optional<T>& member) {
  member.reset();
  if (!node.IsNull()) Read(node, member.emplace());
}

// A visitor of Describe(). It is called in the order in which the schema was
// made, so it only has to count.
class StructReader {
 public:
  explicit StructReader(const Node::Object& object) : object_(object) {}

  template <typename T>
  void Label(const char*, T& member) {
    Read(Next(), member);
  }
  void FileLabel(const char*) { Next(); }
  template <typename T>
  void Argument(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void ApiArgument(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void Plain(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void PlainOrNull(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void Required(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void Block(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void BlockOrNothing(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void Map(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void MapBlock(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void MapArgument(const char*, const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void Json(const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void JsonPlain(const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void JsonKept(const char*, T& member) {
    Read(Next(), member);
  }
  void JsonNull(const char*) { Next(); }
  void Payload(const char*, std::string& member) { Read(Next(), member); }
  template <typename T>
  void Stored(const char*, T& member) {
    Read(Next(), member);
  }
  template <typename T>
  void Merged(const char*, const char*) {
    Next();
  }
  template <typename T>
  void File(const char*) {
    Next();
  }
  template <typename T>
  void FileBlock(const char*) {
    Next();
  }

 private:
  const Node& Next() { return object_.fields[next_++]; }

  const Node::Object& object_;
  size_t next_ = 0;
};

template <typename Struct>
void Read(const Node& node, Struct& member) {
  const auto* object = node.As<Node::Object>();
  if (object == nullptr) return;
  StructReader reader(*object);
  Describe(reader, member);
}

}  // namespace

Job ReadJob(const Node& root) {
  Job job;
  Read(root, job);
  return job;
}

}  // namespace jobspec
