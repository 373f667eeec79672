// Local values in the order of their dependencies.
//
// An evaluation sees only those locals that its expression names, so a long
// list of locals costs no more than the references in it.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "jobspec/variables.h"

namespace jobspec {
namespace {

struct Local {
  hcl::Attribute attribute;
  std::vector<std::string> needs;  // names of other locals
  bool needs_all = false;          // `local` as a whole, or a computed index
  enum { kNew, kOpen, kDone } state = kNew;
  hcl::Value value;
};
using Locals = std::map<std::string, Local>;

// The name in local.NAME or local["NAME"]; empty for anything else.
std::string NameOf(const hcl::Traversal& reference) {
  if (reference.steps.empty()) return "";
  const hcl::Traversal::Step& step = reference.steps[0];
  if (step.kind == hcl::Traversal::Step::Kind::kAttribute) return step.name;
  return step.key.IsString() ? step.key.AsString() : "";
}

Locals Collect(const hcl::BodyContent& content, hcl::Diagnostics* diagnostics) {
  Locals locals;
  for (const hcl::Block& block : content.blocks) {
    if (block.type != "locals") continue;
    for (hcl::Attribute& attribute : block.body->JustAttributes(diagnostics)) {
      Local local;
      for (const hcl::Traversal& reference :
           attribute.expression->Variables()) {
        if (reference.root != "local") continue;
        const std::string name = NameOf(reference);
        if (name.empty()) {
          local.needs_all = true;
        } else {
          local.needs.push_back(name);
        }
      }
      const std::string name = attribute.name;
      local.attribute = std::move(attribute);
      locals[name] = std::move(local);  // the last of several blocks wins
    }
  }
  return locals;
}

void Evaluate(Local& local, const Locals& locals, const hcl::EvalContext& outer,
              hcl::Diagnostics* diagnostics) {
  hcl::ValueMap visible;
  if (local.needs_all) {
    for (const auto& [name, other] : locals) {
      if (other.state == Local::kDone) visible[name] = other.value;
    }
  }
  for (const std::string& name : local.needs) {
    const auto found = locals.find(name);
    if (found == locals.end()) continue;  // the evaluation reports it
    visible[name] = found->second.value;
  }
  hcl::EvalContext scope(&outer);
  scope.Set("local", hcl::Value::Object(std::move(visible)));
  local.value = local.attribute.expression->Evaluate(&scope, diagnostics);
  local.state = Local::kDone;
}

// The names from `name` around the cycle that has just been found on the path.
std::string Cycle(const std::vector<std::string>& path,
                  const std::string& name) {
  auto begin = path.begin();
  while (*begin != name) ++begin;
  return absl::StrCat(
      "local.",
      absl::StrJoin(std::vector<std::string>(begin, path.end()), " -> local."),
      " -> local.", name);
}

// Evaluates `first` after everything it needs. The path is a list of our own
// instead of recursion: a file may chain any number of locals.
void EvaluateWithNeeds(const std::string& first, Locals& locals,
                       const hcl::EvalContext& scope,
                       hcl::Diagnostics* diagnostics) {
  std::vector<std::string> path = {first};
  std::map<std::string, size_t> next_need;
  while (!path.empty()) {
    const std::string name = path.back();
    Local& local = locals.at(name);
    local.state = Local::kOpen;
    size_t& next = next_need[name];
    if (next == local.needs.size()) {
      Evaluate(local, locals, scope, diagnostics);
      path.pop_back();
      continue;
    }
    const std::string& need = local.needs[next++];
    const auto found = locals.find(need);
    if (found == locals.end() || found->second.state == Local::kDone) continue;
    if (found->second.state == Local::kOpen) {
      diagnostics->Error(
          local.attribute.expression->range(), "Unsupported attribute",
          absl::StrCat(
              "This local value depends on itself: ", Cycle(path, need), "."));
      found->second.value = hcl::Value::Unknown();
      // Everything on the path needs it; all of it stays unknown.
      for (const std::string& open : path) {
        locals.at(open).value = hcl::Value::Unknown();
        locals.at(open).state = Local::kDone;
      }
      return;
    }
    path.push_back(need);
  }
}

}  // namespace

hcl::Value EvaluateLocals(const hcl::BodyContent& content,
                          const hcl::EvalContext& scope,
                          hcl::Diagnostics* diagnostics) {
  Locals locals = Collect(content, diagnostics);
  for (const bool needs_all : {false, true}) {
    for (auto& [name, local] : locals) {
      if (local.state == Local::kNew && local.needs_all == needs_all) {
        EvaluateWithNeeds(name, locals, scope, diagnostics);
      }
    }
  }
  hcl::ValueMap values;
  for (auto& [name, local] : locals) values[name] = std::move(local.value);
  return hcl::Value::Object(std::move(values));
}

}  // namespace jobspec
