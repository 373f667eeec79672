// Consul service mesh: `connect {}` of a service. One node has no Consul. The
// block is read in full so that misspelt words are found, kept so that readers
// of the API see it, and answered with a warning that nothing will act on it.
// The member names are the job file's; no member is explained here, because no
// code of ours gives it a meaning.

#ifndef DROVER_JOBSPEC_CONNECT_H_
#define DROVER_JOBSPEC_CONNECT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hcl/value.h"
#include "jobspec/log_config.h"
#include "jobspec/resources.h"
#include "jobspec/volume.h"

namespace jobspec {

struct ExposePath {  // expose { path {} }
  std::string path;
  std::string protocol;
  int64_t local_path_port = 0;
  std::string listener_port;
};

struct ExposeConfig {
  std::vector<ExposePath> paths;
};

struct MeshGateway {
  std::string mode;
};

struct Upstream {  // upstreams {}
  std::string destination_name;
  std::string destination_namespace;
  std::string destination_peer;
  std::string destination_type;
  int64_t local_bind_port = 0;
  std::string datacenter;
  std::string local_bind_address;
  std::string local_bind_socket_path;
  std::string local_bind_socket_mode;
  std::optional<MeshGateway> mesh_gateway;
  hcl::Value config;
};

struct TransparentProxy {
  std::string uid;
  int64_t outbound_port = 0;
  std::vector<std::string> exclude_inbound_ports;
  std::vector<int64_t> exclude_outbound_ports;
  std::vector<std::string> exclude_outbound_cidrs;
  std::vector<std::string> exclude_uids;
  bool no_dns = false;
};

struct ConnectProxy {
  std::string local_service_address;
  int64_t local_service_port = 0;
  std::optional<ExposeConfig> expose;
  std::vector<Upstream> upstreams;
  std::optional<TransparentProxy> transparent_proxy;
  hcl::Value config;
};

struct SidecarService {
  std::vector<std::string> tags;
  std::string port;
  std::optional<ConnectProxy> proxy;
  bool disable_default_tcp_check = false;
  std::map<std::string, std::string> meta;
};

struct SidecarTask {
  std::string name;
  std::string driver;
  std::string user;
  hcl::Value config;
  std::map<std::string, std::string> env;
  Resources resources;
  std::map<std::string, std::string> meta;
  absl::Duration kill_timeout = absl::Seconds(5);
  LogConfig logs;
  absl::Duration shutdown_delay;
  std::string kill_signal;
  std::vector<VolumeMount> volume_mounts;
};

struct GatewayBindAddress {  // envoy_gateway_bind_addresses "NAME" {}
  std::string name;
  std::string address;
  int64_t port = 0;
};

struct GatewayProxy {
  absl::Duration connect_timeout = absl::Seconds(5);
  bool envoy_gateway_bind_tagged_addresses = false;
  std::map<std::string, GatewayBindAddress> envoy_gateway_bind_addresses;
  bool envoy_gateway_no_default_bind = false;
  std::string envoy_dns_discovery_type;
  hcl::Value config;
};

struct GatewaySds {
  std::string cluster_name;
  std::string cert_resource;
};

struct GatewayTls {
  bool enabled = false;
  std::string tls_min_version;
  std::string tls_max_version;
  std::vector<std::string> cipher_suites;
  std::optional<GatewaySds> sds;
};

struct HttpHeaderModifiers {
  std::map<std::string, std::string> add;
  std::map<std::string, std::string> set;
  std::vector<std::string> remove;
};

struct IngressService {
  std::string name;
  std::vector<std::string> hosts;
  std::optional<GatewayTls> tls;
  std::optional<HttpHeaderModifiers> request_headers;
  std::optional<HttpHeaderModifiers> response_headers;
  std::optional<uint64_t> max_connections;
  std::optional<uint64_t> max_pending_requests;
  std::optional<uint64_t> max_concurrent_requests;
};

struct IngressListener {
  int64_t port = 0;
  std::string protocol;
  std::vector<IngressService> services;
};

struct IngressGateway {
  std::optional<GatewayTls> tls;
  std::vector<IngressListener> listeners;
};

struct LinkedService {
  std::string name;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string sni;
};

struct TerminatingGateway {
  std::vector<LinkedService> services;
};

struct MeshGatewayEntry {};

struct Gateway {
  std::optional<GatewayProxy> proxy;
  std::optional<IngressGateway> ingress;
  std::optional<TerminatingGateway> terminating;
  std::optional<MeshGatewayEntry> mesh;
};

struct Connect {
  bool native = false;
  std::optional<Gateway> gateway;
  std::optional<SidecarService> sidecar_service;
  std::optional<SidecarTask> sidecar_task;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_CONNECT_H_
