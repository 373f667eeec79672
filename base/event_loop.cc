#include "base/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace base {
namespace {

int64_t NowNanos() {
  timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail for this clock
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

absl::Status Control(int epoll, int operation, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll, operation, fd, &event) != 0) {
    return ErrnoStatus(errno, absl::StrCat("cannot watch descriptor ", fd));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create() {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UniqueFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!epoll.valid() || !wake.valid() || !timer.valid()) {
    return ErrnoStatus(errno, "cannot create an event loop");
  }
  RETURN_IF_ERROR(Control(epoll.get(), EPOLL_CTL_ADD, wake.get(), EPOLLIN));
  RETURN_IF_ERROR(Control(epoll.get(), EPOLL_CTL_ADD, timer.get(), EPOLLIN));
  return std::unique_ptr<EventLoop>(
      new EventLoop(std::move(epoll), std::move(wake), std::move(timer)));
}

EventLoop::EventLoop(UniqueFd epoll, UniqueFd wake, UniqueFd timer)
    : epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      timer_(std::move(timer)) {}

void EventLoop::Run() {
  const auto stopped = [this] {
    MutexLock lock(&mutex_);
    return stopping_;
  };
  epoll_event events[64];
  while (!stopped()) {
    const int count = epoll_wait(epoll_.get(), events, 64, -1);
    for (int i = 0; i < count && !stopped(); ++i) {
      const int fd = events[i].data.fd;
      if (fd == wake_.get()) {
        RunPosted();
      } else if (fd == timer_.get()) {
        RunTimers();
      } else if (const auto found = handlers_.find(fd);
                 found != handlers_.end()) {
        // A copy: the handler may unwatch itself.
        const std::shared_ptr<Handler> handler = found->second;
        (*handler)(events[i].events);
      }
    }
  }
  MutexLock lock(&mutex_);
  stopping_ = false;
}

void EventLoop::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  (void)eventfd_write(wake_.get(), 1);  // full means: already awake
}

void EventLoop::Post(Function function) {
  {
    MutexLock lock(&mutex_);
    posted_.push_back(std::move(function));
    if (posted_.size() > 1) return;  // the first one has woken the loop
  }
  (void)eventfd_write(wake_.get(), 1);
}

void EventLoop::RunPosted() {
  eventfd_t ignored;
  (void)eventfd_read(wake_.get(), &ignored);
  std::vector<Function> functions;
  {
    MutexLock lock(&mutex_);
    functions.swap(posted_);
  }
  for (size_t i = 0; i < functions.size(); ++i) {
    functions[i]();
    MutexLock lock(&mutex_);
    if (stopping_) {
      // Keep the rest, in order, for the next Run().
      posted_.insert(posted_.begin(),
                     std::make_move_iterator(functions.begin() +
                                             static_cast<ptrdiff_t>(i) + 1),
                     std::make_move_iterator(functions.end()));
      if (!posted_.empty()) (void)eventfd_write(wake_.get(), 1);
      return;
    }
  }
}

absl::Status EventLoop::Watch(int fd, uint32_t events, Handler handler) {
  RETURN_IF_ERROR(Control(epoll_.get(), EPOLL_CTL_ADD, fd, events));
  handlers_[fd] = std::make_shared<Handler>(std::move(handler));
  return absl::OkStatus();
}

absl::Status EventLoop::Rewatch(int fd, uint32_t events) {
  return Control(epoll_.get(), EPOLL_CTL_MOD, fd, events);
}

void EventLoop::Unwatch(int fd) {
  if (handlers_.erase(fd) == 0) return;
  (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::RunAfter(absl::Duration delay,
                                       Function function) {
  const int64_t nanos =
      std::clamp(absl::ToInt64Nanoseconds(delay), int64_t{0}, int64_t{1} << 60);
  const TimerId id = {NowNanos() + nanos, next_timer_++};
  timers_.emplace(id, std::move(function));
  ArmTimer();
  return id;
}

void EventLoop::Cancel(TimerId timer) {
  timers_.erase(timer);
  ArmTimer();
}

void EventLoop::RunTimers() {
  uint64_t ignored;
  (void)!read(timer_.get(), &ignored, sizeof(ignored));
  armed_for_ = 0;
  const int64_t now = NowNanos();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Function function = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    function();
  }
  ArmTimer();
}

void EventLoop::ArmTimer() {
  const int64_t first = timers_.empty() ? 0 : timers_.begin()->first.first;
  if (first == armed_for_) return;
  itimerspec spec = {};
  spec.it_value.tv_sec = first / 1'000'000'000;
  spec.it_value.tv_nsec = first % 1'000'000'000;
  (void)timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  armed_for_ = first;
}

}  // namespace base
