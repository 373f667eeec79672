// The cloud that this machine runs in, as far as it can be told without asking
// a network: off unless wanted (fingerprint.h).
//
// Which one: /sys/class/dmi/id/sys_vendor and product_name, chassis_asset_tag
// for Azure.
//
//   platform.aws.instance-type                  product_name (Nitro)
//   unique.platform.aws.instance-id             board_asset_tag (Nitro)
//   platform.aws.placement.availability-zone    cloud-init
//   unique.platform.aws.local-hostname          cloud-init
//   platform.gce.zone                           cloud-init
//   unique.platform.gce.id, .hostname           cloud-init
//   platform.azure.location                     cloud-init
//   unique.platform.azure.id                    cloud-init
//   platform.digitalocean.region                cloud-init
//   unique.platform.digitalocean.id             product_serial, or cloud-init
//   unique.platform.digitalocean.hostname       cloud-init
//
// cloud-init: the "v1" object of /run/cloud-init/instance-data.json. All other
// platform.* attributes of Nomad come from a metadata service alone.

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/fingerprint/kernel_files.h"
#include "agent/fingerprint/parts.h"
#include "nlohmann/json.hpp"

namespace fingerprint {
namespace {

// The texts in "v1"; what is no JSON or no text is not there.
std::map<std::string, std::string> CloudInit(const KernelFiles& files) {
  std::map<std::string, std::string> values;
  const auto text = files.Text("/run/cloud-init/instance-data.json");
  if (!text) return values;
  const nlohmann::json data =
      nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!data.is_object()) return values;
  const auto v1 = data.find("v1");
  if (v1 == data.end() || !v1->is_object()) return values;
  for (const auto& [key, value] : v1->items()) {
    if (value.is_string()) values[key] = value.get<std::string>();
  }
  return values;
}

}  // namespace

void AddCloud(const Options& options, Fingerprint* result) {
  const KernelFiles files(options.root);
  const auto dmi = [&files](absl::string_view name) {
    return files.Trimmed(absl::StrCat("/sys/class/dmi/id/", name)).value_or("");
  };
  const std::map<std::string, std::string> init = CloudInit(files);
  const auto from_init = [&init](const std::string& key) {
    const auto found = init.find(key);
    return found == init.end() ? std::string() : found->second;
  };
  auto& attributes = result->attributes;
  const std::string vendor = dmi("sys_vendor");
  const std::string product = dmi("product_name");
  if (vendor == "Amazon EC2") {
    attributes["platform.aws.instance-type"] = product;
    attributes["unique.platform.aws.instance-id"] = dmi("board_asset_tag");
    attributes["platform.aws.placement.availability-zone"] =
        from_init("availability_zone");
    attributes["unique.platform.aws.local-hostname"] =
        from_init("local_hostname");
  } else if (product == "Google Compute Engine") {
    attributes["platform.gce.zone"] = from_init("availability_zone");
    attributes["unique.platform.gce.id"] = from_init("instance_id");
    attributes["unique.platform.gce.hostname"] = from_init("local_hostname");
  } else if (dmi("chassis_asset_tag") ==
             "7783-7084-3265-9085-8269-3286-77") {  // Azure's own mark
    attributes["platform.azure.location"] = from_init("region");
    attributes["unique.platform.azure.id"] = from_init("instance_id");
  } else if (vendor == "DigitalOcean") {
    const std::string serial = dmi("product_serial");
    attributes["platform.digitalocean.region"] = from_init("region");
    attributes["unique.platform.digitalocean.id"] =
        serial.empty() ? from_init("instance_id") : serial;
    attributes["unique.platform.digitalocean.hostname"] =
        from_init("local_hostname");
  } else {
    result->notes.push_back(
        "cloud: the firmware names none of the clouds that are known here");
  }
}

}  // namespace fingerprint
