// A few threads for calls that block: downloads, directories, fsync.
//
// The event loop posts work here and the work posts its result back to the
// loop. It promises no order: what must come after something is posted by it.
//
//   pool.Post([&loop, url] {
//     absl::Status done = Download(url);
//     loop.Post([done] { ... });
//   });
//
// Threads are started when work waits and all others are busy, and stay until
// the pool goes: an idle pool costs nothing but their stacks. They inherit the
// signal mask of whoever posts first, so block signals before that.
//
// Ownership:  owns its threads. What the work refers to must outlive it.
// Threads:    Post() may be called from any thread, also from the work.
// Errors:     none; a thread that cannot be started leaves its work to the
//             others, and the program ends if it is the first.

#ifndef DROVER_BASE_THREAD_POOL_H_
#define DROVER_BASE_THREAD_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace base {

class ThreadPool {
 public:
  explicit ThreadPool(size_t max_threads);

  // Runs what was posted, then ends the threads: blocks as long as the longest
  // work takes.
  ~ThreadPool();

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Calls `work` once, on one of the threads. Not after the destructor began,
  // except from work that is still running.
  void Post(std::function<void()> work);

 private:
  void Run();

  const size_t max_threads_;

  Mutex mutex_;
  CondVar changed_;  // work_ has grown, or ending_ is set
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace base

#endif  // DROVER_BASE_THREAD_POOL_H_
