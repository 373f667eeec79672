// Parts of a job that are accepted, kept and shown, and do nothing on one node
// with raw_exec. Each gets one warning that says what will not happen.

#include <string>

#include "absl/strings/str_cat.h"
#include "jobspec/validate_parts.h"

namespace jobspec {
namespace {

constexpr char kSummary[] = "No effect here";

void WarnService(const Service& service, const Place& place) {
  if (service.provider == "consul") {
    place.Warning("Provider", kSummary,
                  "there is no Consul: the service is not registered and its "
                  "checks do not run; write provider = \"nomad\" for the "
                  "agent's own registry");
  }
  if (service.connect.has_value()) {
    place.Warning("Connect", kSummary,
                  "there is no service mesh: no sidecar or gateway is "
                  "started");
  }
  if (service.identity.has_value()) {
    place.Warning("Identity", kSummary, "no identity tokens are signed");
  }
}

void WarnServices(const std::vector<Service>& services, const Place& place) {
  for (size_t i = 0; i < services.size(); ++i) {
    WarnService(services[i],
                Place(place, "Services", i, "service", services[i].name));
  }
}

void WarnIdentity(const Identity& identity, const Place& place) {
  if (!identity.env && !identity.file) return;
  place.Warning("", kSummary,
                "no identity tokens are signed: neither NOMAD_TOKEN nor a "
                "token file will exist");
}

void WarnTaskBlocks(const Task& task, const Place& place) {
  if (task.vault.has_value()) {
    place.Warning("Vault", kSummary,
                  "there is no Vault: the task gets no token");
  }
  if (task.consul.has_value()) {
    place.Warning("Consul", kSummary, "there is no Consul to connect to");
  }
  if (task.csi_plugin.has_value()) {
    place.Warning("CSIPluginConfig", kSummary,
                  "the task runs, but is not used as a CSI plugin");
  }
  for (size_t i = 0; i < task.volume_mounts.size(); ++i) {
    const VolumeMount& mount = task.volume_mounts[i];
    Place(place, "VolumeMounts", i, "volume_mount", mount.volume)
        .Warning("", kSummary,
                 absl::StrCat("raw_exec mounts nothing: \"", mount.destination,
                              "\" is whatever the host has there"));
  }
  for (size_t i = 0; i < task.scaling_policies.size(); ++i) {
    Place(place, "ScalingPolicies", i, "scaling", "")
        .Warning("", kSummary, "there is no autoscaler");
  }
  for (size_t i = 0; i < task.secrets.size(); ++i) {
    Place(place, "Secrets", i, "secret", task.secrets[i].name)
        .Warning("", kSummary, "there are no secret providers");
  }
  if (task.identity.has_value()) {
    WarnIdentity(*task.identity, Place(place, "Identity", "identity", ""));
  }
  for (size_t i = 0; i < task.identities.size(); ++i) {
    WarnIdentity(task.identities[i], Place(place, "Identities", i, "identity",
                                           task.identities[i].name));
  }
}

void WarnResources(const Resources& resources, const Place& task_place) {
  const Place place(task_place, "Resources", "resources", "");
  for (size_t i = 0; i < resources.devices.size(); ++i) {
    Place(place, "Devices", i, "device", resources.devices[i].name)
        .Warning("", kSummary,
                 "there are no device plugins: the task is placed without the "
                 "device");
  }
  if (resources.numa.has_value() && resources.numa->affinity != "none") {
    place.Warning("NUMA", kSummary, "the kernel chooses the memory node");
  }
  if (resources.iops.value_or(0) != 0) {
    place.Warning("IOPS", kSummary, "iops is obsolete");
  }
  if (place.IsWritten("DiskMB") && resources.disk_mb.value_or(0) != 0) {
    place.Warning("DiskMB", kSummary,
                  "disk is obsolete; write size in the group's "
                  "ephemeral_disk");
  }
}

void WarnNetworks(const std::vector<Network>& networks, const Place& place) {
  for (size_t i = 0; i < networks.size(); ++i) {
    const Network& network = networks[i];
    const Place at(place, "Networks", i, "network", "");
    if (!network.mode.empty() && network.mode != "host") {
      at.Warning("Mode", kSummary,
                 absl::StrCat("raw_exec has no network of its own for mode \"",
                              network.mode,
                              "\": the tasks use the host's, and \"to\" of a "
                              "port is not forwarded"));
    }
    if (network.dns.has_value()) {
      at.Warning("DNS", kSummary, "the tasks use the host's resolver");
    }
    if (network.cni.has_value()) {
      at.Warning("CNI", kSummary, "no CNI plugin is called");
    }
    if (!network.hostname.empty()) {
      at.Warning("Hostname", kSummary, "the tasks see the host's name");
    }
  }
}

void WarnGroup(const TaskGroup& group, const Place& place) {
  const Place volumes(place, "Volumes", "", "");
  for (const auto& [name, volume] : group.volumes) {
    Place(volumes, name, "volume", name)
        .Warning("", kSummary,
                 "raw_exec mounts no volumes; the tasks see the host's files "
                 "themselves");
  }
  if (group.disconnect.has_value()) {
    place.Warning("Disconnect", kSummary,
                  "the agent is its own server and never loses it");
  }
  if (group.stop_after_client_disconnect.has_value()) {
    place.Warning("StopAfterClientDisconnect", kSummary,
                  "stop_after_client_disconnect is obsolete");
  }
  if (group.max_client_disconnect.has_value()) {
    place.Warning("MaxClientDisconnect", kSummary,
                  "max_client_disconnect is obsolete");
  }
  if (group.prevent_reschedule_on_lost.has_value()) {
    place.Warning("PreventRescheduleOnLost", kSummary,
                  "prevent_reschedule_on_lost is obsolete");
  }
  if (group.consul.has_value()) {
    place.Warning("Consul", kSummary, "there is no Consul to connect to");
  }
  if (!group.spreads.empty()) {
    place.Warning("Spreads", kSummary,
                  "one node leaves nothing to spread over");
  }
  WarnNetworks(group.networks, place);
  WarnServices(group.services, place);
}

}  // namespace

void WarnUnsupported(const Job& job, const Place& place) {
  if (job.multiregion.has_value()) {
    place.Warning("Multiregion", kSummary,
                  "multiregion is a feature of Nomad Enterprise; the job runs "
                  "in this region only");
  }
  if (!job.spreads.empty()) {
    place.Warning("Spreads", kSummary,
                  "one node leaves nothing to spread over");
  }
  for (size_t g = 0; g < job.task_groups.size(); ++g) {
    const TaskGroup& group = job.task_groups[g];
    const Place group_place(place, "TaskGroups", g, "group", group.name);
    WarnGroup(group, group_place);
    for (size_t t = 0; t < group.tasks.size(); ++t) {
      const Task& task = group.tasks[t];
      const Place task_place(group_place, "Tasks", t, "task", task.name);
      WarnTaskBlocks(task, task_place);
      WarnResources(task.resources, task_place);
      WarnServices(task.services, task_place);
    }
  }
}

}  // namespace jobspec
