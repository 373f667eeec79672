// fields.h for services, their checks, and Consul's service mesh.

#ifndef DROVER_JOBSPEC_FIELDS_SERVICE_H_
#define DROVER_JOBSPEC_FIELDS_SERVICE_H_

#include "jobspec/fields.h"
#include "jobspec/fields_task.h"
#include "jobspec/job.h"

namespace jobspec {

template <class V>
void Describe(V& v, CheckRestart& c) {
  v.Plain("limit", "Limit", c.limit);
  v.Argument("grace", "Grace", c.grace);
  v.Plain("ignore_warnings", "IgnoreWarnings", c.ignore_warnings);
}

template <class V>
void Describe(V& v, Check& c) {
  v.Plain("name", "Name", c.name);
  v.Plain("type", "Type", c.type);
  v.Plain("command", "Command", c.command);
  v.Plain("args", "Args", c.args);
  v.Plain("path", "Path", c.path);
  v.Plain("protocol", "Protocol", c.protocol);
  v.Plain("port", "PortLabel", c.port_label);
  v.Plain("expose", "Expose", c.expose);
  v.Plain("address_mode", "AddressMode", c.address_mode);
  v.Plain("advertise", "Advertise", c.advertise);
  v.Plain("interval", "Interval", c.interval);
  v.Plain("timeout", "Timeout", c.timeout);
  v.Plain("initial_status", "InitialStatus", c.initial_status);
  v.Plain("notes", "Notes", c.notes);
  v.Plain("tls_server_name", "TLSServerName", c.tls_server_name);
  v.Plain("tls_skip_verify", "TLSSkipVerify", c.tls_skip_verify);
  v.MapBlock("header", "Header", c.header);
  v.Plain("method", "Method", c.method);
  v.Block("check_restart", "CheckRestart", c.check_restart);
  v.Plain("grpc_service", "GRPCService", c.grpc_service);
  v.Plain("grpc_use_tls", "GRPCUseTLS", c.grpc_use_tls);
  v.Plain("task", "TaskName", c.task_name);
  v.Plain("success_before_passing", "SuccessBeforePassing",
          c.success_before_passing);
  v.Plain("failures_before_critical", "FailuresBeforeCritical",
          c.failures_before_critical);
  v.Plain("failures_before_warning", "FailuresBeforeWarning",
          c.failures_before_warning);
  v.Plain("body", "Body", c.body);
  v.Plain("on_update", "OnUpdate", c.on_update);
}

template <class V>
void Describe(V& v, ServiceWeights& w) {
  v.Plain("passing", "Passing", w.passing);
  v.Plain("warning", "Warning", w.warning);
}

template <class V>
void Describe(V& v, ExposePath& p) {
  v.Plain("path", "Path", p.path);
  v.Plain("protocol", "Protocol", p.protocol);
  v.Plain("local_path_port", "LocalPathPort", p.local_path_port);
  v.Plain("listener_port", "ListenerPort", p.listener_port);
}

template <class V>
void Describe(V& v, ExposeConfig& e) {
  v.JsonNull("Path");
  v.Block("path", "Paths", e.paths);
}

template <class V>
void Describe(V& v, MeshGateway& m) {
  v.Plain("mode", "Mode", m.mode);
}

template <class V>
void Describe(V& v, Upstream& u) {
  v.Plain("destination_name", "DestinationName", u.destination_name);
  v.Plain("destination_namespace", "DestinationNamespace",
          u.destination_namespace);
  v.Plain("destination_peer", "DestinationPeer", u.destination_peer);
  v.Plain("destination_type", "DestinationType", u.destination_type);
  v.Plain("local_bind_port", "LocalBindPort", u.local_bind_port);
  v.Plain("datacenter", "Datacenter", u.datacenter);
  v.Plain("local_bind_address", "LocalBindAddress", u.local_bind_address);
  v.Plain("local_bind_socket_path", "LocalBindSocketPath",
          u.local_bind_socket_path);
  v.Plain("local_bind_socket_mode", "LocalBindSocketMode",
          u.local_bind_socket_mode);
  v.Block("mesh_gateway", "MeshGateway", u.mesh_gateway);
  v.Block("config", "Config", u.config);
}

template <class V>
void Describe(V& v, TransparentProxy& t) {
  v.Plain("uid", "UID", t.uid);
  v.Plain("outbound_port", "OutboundPort", t.outbound_port);
  v.Plain("exclude_inbound_ports", "ExcludeInboundPorts",
          t.exclude_inbound_ports);
  v.Plain("exclude_outbound_ports", "ExcludeOutboundPorts",
          t.exclude_outbound_ports);
  v.Plain("exclude_outbound_cidrs", "ExcludeOutboundCIDRs",
          t.exclude_outbound_cidrs);
  v.Plain("exclude_uids", "ExcludeUIDs", t.exclude_uids);
  v.Plain("no_dns", "NoDNS", t.no_dns);
}

template <class V>
void Describe(V& v, ConnectProxy& p) {
  v.Plain("local_service_address", "LocalServiceAddress",
          p.local_service_address);
  v.Plain("local_service_port", "LocalServicePort", p.local_service_port);
  v.Block("expose", "Expose", p.expose);
  v.JsonNull("ExposeConfig");
  v.Block("upstreams", "Upstreams", p.upstreams);
  v.Block("transparent_proxy", "TransparentProxy", p.transparent_proxy);
  v.Block("config", "Config", p.config);
}

template <class V>
void Describe(V& v, SidecarService& s) {
  v.Plain("tags", "Tags", s.tags);
  v.Plain("port", "Port", s.port);
  v.Block("proxy", "Proxy", s.proxy);
  v.Plain("disable_default_tcp_check", "DisableDefaultTCPCheck",
          s.disable_default_tcp_check);
  v.MapBlock("meta", "Meta", s.meta);
}

template <class V>
void Describe(V& v, SidecarTask& t) {
  v.Plain("name", "Name", t.name);
  v.Plain("driver", "Driver", t.driver);
  v.Plain("user", "User", t.user);
  v.Block("config", "Config", t.config);
  v.MapBlock("env", "Env", t.env);
  v.Block("resources", "Resources", t.resources);
  v.MapBlock("meta", "Meta", t.meta);
  v.Argument("kill_timeout", "KillTimeout", t.kill_timeout);
  v.Block("logs", "LogConfig", t.logs);
  v.Argument("shutdown_delay", "ShutdownDelay", t.shutdown_delay);
  v.Plain("kill_signal", "KillSignal", t.kill_signal);
  v.Block("volume_mount", "VolumeMounts", t.volume_mounts);
}

template <class V>
void Describe(V& v, GatewayBindAddress& a) {
  v.Label("Name", a.name);
  v.Plain("address", "Address", a.address);
  v.Plain("port", "Port", a.port);
}

template <class V>
void Describe(V& v, GatewayProxy& p) {
  v.Argument("connect_timeout", "ConnectTimeout", p.connect_timeout);
  v.Plain("envoy_gateway_bind_tagged_addresses",
          "EnvoyGatewayBindTaggedAddresses",
          p.envoy_gateway_bind_tagged_addresses);
  v.Block("envoy_gateway_bind_addresses", "EnvoyGatewayBindAddresses",
          p.envoy_gateway_bind_addresses);
  v.Plain("envoy_gateway_no_default_bind", "EnvoyGatewayNoDefaultBind",
          p.envoy_gateway_no_default_bind);
  v.Plain("envoy_dns_discovery_type", "EnvoyDNSDiscoveryType",
          p.envoy_dns_discovery_type);
  v.Block("config", "Config", p.config);
}

template <class V>
void Describe(V& v, GatewaySds& s) {
  v.Plain("cluster_name", "ClusterName", s.cluster_name);
  v.Plain("cert_resource", "CertResource", s.cert_resource);
}

template <class V>
void Describe(V& v, GatewayTls& t) {
  v.Plain("enabled", "Enabled", t.enabled);
  v.Plain("tls_min_version", "TLSMinVersion", t.tls_min_version);
  v.Plain("tls_max_version", "TLSMaxVersion", t.tls_max_version);
  v.Plain("cipher_suites", "CipherSuites", t.cipher_suites);
  v.Block("sds", "SDS", t.sds);
}

template <class V>
void Describe(V& v, HttpHeaderModifiers& m) {
  v.MapBlock("add", "Add", m.add);
  v.MapBlock("set", "Set", m.set);
  v.Plain("remove", "Remove", m.remove);
}

template <class V>
void Describe(V& v, IngressService& s) {
  v.Plain("name", "Name", s.name);
  v.Plain("hosts", "Hosts", s.hosts);
  v.Block("tls", "TLS", s.tls);
  v.Block("request_headers", "RequestHeaders", s.request_headers);
  v.Block("response_headers", "ResponseHeaders", s.response_headers);
  v.Argument("max_connections", "MaxConnections", s.max_connections);
  v.Argument("max_pending_requests", "MaxPendingRequests",
             s.max_pending_requests);
  v.Argument("max_concurrent_requests", "MaxConcurrentRequests",
             s.max_concurrent_requests);
}

template <class V>
void Describe(V& v, IngressListener& l) {
  v.Plain("port", "Port", l.port);
  v.Plain("protocol", "Protocol", l.protocol);
  v.Block("service", "Services", l.services);
}

template <class V>
void Describe(V& v, IngressGateway& g) {
  v.Block("tls", "TLS", g.tls);
  v.Block("listener", "Listeners", g.listeners);
}

template <class V>
void Describe(V& v, LinkedService& s) {
  v.Plain("name", "Name", s.name);
  v.Plain("ca_file", "CAFile", s.ca_file);
  v.Plain("cert_file", "CertFile", s.cert_file);
  v.Plain("key_file", "KeyFile", s.key_file);
  v.Plain("sni", "SNI", s.sni);
}

template <class V>
void Describe(V& v, TerminatingGateway& g) {
  v.Block("service", "Services", g.services);
}

template <class V>
void Describe(V&, MeshGatewayEntry&) {}

template <class V>
void Describe(V& v, Gateway& g) {
  v.Block("proxy", "Proxy", g.proxy);
  v.Block("ingress", "Ingress", g.ingress);
  v.Block("terminating", "Terminating", g.terminating);
  v.Block("mesh", "Mesh", g.mesh);
}

template <class V>
void Describe(V& v, Connect& c) {
  v.Plain("native", "Native", c.native);
  v.Block("gateway", "Gateway", c.gateway);
  v.Block("sidecar_service", "SidecarService", c.sidecar_service);
  v.Block("sidecar_task", "SidecarTask", c.sidecar_task);
}

template <class V>
void Describe(V& v, Service& s) {
  v.Plain("name", "Name", s.name);
  v.Plain("tags", "Tags", s.tags);
  v.Plain("canary_tags", "CanaryTags", s.canary_tags);
  v.Plain("enable_tag_override", "EnableTagOverride", s.enable_tag_override);
  v.Plain("port", "PortLabel", s.port_label);
  v.Plain("address_mode", "AddressMode", s.address_mode);
  v.Plain("address", "Address", s.address);
  v.Block("check", "Checks", s.checks);
  v.Block("check_restart", "CheckRestart", s.check_restart);
  v.Block("connect", "Connect", s.connect);
  v.MapBlock("meta", "Meta", s.meta);
  v.MapBlock("canary_meta", "CanaryMeta", s.canary_meta);
  v.MapBlock("tagged_addresses", "TaggedAddresses", s.tagged_addresses);
  v.Plain("task", "TaskName", s.task_name);
  v.Plain("on_update", "OnUpdate", s.on_update);
  v.Block("identity", "Identity", s.identity);
  v.Block("weights", "Weights", s.weights);
  v.Plain("provider", "Provider", s.provider);
  v.Plain("cluster", "Cluster", s.cluster);
  v.Plain("kind", "Kind", s.kind);
  v.Stored("Namespace", s.service_namespace);
}

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_FIELDS_SERVICE_H_
