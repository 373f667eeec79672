#include "interpolation/env_layer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "interpolation/interpolate.h"
#include "interpolation/name.h"

namespace interpolation {

std::string EnvLayer::Describe(const Line& line) const {
  return absl::StrCat(kind_, " \"", line.key, "\"");
}

// A name that is written so beats one that is cleaned to it.
void EnvLayer::IndexNames() {
  for (size_t i = 0; i < lines_.size(); ++i) {
    by_name_.try_emplace(lines_[i].name, i);
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].second_name.empty()) {
      by_name_.try_emplace(lines_[i].second_name, i);
    }
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    for (const absl::string_view name :
         {lines_[i].name, lines_[i].second_name}) {
      if (IsCleaned(name)) by_name_.try_emplace(Keep(CleanName(name)), i);
    }
  }
}

EnvLayer::Step EnvLayer::Open(size_t index, const Node& node) {
  states_[index] = State::kOpen;
  Step step = {.line = index, .needs = {}, .next = 0};
  const absl::string_view text = lines_[index].text;
  for (auto reference = FindReference(text); reference;
       reference = FindReference(text, reference->offset + reference->size)) {
    const auto found = by_name_.find(reference->name);
    if (found == by_name_.end() || found->second == index) continue;
    if (node.Find(reference->name)) continue;
    step.needs.push_back(found->second);
  }
  return step;
}

absl::Status EnvLayer::Circle(const std::vector<Step>& path,
                              size_t needed) const {
  std::vector<std::string> names;
  for (auto step =
           std::find_if(path.begin(), path.end(),
                        [needed](const Step& s) { return s.line == needed; });
       step != path.end(); ++step) {
    names.push_back(Describe(lines_[step->line]));
  }
  names.push_back(Describe(lines_[needed]));
  return absl::InvalidArgumentError(absl::StrCat(
      "entries refer to each other in a circle: ", absl::StrJoin(names, " -> "),
      "; give one of them a value of its own"));
}

void EnvLayer::Evaluate(size_t index, const Node& node, Above above,
                        std::vector<Unresolved>* unresolved) {
  Line& line = lines_[index];
  std::string value(line.text);
  std::vector<std::string> unknown;
  const auto lookup =
      [&](absl::string_view name) -> std::optional<absl::string_view> {
    if (const auto found = node.Find(name)) return found;
    const auto found = by_name_.find(name);
    if (found != by_name_.end() && found->second != index &&
        states_[found->second] == State::kDone) {
      line.secret = line.secret || lines_[found->second].secret;
      return lines_[found->second].value;
    }
    return above(name, &line.secret);
  };
  if (InterpolateInPlace(&value, lookup, &unknown)) {
    line.value = Keep(std::move(value));
  }
  if (unresolved == nullptr) return;
  for (std::string& name : unknown) {
    unresolved->push_back({.field = Describe(line), .name = std::move(name)});
  }
}

absl::Status EnvLayer::Resolve(const Node& node, Above above,
                               bool circles_are_errors,
                               std::vector<Unresolved>* unresolved) {
  states_.assign(lines_.size(), State::kDone);
  bool any = false;
  for (size_t i = 0; i < lines_.size(); ++i) {
    lines_[i].value = lines_[i].text;
    if (!HasReference(lines_[i].text)) continue;
    states_[i] = State::kNew;
    any = true;
  }
  if (!any) return absl::OkStatus();
  IndexNames();
  // A stack of our own: its depth is up to whoever wrote the job.
  std::vector<Step> path;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (states_[i] == State::kNew) path.push_back(Open(i, node));
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == step.needs.size()) {
        Evaluate(step.line, node, above, unresolved);
        states_[step.line] = State::kDone;
        path.pop_back();
        continue;
      }
      const size_t needed = step.needs[step.next++];
      if (states_[needed] == State::kNew) {
        path.push_back(Open(needed, node));
      } else if (states_[needed] == State::kOpen && circles_are_errors) {
        return Circle(path, needed);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace interpolation
