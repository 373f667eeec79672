#include "base/thread_pool.h"

#include <cstddef>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace base {

ThreadPool::ThreadPool(size_t max_threads)
    : max_threads_(max_threads == 0 ? 1 : max_threads) {}

ThreadPool::~ThreadPool() {
  std::vector<std::thread> threads;
  while (true) {
    {
      MutexLock lock(&mutex_);
      ending_ = true;
      changed_.SignalAll();
      threads.swap(threads_);
    }
    // Work that is still running may post more, and that may start a thread.
    if (threads.empty()) return;
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }
}

void ThreadPool::Post(std::function<void()> work) {
  MutexLock lock(&mutex_);
  work_.push_back(std::move(work));
  changed_.Signal();
  if (work_.size() <= idle_ || threads_.size() >= max_threads_) return;
  try {
    threads_.emplace_back([this] { Run(); });
  } catch (const std::system_error&) {
    // No thread to be had (EAGAIN): the others will do it, if there are any.
    if (threads_.empty() && !ending_) throw;
  }
}

void ThreadPool::Run() {
  mutex_.Lock();
  while (true) {
    ++idle_;
    while (!ending_ && work_.empty()) changed_.Wait(&mutex_);
    --idle_;
    if (work_.empty()) break;  // ending
    std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    mutex_.Unlock();
    work();
    work = nullptr;  // what it holds goes before the lock is taken
    mutex_.Lock();
  }
  mutex_.Unlock();
}

}  // namespace base
