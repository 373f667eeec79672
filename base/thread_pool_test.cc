#include "base/thread_pool.h"

#include <atomic>
#include <set>
#include <thread>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
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
  ThreadPool pool(4);
  auto* all = new absl::Barrier(4);  // the last one to leave deletes it
  absl::BlockingCounter finished(4);
  for (int i = 0; i < 4; ++i) {
    pool.Post([all, &finished] {
      if (all->Block()) delete all;  // returns when four run at the same time
      finished.DecrementCount();
    });
  }
  finished.Wait();
}

TEST(ThreadPool, NeverUsesMoreThreadsThanItMay) {
  absl::Mutex mutex;
  std::set<std::thread::id> threads;
  {
    ThreadPool pool(2);
    for (int i = 0; i < 200; ++i) {
      pool.Post([&mutex, &threads] {
        absl::MutexLock lock(&mutex);
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
