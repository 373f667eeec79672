#include "driver/user.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace driver {
namespace {

bool IsNumber(absl::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789") == absl::string_view::npos;
}

// Calls one of the getpw*_r or getgr*_r functions with a buffer that is large
// enough. nullopt when there is no such entry.
template <typename Entry>
absl::StatusOr<std::optional<Entry>> LookUp(
    absl::string_view what, std::vector<char>* buffer,
    const std::function<int(Entry*, char*, size_t, Entry**)>& call) {
  buffer->resize(1024);
  while (true) {
    Entry entry = {};
    Entry* found = nullptr;
    const int error = call(&entry, buffer->data(), buffer->size(), &found);
    if (error == ERANGE && buffer->size() < size_t{1} << 22) {
      buffer->resize(buffer->size() * 4);
      continue;
    }
    if (error == EINTR) continue;
    if (error != 0 && error != ENOENT && error != ESRCH) {
      return base::ErrnoStatus(error, absl::StrCat("cannot look up ", what));
    }
    if (found == nullptr) return std::optional<Entry>();
    return std::optional<Entry>(entry);
  }
}

absl::StatusOr<std::optional<passwd>> FindUser(absl::string_view user,
                                               std::vector<char>* buffer) {
  const std::string what = absl::StrCat("user ", user);
  const std::string name(user);
  ASSIGN_OR_RETURN(
      std::optional<passwd> by_name,
      LookUp<passwd>(what, buffer,
                     [&](passwd* p, char* b, size_t n, passwd** f) {
                       return getpwnam_r(name.c_str(), p, b, n, f);
                     }));
  uint32_t uid = 0;
  if (by_name.has_value() || !IsNumber(user) || !absl::SimpleAtoi(user, &uid)) {
    return by_name;
  }
  return LookUp<passwd>(what, buffer,
                        [&](passwd* p, char* b, size_t n, passwd** f) {
                          return getpwuid_r(uid, p, b, n, f);
                        });
}

absl::StatusOr<gid_t> FindGroup(absl::string_view group) {
  const std::string name(group);
  std::vector<char> buffer;
  using Entry = ::group;
  ASSIGN_OR_RETURN(std::optional<Entry> entry,
                   LookUp<Entry>(absl::StrCat("group ", group), &buffer,
                                 [&](Entry* g, char* b, size_t n, Entry** f) {
                                   return getgrnam_r(name.c_str(), g, b, n, f);
                                 }));
  if (entry.has_value()) return entry->gr_gid;
  gid_t gid = 0;
  if (IsNumber(group) && absl::SimpleAtoi(group, &gid)) return gid;
  return absl::InvalidArgumentError(absl::StrCat(
      "failed to identify group \"", group, "\": unknown group ", group));
}

std::vector<gid_t> GroupsOf(const std::string& name, gid_t primary) {
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  while (getgrouplist(name.c_str(), primary, groups.data(), &count) < 0) {
    groups.resize(groups.size() * 2);
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<size_t>(count));
  return groups;
}

absl::StatusOr<User> OwnUser() {
  User user;
  user.uid = geteuid();
  user.gid = getegid();
  const int count = getgroups(0, nullptr);
  if (count < 0) return base::ErrnoStatus(errno, "cannot read own groups");
  user.groups.resize(static_cast<size_t>(count));
  if (getgroups(count, user.groups.data()) < 0) {
    return base::ErrnoStatus(errno, "cannot read own groups");
  }
  return user;
}

}  // namespace

absl::StatusOr<User> ResolveUser(absl::string_view spec) {
  if (spec.empty()) return OwnUser();
  const size_t colon = spec.find(':');
  const absl::string_view who = spec.substr(0, colon);
  User user;
  std::vector<char> buffer;
  ASSIGN_OR_RETURN(const std::optional<passwd> entry, FindUser(who, &buffer));
  if (entry.has_value()) {
    user.uid = entry->pw_uid;
    user.gid = entry->pw_gid;
    user.name = entry->pw_name;
    user.home = entry->pw_dir;
    user.shell = entry->pw_shell;
  } else if (uint32_t uid = 0; IsNumber(who) && absl::SimpleAtoi(who, &uid)) {
    user.uid = user.gid = uid;
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "failed to identify user \"", spec, "\": unknown user ", who));
  }
  if (colon != absl::string_view::npos) {
    ASSIGN_OR_RETURN(user.gid, FindGroup(spec.substr(colon + 1)));
  }
  user.groups = user.name.empty() ? std::vector<gid_t>{user.gid}
                                  : GroupsOf(user.name, user.gid);
  if (geteuid() == 0) {
    user.switches = true;
  } else if (user.uid != geteuid() || user.gid != getegid()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot run as user \"", spec, "\" (uid ", user.uid, ", gid ", user.gid,
        "): operation not permitted, since this process runs as uid ",
        geteuid(), "; run it as root, or leave \"user\" out"));
  }
  return user;
}

absl::Status CheckUser(const User& user, const IdSet& denied_uids,
                       const IdSet& denied_gids) {
  if (denied_uids.Contains(user.uid)) {
    return absl::FailedPreconditionError(
        absl::StrCat("running as uid ", user.uid, " is disallowed"));
  }
  std::vector<gid_t> gids = {user.gid};
  gids.insert(gids.end(), user.groups.begin(), user.groups.end());
  for (const gid_t gid : gids) {
    if (denied_gids.Contains(gid)) {
      return absl::FailedPreconditionError(
          absl::StrCat("running as gid ", gid, " is disallowed"));
    }
  }
  return absl::OkStatus();
}

}  // namespace driver
