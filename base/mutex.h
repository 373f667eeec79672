// A mutex and a condition variable that every checker understands.
//
// Debian's Abseil is built without ThreadSanitizer, which therefore does not
// see what absl::Mutex protects and reports races that are none. These wrap
// the standard ones, which it knows, and carry the annotations that clang's
// -Wthread-safety reads.
//
//   base::MutexLock lock(&mutex_);
//   while (work_.empty()) changed_.Wait(&mutex_);
//
// Threads:  thread-safe. Not recursive.

#ifndef DROVER_BASE_MUTEX_H_
#define DROVER_BASE_MUTEX_H_

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace base {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // Both give the mutex up while they wait and hold it again when they return.
  // They may return for no reason: wait in a loop.
  void Wait(Mutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex->mutex_, std::adopt_lock);
    changed_.wait(lock);
    (void)lock.release();  // stays locked: the caller holds it
  }

  // False when the time ran out first.
  bool WaitFor(Mutex* mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    // An endless duration would overflow the clock's deadline.
    const absl::Duration bounded = std::min(timeout, absl::Hours(24 * 365));
    std::unique_lock<std::mutex> lock(mutex->mutex_, std::adopt_lock);
    const bool notified =
        changed_.wait_for(lock, absl::ToChronoNanoseconds(bounded)) ==
        std::cv_status::no_timeout;
    (void)lock.release();
    return notified;
  }

  void Signal() { changed_.notify_one(); }
  void SignalAll() { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

}  // namespace base

#endif  // DROVER_BASE_MUTEX_H_
