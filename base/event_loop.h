// One thread that waits for descriptors, timers and posted functions, and runs
// a handler for each. Nothing in it polls: an idle loop sleeps in epoll_wait.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<EventLoop> loop, EventLoop::Create());
//   loop->Watch(socket, EPOLLIN, [&](uint32_t) { ReadIt(); });
//   loop->RunAfter(absl::Seconds(5), [&] { loop->Stop(); });
//   loop->Run();
//
// It leaves blocking work to others: a handler that blocks stops everything.
//
// Ownership:  does not own the descriptors; Unwatch() one before closing it.
// Threads:    Post() and Stop() may be called from any thread; all else from
//             the thread in Run(), or before Run() is called.
// Kernel:     epoll(7), eventfd(2), timerfd_create(2) on CLOCK_MONOTONIC.

#ifndef DROVER_BASE_EVENT_LOOP_H_
#define DROVER_BASE_EVENT_LOOP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/unique_fd.h"

namespace base {

class EventLoop {
 public:
  using Function = std::function<void()>;
  // Gets the EPOLL* bits that are set.
  using Handler = std::function<void(uint32_t events)>;
  // Names a timer: its deadline and a serial number. {} names none.
  using TimerId = std::pair<int64_t, uint64_t>;

  static absl::StatusOr<std::unique_ptr<EventLoop>> Create();
  ~EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs handlers until Stop(). May be called again afterwards.
  void Run();

  // Makes Run() return after the handler that is running, if any.
  void Stop();

  // Runs `function` on the loop's thread, in the order of the calls. Functions
  // still waiting when Run() returns are run by the next Run().
  void Post(Function function);

  // Calls `handler` while any of `events` (EPOLLIN, EPOLLPRI, ...) holds.
  absl::Status Watch(int fd, uint32_t events, Handler handler);

  // Changes what is waited for on a watched descriptor.
  absl::Status Rewatch(int fd, uint32_t events);

  // Its handler is not called any more, not even for events already read.
  void Unwatch(int fd);

  // Runs `function` once, `delay` from now.
  TimerId RunAfter(absl::Duration delay, Function function);

  // Without effect when the timer has run, or for TimerId{}.
  void Cancel(TimerId timer);

 private:
  EventLoop(UniqueFd epoll, UniqueFd wake, UniqueFd timer);

  void RunPosted();
  void RunTimers();
  void ArmTimer();

  const UniqueFd epoll_;
  const UniqueFd wake_;
  const UniqueFd timer_;

  // Only the loop's thread uses these.
  std::unordered_map<int, std::shared_ptr<Handler>> handlers_;
  std::map<TimerId, Function> timers_;
  uint64_t next_timer_ = 1;
  int64_t armed_for_ = 0;  // deadline that timer_ is set to; 0 is none

  Mutex mutex_;
  std::vector<Function> posted_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace base

#endif  // DROVER_BASE_EVENT_LOOP_H_
