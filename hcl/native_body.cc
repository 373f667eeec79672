#include "hcl/native_body.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "hcl/body_messages.h"

namespace hcl {

BodyContent NativeBody::PartialContent(const BodySchema& schema, BodyPtr* rest,
                                       Diagnostics* diagnostics) const {
  BodyContent content;
  content.missing_item_range = data_->missing_item_range;
  absl::flat_hash_map<absl::string_view, const BlockSchema*> block_types;
  absl::flat_hash_map<absl::string_view, bool> wanted;  // name -> found
  for (const BlockSchema& b : schema.blocks) block_types[b.type] = &b;
  for (const AttributeSchema& a : schema.attributes) wanted[a.name] = false;
  auto remaining = std::make_shared<NativeBody>(*this);

  for (const Attribute& a : data_->attributes) {
    const auto it = wanted.find(a.name);
    if (it == wanted.end() || taken_attributes_.count(a.name) > 0) continue;
    it->second = true;
    content.attributes.push_back(a);
    remaining->taken_attributes_.insert(a.name);
  }
  for (const Block& b : data_->blocks) {
    const auto it = block_types.find(b.type);
    if (it == block_types.end() || taken_blocks_.count(b.type) > 0) continue;
    remaining->taken_blocks_.insert(b.type);
    if (CheckLabels(b, *it->second, diagnostics)) content.blocks.push_back(b);
  }
  for (const AttributeSchema& a : schema.attributes) {
    if (a.required && !wanted[a.name]) {
      ReportMissingAttribute(a.name, data_->missing_item_range, diagnostics);
    }
  }
  if (rest != nullptr) *rest = std::move(remaining);
  return content;
}

void NativeBody::ReportLeftovers(const BodySchema& schema,
                                 Diagnostics* diagnostics) const {
  for (const int64_t i : data_->order) {
    if (i >= 0) {
      const Attribute& a = data_->attributes[static_cast<size_t>(i)];
      if (taken_attributes_.count(a.name) > 0) continue;
      ReportUnsupportedAttribute(a, schema, diagnostics);
    } else {
      const Block& b = data_->blocks[static_cast<size_t>(-1 - i)];
      if (taken_blocks_.count(b.type) > 0) continue;
      ReportUnsupportedBlock(b.type, b.type_range, schema, diagnostics);
    }
  }
}

std::vector<Attribute> NativeBody::JustAttributes(
    Diagnostics* diagnostics) const {
  for (const Block& b : data_->blocks) {
    if (taken_blocks_.count(b.type) > 0) continue;
    diagnostics->Error(b.type_range,
                       absl::StrCat("Unexpected \"", b.type, "\" block"),
                       "Blocks are not allowed here.");
  }
  std::vector<Attribute> attributes;
  for (const Attribute& a : data_->attributes) {
    if (taken_attributes_.count(a.name) == 0) attributes.push_back(a);
  }
  return attributes;
}

std::vector<BodyItem> NativeBody::Items(Diagnostics*) const {
  std::vector<BodyItem> items;
  for (const int64_t i : data_->order) {
    BodyItem item;
    if (i >= 0) {
      item.attribute = std::shared_ptr<const Attribute>(
          data_, &data_->attributes[static_cast<size_t>(i)]);
      if (taken_attributes_.count(item.attribute->name) > 0) continue;
    } else {
      item.block = std::shared_ptr<const Block>(
          data_, &data_->blocks[static_cast<size_t>(-1 - i)]);
      if (taken_blocks_.count(item.block->type) > 0) continue;
    }
    items.push_back(item);
  }
  return items;
}

}  // namespace hcl
