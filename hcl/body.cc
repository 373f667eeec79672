#include "hcl/body.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hcl/body_messages.h"

namespace hcl {

const Attribute* BodyContent::Find(absl::string_view name) const {
  for (const Attribute& a : attributes) {
    if (a.name == name) return &a;
  }
  return nullptr;
}

std::vector<const Block*> BodyContent::BlocksOfType(
    absl::string_view type) const {
  std::vector<const Block*> found;
  for (const Block& b : blocks) {
    if (b.type == type) found.push_back(&b);
  }
  return found;
}

BodyContent Body::Content(const BodySchema& schema,
                          Diagnostics* diagnostics) const {
  BodyPtr rest;
  BodyContent content = PartialContent(schema, &rest, diagnostics);
  rest->ReportLeftovers(schema, diagnostics);
  return content;
}

void ReportMissingAttribute(absl::string_view name, const Range& range,
                            Diagnostics* diagnostics) {
  diagnostics->Error(
      range, "Missing required argument",
      absl::StrCat("The argument \"", name,
                   "\" is required, but no definition was found."));
}

void ReportUnsupportedAttribute(const Attribute& attribute,
                                const BodySchema& schema,
                                Diagnostics* diagnostics) {
  if (diagnostics->full()) {
    diagnostics->Error(attribute.name_range, "Unsupported argument", "");
    return;
  }
  std::string hint;
  for (const BlockSchema& b : schema.blocks) {
    if (b.type == attribute.name) {
      hint = absl::StrCat(" Did you mean to define a block of type \"",
                          attribute.name, "\"?");
    }
  }
  if (hint.empty()) {
    std::vector<std::string> names;
    for (const AttributeSchema& a : schema.attributes) names.push_back(a.name);
    hint = DidYouMean(attribute.name, names);
  }
  if (hint.empty()) {
    std::vector<std::string> types;
    for (const BlockSchema& b : schema.blocks) types.push_back(b.type);
    hint = DidYouMean(attribute.name, types);
  }
  diagnostics->Error(attribute.name_range, "Unsupported argument",
                     absl::StrCat("An argument named \"", attribute.name,
                                  "\" is not expected here.", hint));
}

void ReportUnsupportedBlock(absl::string_view type, const Range& range,
                            const BodySchema& schema,
                            Diagnostics* diagnostics) {
  if (diagnostics->full()) {
    diagnostics->Error(range, "Unsupported block type", "");
    return;
  }
  std::string hint;
  for (const AttributeSchema& a : schema.attributes) {
    if (a.name == type) {
      hint = absl::StrCat(" Did you mean to define argument \"", type,
                          "\"? If so, use the equals sign to assign it a "
                          "value.");
    }
  }
  if (hint.empty()) {
    std::vector<std::string> types;
    for (const BlockSchema& b : schema.blocks) types.push_back(b.type);
    hint = DidYouMean(type, types);
  }
  diagnostics->Error(range, "Unsupported block type",
                     absl::StrCat("Blocks of type \"", type,
                                  "\" are not expected here.", hint));
}

bool CheckLabels(const Block& block, const BlockSchema& schema,
                 Diagnostics* diagnostics) {
  if (block.labels.size() > schema.labels.size()) {
    diagnostics->Error(
        block.label_ranges[schema.labels.size()],
        absl::StrCat("Extraneous label for ", block.type),
        schema.labels.empty()
            ? absl::StrCat("No labels are expected for ", block.type,
                           " blocks.")
            : absl::StrCat("Only ", schema.labels.size(), " label(s) (",
                           absl::StrJoin(schema.labels, ", "),
                           ") are expected for ", block.type, " blocks."));
    return false;
  }
  if (block.labels.size() < schema.labels.size()) {
    diagnostics->Error(
        block.open_brace_range,
        absl::StrCat("Missing ", schema.labels[block.labels.size()], " for ",
                     block.type),
        absl::StrCat("All ", block.type, " blocks must have ",
                     schema.labels.size(), " label(s) (",
                     absl::StrJoin(schema.labels, ", "), ")."));
    return false;
  }
  return true;
}

}  // namespace hcl
