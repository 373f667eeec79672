// Bodies of the native syntax. Private to the parser.

#ifndef DROVER_HCL_NATIVE_BODY_H_
#define DROVER_HCL_NATIVE_BODY_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "hcl/body.h"

namespace hcl {

// What the parser found between two braces.
struct NativeBodyData {
  std::shared_ptr<const Source> source;
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;
  // Order of appearance: index into attributes, or -1 - index into blocks.
  std::vector<int64_t> order;
  absl::flat_hash_map<std::string, size_t> attribute_index;  // by name
  Range range;
  Range missing_item_range;
};

class NativeBody : public Body {
 public:
  explicit NativeBody(std::shared_ptr<const NativeBodyData> data)
      : data_(std::move(data)) {}

  BodyContent PartialContent(const BodySchema& schema, BodyPtr* rest,
                             Diagnostics* diagnostics) const override;
  void ReportLeftovers(const BodySchema& schema,
                       Diagnostics* diagnostics) const override;
  std::vector<Attribute> JustAttributes(
      Diagnostics* diagnostics) const override;
  std::vector<BodyItem> Items(Diagnostics* diagnostics) const override;
  Range MissingItemRange() const override { return data_->missing_item_range; }
  Range range() const override { return data_->range; }

 private:
  std::shared_ptr<const NativeBodyData> data_;
  // What an earlier PartialContent() has taken.
  std::set<std::string> taken_attributes_;
  std::set<std::string> taken_blocks_;
};

}  // namespace hcl

#endif  // DROVER_HCL_NATIVE_BODY_H_
