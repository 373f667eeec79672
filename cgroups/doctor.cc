#include "cgroups/doctor.h"

#include <sys/utsname.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace cgroups {
namespace {

// "6.1.0-13" to {6, 1}; {0, 0} when it does not begin with two numbers.
std::pair<int, int> Version(absl::string_view release) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(release, absl::ByAnyChar(".-+"));
  std::pair<int, int> version;
  if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &version.first) ||
      !absl::SimpleAtoi(parts[1], &version.second)) {
    return {0, 0};
  }
  return version;
}

std::string Controllers(const Hierarchy& host) {
  return absl::StrJoin(host.v1, ", ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.first);
  });
}

Finding Overview(const Hierarchy& host) {
  std::string detail(ModeName(host.mode));
  if (host.mode == Mode::kNone) absl::StrAppend(&detail, ": ", host.reason);
  if (!host.v2.mount_point.empty()) {
    absl::StrAppend(&detail, ", v2 at ", host.v2.mount_point);
  }
  if (!host.v1.empty()) absl::StrAppend(&detail, ", v1: ", Controllers(host));
  return {"cgroups", host.mode != Mode::kNone, std::move(detail)};
}

Finding Tracking(const Hierarchy& host) {
  const Answer can = host.CanCreate();
  std::string detail = can.reason;
  if (can.yes) {
    detail = host.v2.create.yes
                 ? absl::StrCat("below ", host.v2.base)
                 : absl::StrCat("below ",
                                host.v1.at(host.LegacyTracker()).mount_point);
  } else {
    absl::StrAppend(&detail,
                    "; descendants are found by parent and child instead");
  }
  return {"tasks are tracked and killed as a whole", can.yes,
          std::move(detail)};
}

// Something that the v2 tree offers from a version of Linux on.
Finding Since(absl::string_view what, std::pair<int, int> needed,
              absl::string_view instead, const Hierarchy& host,
              absl::string_view release) {
  Finding finding;
  finding.what = std::string(what);
  const std::string wanted =
      absl::StrCat("Linux ", needed.first, ".", needed.second);
  if (!host.v2.create.yes) {
    finding.detail = absl::StrCat(host.v2.create.reason, "; ", instead);
  } else if (Version(release) < needed) {
    finding.detail =
        absl::StrCat("needs ", wanted, ", this is ", release, "; ", instead);
  } else {
    finding.yes = true;
    finding.detail = absl::StrCat("since ", wanted);
  }
  return finding;
}

Finding Limit(const char* controller, const Hierarchy& host) {
  const Answer can = host.CanLimit(controller);
  std::string detail = can.reason;
  if (can.yes) {
    detail = host.v2.create.yes && host.v2.controllers.count(controller) != 0
                 ? "v2"
                 : "v1";
  }
  return {absl::StrCat("limit ", controller), can.yes, std::move(detail)};
}

}  // namespace

std::vector<Finding> Describe(const Hierarchy& host,
                              absl::string_view kernel_release) {
  utsname running;
  if (kernel_release.empty() && uname(&running) == 0) {
    kernel_release = running.release;
  }
  std::vector<Finding> findings = {Overview(host), Tracking(host)};
  if (host.CanCreate().yes) {
    findings.push_back(Since("tasks start inside their group", {5, 7},
                             "they move into it before they begin", host,
                             kernel_release));
    findings.push_back(Since("a group is killed at once", {5, 14},
                             "it is frozen and killed one by one", host,
                             kernel_release));
  }
  for (const char* controller : {"cpu", "cpuset", "io", "memory", "pids"}) {
    findings.push_back(Limit(controller, host));
  }
  Finding oom = Limit("memory", host);
  oom.what = "kills for want of memory are told";
  findings.push_back(std::move(oom));
  return findings;
}

std::string ToText(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    absl::StrAppend(&text, finding.yes ? "yes  " : "no   ", finding.what, ": ",
                    finding.detail, "\n");
  }
  return text;
}

}  // namespace cgroups
