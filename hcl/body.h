// Bodies: the arguments and blocks of a file or of a block, and how they are
// read with a schema.
//
//   static const BodySchema kSchema = {
//       .attributes = {{"count"}, {.name = "driver", .required = true}},
//       .blocks = {{.type = "task", .labels = {"name"}}}};
//   BodyContent content = body.Content(kSchema, &diagnostics);
//   if (const Attribute* a = content.Find("count")) ...
//   for (const Block& b : content.BlocksOfType("task")) ...
//
// A schema is asked for because JSON has no syntactic difference between
// argument and block, and because dynamic blocks become blocks only then
// (dynamic.h).
//
// Ownership:  what comes out of a body refers to its file: keep the File alive.
// Threads:    immutable.

#ifndef DROVER_HCL_BODY_H_
#define DROVER_HCL_BODY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "hcl/diagnostic.h"
#include "hcl/expression.h"
#include "hcl/source.h"

namespace hcl {

class Body;
using BodyPtr = std::shared_ptr<const Body>;

struct AttributeSchema {
  std::string name;
  bool required = false;
};

struct BlockSchema {
  std::string type;
  std::vector<std::string> labels;  // the labels' names, for messages
};

struct BodySchema {
  std::vector<AttributeSchema> attributes;
  std::vector<BlockSchema> blocks;
};

struct Attribute {
  std::string name;
  ExpressionPtr expression;
  Range range;       // name = value
  Range name_range;  // name
};

struct Block {
  std::string type;
  std::vector<std::string> labels;
  BodyPtr body;
  Range type_range;
  std::vector<Range> label_ranges;
  Range header_range;      // type and labels, without the brace
  Range open_brace_range;  // where missing things are reported
};

// What a body holds of a schema, in order of appearance.
struct BodyContent {
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;
  Range missing_item_range;

  const Attribute* Find(absl::string_view name) const;  // null if absent
  std::vector<const Block*> BlocksOfType(absl::string_view type) const;
};

// What can stand in a body that has no schema: `config` of a driver.
struct BodyItem {
  // Exactly one of the two is set.
  std::shared_ptr<const Attribute> attribute;
  std::shared_ptr<const Block> block;
};

class Body {
 public:
  virtual ~Body() = default;

  // Everything the schema names. What is left over is an error with a
  // suggestion ("Unsupported argument", "Unsupported block type"), so are a
  // missing required argument and a wrong number of labels. The content holds
  // what was right.
  BodyContent Content(const BodySchema& schema, Diagnostics* diagnostics) const;

  // The same, but what the schema does not name is left for another schema.
  // `rest` receives a body of the leftovers.
  virtual BodyContent PartialContent(const BodySchema& schema, BodyPtr* rest,
                                     Diagnostics* diagnostics) const = 0;

  // Reports whatever is in this body as unsupported. `schema` is what would
  // have been right, for suggestions.
  virtual void ReportLeftovers(const BodySchema& schema,
                               Diagnostics* diagnostics) const = 0;

  // All as arguments: for `env`, `meta`, `locals`. Blocks are errors.
  virtual std::vector<Attribute> JustAttributes(
      Diagnostics* diagnostics) const = 0;

  // All arguments and blocks, of any name, without a schema: for `config`. In
  // JSON everything is an argument. In order of appearance.
  virtual std::vector<BodyItem> Items(Diagnostics* diagnostics) const = 0;

  // Where to report that something is missing in this body.
  virtual Range MissingItemRange() const = 0;

  // The whole body, from brace to brace.
  virtual Range range() const = 0;
};

}  // namespace hcl

#endif  // DROVER_HCL_BODY_H_
