// What every block is called, in the job file and in JSON: one Describe() for
// each struct of the job headers, one line for each member.
//
//   v.Argument("count", "Count", g.count);
//              job file  JSON     member; its type and its default count too
//
// A visitor is called for each member, in the order of Nomad's JSON:
//
//   Label          the block's label
//   Argument       name = value; null in JSON when it is not written
//   Plain          the same, but the zero of its type when it is not written,
//                  and it must not be written as null
//   PlainOrNull    the same, but a written null is as if it were not written
//   Required       Plain, and it must be written
//   Block          block; repeated for a vector, by label for a map
//   Map            strings by name, written as block or as argument
//   MapBlock       the same, as block only
//   MapArgument    the same, as argument only
//   Json, JsonPlain    in JSON only; set by the agent
//   JsonKept       Json that stays null in a canonical job
//   ApiArgument    Argument that a stored job does not have
//   Stored         only in the JSON of a job that the agent has stored
//   Merged<T>      block that is merged elsewhere: in the API's JSON, not in
//   Job File<T>, FileBlock<T>  in the job file only; normalize.cc turns it into
//                  something else
//
// Visitors are in schema.cc, reader.cc and writer.cc.

#ifndef DROVER_JOBSPEC_FIELDS_H_
#define DROVER_JOBSPEC_FIELDS_H_

#include <string>
#include <vector>

#include "jobspec/job.h"

namespace jobspec {

template <class V>
void Describe(V& v, Constraint& c) {
  v.PlainOrNull("attribute", "LTarget", c.l_target);
  v.PlainOrNull("value", "RTarget", c.r_target);
  v.PlainOrNull("operator", "Operand", c.operand);
  v.template File<std::string>("version");
  v.template File<std::string>("semver");
  v.template File<std::string>("regexp");
  v.template File<std::string>("set_contains");
  v.template File<std::string>("set_contains_all");
  v.template File<std::string>("set_contains_any");
  v.template File<std::string>("is_set");
  v.template File<std::string>("is_not_set");
  v.template File<bool>("distinct_hosts");
  v.template File<std::string>("distinct_property");
}

template <class V>
void Describe(V& v, Affinity& a) {
  v.PlainOrNull("attribute", "LTarget", a.l_target);
  v.PlainOrNull("value", "RTarget", a.r_target);
  v.PlainOrNull("operator", "Operand", a.operand);
  v.Argument("weight", "Weight", a.weight);
  v.template File<std::string>("version");
  v.template File<std::string>("semver");
  v.template File<std::string>("regexp");
  v.template File<std::string>("set_contains");
  v.template File<std::string>("set_contains_all");
  v.template File<std::string>("set_contains_any");
}

template <class V>
void Describe(V& v, SpreadTarget& t) {
  v.Label("Value", t.value);
  v.Plain("percent", "Percent", t.percent);
}

template <class V>
void Describe(V& v, Spread& s) {
  v.Plain("attribute", "Attribute", s.attribute);
  v.Argument("weight", "Weight", s.weight);
  v.Block("target", "SpreadTarget", s.targets);
}

template <class V>
void Describe(V& v, RestartPolicy& p) {
  v.Argument("interval", "Interval", p.interval);
  v.Argument("attempts", "Attempts", p.attempts);
  v.Argument("delay", "Delay", p.delay);
  v.Argument("mode", "Mode", p.mode);
  v.Argument("render_templates", "RenderTemplates", p.render_templates);
}

template <class V>
void Describe(V& v, ReschedulePolicy& p) {
  v.Argument("attempts", "Attempts", p.attempts);
  v.Argument("interval", "Interval", p.interval);
  v.Argument("delay", "Delay", p.delay);
  v.Argument("delay_function", "DelayFunction", p.delay_function);
  v.Argument("max_delay", "MaxDelay", p.max_delay);
  v.Argument("unlimited", "Unlimited", p.unlimited);
}

template <class V>
void Describe(V& v, UpdateStrategy& u) {
  v.Argument("stagger", "Stagger", u.stagger);
  v.Argument("max_parallel", "MaxParallel", u.max_parallel);
  v.Argument("health_check", "HealthCheck", u.health_check);
  v.Argument("min_healthy_time", "MinHealthyTime", u.min_healthy_time);
  v.Argument("healthy_deadline", "HealthyDeadline", u.healthy_deadline);
  v.Argument("progress_deadline", "ProgressDeadline", u.progress_deadline);
  v.Argument("canary", "Canary", u.canary);
  v.Argument("auto_revert", "AutoRevert", u.auto_revert);
  v.Argument("auto_promote", "AutoPromote", u.auto_promote);
}

template <class V>
void Describe(V& v, MigrateStrategy& m) {
  v.Argument("max_parallel", "MaxParallel", m.max_parallel);
  v.Argument("health_check", "HealthCheck", m.health_check);
  v.Argument("min_healthy_time", "MinHealthyTime", m.min_healthy_time);
  v.Argument("healthy_deadline", "HealthyDeadline", m.healthy_deadline);
}

template <class V>
void Describe(V& v, DisconnectStrategy& d) {
  v.Argument("lost_after", "LostAfter", d.lost_after);
  v.Argument("stop_on_client_after", "StopOnClientAfter",
             d.stop_on_client_after);
  v.Argument("replace", "Replace", d.replace);
  v.Argument("reconcile", "Reconcile", d.reconcile);
}

template <class V>
void Describe(V& v, EphemeralDisk& d) {
  v.Argument("sticky", "Sticky", d.sticky);
  v.Argument("migrate", "Migrate", d.migrate);
  v.Argument("size", "SizeMB", d.size_mb);
}

template <class V>
void Describe(V& v, MountOptions& m) {
  v.Plain("fs_type", "FSType", m.fs_type);
  v.Plain("mount_flags", "MountFlags", m.mount_flags);
}

template <class V>
void Describe(V& v, Volume& w) {
  v.Label("Name", w.name);
  v.Plain("type", "Type", w.type);
  v.Plain("source", "Source", w.source);
  v.Plain("read_only", "ReadOnly", w.read_only);
  v.Plain("sticky", "Sticky", w.sticky);
  v.Plain("access_mode", "AccessMode", w.access_mode);
  v.Plain("attachment_mode", "AttachmentMode", w.attachment_mode);
  v.Block("mount_options", "MountOptions", w.mount_options);
  v.Plain("per_alloc", "PerAlloc", w.per_alloc);
}

template <class V>
void Describe(V& v, Consul& c) {
  v.Plain("namespace", "Namespace", c.consul_namespace);
  v.Plain("cluster", "Cluster", c.cluster);
  v.Plain("partition", "Partition", c.partition);
}

template <class V>
void DescribeScaling(V& v, Scaling& s) {
  v.Block("policy", "Policy", s.policy);
  v.Argument("enabled", "Enabled", s.enabled);
  v.Plain("type", "Type", s.type);
  v.JsonPlain("ID", s.id);
  v.JsonPlain("Namespace", s.scaling_namespace);
  v.Json("Target", s.target);
  v.JsonPlain("CreateIndex", s.create_index);
  v.JsonPlain("ModifyIndex", s.modify_index);
}

template <class V>
void Describe(V& v, Scaling& s) {
  v.Argument("min", "Min", s.min);
  v.Required("max", "Max", s.max);
  DescribeScaling(v, s);
}

template <class V>
void Describe(V& v, UiLink& l) {
  v.Plain("label", "Label", l.label);
  v.Plain("url", "URL", l.url);
}

template <class V>
void Describe(V& v, Ui& u) {
  v.Plain("description", "Description", u.description);
  v.Block("link", "Links", u.links);
}

template <class V>
void Describe(V& v, Periodic& p) {
  v.Argument("enabled", "Enabled", p.enabled);
  v.Argument("cron", "Spec", p.spec);
  v.Argument("crons", "Specs", p.specs);
  v.Json("SpecType", p.spec_type);
  v.Argument("prohibit_overlap", "ProhibitOverlap", p.prohibit_overlap);
  v.Argument("time_zone", "TimeZone", p.time_zone);
}

template <class V>
void Describe(V& v, Parameterized& p) {
  v.Plain("payload", "Payload", p.payload);
  v.Plain("meta_required", "MetaRequired", p.meta_required);
  v.Plain("meta_optional", "MetaOptional", p.meta_optional);
}

template <class V>
void Describe(V& v, MultiregionStrategy& s) {
  v.Argument("max_parallel", "MaxParallel", s.max_parallel);
  v.Argument("on_failure", "OnFailure", s.on_failure);
}

template <class V>
void Describe(V& v, MultiregionRegion& r) {
  v.Label("Name", r.name);
  v.Argument("count", "Count", r.count);
  v.Argument("datacenters", "Datacenters", r.datacenters);
  v.Plain("node_pool", "NodePool", r.node_pool);
  v.Map("meta", "Meta", r.meta);
}

template <class V>
void Describe(V& v, Multiregion& m) {
  v.Block("strategy", "Strategy", m.strategy);
  v.Block("region", "Regions", m.regions);
}

template <class V>
void Describe(V& v, VersionTag& t) {
  v.JsonPlain("Name", t.name);
  v.JsonPlain("Description", t.description);
  v.JsonPlain("TaggedTime", t.tagged_time);
}

template <class V>
void Describe(V& v, TaskGroup& g) {
  v.Label("Name", g.name);
  v.Argument("count", "Count", g.count);
  v.Block("constraint", "Constraints", g.constraints);
  v.Block("affinity", "Affinities", g.affinities);
  v.Block("task", "Tasks", g.tasks);
  v.Block("spread", "Spreads", g.spreads);
  v.Block("volume", "Volumes", g.volumes);
  v.Block("restart", "RestartPolicy", g.restart_policy);
  v.Block("disconnect", "Disconnect", g.disconnect);
  v.Block("reschedule", "ReschedulePolicy", g.reschedule_policy);
  v.Block("ephemeral_disk", "EphemeralDisk", g.ephemeral_disk);
  v.Block("update", "Update", g.update);
  v.Block("migrate", "Migrate", g.migrate);
  v.Block("network", "Networks", g.networks);
  v.Map("meta", "Meta", g.meta);
  v.Block("service", "Services", g.services);
  v.Argument("shutdown_delay", "ShutdownDelay", g.shutdown_delay);
  v.Argument("max_run_duration", "MaxRunDuration", g.max_run_duration);
  v.Argument("stop_after_client_disconnect", "StopAfterClientDisconnect",
             g.stop_after_client_disconnect);
  v.Argument("max_client_disconnect", "MaxClientDisconnect",
             g.max_client_disconnect);
  v.Block("scaling", "Scaling", g.scaling);
  v.Block("consul", "Consul", g.consul);
  v.Argument("prevent_reschedule_on_lost", "PreventRescheduleOnLost",
             g.prevent_reschedule_on_lost);
  v.template FileBlock<std::optional<Vault>>("vault");
  v.template FileBlock<std::vector<Secret>>("secret");
}

template <class V>
void Describe(V& v, Job& j) {
  v.Argument("region", "Region", j.region);
  v.Argument("namespace", "Namespace", j.job_namespace);
  v.Argument("id", "ID", j.id);
  v.Argument("name", "Name", j.name);
  v.Argument("type", "Type", j.type);
  v.Argument("priority", "Priority", j.priority);
  v.Argument("all_at_once", "AllAtOnce", j.all_at_once);
  v.Argument("datacenters", "Datacenters", j.datacenters);
  v.Argument("node_pool", "NodePool", j.node_pool);
  v.Block("constraint", "Constraints", j.constraints);
  v.Block("affinity", "Affinities", j.affinities);
  v.Block("group", "TaskGroups", j.task_groups);
  v.Block("update", "Update", j.update);
  v.Block("multiregion", "Multiregion", j.multiregion);
  v.Block("spread", "Spreads", j.spreads);
  v.Block("periodic", "Periodic", j.periodic);
  v.Block("parameterized", "ParameterizedJob", j.parameterized);
  v.template Merged<ReschedulePolicy>("reschedule", "Reschedule");
  v.template Merged<MigrateStrategy>("migrate", "Migrate");
  v.Map("meta", "Meta", j.meta);
  v.Block("ui", "UI", j.ui);
  v.Json("Stop", j.stop);
  v.Json("ParentID", j.parent_id);
  v.JsonPlain("Dispatched", j.dispatched);
  v.JsonKept("DispatchIdempotencyToken", j.dispatch_idempotency_token);
  v.Payload("Payload", j.payload);
  v.Json("ConsulNamespace", j.consul_namespace);
  v.Json("VaultNamespace", j.vault_namespace);
  v.Json("NomadTokenID", j.nomad_token_id);
  v.Json("Status", j.status);
  v.Json("StatusDescription", j.status_description);
  v.Json("Stable", j.stable);
  v.Json("Version", j.version);
  v.JsonKept("SubmitTime", j.submit_time);
  v.Json("CreateIndex", j.create_index);
  v.Json("ModifyIndex", j.modify_index);
  v.Json("JobModifyIndex", j.job_modify_index);
  v.Json("VersionTag", j.version_tag);
  v.template FileBlock<std::optional<Vault>>("vault");
  v.template FileBlock<std::vector<Secret>>("secret");
  v.template FileBlock<std::vector<Task>>("task");
  // Older files have them; nothing reads them any more.
  v.template File<std::string>("vault_token");
  v.template File<std::string>("consul_token");
}

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_FIELDS_H_
