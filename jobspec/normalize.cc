#include "jobspec/normalize.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jobspec/schema.h"

namespace jobspec {
namespace {

// Appends the items of `from` to `to`; either may be null.
void AppendItems(const Node& from, Node& to) {
  if (from.items().empty()) return;
  to.Default(Node(Node::List()));
  Node::List& list = *to.As<Node::List>();
  for (const Node& item : from.items()) list.push_back(item);
}

void WarnIgnored(const Node& argument, absl::string_view name,
                 absl::string_view instead, hcl::Diagnostics* diagnostics) {
  if (argument.IsNull()) return;
  diagnostics->Warning(
      argument.range(), "Argument has no effect",
      absl::StrCat("\"", name, "\" is accepted and ignored; ", instead, "."));
}

// Shortcut arguments set operand and value. The later ones of this order win.
void ApplyShortcuts(Node& constraint, const std::vector<const char*>& names) {
  for (const char* name : names) {
    const Node& shortcut = constraint[name];
    if (shortcut.IsNull()) continue;
    constraint["Operand"].Set(Node(name));
    constraint["RTarget"].Set(Node(shortcut.text()));
    constraint["RTarget"].set_range(shortcut.range());
  }
}

void NormalizeConstraint(Node& constraint, hcl::Diagnostics* diagnostics) {
  for (const char* name :
       {"set_contains_all", "set_contains_any", "is_set", "is_not_set"}) {
    WarnIgnored(constraint[name], name,
                absl::StrCat("write operator = \"", name, "\""), diagnostics);
  }
  ApplyShortcuts(constraint, {"version", "semver", "regexp", "set_contains"});
  if (const bool* distinct = constraint["distinct_hosts"].As<bool>()) {
    constraint["Operand"].Set(Node("distinct_hosts"));
    constraint["RTarget"].Set(Node(*distinct ? "true" : "false"));
  }
  const Node& property = constraint["distinct_property"];
  if (!property.IsNull()) {  // `value` stays: how many may share the property
    constraint["Operand"].Set(Node("distinct_property"));
    constraint["LTarget"].Set(Node(property.text()));
  }
  if (constraint["Operand"].text().empty()) {
    constraint["Operand"].Set(Node("="));
  }
}

void NormalizeAffinity(Node& affinity, hcl::Diagnostics* diagnostics) {
  ApplyShortcuts(affinity, {"version", "semver", "regexp", "set_contains",
                            "set_contains_all", "set_contains_any"});
  if (affinity["Operand"].text().empty()) affinity["Operand"].Set(Node("="));
  // Nomad stores eight bits; a wrong weight is reported by validation then.
  const Node& weight = affinity["Weight"];
  const int64_t stored = static_cast<int8_t>(weight.number());
  if (stored != weight.number()) {
    diagnostics->Warning(
        weight.range(), "Weight out of range",
        absl::StrCat("A weight is a number from -100 to 100; ", weight.number(),
                     " is stored in eight bits as ", stored, "."));
    affinity["Weight"].Set(Node(stored));
  }
}

// `port` blocks are reserved ports if they name a number, else dynamic.
void NormalizeNetwork(Node& network) {
  if (network["port"].items().empty()) return;
  Node::List reserved, dynamic;
  for (Node& port : network["port"].items()) {
    (port["Value"].number() > 0 ? reserved : dynamic).push_back(port);
  }
  network["ReservedPorts"] = reserved.empty() ? Node() : Node(reserved);
  network["DynamicPorts"] = dynamic.empty() ? Node() : Node(dynamic);
  network["port"] = Node();
}

void NormalizeTemplate(Node& block) {
  block["ChangeMode"].Default(Node("restart"));
  block["Perms"].Default(Node("0644"));
  block["Splay"].Default(Node(absl::ToInt64Nanoseconds(absl::Seconds(5))));
  block["ErrMissingKey"].Default(Node(false));
  Node& script = block["ChangeScript"];
  if (script.IsNull()) return;
  script["Args"].Default(Node(Node::List()));
  script["Timeout"].Default(Node(absl::ToInt64Nanoseconds(absl::Seconds(5))));
  script["FailOnError"].Default(Node(false));
  script["RunOnFirstRender"].Default(Node(false));
}

void NormalizeVault(Node& vault) {
  vault["Env"].Default(Node(true));
  vault["DisableFile"].Default(Node(false));
  vault["ChangeMode"].Default(Node("restart"));
}

// The blocks that may stand at several places, wherever they stand.
void NormalizeBlocks(Node& node, hcl::Diagnostics* diagnostics) {
  if (auto* list = node.As<Node::List>()) {
    for (Node& item : *list) NormalizeBlocks(item, diagnostics);
    return;
  }
  auto* object = node.As<Node::Object>();
  if (object == nullptr) return;
  if (object->schema == &SchemaOf<Constraint>()) {
    NormalizeConstraint(node, diagnostics);
  } else if (object->schema == &SchemaOf<Affinity>()) {
    NormalizeAffinity(node, diagnostics);
  } else if (object->schema == &SchemaOf<Network>()) {
    NormalizeNetwork(node);
  } else if (object->schema == &SchemaOf<Template>()) {
    NormalizeTemplate(node);
  } else if (object->schema == &SchemaOf<Vault>()) {
    NormalizeVault(node);
  }
  for (Node& field : object->fields) NormalizeBlocks(field, diagnostics);
}

// `scaling "cpu" {}`: the label is the type.
void NormalizeTaskScaling(Node& task, hcl::Diagnostics* diagnostics) {
  std::set<std::string> seen;
  for (Node& scaling : task["ScalingPolicies"].items()) {
    const Node& label = scaling["resource"];
    const std::string resource = absl::AsciiStrToLower(label.text());
    if (resource != "cpu" && resource != "mem") {
      diagnostics->Error(label.range(), "Invalid scaling policy name",
                         "The label of a task's scaling block must be \"cpu\" "
                         "or \"mem\".");
      continue;
    }
    if (!seen.insert(resource).second) {
      diagnostics->Error(scaling.range(), "Duplicate scaling block",
                         absl::StrCat("There is already a scaling \"", resource,
                                      "\" block in this task."));
    }
    scaling["Type"].Set(Node(absl::StrCat("vertical_", resource)));
  }
}

// The first identity without a name, or named "default", is the task's own.
void NormalizeIdentities(Node& task) {
  auto* identities = task["Identities"].As<Node::List>();
  if (identities == nullptr) return;
  for (auto identity = identities->begin(); identity != identities->end();
       ++identity) {
    const std::string& name = (*identity)["Name"].text();
    if (!name.empty() && name != "default") continue;
    task["Identity"] = std::move(*identity);
    identities->erase(identity);
    return;
  }
}

void NormalizeTask(Node& task, const Node& group, const Node& job,
                   hcl::Diagnostics* diagnostics) {
  NormalizeTaskScaling(task, diagnostics);
  NormalizeIdentities(task);
  task["Vault"].Default(group["vault"]);
  task["Vault"].Default(job["vault"]);
  AppendItems(group["secret"], task["Secrets"]);
  AppendItems(job["secret"], task["Secrets"]);
}

// A task directly in the job is a group of its own, before the others.
void GroupLooseTasks(Node& job) {
  Node& tasks = job["task"];
  if (tasks.items().empty()) return;
  Node::List groups;
  for (Node& task : tasks.items()) {
    Node group = Node::Empty(SchemaOf<TaskGroup>());
    group.set_range(task.range());
    group["Name"] = task["Name"];
    group["Tasks"] = Node(Node::List{std::move(task)});
    groups.push_back(std::move(group));
  }
  for (Node& group : job["TaskGroups"].items()) {
    groups.push_back(std::move(group));
  }
  job["TaskGroups"] = Node(std::move(groups));
  tasks = Node();
}

void NormalizeGroup(Node& group, const Node& job,
                    hcl::Diagnostics* diagnostics) {
  Node& scaling = group["Scaling"];
  if (!scaling.IsNull() && scaling["Type"].text().empty()) {
    scaling["Type"].Set(Node("horizontal"));
  }
  for (Node& task : group["Tasks"].items()) {
    NormalizeTask(task, group, job, diagnostics);
  }
  group["vault"] = Node();
  group["secret"] = Node();
}

}  // namespace

void NormalizeJob(Node& job, hcl::Diagnostics* diagnostics) {
  WarnIgnored(job["vault_token"], "vault_token", "there is no Vault here",
              diagnostics);
  WarnIgnored(job["consul_token"], "consul_token", "there is no Consul here",
              diagnostics);
  NormalizeBlocks(job, diagnostics);
  Node& periodic = job["Periodic"];
  if (!periodic.IsNull() &&
      !(periodic["Spec"].IsNull() && periodic["Specs"].IsNull())) {
    periodic["SpecType"].Set(Node("cron"));
  }
  GroupLooseTasks(job);
  for (Node& group : job["TaskGroups"].items()) {
    NormalizeGroup(group, job, diagnostics);
  }
  job["vault"] = Node();
  job["secret"] = Node();
}

}  // namespace jobspec
