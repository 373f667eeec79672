// A task's groups in its handle.

#ifndef DROVER_DRIVER_STORED_GROUPS_H_
#define DROVER_DRIVER_STORED_GROUPS_H_

#include "cgroups/group.h"
#include "driver/handle.pb.h"

namespace driver {

void StorePaths(const cgroups::GroupPaths& paths,
                drover::driver::TaskHandle* handle);
cgroups::GroupPaths StoredPaths(const drover::driver::TaskHandle& handle);

}  // namespace driver

#endif  // DROVER_DRIVER_STORED_GROUPS_H_
