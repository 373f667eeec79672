#include "jobspec/decode_scalar.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/go_duration.h"
#include "hcl/convert.h"

namespace jobspec {
namespace {

// Where a value goes, for its errors.
struct Target {
  absl::string_view name;
  const hcl::Range& where;
  hcl::Diagnostics* diagnostics;

  Node Unsuitable(absl::string_view wanted, absl::string_view got) const {
    diagnostics->Error(
        where, "Unsuitable value type",
        absl::StrCat("\"", name, "\" needs ", wanted, "; ", got, "."));
    return Node();
  }
  Node Unsuitable(absl::string_view wanted, const hcl::Value& value) const {
    if (value.IsNull())
      return Unsuitable(wanted, "a null value is not allowed");
    return Unsuitable(wanted,
                      absl::StrCat("this is ", value.type().FriendlyName()));
  }
};

Node String(const hcl::Value& value, const Target& target) {
  const absl::StatusOr<hcl::Value> text =
      hcl::Convert(value, hcl::Type::String());
  if (!text.ok() || !text->IsString()) {
    return target.Unsuitable("a string", value);
  }
  return Node(text->AsString());
}

Node Bool(const hcl::Value& value, const Target& target) {
  const absl::StatusOr<hcl::Value> flag =
      hcl::Convert(value, hcl::Type::Bool());
  if (!flag.ok() || !flag->IsBool()) {
    return target.Unsuitable("true or false", value);
  }
  return Node(flag->AsBool());
}

Node Int(const hcl::Value& value, const Field& field, const Target& target) {
  const absl::StatusOr<hcl::Value> number =
      hcl::Convert(value, hcl::Type::Number());
  if (!number.ok() || !number->IsNumber()) {
    return target.Unsuitable("a whole number", value);
  }
  if (!number->AsNumber().IsInteger()) {
    return target.Unsuitable(
        "a whole number",
        absl::StrCat("this is ", number->AsNumber().ForDisplay()));
  }
  const absl::optional<int64_t> integer = number->AsNumber().AsInt64();
  if (!integer.has_value() || *integer < field.min || *integer > field.max) {
    return target.Unsuitable(
        absl::StrCat("a number from ", field.min, " to ", field.max),
        absl::StrCat("this is ", number->AsNumber().ForDisplay()));
  }
  return Node(*integer);
}

// A number is nanoseconds, which is hardly ever what was meant.
Node NumericDuration(const hcl::Value& value, const Target& target) {
  const absl::optional<int64_t> ns = value.AsNumber().AsInt64();
  if (!ns.has_value()) {
    return target.Unsuitable(
        "a duration such as \"30s\"",
        absl::StrCat(value.AsNumber().ForDisplay(),
                     " is not a whole number of nanoseconds"));
  }
  if (*ns > 0 && *ns < 1'000'000) {
    target.diagnostics->Warning(
        target.where, "Duration in nanoseconds",
        absl::StrCat("A number without unit is in nanoseconds, so \"",
                     target.name, "\" is ",
                     base::FormatGoDuration(absl::Nanoseconds(*ns)),
                     ". Write \"", *ns, "s\" for seconds."));
  }
  return Node(*ns);
}

Node Duration(const hcl::Value& value, const Target& target) {
  constexpr absl::string_view kWanted = "a duration such as \"30s\"";
  if (value.IsNumber()) return NumericDuration(value, target);
  if (!value.IsString()) return target.Unsuitable(kWanted, value);
  const absl::StatusOr<absl::Duration> duration =
      base::ParseGoDuration(value.AsString());
  if (!duration.ok()) {
    return target.Unsuitable(kWanted,
                             absl::StrCat("\"", value.AsString(), "\" ",
                                          duration.status().message()));
  }
  return Node(absl::ToInt64Nanoseconds(*duration));
}

template <typename MakeElement>
Node List(const hcl::Value& value, absl::string_view wanted,
          const Target& target, MakeElement make) {
  if (!value.IsSequence()) return target.Unsuitable(wanted, value);
  Node::List list;
  for (const hcl::Value& element : value.AsList()) {
    Node node = make(element);
    if (node.IsNull()) return Node();  // has been reported
    list.push_back(std::move(node));
  }
  return Node(std::move(list));
}

Node StringList(const hcl::Value& value, const Target& target) {
  return List(
      value, "a list of strings", target,
      [&](const hcl::Value& element) { return String(element, target); });
}

Node StringMap(const hcl::Value& value, const Target& target) {
  if (!value.IsMapping()) {
    return target.Unsuitable("a map of strings", value);
  }
  Node::Map map;
  for (const auto& [key, element] : value.AsMap()) {
    const std::string name = absl::StrCat(target.name, ".", key);
    Node node = String(element, Target{name, target.where, target.diagnostics});
    if (!node.IsNull()) map.emplace_back(key, std::move(node));
  }
  return Node(std::move(map));
}

}  // namespace

Node ArgumentNode(const hcl::Value& value, const Field& field,
                  const hcl::Range& where, hcl::Diagnostics* diagnostics) {
  const Target target{field.hcl, where, diagnostics};
  if (value.IsNull() && field.null_is_absent &&
      field.type != Field::Type::kDuration) {
    return Node();
  }
  switch (field.type) {
    case Field::Type::kString:
      return String(value, target);
    case Field::Type::kBool:
      return Bool(value, target);
    case Field::Type::kInt:
      return Int(value, field, target);
    case Field::Type::kDuration:
      return Duration(value, target);
    case Field::Type::kStringList:
      return StringList(value, target);
    case Field::Type::kIntList:
      return List(value, "a list of numbers", target,
                  [&](const hcl::Value& element) {
                    return Int(element, field, target);
                  });
    case Field::Type::kStringMap:
      return StringMap(value, target);
    default:
      // The schema has no other arguments.
      return target.Unsuitable("a block", value);
  }
}

Node StringNode(const hcl::Value& value, absl::string_view name,
                const hcl::Range& where, hcl::Diagnostics* diagnostics) {
  return String(value, Target{name, where, diagnostics});
}

Node StringListNode(const hcl::Value& value, absl::string_view name,
                    const hcl::Range& where, hcl::Diagnostics* diagnostics) {
  return StringList(value, Target{name, where, diagnostics});
}

}  // namespace jobspec
