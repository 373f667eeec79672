#include "interpolation/node.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace interpolation {

Node::Node(NodeVariables variables) : variables_(std::move(variables)) {
  if (variables_.name.empty()) variables_.name = variables_.id;
  all_.reserve(6 + variables_.attributes.size() + variables_.meta.size());
  all_["node.unique.id"] = variables_.id;
  all_["node.unique.name"] = variables_.name;
  all_["node.datacenter"] = variables_.datacenter;
  all_["node.region"] = variables_.region;
  all_["node.class"] = variables_.node_class;
  all_["node.pool"] = variables_.pool;
  for (const auto& [key, value] : variables_.attributes) {
    all_[absl::StrCat("attr.", key)] = value;
  }
  for (const auto& [key, value] : variables_.meta) {
    all_[absl::StrCat("meta.", key)] = value;
  }
}

std::optional<absl::string_view> Node::Find(absl::string_view name) const {
  const auto found = all_.find(name);
  if (found == all_.end()) return std::nullopt;
  return found->second;
}

}  // namespace interpolation
