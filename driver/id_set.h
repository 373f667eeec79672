// Sets of user or group ids, as operators write them: "0", "1-99,200".
//
// Decimal ids of 32 bits and inclusive ranges, separated by commas. Kept as
// intervals, so "0-4294967295" costs as much as "0".

#ifndef DROVER_DRIVER_ID_SET_H_
#define DROVER_DRIVER_ID_SET_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace driver {

class IdSet {
 public:
  IdSet() = default;  // empty

  // `name` is what the error calls the value ("deniedHostUIDs"). An empty text
  // is the empty set. InvalidArgument: `invalid range deniedHostUIDs "5-1":
  // lower bound cannot be greater than upper bound`, or `range bound not valid`
  // for anything that is not a number or a range.
  static absl::StatusOr<IdSet> Parse(absl::string_view name,
                                     absl::string_view text);

  bool Contains(uint32_t id) const;

 private:
  std::vector<std::pair<uint32_t, uint32_t>> intervals_;  // both ends included
};

}  // namespace driver

#endif  // DROVER_DRIVER_ID_SET_H_
