// The variables of a node: node.*, attr.* and meta.*, the same for every task
// on it.
//
// Made once when the node is fingerprinted and again when an attribute
// changes; tasks hold it through a shared_ptr.
//
// Threads:  immutable; share it as you like.
// Nomad:    "Runtime variable interpolation", node variables.

#ifndef DROVER_INTERPOLATION_NODE_H_
#define DROVER_INTERPOLATION_NODE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace interpolation {

struct NodeVariables {
  std::string id;    // node.unique.id
  std::string name;  // node.unique.name; where empty, the id
  std::string datacenter = "dc1";
  std::string region = "global";
  std::string node_class;  // defined even when empty
  std::string pool = "default";
  // Without their prefix: "kernel.name", not "attr.kernel.name".
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> meta;
};

class Node {
 public:
  explicit Node(NodeVariables variables);

  const NodeVariables& variables() const { return variables_; }

  // By full name: "node.datacenter", "attr.kernel.name", "meta.rack".
  std::optional<absl::string_view> Find(absl::string_view name) const;

  // Every full name with its value.
  const absl::flat_hash_map<std::string, std::string>& all() const {
    return all_;
  }

 private:
  NodeVariables variables_;
  absl::flat_hash_map<std::string, std::string> all_;
};

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_NODE_H_
