#include "base/thread_pool.h"

#include <atomic>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "gtest/gtest.h"

namespace base {
namespace {

TEST(ThreadPool, RunsEverythingThatWasPostedBeforeItGoes) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.Post([&done] { ++done; });
  }
  EXPECT_EQ(done, 1000);
}

TEST(ThreadPool, RunsAsManyAtOnceAsItHasThreads) {
  Mutex mutex;
  CondVar changed;
  int arrived = 0;
  ThreadPool pool(4);
  for (int i = 0; i < 4; ++i) {
    pool.Post([&] {
      MutexLock lock(&mutex);
      ++arrived;
      changed.SignalAll();
      while (arrived < 4) changed.Wait(&mutex);  // until four run at once
    });
  }
}

TEST(ThreadPool, NeverUsesMoreThreadsThanItMay) {
  Mutex mutex;
  std::set<std::thread::id> threads;
  {
    ThreadPool pool(2);
    for (int i = 0; i < 200; ++i) {
      pool.Post([&mutex, &threads] {
        MutexLock lock(&mutex);
        threads.insert(std::this_thread::get_id());
      });
    }
  }
  EXPECT_LE(threads.size(), 2u);
  EXPECT_GE(threads.size(), 1u);
}

TEST(ThreadPool, WorkMayPostWorkEvenWhileThePoolGoes) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool(2);
    pool.Post([&pool, &done] {
      for (int i = 0; i < 10; ++i) pool.Post([&done] { ++done; });
    });
  }
  EXPECT_EQ(done, 10);
}

TEST(ThreadPool, OneThatWasNeverUsedGoesAtOnce) { ThreadPool pool(8); }

}  // namespace
}  // namespace base
