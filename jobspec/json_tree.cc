#include "jobspec/json_tree.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "jobspec/schema.h"
#include "nlohmann/json.hpp"

namespace jobspec {
namespace {

using Json = nlohmann::json;

// Builds nodes and reports what does not fit. `path` is where in the job.
class TreeBuilder {
 public:
  explicit TreeBuilder(hcl::Diagnostics* diagnostics)
      : diagnostics_(diagnostics) {}

  Node Object(const Json& json, const Schema& schema, const std::string& path) {
    if (!json.is_object()) return Wrong(path, "an object", json);
    Node node = Node::Empty(schema);
    auto& fields = node.As<Node::Object>()->fields;
    for (const auto& [key, value] : json.items()) {
      const int index = FieldIndex(schema, key);
      if (index < 0) continue;  // clients may know more fields
      const auto i = static_cast<size_t>(index);
      if (value.is_null()) continue;
      Node child =
          Value(value, schema.fields[i],
                path.empty() ? schema.fields[i].json
                             : absl::StrCat(path, ".", schema.fields[i].json));
      if (!child.IsNull()) fields[i] = std::move(child);
    }
    return node;
  }

 private:
  // The field of this name, by exact or by any letter case; -1 if none. Names
  // that only the job file has are no fields here.
  static int FieldIndex(const Schema& schema, const std::string& key) {
    auto found = schema.by_json.find(key);
    if (found == schema.by_json.end()) {
      found = schema.by_folded_json.find(absl::AsciiStrToLower(key));
      if (found == schema.by_folded_json.end()) return -1;
    }
    const int index = found->second;
    return schema.fields[static_cast<size_t>(index)].json.empty() ? -1 : index;
  }

  Node Wrong(const std::string& path, absl::string_view wanted,
             const Json& got) {
    diagnostics_->Error(
        hcl::Range(), "Unsuitable value type",
        absl::StrCat(path.empty() ? "The job" : path, " needs ", wanted,
                     ", this is ",
                     got.is_number() ? got.dump() : got.type_name(), "."));
    return Node();
  }

  Node Value(const Json& json, const Field& field, const std::string& path) {
    switch (field.type) {
      case Field::Type::kString:
        return String(json, path);
      case Field::Type::kBool:
        if (!json.is_boolean()) return Wrong(path, "true or false", json);
        return Node(json.get<bool>());
      case Field::Type::kInt:
        return Int(json, field, path, "a whole number");
      case Field::Type::kDuration:
        return Int(json, field, path, "a whole number of nanoseconds");
      case Field::Type::kBytes:
        return Bytes(json, path);
      case Field::Type::kStringList:
        return List(json, path, "a list of strings",
                    [&](const Json& item, const std::string& where) {
                      return String(item, where);
                    });
      case Field::Type::kIntList:
        return List(json, path, "a list of numbers",
                    [&](const Json& item, const std::string& where) {
                      return Int(item, field, where, "a whole number");
                    });
      case Field::Type::kStringMap:
        return Map(json, path, [&](const Json& item, const std::string& where) {
          return item.is_null() ? Node("") : String(item, where);
        });
      case Field::Type::kStringListMap:
        return Map(json, path, [&](const Json& item, const std::string& where) {
          return List(item, where, "a list of strings",
                      [&](const Json& text, const std::string& at) {
                        return String(text, at);
                      });
        });
      case Field::Type::kFreeForm:
        if (!json.is_object()) return Wrong(path, "an object", json);
        return Node(FreeForm{FreeFormValue(json, path, 1), {}});
      case Field::Type::kObject:
        return Object(json, *field.child, path);
      case Field::Type::kObjectList:
        return List(json, path, "a list of objects",
                    [&](const Json& item, const std::string& where) {
                      return Object(item, *field.child, where);
                    });
      case Field::Type::kObjectMap:
        return Map(json, path, [&](const Json& item, const std::string& where) {
          return Object(item, *field.child, where);
        });
    }
    return Node();
  }

  Node String(const Json& json, const std::string& path) {
    if (!json.is_string()) return Wrong(path, "a string", json);
    return Node(json.get<std::string>());
  }

  Node Int(const Json& json, const Field& field, const std::string& path,
           absl::string_view wanted) {
    int64_t value = 0;
    if (json.is_number_unsigned()) {
      if (json.get<uint64_t>() >
          static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
        return Wrong(path, "a smaller number", json);
      }
      value = json.get<int64_t>();
    } else if (json.is_number_integer()) {
      value = json.get<int64_t>();
    } else if (json.is_number_float()) {
      // Some writers of JSON have no integers: 30000000000.0 and 3e10 are.
      const double number = json.get<double>();
      if (number < -9007199254740992.0 || number > 9007199254740992.0 ||
          number != static_cast<double>(static_cast<int64_t>(number))) {
        return Wrong(path, wanted, json);
      }
      value = static_cast<int64_t>(number);
    } else {
      return Wrong(path, wanted, json);
    }
    if (value < field.min || value > field.max) {
      return Wrong(path,
                   absl::StrCat("a number from ", field.min, " to ", field.max),
                   json);
    }
    return Node(value);
  }

  Node Bytes(const Json& json, const std::string& path) {
    std::string bytes;
    if (!json.is_string() ||
        !absl::Base64Unescape(json.get<std::string>(), &bytes)) {
      return Wrong(path, "a string in base64", json);
    }
    return Node(std::move(bytes));
  }

  template <typename MakeItem>
  Node List(const Json& json, const std::string& path, absl::string_view wanted,
            const MakeItem& make) {
    if (!json.is_array()) return Wrong(path, wanted, json);
    Node::List list;
    for (size_t i = 0; i < json.size(); ++i) {
      Node item = make(json[i], absl::StrCat(path, "[", i, "]"));
      if (item.IsNull()) return Node();  // has been reported
      list.push_back(std::move(item));
    }
    return Node(std::move(list));
  }

  template <typename MakeItem>
  Node Map(const Json& json, const std::string& path, const MakeItem& make) {
    if (!json.is_object()) return Wrong(path, "an object", json);
    Node::Map map;
    for (const auto& [key, value] : json.items()) {
      Node item = make(value, absl::StrCat(path, "[\"", key, "\"]"));
      if (item.IsNull()) return Node();  // has been reported
      map.emplace_back(key, std::move(item));
    }
    return Node(std::move(map));
  }

  hcl::Value FreeFormValue(const Json& json, const std::string& path,
                           int depth) {
    if (depth > hcl::Value::kMaxDepth) {
      if (depth == hcl::Value::kMaxDepth + 1) {
        diagnostics_->Error(hcl::Range(), "Nested too deeply",
                            absl::StrCat(path, " is nested more than ",
                                         hcl::Value::kMaxDepth, " levels."));
      }
      return hcl::Value();
    }
    switch (json.type()) {
      case Json::value_t::boolean:
        return hcl::Value::Bool(json.get<bool>());
      case Json::value_t::number_integer:
        return hcl::Value::Int(json.get<int64_t>());
      case Json::value_t::number_unsigned:
        return hcl::Value::Number(hcl::Number::FromUint(json.get<uint64_t>()));
      case Json::value_t::number_float:
        return hcl::Value::Number(hcl::Number::FromDouble(json.get<double>()));
      case Json::value_t::string:
        return hcl::Value::String(json.get<std::string>());
      case Json::value_t::array: {
        hcl::ValueList list;
        for (const Json& item : json) {
          list.push_back(FreeFormValue(item, path, depth + 1));
        }
        return hcl::Value::Tuple(std::move(list));
      }
      case Json::value_t::object: {
        hcl::ValueMap map;
        for (const auto& [key, value] : json.items()) {
          map[key] = FreeFormValue(value, path, depth + 1);
        }
        return hcl::Value::Object(std::move(map));
      }
      default:
        return hcl::Value();
    }
  }

  hcl::Diagnostics* const diagnostics_;
};

// nlohmann's message without its own prefix.
std::string Reason(const Json::exception& error) {
  const std::string text = error.what();
  const size_t bracket = text.find("] ");
  return bracket == std::string::npos ? text : text.substr(bracket + 2);
}

void ReportSyntax(absl::string_view text, size_t byte,
                  const Json::exception& error, hcl::Diagnostics* diagnostics) {
  const auto source = hcl::Source::FromText("JSON", std::string(text));
  const auto begin =
      static_cast<uint32_t>(std::min(byte > 0 ? byte - 1 : 0, text.size()));
  diagnostics->Error({source.get(), begin, begin}, "Invalid JSON",
                     absl::StrCat(Reason(error), "."));
}

// The job inside {"Job": ...}, or the whole.
const Json& JobOf(const Json& json) {
  if (!json.is_object()) return json;
  for (const auto& [key, value] : json.items()) {
    if (absl::AsciiStrToLower(key) == "job" && value.is_object()) return value;
  }
  return json;
}

}  // namespace

Node ParseJsonTree(absl::string_view text, hcl::Diagnostics* diagnostics) {
  Json json;
  try {
    json = Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& error) {
    ReportSyntax(text, error.byte, error, diagnostics);
    return Node();
  } catch (const Json::exception& error) {
    ReportSyntax(text, 0, error, diagnostics);
    return Node();
  }
  return TreeBuilder(diagnostics).Object(JobOf(json), SchemaOf<Job>(), "");
}

}  // namespace jobspec
