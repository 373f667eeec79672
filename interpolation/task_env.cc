#include "interpolation/task_env.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "interpolation/interpolate.h"
#include "interpolation/name.h"

namespace interpolation {
namespace {

constexpr absl::string_view kMask = "<masked>";

}  // namespace

std::string Unresolved::ToString() const {
  return absl::StrCat(field, ": nothing is named ${", name,
                      "}; it stays as written");
}

std::vector<std::pair<absl::string_view, const TaskEnv::Entry*>>
TaskEnv::Sorted() const {
  std::vector<std::pair<absl::string_view, const Entry*>> sorted;
  sorted.reserve(variables_.size());
  for (const auto& [name, entry] : variables_) {
    sorted.emplace_back(name, &entry);
  }
  std::sort(sorted.begin(), sorted.end());  // names differ: nothing else counts
  return sorted;
}

std::vector<std::string> TaskEnv::List() const {
  std::vector<std::string> list;
  list.reserve(variables_.size());
  for (const auto& [name, entry] : Sorted()) {
    list.push_back(absl::StrCat(name, "=", entry->value));
  }
  return list;
}

TaskEnv TaskEnv::Masked() const {
  TaskEnv masked = *this;
  for (auto& [name, entry] : masked.variables_) {
    const bool ours =
        entry.layer == Layer::kBuiltIn || entry.layer == Layer::kPorts;
    if (entry.secret || (!ours && NameSaysSecret(name))) {
      entry.value = std::string(kMask);
    }
  }
  for (auto& [name, value] : masked.secrets_) value = std::string(kMask);
  return masked;
}

const TaskEnv::Entry* TaskEnv::FindEntry(absl::string_view name) const {
  auto found = variables_.find(name);
  if (found == variables_.end()) {
    const auto alias = aliases_.find(name);
    if (alias == aliases_.end()) return nullptr;
    found = variables_.find(alias->second);
    if (found == variables_.end()) return nullptr;
  }
  return &found->second;
}

std::optional<absl::string_view> TaskEnv::Variable(
    absl::string_view name) const {
  const Entry* const entry = FindEntry(name);
  if (entry == nullptr) return std::nullopt;
  return entry->value;
}

std::optional<absl::string_view> TaskEnv::Find(absl::string_view name) const {
  if (const auto value = Variable(name)) return value;
  if (const auto value = node_->Find(name)) return value;
  return Secret(name);
}

void TaskEnv::ForEachVariable(Visitor visit) const {
  for (const auto& [name, entry] : Sorted()) visit(name, entry->value);
}

void TaskEnv::ForEachAlias(Visitor visit) const {
  for (const auto& [alias, name] : aliases_) {
    const auto found = variables_.find(name);
    if (found != variables_.end()) visit(alias, found->second.value);
  }
}

void TaskEnv::ForEachSecret(Visitor visit) const {
  for (const auto& [name, value] : secrets_) visit(name, value);
}

std::optional<absl::string_view> TaskEnv::Secret(
    absl::string_view full_name) const {
  const auto found = secrets_.find(full_name);
  if (found == secrets_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> TaskEnv::Names() const {
  std::set<std::string> names;
  for (const auto& [name, entry] : variables_) names.insert(name);
  for (const auto& [name, target] : aliases_) names.insert(name);
  for (const auto& [name, value] : secrets_) names.insert(name);
  for (const auto& [name, value] : node_->all()) names.insert(name);
  return std::vector<std::string>(names.begin(), names.end());
}

std::string TaskEnv::Interpolate(absl::string_view text,
                                 std::vector<std::string>* unknown) const {
  return interpolation::Interpolate(
      text, [this](absl::string_view name) { return Find(name); }, unknown);
}

}  // namespace interpolation
