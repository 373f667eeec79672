// Where a fault of a job stands: in words, and in the file if there is one.
//
//   Place task(group, "Tasks", i, "task", t.name);
//   task.Error("KillTimeout", "Invalid kill_timeout", "it is negative");
//
// gives, at the value's position in the job file,
//
//   web.hcl:7:20: Invalid kill_timeout; Group "g", task "t": it is negative.
//
// Ownership:  a Place refers to its parent and to the tree; both live on the
//             stack of the validation.

#ifndef DROVER_JOBSPEC_PLACE_H_
#define DROVER_JOBSPEC_PLACE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "jobspec/node.h"

namespace jobspec {

class Place {
 public:
  // The job. `tree` may be null: then no fault has a position.
  Place(const Node* tree, hcl::Diagnostics* diagnostics)
      : node_(tree), diagnostics_(diagnostics) {
    if (node_ != nullptr) range_ = node_->range();
  }

  // The block in the field `field` of `parent`. `kind` and `name` are how
  // messages call it: task "web". An empty kind adds no words, an empty name
  // leaves the kind alone.
  Place(const Place& parent, absl::string_view field, absl::string_view kind,
        absl::string_view name);
  // Item `index` of the list in a field.
  Place(const Place& parent, absl::string_view field, size_t index,
        absl::string_view kind, absl::string_view name);

  // At a field (its name in JSON; "" is the block itself) or, in a block
  // without schema, at a key of it. `detail` continues the words for the place
  // and has no final stop.
  void Error(absl::string_view field, absl::string_view summary,
             absl::string_view detail) const;
  void Warning(absl::string_view field, absl::string_view summary,
               absl::string_view detail) const;

  // Whether something was written for the field, as opposed to a default. True
  // if there is no file to look into.
  bool IsWritten(absl::string_view field) const;

 private:
  hcl::Range RangeOf(absl::string_view field) const;
  std::string Sentence(absl::string_view detail) const;
  void AppendWords(std::string* words) const;
  void Enter(const Node* node);

  const Place* parent_ = nullptr;
  absl::string_view kind_;
  absl::string_view name_;
  const Node* node_ = nullptr;
  hcl::Range range_;
  hcl::Diagnostics* diagnostics_;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_PLACE_H_
