#include "jobspec/schema.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "jobspec/fields.h"
#include "jobspec/fields_service.h"
#include "jobspec/fields_task.h"

namespace jobspec {
namespace {

using Type = Field::Type;
using Form = Field::Form;

// What the C++ type of a member says about its field: the type, and as
// `canonical` the value that a default-constructed struct has. `zero` is the
// value of an unwritten Plain field; lists, maps and blocks are null then.
void Infer(const std::string& member, Field& field, Node& zero) {
  field.type = Type::kString;
  field.canonical = Node(member);
  zero = Node("");
}

void Infer(const bool& member, Field& field, Node& zero) {
  field.type = Type::kBool;
  field.canonical = Node(member);
  zero = Node(false);
}

template <typename Integer>
void InferInteger(Integer member, Field& field, Node& zero) {
  field.type = Type::kInt;
  field.min = std::numeric_limits<Integer>::min();
  // Nobody needs more than an int64 of anything.
  field.max = sizeof(Integer) == sizeof(int64_t)
                  ? std::numeric_limits<int64_t>::max()
                  : static_cast<int64_t>(std::numeric_limits<Integer>::max());
  field.canonical = Node(static_cast<int64_t>(member));
  zero = Node(int64_t{0});
}
void Infer(const int64_t& m, Field& f, Node& zero) { InferInteger(m, f, zero); }
void Infer(const uint64_t& m, Field& f, Node& z) { InferInteger(m, f, z); }
void Infer(const uint8_t& m, Field& f, Node& zero) { InferInteger(m, f, zero); }
void Infer(const int8_t& m, Field& f, Node& zero) { InferInteger(m, f, zero); }

void Infer(const absl::Duration& member, Field& field, Node& zero) {
  field.type = Type::kDuration;
  field.min = std::numeric_limits<int64_t>::min();
  field.max = std::numeric_limits<int64_t>::max();
  field.canonical = Node(absl::ToInt64Nanoseconds(member));
  zero = Node(int64_t{0});
}

void Infer(const std::vector<std::string>&, Field& field, Node&) {
  field.type = Type::kStringList;
}

void Infer(const std::vector<int64_t>&, Field& field, Node&) {
  field.type = Type::kIntList;
  field.min = std::numeric_limits<int64_t>::min();
  field.max = std::numeric_limits<int64_t>::max();
}

void Infer(const std::map<std::string, std::string>&, Field& field, Node&) {
  field.type = Type::kStringMap;
}

void Infer(const std::map<std::string, std::vector<std::string>>&, Field& field,
           Node&) {
  field.type = Type::kStringListMap;
}

void Infer(const hcl::Value&, Field& field, Node&) {
  field.type = Type::kFreeForm;
}

template <typename Struct>
void Infer(const std::vector<Struct>&, Field& field, Node&) {
  field.type = Type::kObjectList;
  field.child = &SchemaOf<Struct>();
}

template <typename Struct>
void Infer(const std::map<std::string, Struct>&, Field& field, Node&) {
  field.type = Type::kObjectMap;
  field.child = &SchemaOf<Struct>();
}

template <typename Struct>
void Infer(const Struct&, Field& field, Node&) {
  field.type = Type::kObject;
  field.child = &SchemaOf<Struct>();
  field.always = true;
}

template <typename T>
void Infer(const std::optional<T>& member, Field& field, Node& zero) {
  const T value = member.value_or(T());
  Infer(value, field, zero);
  if (!member.has_value()) field.canonical = Node();
  field.always = false;
}

// A visitor of Describe() that writes the fields down.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(Schema* schema) : schema_(*schema) {}

  template <typename T>
  void Label(const char* json, const T& member) {
    schema_.label = static_cast<int>(schema_.fields.size());
    Add("", json, Form::kLabel, member, /*plain=*/true);
  }
  void FileLabel(const char* name) {
    schema_.label = static_cast<int>(schema_.fields.size());
    Add(name, "", Form::kLabel, std::string(), /*plain=*/false);
  }
  template <typename T>
  void Argument(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kArgument, member, /*plain=*/false);
  }
  template <typename T>
  void Plain(const char* hcl, const char* json, const T& member) {
    Field& field = Add(hcl, json, Form::kArgument, member, /*plain=*/true);
    field.null_is_absent = field.absent.IsNull();
  }
  template <typename T>
  void PlainOrNull(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kArgument, member, /*plain=*/true);
  }
  template <typename T>
  void Required(const char* hcl, const char* json, const T& member) {
    Field& field = Add(hcl, json, Form::kArgument, member, /*plain=*/true);
    field.required = true;
    field.null_is_absent = false;
  }
  template <typename T>
  void Block(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kBlock, member, /*plain=*/false);
  }
  template <typename T>
  void BlockOrNothing(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kBlock, member, /*plain=*/false).omit_null = true;
  }
  template <typename T>
  void Map(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kBlockOrArgument, member, /*plain=*/false);
  }
  template <typename T>
  void MapBlock(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kBlock, member, /*plain=*/false);
  }
  template <typename T>
  void MapArgument(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kArgument, member, /*plain=*/false);
  }
  template <typename T>
  void Json(const char* json, const T& member) {
    Add("", json, Form::kNone, member, /*plain=*/false);
  }
  template <typename T>
  void JsonPlain(const char* json, const T& member) {
    Add("", json, Form::kNone, member, /*plain=*/true);
  }
  template <typename T>
  void JsonKept(const char* json, const T& member) {
    Add("", json, Form::kNone, member, /*plain=*/false).canonical = Node();
  }
  void JsonNull(const char* json) {
    JsonKept(json, std::optional<std::string>());
  }
  void Payload(const char* json, const std::string& member) {
    Field& field = Add("", json, Form::kNone, member, /*plain=*/false);
    field.type = Type::kBytes;
    field.canonical = Node();
  }
  template <typename T>
  void Stored(const char* json, const T& member) {
    Field& field = Add("", json, Form::kNone, member, /*plain=*/false);
    field.canonical = Node();
    field.omit_null = true;
  }
  template <typename T>
  void Merged(const char* hcl, const char* json) {
    Add(hcl, json, Form::kBlock, std::optional<T>(), /*plain=*/false).api_only =
        true;
  }
  template <typename T>
  void ApiArgument(const char* hcl, const char* json, const T& member) {
    Add(hcl, json, Form::kArgument, member, /*plain=*/false).api_only = true;
  }
  template <typename T>
  void File(const char* hcl) {
    Add(hcl, "", Form::kArgument, std::optional<T>(), /*plain=*/false);
  }
  template <typename T>
  void FileBlock(const char* hcl) {
    Add(hcl, "", Form::kBlock, T(), /*plain=*/false);
  }

 private:
  template <typename T>
  Field& Add(const char* hcl, const char* json, Form form, const T& member,
             bool plain) {
    Field field;
    field.hcl = hcl;
    field.json = json;
    field.form = form;
    Node zero;
    Infer(member, field, zero);
    if (plain) field.absent = std::move(zero);

    const int index = static_cast<int>(schema_.fields.size());
    const std::string& name = field.json.empty() ? field.hcl : field.json;
    schema_.by_json.emplace(name, index);
    if (!field.json.empty()) {
      schema_.by_folded_json.emplace(absl::AsciiStrToLower(field.json), index);
    }
    if (!field.hcl.empty()) schema_.by_hcl.emplace(field.hcl, index);
    schema_.fields.push_back(std::move(field));
    return schema_.fields.back();
  }

  Schema& schema_;
};

void MakeBodySchema(Schema& schema) {
  for (const Field& field : schema.fields) {
    if (field.form == Form::kArgument || field.form == Form::kBlockOrArgument) {
      schema.body.attributes.push_back({field.hcl, field.required});
    }
    if (field.form == Form::kBlock || field.form == Form::kBlockOrArgument) {
      std::vector<std::string> labels;
      if (field.child != nullptr && field.child->label >= 0) {
        labels.push_back("name");
      }
      schema.body.blocks.push_back({field.hcl, std::move(labels)});
    }
  }
}

template <typename Struct>
const Schema* MakeSchema() {
  auto* schema = new Schema;  // lives as long as the program
  Struct defaults;
  SchemaBuilder builder(schema);
  Describe(builder, defaults);
  MakeBodySchema(*schema);
  return schema;
}

}  // namespace

template <typename Struct>
const Schema& SchemaOf() {
  static const Schema* const schema = MakeSchema<Struct>();
  return *schema;
}

// Those that other files name; the others are made from here.
template const Schema& SchemaOf<Affinity>();
template const Schema& SchemaOf<Check>();
template const Schema& SchemaOf<Connect>();
template const Schema& SchemaOf<ConnectProxy>();
template const Schema& SchemaOf<Constraint>();
template const Schema& SchemaOf<Gateway>();
template const Schema& SchemaOf<IngressService>();
template const Schema& SchemaOf<Job>();
template const Schema& SchemaOf<MigrateStrategy>();
template const Schema& SchemaOf<Network>();
template const Schema& SchemaOf<ReschedulePolicy>();
template const Schema& SchemaOf<RestartPolicy>();
template const Schema& SchemaOf<Service>();
template const Schema& SchemaOf<SidecarService>();
template const Schema& SchemaOf<SidecarTask>();
template const Schema& SchemaOf<Task>();
template const Schema& SchemaOf<TaskGroup>();
template const Schema& SchemaOf<Template>();
template const Schema& SchemaOf<UpdateStrategy>();
template const Schema& SchemaOf<Upstream>();
template const Schema& SchemaOf<Vault>();

}  // namespace jobspec
