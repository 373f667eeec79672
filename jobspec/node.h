// The tree between a text and a Job: what was written, where, and in the shape
// of the API's JSON.
//
// A job file and API JSON both become such a tree first. Only in it can be told
// what was left out (null) from what was written as the default, which the
// merging of policies and `job run -output` need; and it remembers where each
// value stands, for messages about it long after decoding. When all defaults
// are filled in it becomes a Job (reader.h).
//
// An object's fields are those of its Schema, in the order in which Nomad
// prints them.
//
// Threads:  plain data.

#ifndef DROVER_JOBSPEC_NODE_H_
#define DROVER_JOBSPEC_NODE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "hcl/source.h"
#include "hcl/value.h"

namespace jobspec {

struct Schema;
class Node;

// A driver's config and its like: any object, and where its keys stand.
struct FreeForm {
  hcl::Value value;  // an object
  std::vector<std::pair<std::string, hcl::Range>> keys;
};

class Node {
 public:
  using List = std::vector<Node>;
  using Map = std::vector<std::pair<std::string, Node>>;  // unique keys
  struct Object {
    const Schema* schema = nullptr;
    std::vector<Node> fields;  // one for each field of the schema
  };

  Node() = default;  // null
  Node(bool value) : value_(value) {}
  Node(int64_t value) : value_(value) {}
  Node(int value) : value_(int64_t{value}) {}
  Node(std::string value) : value_(std::move(value)) {}
  Node(const char* value) : value_(std::string(value)) {}
  Node(List value) : value_(std::move(value)) {}
  Node(Map value) : value_(std::move(value)) {}
  Node(Object value) : value_(std::move(value)) {}
  Node(FreeForm value) : value_(std::move(value)) {}

  // An object of this schema as it is when nothing was written: null, or the
  // zero of its type where the API's JSON has no null.
  static Node Empty(const Schema& schema);

  bool IsNull() const { return Is<std::monostate>(); }
  template <typename T>
  bool Is() const {
    return std::holds_alternative<T>(value_);
  }
  // The content, null if it is of another kind.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&value_);
  }

  // A field of an object by its name in JSON (or, if it has none there, by its
  // name in the job file). The node must be an object that has such a field.
  Node& operator[](absl::string_view name);
  const Node& operator[](absl::string_view name) const;
  // The same without that duty: null where there is none. Also looks up keys
  // of maps.
  const Node* Find(absl::string_view name) const;

  // The items of a list; none for anything else.
  absl::Span<Node> items();
  absl::Span<const Node> items() const;

  // The text of a string, "" for anything else.
  const std::string& text() const;
  // The number of an integer, `otherwise` for anything else.
  int64_t number(int64_t otherwise = 0) const;

  // Replaces a null.
  void Default(Node value) {
    if (IsNull()) value_ = std::move(value.value_);
  }
  // Replaces the content and keeps the place.
  void Set(Node value) { value_ = std::move(value.value_); }

  // Where it stands in the job file; empty for defaults and for API JSON.
  const hcl::Range& range() const { return range_; }
  void set_range(const hcl::Range& range) { range_ = range; }

  friend bool operator==(const Node& a, const Node& b);

 private:
  std::variant<std::monostate, bool, int64_t, std::string, List, Map, Object,
               FreeForm>
      value_;
  hcl::Range range_;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_NODE_H_
