// For tests that need something of the machine: root, a cgroup tree, a tool.
//
//   SKIP_UNLESS(geteuid() == 0, "needs root");
//
// With REQUIRE_KERNEL_TESTS=1 in the environment (as CI has it) a missing
// thing is a failure, so that such tests cannot go quiet unseen.

#ifndef DROVER_BASE_KERNEL_TEST_H_
#define DROVER_BASE_KERNEL_TEST_H_

#include <cstdlib>
#include <cstring>

#include "gtest/gtest.h"

namespace base {

inline bool KernelTestsAreRequired() {
  const char* value = std::getenv(
      "REQUIRE_KERNEL_TESTS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value != nullptr && std::strcmp(value, "1") == 0;
}

}  // namespace base

#define SKIP_UNLESS(condition, what)                        \
  do {                                                      \
    if (!(condition)) {                                     \
      if (base::KernelTestsAreRequired()) FAIL() << (what); \
      GTEST_SKIP() << (what);                               \
    }                                                       \
  } while (false)

#endif  // DROVER_BASE_KERNEL_TEST_H_
