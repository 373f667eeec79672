// What names mean in the templates of a driver's config: the part of config.h
// that looks them up.
//
// Names are kept flat. `attr.kernel.name` is first looked up as one name; only
// when there is none are names that begin with it collected into an object, so
// that ${jsonencode(attr.kernel)}, `for` and hasindex() work. Nothing is
// built that no template asks for.
//
// Ownership:  refers to the TaskEnv it was made with.
// Threads:    immutable.

#ifndef DROVER_INTERPOLATION_CONFIG_SCOPE_H_
#define DROVER_INTERPOLATION_CONFIG_SCOPE_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "hcl/expression.h"
#include "hcl/value.h"
#include "interpolation/task_env.h"

namespace interpolation {

class ConfigScope {
 public:
  explicit ConfigScope(const TaskEnv& env) : env_(env) {}

  // The value of a reference; nothing when the name is unknown.
  absl::optional<hcl::Value> Resolve(const hcl::Traversal& traversal) const;

  // What is wrong with a reference that Resolve() does not know.
  std::string DescribeUnknown(const hcl::Traversal& traversal) const;

  // Every name that Resolve() finds a text for, sorted, without those of env.
  std::vector<std::string> Names() const;

 private:
  absl::optional<absl::string_view> FindText(absl::string_view name) const;

  const TaskEnv& env_;
};

// An object out of flat names: "a.b" = x becomes a = {b = x}. Of a name that is
// a text and the beginning of others, the text is dropped. Names with an empty
// part ("a..b", ".a", "a.") cannot be members and are left out.
hcl::Value Nest(
    const absl::btree_map<std::string, absl::string_view>& flat_names);

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_CONFIG_SCOPE_H_
