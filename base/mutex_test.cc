#include "base/mutex.h"

#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace base {
namespace {

TEST(CondVar, WaitReturnsWithTheMutexHeldAfterASignal) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread other([&] {
    MutexLock lock(&mutex);
    ready = true;
    changed.SignalAll();
  });
  {
    MutexLock lock(&mutex);
    while (!ready) changed.Wait(&mutex);
    EXPECT_TRUE(ready);
  }
  other.join();
}

TEST(CondVar, WaitForGivesUpWhenTheTimeRunsOut) {
  Mutex mutex;
  CondVar changed;
  MutexLock lock(&mutex);
  // It may wake for no reason, but not for ever.
  while (changed.WaitFor(&mutex, absl::Milliseconds(1))) {
  }
}

}  // namespace
}  // namespace base
