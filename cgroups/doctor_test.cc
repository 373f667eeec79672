#include "cgroups/doctor.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cgroups {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Hierarchy Hybrid() {
  Hierarchy host;
  host.mode = Mode::kHybrid;
  host.v2.mount_point = "/sys/fs/cgroup/unified";
  host.v2.base = host.v2.mount_point;
  host.v2.create = {true, ""};
  host.v1["memory"] = {"/sys/fs/cgroup/memory", "", {true, ""}};
  host.v1["blkio"] = {"/sys/fs/cgroup/blkio", "", {false, "it is read-only"}};
  return host;
}

TEST(Doctor, SaysWhatAHybridHostHasAndWhyItLacksTheRest) {
  EXPECT_EQ(
      ToText(Describe(Hybrid(), "6.1.0-13-cloud-amd64")),
      "yes  cgroups: hybrid, v2 at /sys/fs/cgroup/unified, v1: blkio, memory\n"
      "yes  tasks are tracked and killed as a whole: below "
      "/sys/fs/cgroup/unified\n"
      "yes  tasks start inside their group: since Linux 5.7\n"
      "yes  a group is killed at once: since Linux 5.14\n"
      "no   limit cpu: no mounted hierarchy has the controller \"cpu\"; "
      "\"/sys/fs/cgroup/unified\"/cgroup.controllers does not list it\n"
      "no   limit cpuset: no mounted hierarchy has the controller \"cpuset\"; "
      "\"/sys/fs/cgroup/unified\"/cgroup.controllers does not list it\n"
      "no   limit io: it is read-only\n"
      "yes  limit memory: v1\n"
      "no   limit pids: no mounted hierarchy has the controller \"pids\"; "
      "\"/sys/fs/cgroup/unified\"/cgroup.controllers does not list it\n"
      "yes  kills for want of memory are told: v1\n");
}

TEST(Doctor, AnOldKernelIsNamed) {
  const std::string text = ToText(Describe(Hybrid(), "5.10.0-9"));
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("yes  tasks start inside their group"),
            HasSubstr("no   a group is killed at once: needs Linux 5.14, this "
                      "is 5.10.0-9; it is frozen")));
  EXPECT_THAT(ToText(Describe(Hybrid(), "odd")),
              HasSubstr("no   tasks start inside their group"));
}

TEST(Doctor, WithoutCgroupsEveryLineHasTheReason) {
  Hierarchy host;
  host.reason = "nothing is mounted";
  for (const Finding& finding : Describe(host)) {
    EXPECT_FALSE(finding.yes) << finding.what;
    EXPECT_THAT(finding.detail, HasSubstr("nothing is mounted"));
  }
}

TEST(Doctor, SpeaksOfTheRunningMachine) {
  EXPECT_THAT(ToText(Describe(Detect())), Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace cgroups
