// The client core: takes jobs, makes allocations of them, runs these.
//
//   Client::Options options;
//   options.data_dir = "/var/lib/drover";
//   ASSIGN_OR_RETURN(auto client, Client::Create(loop, options, &listener));
//   RETURN_IF_ERROR(client->Add(job));
//   loop->Run();                     // listener: OnTaskEvent, OnAllocEnded
//
// `drover run` and the agent are both this with a listener: `run` prints what
// it hears and leaves with the last allocation.
//
// State that outlives the process is the listener's business for now: what a
// store would write is what OnTaskEvent() and OnAllocEnded() are given.
//
// Ownership:  owns driver, pools and runners; loop, clock and listener must
//             outlive it.
// Threads:    everything on the loop's thread.
// Errors:     see the functions; a task's own troubles are events.

#ifndef DROVER_AGENT_CLIENT_H_
#define DROVER_AGENT_CLIENT_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/alloc_runner.h"
#include "agent/allocation.h"
#include "agent/client_context.h"
#include "agent/data_dir.h"
#include "base/clock.h"
#include "base/event_loop.h"
#include "base/thread_pool.h"
#include "driver/config.h"
#include "driver/driver.h"
#include "jobspec/job.h"

namespace agent {

class Client : public AllocRunner::Observer {
 public:
  // Hears what happens. Must not call the client from inside.
  class Listener {
   public:
    virtual ~Listener() = default;
    // Before its first event.
    virtual void OnAllocAdded(const AllocRunner& alloc) = 0;
    virtual void OnTaskEvent(const AllocRunner& alloc, const TaskRunner& task,
                             const TaskEvent& event) = 0;
    virtual void OnAllocEnded(const AllocRunner& alloc) = 0;
  };

  struct Options {
    std::string data_dir;  // absolute
    driver::Config driver;
    // The client's options map: env.denylist and the like.
    std::map<std::string, std::string> client_options;
    // environ(7) of this process; tasks get what the options let pass.
    std::map<std::string, std::string> environment;
    absl::Duration max_kill_timeout = absl::Seconds(30);
    const base::Clock* clock = &base::Clock::Real();
  };

  static absl::StatusOr<std::unique_ptr<Client>> Create(base::EventLoop* loop,
                                                        const Options& options,
                                                        Listener* listener);

  // Tasks that still run go on. Blocks until work on the pools is done.
  ~Client() override;

  // Makes `count` allocations of each group and starts them. Nothing is
  // started unless all of the job can be placed (placement.h).
  absl::Status Add(std::shared_ptr<const jobspec::Job> job);

  // Kills what an earlier process that used this data directory has left of an
  // allocation, if there is anything. Blocks.
  absl::Status EndTasksOf(absl::string_view alloc_id);

  // Stops every allocation: in good order, or at once. OnAllocEnded() tells
  // when one is over.
  void StopAll();
  void StopAllNow();

  // Allocations that have not ended.
  size_t running() const;

  const DataDir& data_dir() const { return data_dir_; }

 private:
  Client(base::EventLoop* loop, const Options& options, DataDir data_dir,
         Listener* listener);

  void OnTaskChanged(const AllocRunner& alloc, const TaskRunner& task,
                     const TaskEvent* event) override;
  void OnAllocEnded(const AllocRunner& alloc) override;
  void OnDriverEvent(const driver::TaskEvent& event);

  const DataDir data_dir_;
  Listener* const listener_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  // In this order: the pools use the driver, the runners both.
  std::unique_ptr<driver::RawExecDriver> driver_;
  std::unique_ptr<base::ThreadPool> pool_;
  std::unique_ptr<base::ThreadPool> download_pool_;
  ClientContext context_;
  std::map<std::string, std::shared_ptr<AllocRunner>> allocs_;  // by id
};

}  // namespace agent

#endif  // DROVER_AGENT_CLIENT_H_
