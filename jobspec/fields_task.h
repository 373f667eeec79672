// fields.h for a task and the blocks inside it.

#ifndef DROVER_JOBSPEC_FIELDS_TASK_H_
#define DROVER_JOBSPEC_FIELDS_TASK_H_

#include <string>
#include <vector>

#include "jobspec/fields.h"
#include "jobspec/job.h"

namespace jobspec {

template <class V>
void Describe(V& v, Lifecycle& l) {
  v.Required("hook", "Hook", l.hook);
  v.Plain("sidecar", "Sidecar", l.sidecar);
}

template <class V>
void Describe(V& v, LogConfig& l) {
  v.Argument("max_files", "MaxFiles", l.max_files);
  v.Argument("max_file_size", "MaxFileSizeMB", l.max_file_size_mb);
  v.ApiArgument("enabled", "Enabled", l.enabled);
  v.Argument("disabled", "Disabled", l.disabled);
}

template <class V>
void Describe(V& v, Artifact& a) {
  v.Argument("source", "GetterSource", a.source);
  // `options = {}` is how some old files write it.
  v.Map("options", "GetterOptions", a.options);
  v.MapBlock("headers", "GetterHeaders", a.headers);
  v.Argument("mode", "GetterMode", a.mode);
  v.Argument("insecure", "GetterInsecure", a.insecure);
  v.Argument("destination", "RelativeDest", a.destination);
  v.Plain("chown", "Chown", a.chown);
}

template <class V>
void Describe(V& v, ChangeScript& s) {
  v.Argument("command", "Command", s.command);
  v.Argument("args", "Args", s.args);
  v.Argument("timeout", "Timeout", s.timeout);
  v.Argument("fail_on_error", "FailOnError", s.fail_on_error);
  v.Argument("run_on_first_render", "RunOnFirstRender", s.run_on_first_render);
}

template <class V>
void Describe(V& v, TemplateWait& w) {
  v.Argument("min", "Min", w.min);
  v.Argument("max", "Max", w.max);
}

template <class V>
void Describe(V& v, Template& t) {
  v.Argument("source", "SourcePath", t.source);
  v.Argument("destination", "DestPath", t.destination);
  v.Argument("data", "EmbeddedTmpl", t.data);
  v.Argument("change_mode", "ChangeMode", t.change_mode);
  v.Block("change_script", "ChangeScript", t.change_script);
  v.Argument("change_signal", "ChangeSignal", t.change_signal);
  v.Argument("once", "Once", t.once);
  v.Argument("splay", "Splay", t.splay);
  v.Argument("perms", "Perms", t.perms);
  v.Argument("uid", "Uid", t.uid);
  v.Argument("gid", "Gid", t.gid);
  v.Argument("left_delimiter", "LeftDelim", t.left_delimiter);
  v.Argument("right_delimiter", "RightDelim", t.right_delimiter);
  v.Argument("env", "Envvars", t.env);
  v.Argument("vault_grace", "VaultGrace", t.vault_grace);
  v.Block("wait", "Wait", t.wait);
  v.Argument("error_on_missing_key", "ErrMissingKey", t.error_on_missing_key);
}

template <class V>
void Describe(V& v, Vault& w) {
  v.Plain("policies", "Policies", w.policies);
  v.Plain("role", "Role", w.role);
  v.Argument("namespace", "Namespace", w.vault_namespace);
  v.Plain("cluster", "Cluster", w.cluster);
  v.Argument("env", "Env", w.env);
  v.Argument("disable_file", "DisableFile", w.disable_file);
  v.Argument("change_mode", "ChangeMode", w.change_mode);
  v.Argument("change_signal", "ChangeSignal", w.change_signal);
  v.Argument("allow_token_expiration", "AllowTokenExpiration",
             w.allow_token_expiration);
}

template <class V>
void Describe(V& v, DispatchPayload& d) {
  v.Plain("file", "File", d.file);
}

template <class V>
void Describe(V& v, VolumeMount& m) {
  v.Argument("volume", "Volume", m.volume);
  v.Argument("destination", "Destination", m.destination);
  v.Argument("read_only", "ReadOnly", m.read_only);
  v.Argument("propagation_mode", "PropagationMode", m.propagation_mode);
  v.Argument("selinux_label", "SELinuxLabel", m.selinux_label);
}

template <class V>
void Describe(V& v, CsiPlugin& c) {
  v.Plain("id", "ID", c.id);
  v.Plain("type", "Type", c.type);
  v.Plain("mount_dir", "MountDir", c.mount_dir);
  v.Plain("stage_publish_base_dir", "StagePublishBaseDir",
          c.stage_publish_base_dir);
  v.Plain("health_timeout", "HealthTimeout", c.health_timeout);
}

template <class V>
void Describe(V& v, TaskScaling& s) {
  v.FileLabel("resource");
  v.Argument("min", "Min", s.min);
  v.Argument("max", "Max", s.max);
  DescribeScaling(v, s);
}

template <class V>
void Describe(V& v, Secret& s) {
  v.Label("Name", s.name);
  v.Plain("provider", "Provider", s.provider);
  v.Plain("path", "Path", s.path);
  v.Block("config", "Config", s.config);
  v.MapBlock("env", "Env", s.env);
}

template <class V>
void Describe(V& v, Identity& i) {
  v.Plain("name", "Name", i.name);
  v.Plain("aud", "Audience", i.audience);
  v.Plain("change_mode", "ChangeMode", i.change_mode);
  v.Plain("change_signal", "ChangeSignal", i.change_signal);
  v.Plain("env", "Env", i.env);
  v.Plain("file", "File", i.file);
  v.Plain("filepath", "Filepath", i.filepath);
  v.Plain("service_name", "ServiceName", i.service_name);
  v.Plain("ttl", "TTL", i.ttl);
  v.MapBlock("extra_claims", "ExtraClaims", i.extra_claims);
}

template <class V>
void Describe(V& v, Action& a) {
  v.Label("Name", a.name);
  v.Required("command", "Command", a.command);
  v.Plain("args", "Args", a.args);
}

template <class V>
void Describe(V& v, ScheduleCron& c) {
  v.Plain("start", "Start", c.start);
  v.Plain("end", "End", c.end);
  v.Plain("timezone", "Timezone", c.timezone);
}

template <class V>
void Describe(V& v, Schedule& s) {
  v.Block("cron", "Cron", s.cron);
}

template <class V>
void Describe(V& v, Port& p) {
  v.Label("Label", p.label);
  v.Plain("static", "Value", p.value);
  v.Plain("to", "To", p.to);
  v.Plain("host_network", "HostNetwork", p.host_network);
  v.Plain("ignore_collision", "IgnoreCollision", p.ignore_collision);
}

template <class V>
void Describe(V& v, DnsConfig& d) {
  v.Plain("servers", "Servers", d.servers);
  v.Plain("searches", "Searches", d.searches);
  v.Plain("options", "Options", d.options);
}

template <class V>
void Describe(V& v, CniConfig& c) {
  v.MapArgument("args", "Args", c.args);
}

template <class V>
void Describe(V& v, Network& n) {
  v.Plain("mode", "Mode", n.mode);
  v.Plain("device", "Device", n.device);
  v.Plain("cidr", "CIDR", n.cidr);
  v.Plain("ip", "IP", n.ip);
  v.Block("dns", "DNS", n.dns);
  v.Block("reserved_ports", "ReservedPorts", n.reserved_ports);
  v.Json("DynamicPorts", n.dynamic_ports);
  v.Plain("hostname", "Hostname", n.hostname);
  v.Argument("mbits", "MBits", n.mbits);
  v.Block("cni", "CNI", n.cni);
  v.template FileBlock<std::vector<Port>>("port");
}

template <class V>
void Describe(V& v, RequestedDevice& d) {
  v.Label("Name", d.name);
  v.Argument("count", "Count", d.count);
  v.Block("constraint", "Constraints", d.constraints);
  v.Block("affinity", "Affinities", d.affinities);
}

template <class V>
void Describe(V& v, NumaPolicy& n) {
  v.Plain("affinity", "Affinity", n.affinity);
  v.Plain("devices", "Devices", n.devices);
}

template <class V>
void Describe(V& v, Resources& r) {
  v.Argument("cpu", "CPU", r.cpu);
  v.Argument("cores", "Cores", r.cores);
  v.Argument("memory", "MemoryMB", r.memory_mb);
  v.Argument("memory_max", "MemoryMaxMB", r.memory_max_mb);
  v.Argument("disk", "DiskMB", r.disk_mb);
  v.Block("network", "Networks", r.networks);
  v.Block("device", "Devices", r.devices);
  v.Block("numa", "NUMA", r.numa);
  v.Argument("secrets", "SecretsMB", r.secrets_mb);
  v.Argument("iops", "IOPS", r.iops);
}

template <class V>
void Describe(V& v, Task& t) {
  v.Label("Name", t.name);
  v.Plain("driver", "Driver", t.driver);
  v.Plain("user", "User", t.user);
  v.Block("lifecycle", "Lifecycle", t.lifecycle);
  v.Block("config", "Config", t.config);
  v.Block("constraint", "Constraints", t.constraints);
  v.Block("affinity", "Affinities", t.affinities);
  v.Map("env", "Env", t.env);
  v.Block("service", "Services", t.services);
  v.Block("resources", "Resources", t.resources);
  v.Block("restart", "RestartPolicy", t.restart_policy);
  v.Map("meta", "Meta", t.meta);
  v.Argument("kill_timeout", "KillTimeout", t.kill_timeout);
  v.Block("logs", "LogConfig", t.logs);
  v.Block("artifact", "Artifacts", t.artifacts);
  v.Block("vault", "Vault", t.vault);
  v.Block("consul", "Consul", t.consul);
  v.Block("template", "Templates", t.templates);
  v.Block("dispatch_payload", "DispatchPayload", t.dispatch_payload);
  v.Block("volume_mount", "VolumeMounts", t.volume_mounts);
  v.BlockOrNothing("csi_plugin", "CSIPluginConfig", t.csi_plugin);
  v.Plain("leader", "Leader", t.leader);
  v.Plain("shutdown_delay", "ShutdownDelay", t.shutdown_delay);
  v.Plain("kill_signal", "KillSignal", t.kill_signal);
  v.Plain("kind", "Kind", t.kind);
  v.Block("scaling", "ScalingPolicies", t.scaling_policies);
  v.Block("secret", "Secrets", t.secrets);
  v.Json("Identity", t.identity);
  v.Block("identity", "Identities", t.identities);
  v.Block("action", "Actions", t.actions);
  v.Block("schedule", "Schedule", t.schedule);
}

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_FIELDS_TASK_H_
