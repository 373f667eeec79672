#include "interpolation/config_scope.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "interpolation/known_names.h"

namespace interpolation {
namespace {

constexpr absl::string_view kNode = "node.";
// Far deeper than any name, far below hcl::Value::kMaxDepth.
constexpr size_t kMaxParts = 64;

using FlatNames = absl::btree_map<std::string, absl::string_view>;

// attr.* and meta.* are also node.attr.* and node.meta.* here.
bool HasNodeAlias(absl::string_view name) {
  return absl::StartsWith(name, "attr.") || absl::StartsWith(name, "meta.");
}

struct Member {
  absl::string_view text;
  std::map<std::string, Member> members;  // may be incomplete here, btree not
};

hcl::Value ToValue(const Member& member) {
  if (member.members.empty()) return hcl::Value::String(member.text);
  hcl::ValueMap attributes;
  for (const auto& [name, value] : member.members) {
    attributes.emplace(name, ToValue(value));
  }
  return hcl::Value::Object(std::move(attributes));
}

// The steps after the root as text; nothing when one is neither text nor
// number.
absl::optional<std::vector<std::string>> StepNames(
    const hcl::Traversal& traversal) {
  std::vector<std::string> names;
  for (const hcl::Traversal::Step& step : traversal.steps) {
    switch (step.kind) {
      case hcl::Traversal::Step::Kind::kAttribute:
        names.push_back(step.name);
        break;
      case hcl::Traversal::Step::Kind::kIndex:
        if (step.key.IsString()) {
          names.push_back(step.key.AsString());
        } else if (step.key.IsNumber()) {
          names.push_back(step.key.AsNumber().ForDisplay());
        } else {
          return absl::nullopt;
        }
        break;
    }
  }
  return names;
}

std::string FlatName(const hcl::Traversal& traversal,
                     const std::vector<std::string>& steps) {
  std::string name = traversal.root;
  for (const std::string& step : steps) absl::StrAppend(&name, ".", step);
  return name;
}

}  // namespace

hcl::Value Nest(const FlatNames& flat_names) {
  Member root;
  for (const auto& [name, text] : flat_names) {
    const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
    bool usable = parts.size() <= kMaxParts;
    for (const absl::string_view part : parts) usable &= !part.empty();
    if (!usable) continue;
    Member* member = &root;
    for (const absl::string_view part : parts) {
      member = &member->members[std::string(part)];
    }
    member->text = text;
  }
  if (root.members.empty()) return hcl::Value::Object({});
  return ToValue(root);
}

absl::optional<absl::string_view> ConfigScope::FindText(
    absl::string_view name) const {
  if (const auto value = env_.Secret(name)) return *value;
  if (const auto value = env_.node().Find(name)) return *value;
  absl::string_view alias = name;
  if (absl::ConsumePrefix(&alias, kNode) && HasNodeAlias(alias)) {
    if (const auto value = env_.node().Find(alias)) return *value;
  }
  if (const auto value = env_.Variable(name)) return *value;
  return absl::nullopt;
}

absl::optional<hcl::Value> ConfigScope::Resolve(
    const hcl::Traversal& traversal) const {
  const auto steps = StepNames(traversal);
  if (!steps) return absl::nullopt;
  if (traversal.root == "env") {
    if (steps->empty()) {
      hcl::ValueMap variables;
      const auto add = [&](absl::string_view name, absl::string_view value) {
        variables.emplace(name, hcl::Value::String(value));
      };
      env_.ForEachVariable(add);
      env_.ForEachAlias(add);
      return hcl::Value::Map(hcl::Type::String(), std::move(variables));
    }
    if (steps->size() != 1) return absl::nullopt;
    const auto value = env_.Variable(steps->front());
    if (!value) return absl::nullopt;
    return hcl::Value::String(*value);
  }
  const std::string name = FlatName(traversal, *steps);
  if (const auto text = FindText(name)) return hcl::Value::String(*text);

  // The names below it, the stronger source last.
  FlatNames below;
  const std::string prefix = absl::StrCat(name, ".");
  const auto add = [&](absl::string_view full, absl::string_view value) {
    if (absl::ConsumePrefix(&full, prefix)) below[std::string(full)] = value;
  };
  env_.ForEachAlias(add);
  env_.ForEachVariable(add);
  for (const auto& [full, value] : env_.node().all()) {
    add(full, value);
    if (HasNodeAlias(full)) add(absl::StrCat(kNode, full), value);
  }
  env_.ForEachSecret(add);
  if (below.empty()) return absl::nullopt;
  return Nest(below);
}

std::string ConfigScope::DescribeUnknown(
    const hcl::Traversal& traversal) const {
  const auto steps = StepNames(traversal);
  if (traversal.root == "env" && steps && steps->size() == 1) {
    std::vector<std::string> names;
    env_.ForEachVariable([&names](absl::string_view name, absl::string_view) {
      names.emplace_back(name);
    });
    return absl::StrCat("the task's environment has no \"", steps->front(),
                        "\"", SuggestNames(steps->front(), names));
  }
  const std::string name =
      steps ? FlatName(traversal, *steps) : traversal.DottedName();
  return absl::StrCat("nothing is named \"", name, "\"",
                      SuggestNames(name, Names()));
}

std::vector<std::string> ConfigScope::Names() const {
  std::set<std::string> names;
  const auto add = [&names](absl::string_view name, absl::string_view) {
    names.emplace(name);
  };
  env_.ForEachVariable(add);
  env_.ForEachAlias(add);
  env_.ForEachSecret(add);
  for (const auto& [name, value] : env_.node().all()) {
    names.insert(name);
    if (HasNodeAlias(name)) names.insert(absl::StrCat(kNode, name));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace interpolation
