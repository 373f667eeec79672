#include "cgroups/group.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "cgroups/testing.h"

namespace cgroups {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kName[] = "01234567-89ab-cdef-0123-456789abcdef.web";

class GroupTest : public CgroupTest {};

TEST_F(GroupTest, HoldsKillsAndRemovesATask) {
  Group group = MakeGroup(kName);
  Child child(group, SleepForever);
  ASSERT_OK_AND_ASSIGN(const std::vector<pid_t> pids, group.Pids());
  if (unified()) {
    EXPECT_THAT(pids, ElementsAre(child.pid()));
  }
  EXPECT_OK(group.Kill());
  EXPECT_EQ(child.Wait(), SIGKILL);
  EXPECT_OK(group.WaitEmpty(absl::Seconds(10)));
  EXPECT_OK(group.Remove());
  EXPECT_THAT(*factory().Reconcile({}), IsEmpty());
}

}  // namespace
}  // namespace cgroups
