// The fields of every block: their names in the job file and in JSON, their
// types and their defaults. Made once from fields.h, which says all of it in
// one place for each struct; decoding, JSON and canonicalisation are loops over
// these tables.
//
// Threads:  immutable; SchemaOf<T>() may be called from several threads.

#ifndef DROVER_JOBSPEC_SCHEMA_H_
#define DROVER_JOBSPEC_SCHEMA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "hcl/body.h"
#include "jobspec/job.h"
#include "jobspec/node.h"

namespace jobspec {

struct Field {
  enum class Type {
    kString,
    kBool,
    kInt,       // from `min` to `max`
    kDuration,  // nanoseconds
    kBytes,     // base64 in JSON
    kStringList,
    kIntList,
    kStringMap,
    kStringListMap,
    kFreeForm,
    kObject,      // `child`
    kObjectList,  // `child`, in order
    kObjectMap,   // `child`, by label
  };
  // How it is written in a job file.
  enum class Form {
    kNone,   // not at all
    kLabel,  // the label of the block
    kArgument,
    kBlock,
    kBlockOrArgument,  // string maps: `meta { a = 1 }` and `meta = { a = 1 }`
  };

  std::string hcl;   // "" with Form::kNone
  std::string json;  // "" if it exists in the job file only
  Type type = Type::kString;
  Form form = Form::kNone;
  bool required = false;       // an argument that must be written
  bool null_is_absent = true;  // whether it may be written as null
  int64_t min = 0;
  int64_t max = 0;
  const Schema* child = nullptr;
  Node absent;             // its value when nothing was written
  Node canonical;          // its value in a canonical job; null stays null
  bool always = false;     // kObject: exists in every canonical job
  bool omit_null = false;  // a null is left out of JSON
  bool api_only = false;   // the same, in the JSON of a stored job
};

struct Schema {
  std::string name;  // the struct's, for messages of our own
  std::vector<Field> fields;
  absl::flat_hash_map<std::string, int> by_json;         // and HCL-only names
  absl::flat_hash_map<std::string, int> by_folded_json;  // lower case
  absl::flat_hash_map<std::string, int> by_hcl;
  int label = -1;  // index of the label's field, or -1

  // What hcl::Body::Content() needs.
  hcl::BodySchema body;
};

// Defined in schema.cc for Job and every struct below it.
template <typename Struct>
const Schema& SchemaOf();

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_SCHEMA_H_
