// Types of values: string, number, bool, list(T), set(T), map(T), tuple([T]),
// object({k=T}) and dynamic ("any"), the type of an untyped null.
//
// A Type is a handle of one pointer, cheap to copy; what it points to is
// immutable and shared, so it may be used from several threads.

#ifndef DROVER_HCL_TYPE_H_
#define DROVER_HCL_TYPE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"

namespace hcl {

class Type;
using TypeMap = absl::btree_map<std::string, Type>;

class Type {
 public:
  enum class Kind : uint8_t {
    kDynamic,
    kBool,
    kNumber,
    kString,
    kList,
    kSet,
    kMap,
    kTuple,
    kObject,
  };

  Type() : Type(Dynamic()) {}
  static const Type& Dynamic();
  static const Type& Bool();
  static const Type& Number();
  static const Type& String();
  static Type List(const Type& element);
  static Type Set(const Type& element);
  static Type Map(const Type& element);
  static Type Tuple(std::vector<Type> elements);
  static Type Object(TypeMap attributes);

  Kind kind() const;
  bool IsDynamic() const { return kind() == Kind::kDynamic; }
  bool IsPrimitive() const {
    return kind() == Kind::kBool || kind() == Kind::kNumber ||
           kind() == Kind::kString;
  }
  // A list, set or map: one type for all elements.
  bool IsCollection() const {
    return kind() == Kind::kList || kind() == Kind::kSet ||
           kind() == Kind::kMap;
  }
  bool IsTuple() const { return kind() == Kind::kTuple; }
  bool IsObject() const { return kind() == Kind::kObject; }

  const Type& element() const;                // of list, set and map
  const std::vector<Type>& elements() const;  // of a tuple
  const TypeMap& attributes() const;          // of an object

  // True if a dynamic type stands anywhere inside.
  bool HasDynamic() const;

  // How deep types are nested; 1 for a primitive.
  int depth() const;

  // For messages to people: "string", "list of string", "tuple", "object".
  std::string FriendlyName() const;
  // As a type expression: "list(string)", "object({a=string})".
  std::string ToString() const;

  friend bool operator==(const Type& a, const Type& b);
  friend bool operator!=(const Type& a, const Type& b) { return !(a == b); }

 private:
  struct Rep;
  explicit Type(std::shared_ptr<const Rep> rep);
  std::shared_ptr<const Rep> rep_;
};

}  // namespace hcl

#endif  // DROVER_HCL_TYPE_H_
