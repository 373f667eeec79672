#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jobspec/canonical.h"
#include "jobspec/schema.h"

namespace jobspec {
namespace {

int64_t Ns(absl::Duration duration) {
  return absl::ToInt64Nanoseconds(duration);
}

// Gives every field of the object, and of those below it, its default from the
// schema. Whatever needs another default has to be set before.
void FillDefaults(Node& node) {
  for (Node& item : node.items()) FillDefaults(item);
  if (auto* map = node.As<Node::Map>()) {
    for (auto& [key, value] : *map) FillDefaults(value);
  }
  auto* object = node.As<Node::Object>();
  if (object == nullptr) return;
  for (size_t i = 0; i < object->fields.size(); ++i) {
    const Field& field = object->schema->fields[i];
    Node& value = object->fields[i];
    if (value.IsNull() && field.always) value.Set(Node::Empty(*field.child));
    // A zero of a plain field stands for its default, where that differs.
    if (!field.canonical.IsNull() && value == field.absent) {
      value.Set(field.canonical);
    }
    FillDefaults(value);
  }
}

// Copies what is written in `over` onto `base`, field by field. The result in
// `over` keeps the places of both. Either may be null.
void Overlay(const Node& base, Node& over) {
  if (base.IsNull()) return;
  if (over.IsNull()) {
    over = base;
    return;
  }
  const auto& from = base.As<Node::Object>()->fields;
  auto& to = over.As<Node::Object>()->fields;
  for (size_t i = 0; i < to.size(); ++i) {
    if (to[i].IsNull()) to[i] = from[i];
  }
}

bool IsService(absl::string_view type) { return type == "service"; }
bool IsServiceOrSystem(absl::string_view type) {
  return type == "service" || type == "system";
}

void FillRestart(absl::string_view type, Node& restart) {
  if (IsServiceOrSystem(type)) {
    restart["Attempts"].Default(Node(2));
    restart["Interval"].Default(Node(Ns(absl::Minutes(30))));
  }
  FillDefaults(restart);
}

// Null if a job of this type is never rescheduled and no block was written.
void FillReschedule(absl::string_view type, Node& reschedule) {
  if (reschedule.IsNull()) {
    if (!IsService(type) && type != "batch") return;
    reschedule = Node::Empty(SchemaOf<ReschedulePolicy>());
  }
  if (IsService(type)) {
    FillDefaults(reschedule);
    return;
  }
  const bool batch = type == "batch";
  reschedule["Attempts"].Default(Node(batch ? 1 : 0));
  reschedule["Interval"].Default(
      Node(batch ? Ns(absl::Hours(24)) : int64_t{0}));
  reschedule["Delay"].Default(Node(batch ? Ns(absl::Seconds(5)) : int64_t{0}));
  reschedule["DelayFunction"].Default(Node(batch ? "constant" : ""));
  reschedule["MaxDelay"].Default(Node(int64_t{0}));
  reschedule["Unlimited"].Default(Node(false));
}

// As clients see it: all fields zero, which is how a stored batch job shows
// that it has no update block.
bool IsEmptyUpdate(const Node& update) {
  for (const Node& field : update.As<Node::Object>()->fields) {
    const bool* flag = field.As<bool>();
    if (field.number() != 0 || !field.text().empty() ||
        (flag != nullptr && *flag)) {
      return false;
    }
  }
  return true;
}

void FillCheck(const Node& service, Node& check) {
  Overlay(service["CheckRestart"], check["CheckRestart"]);
  Node& restart = check["CheckRestart"];
  if (!restart.IsNull()) {
    // The limit and the flag have no null: zero is "not written".
    const Node& outer = service["CheckRestart"];
    if (!outer.IsNull()) {
      if (restart["Limit"].number() == 0) restart["Limit"] = outer["Limit"];
      if (restart["IgnoreWarnings"] == Node(false)) {
        restart["IgnoreWarnings"] = outer["IgnoreWarnings"];
      }
    }
    restart["Grace"].Default(Node(Ns(absl::Seconds(1))));
  }
  if (check["OnUpdate"].text().empty()) check["OnUpdate"] = service["OnUpdate"];
  for (const char* name : {"SuccessBeforePassing", "FailuresBeforeCritical",
                           "FailuresBeforeWarning"}) {
    if (check[name].number() < 0) check[name].Set(Node(0));
  }
}

void FillServices(Node& services, absl::string_view default_name) {
  for (Node& service : services.items()) {
    if (service["Name"].text().empty()) {
      service["Name"].Set(Node(std::string(default_name)));
    }
    FillDefaults(service);
    if (Node& weights = service["Weights"]; !weights.IsNull()) {
      for (const char* name : {"Passing", "Warning"}) {
        if (weights[name].number() < 1) weights[name].Set(Node(1));
      }
    }
    for (Node& check : service["Checks"].items()) FillCheck(service, check);
  }
}

void FillResources(Node& resources) {
  if (resources.IsNull()) return;
  if (resources["Cores"].number() > 0) resources["CPU"].Default(Node(0));
}

// The last element of the source's path. Nomad takes what follows the last
// slash of the whole text, and so names a file "b.tgz?x=1".
absl::string_view FileNameOf(absl::string_view source) {
  source = source.substr(0, source.find_first_of("?#"));
  const size_t slash = source.rfind('/');
  return slash == absl::string_view::npos ? source : source.substr(slash + 1);
}

void FillArtifact(Node& artifact) {
  for (const char* name : {"GetterOptions", "GetterHeaders"}) {
    const auto* map = artifact[name].As<Node::Map>();
    if (map != nullptr && map->empty()) artifact[name].Set(Node());
  }
  if (artifact["GetterMode"].text() == "file") {
    artifact["RelativeDest"].Default(Node(
        absl::StrCat("local/", FileNameOf(artifact["GetterSource"].text()))));
  }
}

void FillTemplate(Node& block) {
  Node& signal = block["ChangeSignal"];
  if (signal.text().empty()) {
    if (block["ChangeMode"].text() == "signal") signal.Set(Node("SIGHUP"));
  } else {
    signal.Set(Node(absl::AsciiStrToUpper(signal.text())));
  }
  Node& script = block["ChangeScript"];
  if (!script.IsNull()) script["Args"].Default(Node(Node::List()));
}

void FillTask(const Node& group, absl::string_view service_name, Node& task) {
  Overlay(group["RestartPolicy"], task["RestartPolicy"]);
  FillResources(task["Resources"]);
  for (Node& artifact : task["Artifacts"].items()) FillArtifact(artifact);
  for (Node& block : task["Templates"].items()) FillTemplate(block);
  FillServices(task["Services"],
               absl::StrCat(service_name, "-", task["Name"].text()));
  FillDefaults(task);
}

void FillGroupScaling(Node& group) {
  Node& scaling = group["Scaling"];
  const Node minimum = scaling.IsNull() ? Node() : scaling["Min"];
  group["Count"].Default(minimum.IsNull() ? Node(1) : minimum);
  if (scaling.IsNull()) return;
  scaling["Min"].Default(group["Count"]);
  scaling["Enabled"].Default(Node(true));
  if (scaling["Type"].text().empty()) scaling["Type"].Set(Node("horizontal"));
}

void FillGroup(const Node& job, absl::string_view type, Node& group) {
  FillGroupScaling(group);

  group["RestartPolicy"].Default(Node::Empty(SchemaOf<RestartPolicy>()));
  FillRestart(type, group["RestartPolicy"]);

  Overlay(job["Reschedule"], group["ReschedulePolicy"]);
  FillReschedule(type, group["ReschedulePolicy"]);

  const Node& update = job["Update"];
  if (!update.IsNull() &&
      !(group["Update"].IsNull() && IsEmptyUpdate(update))) {
    Overlay(update, group["Update"]);
  }

  Overlay(job["Migrate"], group["Migrate"]);
  if (IsService(type)) {
    group["Migrate"].Default(Node::Empty(SchemaOf<MigrateStrategy>()));
  }

  const std::string name =
      absl::StrCat(job["Name"].text(), "-", group["Name"].text());
  FillServices(group["Services"], name);
  for (Node& task : group["Tasks"].items()) FillTask(group, name, task);
}

void FillMultiregion(Node& multiregion) {
  if (multiregion.IsNull()) return;
  for (Node& region : multiregion["Regions"].items()) {
    region["Datacenters"].Default(Node(Node::List()));
    region["Meta"].Default(Node(Node::Map()));
  }
}

}  // namespace

void CanonicalizeNode(Node& job) {
  job["ID"].Default(Node(""));
  job["Name"].Default(job["ID"]);
  job["Type"].Default(Node("service"));
  const std::string type = job["Type"].text();

  Node& update = job["Update"];
  if (update.IsNull() && IsServiceOrSystem(type)) {
    update = Node::Empty(SchemaOf<UpdateStrategy>());
  }
  if (!update.IsNull()) FillDefaults(update);

  // These two stay as they were written: they only live on in the groups.
  const Node reschedule = job["Reschedule"];
  const Node migrate = job["Migrate"];
  for (Node& group : job["TaskGroups"].items()) FillGroup(job, type, group);
  FillMultiregion(job["Multiregion"]);
  if (Node& periodic = job["Periodic"]; !periodic.IsNull()) {
    periodic["Specs"].Default(Node(Node::List()));
  }
  if (Node& ui = job["UI"]; !ui.IsNull() && ui["Links"].items().empty()) {
    ui["Links"].Set(Node());
  }
  FillDefaults(job);
  job["Reschedule"] = reschedule;
  job["Migrate"] = migrate;
}

}  // namespace jobspec
