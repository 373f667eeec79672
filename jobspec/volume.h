// Volumes of a group and where its tasks mount them. raw_exec mounts nothing;
// both are kept, and validation says what will not happen.

#ifndef DROVER_JOBSPEC_VOLUME_H_
#define DROVER_JOBSPEC_VOLUME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace jobspec {

// `mount_options {}` of a CSI volume.
struct MountOptions {
  std::string fs_type;
  std::vector<std::string> mount_flags;
};

// `volume "NAME" {}` of a group.
struct Volume {
  std::string name;
  std::string type;    // host, csi
  std::string source;  // required
  bool read_only = false;
  bool sticky = false;
  std::string access_mode;      // csi
  std::string attachment_mode;  // csi
  std::optional<MountOptions> mount_options;
  bool per_alloc = false;  // source is SOURCE[INDEX]
};

// `volume_mount {}` of a task.
struct VolumeMount {
  std::string volume;  // name of a Volume of the group
  std::string destination;
  bool read_only = false;
  std::string propagation_mode = "private";  // host-to-task, bidirectional
  std::string selinux_label;
};

// `csi_plugin {}`: the task is itself a CSI plugin.
struct CsiPlugin {
  std::string id;
  std::string type;
  std::string mount_dir = "/csi";
  std::string stage_publish_base_dir = "/local/csi";
  absl::Duration health_timeout = absl::Seconds(30);
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_VOLUME_H_
