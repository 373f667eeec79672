#include "base/event_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <memory>
#include <thread>
#include <vector>

#include "base/status_matchers.h"

namespace base {
namespace {

using testing::ElementsAre;

std::unique_ptr<EventLoop> MakeLoop() { return *EventLoop::Create(); }

TEST(EventLoop, RunsPostedFunctionsInOrderFromAnotherThread) {
  const auto loop = MakeLoop();
  std::vector<int> order;
  std::thread poster([&] {
    for (int i = 0; i < 3; ++i) loop->Post([&order, i] { order.push_back(i); });
    loop->Post([&] { loop->Stop(); });
  });
  loop->Run();
  poster.join();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(EventLoop, KeepsWhatWasPostedAfterStopForTheNextRun) {
  const auto loop = MakeLoop();
  int ran = 0;
  loop->Post([&] { loop->Stop(); });
  loop->Post([&] {
    ++ran;
    loop->Stop();
  });
  loop->Run();
  EXPECT_EQ(ran, 0);
  loop->Run();
  EXPECT_EQ(ran, 1);
}

TEST(EventLoop, CallsTheHandlerOfAReadableDescriptorUntilUnwatched) {
  const auto loop = MakeLoop();
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  int calls = 0;
  ASSERT_OK(loop->Watch(reader.get(), EPOLLIN, [&](uint32_t events) {
    EXPECT_TRUE(events & EPOLLIN);
    if (++calls == 2) {
      loop->Unwatch(reader.get());
      loop->Post([&] { loop->Stop(); });
    }
  }));
  ASSERT_EQ(write(writer.get(), "x", 1), 1);
  loop->Run();
  EXPECT_EQ(calls, 2);
}

TEST(EventLoop, RunsTimersByDeadlineAndNotCancelledOnes) {
  const auto loop = MakeLoop();
  std::vector<int> order;
  loop->RunAfter(absl::Milliseconds(20), [&] { loop->Stop(); });
  loop->RunAfter(absl::Milliseconds(2), [&] { order.push_back(2); });
  const auto cancelled =
      loop->RunAfter(absl::Milliseconds(3), [&] { order.push_back(3); });
  loop->RunAfter(absl::Milliseconds(1), [&] { order.push_back(1); });
  loop->Cancel(cancelled);
  loop->Run();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(EventLoop, ATimerSetByATimerRuns) {
  const auto loop = MakeLoop();
  bool ran = false;
  loop->RunAfter(absl::ZeroDuration(), [&] {
    loop->RunAfter(absl::ZeroDuration(), [&] {
      ran = true;
      loop->Stop();
    });
  });
  loop->Run();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace base
