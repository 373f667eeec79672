// For kernel tests: a parent of our own in the real cgroup tree, gone again at
// the end with everything in it, and children that live in a group.
//
// What the machine has decides which tests run: each asks its fixture for a
// mode or a controller and skips otherwise, so that the same binary serves
// hybrid hosts and guests with v2 only, v1 only or nothing.

#ifndef DROVER_CGROUPS_TESTING_H_
#define DROVER_CGROUPS_TESTING_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/kernel_test.h"
#include "base/unique_fd.h"
#include "cgroups/group.h"
#include "cgroups/group_factory.h"
#include "cgroups/hierarchy.h"
#include "gtest/gtest.h"

namespace cgroups {

// For what only hosts of another kind have: skipping is right there, also where
// CI demands that kernel tests run. //conformance:kernel_matrix checks that
// each case ran on some kind of host.
#define ONLY_WHERE(condition, what)           \
  do {                                        \
    if (!(condition)) GTEST_SKIP() << (what); \
  } while (false)

// A child process. Reaped, and killed if need be, by the destructor.
class Child {
 public:
  // Starts `body` in the group, and returns when the child is in all of its
  // directories; the return value of `body` is the exit code. Reports through
  // gtest when the group cannot be joined.
  Child(const Group& group, const std::function<int()>& body);
  Child(Child&& other) noexcept;
  Child(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  // Waits for its end; the wait status of wait(2).
  int Wait();
  // Has it ended? Does not wait, and does not reap.
  bool HasEnded() const;

 private:
  pid_t pid_;
  int status_ = -1;
};

// Runs `body` in a child that has become `uid` (and gid of the same number)
// without other groups. `directory`, if any, is a v2 group that the child joins
// as root before. The child's status comes back.
absl::Status RunAs(uid_t uid, const std::string& directory,
                   const std::function<absl::Status()>& body);

// Tries again and again, as fast as the CPU is free, until `condition` holds;
// false after 20 s. For what the kernel sends no event for.
bool WaitUntil(const std::function<bool()>& condition);

// Sleeps until a signal ends the process.
int SleepForever();

class CgroupTest : public testing::Test {
 protected:
  CgroupTest();
  ~CgroupTest() override;

  // Skips on hosts without cgroups; anything else that forbids them is a
  // missing permission.
  void SetUp() override;

  // "drover-test-<pid>.slice", and "drover-test-<pid>" on v1.
  const std::string& parent() const { return parent_; }
  GroupFactory& factory() { return *factory_; }
  const Hierarchy& host() const { return host_; }
  bool unified() const { return host_.v2.create.yes; }

  // Is a limit for `controller` to be had, and in which tree?
  bool OnUnified(const std::string& controller) const {
    return unified() && host_.v2.controllers.count(controller) != 0;
  }
  bool OnLegacy(const std::string& controller) const {
    return !OnUnified(controller) && host_.v1.count(controller) != 0 &&
           host_.v1.at(controller).create.yes;
  }
  // Reads a file of the group's directory for a controller, in whichever tree
  // it is; fails the test when it cannot be read. Without the line feed.
  std::string FileOf(const Group& group, const std::string& controller,
                     const std::string& file) const;

  Group MakeGroup(const GroupSpec& spec);
  Group MakeGroup(const std::string& name) {
    GroupSpec spec;
    spec.name = name;
    return MakeGroup(spec);
  }

 private:
  const Hierarchy host_;
  const std::string parent_;
  std::unique_ptr<GroupFactory> factory_;
};

}  // namespace cgroups

#endif  // DROVER_CGROUPS_TESTING_H_
