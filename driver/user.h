// Whose identity a task gets.
//
// Threads:  thread-safe; the user database is read at every call.
// Follows:  getpwnam_r(3), getgrnam_r(3), getgrouplist(3).

#ifndef DROVER_DRIVER_USER_H_
#define DROVER_DRIVER_USER_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "driver/id_set.h"

namespace driver {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  // Supplementary groups: exactly those of the user, its primary one included.
  std::vector<gid_t> groups;
  // From the user database; empty for an id that is not in it.
  std::string name;
  std::string home;
  std::string shell;
  // Does the process have to change to it?
  bool switches = false;
};

// `spec` is "name", "uid", "name:group" or "uid:gid" (each part a name or a
// number); empty is this process's own user, which needs no change. A uid that
// is not in the user database has the group of the same number, if none is
// given. InvalidArgument "unknown user alice"; FailedPrecondition when this
// process may not become that user.
absl::StatusOr<User> ResolveUser(absl::string_view spec);

// "running as uid 0 is disallowed" when the user, or any of its groups, is in
// a set.
absl::Status CheckUser(const User& user, const IdSet& denied_uids,
                       const IdSet& denied_gids);

}  // namespace driver

#endif  // DROVER_DRIVER_USER_H_
