#include "driver/stored_groups.h"

namespace driver {

void StorePaths(const cgroups::GroupPaths& paths,
                drover::driver::TaskHandle* handle) {
  drover::driver::CgroupPaths* stored = handle->mutable_cgroups();
  stored->set_unified(paths.unified);
  for (const auto& [controller, path] : paths.legacy) {
    (*stored->mutable_legacy())[controller] = path;
  }
  stored->set_legacy_tracker(paths.legacy_tracker);
  stored->set_id(paths.id);
}

cgroups::GroupPaths StoredPaths(const drover::driver::TaskHandle& handle) {
  const drover::driver::CgroupPaths& stored = handle.cgroups();
  cgroups::GroupPaths paths;
  paths.unified = stored.unified();
  for (const auto& [controller, path] : stored.legacy()) {
    paths.legacy[controller] = path;
  }
  paths.legacy_tracker = stored.legacy_tracker();
  paths.id = stored.id();
  return paths;
}

}  // namespace driver
