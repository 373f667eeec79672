// Values that expressions evaluate to.
//
//   Value v = Value::Object({{"name", Value::String("web")}});
//   v.AsMap().at("name").AsString();
//
// Every value has a type and is known, null, or unknown. Literals give bool,
// number, string, tuple and object; lists, sets and maps come from
// conversions and functions.
//
// Ownership:  a handle of one pointer to something immutable; copying is cheap.
// Threads:    may be read from several threads.
// Errors:     asking for the wrong kind (AsString() of a number, of a null or
//             of an unknown) is a programmer's mistake and aborts.

#ifndef DROVER_HCL_VALUE_H_
#define DROVER_HCL_VALUE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "hcl/number.h"
#include "hcl/type.h"

namespace hcl {

class Value;
using ValueList = std::vector<Value>;
using ValueMap = absl::btree_map<std::string, Value>;  // in byte order

class Value {
 public:
  // Values nested deeper than this are refused by whatever would make them.
  static constexpr int kMaxDepth = 500;

  Value();  // null of dynamic type
  static Value Null(const Type& type = Type::Dynamic());
  static Value Unknown(const Type& type = Type::Dynamic());
  static Value Bool(bool value);
  static Value Number(const hcl::Number& value);
  static Value Int(int64_t value);
  // The bytes as they are. Text that comes from a file is normalised to NFC
  // by the parser, not here.
  static Value String(absl::string_view value);
  static Value Tuple(ValueList elements);
  static Value Object(ValueMap attributes);
  // Elements must have type `element` (or `element` is dynamic).
  static Value List(const Type& element, ValueList elements);
  static Value Map(const Type& element, ValueMap elements);
  // Drops duplicates and sorts.
  static Value Set(const Type& element, ValueList elements);

  const Type& type() const;
  bool IsNull() const;
  bool IsKnown() const;        // a null is known
  bool IsWhollyKnown() const;  // nothing unknown inside either
  bool HasValue() const { return IsKnown() && !IsNull(); }

  // Shorthands for a type test together with HasValue().
  bool IsBool() const { return Has(Type::Kind::kBool); }
  bool IsNumber() const { return Has(Type::Kind::kNumber); }
  bool IsString() const { return Has(Type::Kind::kString); }
  bool IsSequence() const;  // list, set or tuple
  bool IsMapping() const;   // map or object

  bool AsBool() const;
  const hcl::Number& AsNumber() const;
  const std::string& AsString() const;
  const ValueList& AsList() const;  // list, set, tuple
  const ValueMap& AsMap() const;    // map, object
  size_t size() const;              // elements of a sequence or mapping
  const Value* Find(absl::string_view key) const;  // mapping; null if absent

  int depth() const;  // 1 for anything that is not a collection
  // Everything in it counted, as if nothing were shared: 1 for a primitive,
  // plus one for every 64 bytes of text. Saturates.
  int64_t weight() const;

  // Same type and same value all the way down; nulls of one type are equal,
  // and so are unknowns of one type.
  friend bool operator==(const Value& a, const Value& b);
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }

  // An order over values of one type, for sets: numbers by value, strings by
  // bytes, false before true, sequences lexicographically. -1, 0, 1.
  static int Compare(const Value& a, const Value& b);

  // For tests and messages, close to HCL's own notation: {a = 1, b = ["x"]}.
  // Strings are quoted, collections other than tuple and object named:
  // list(["a"]).
  std::string DebugString() const;

 private:
  struct Rep;
  explicit Value(std::shared_ptr<const Rep> rep);
  bool Has(Type::Kind kind) const;
  std::shared_ptr<const Rep> rep_;
};

}  // namespace hcl

#endif  // DROVER_HCL_VALUE_H_
