// One allocation: its directories, its tasks in the order of their lifecycle,
// and its end.
//
// It decides when which task may start and which must be killed; how, is the
// business of each TaskRunner.
//
// Ownership:  context, directory's parent and observer must outlive it.
// Threads:    everything on the loop's thread.
// Follows:    Nomad's allocation runner.

#ifndef DROVER_AGENT_ALLOC_RUNNER_H_
#define DROVER_AGENT_ALLOC_RUNNER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/alloc_dir.h"
#include "agent/allocation.h"
#include "agent/client_context.h"
#include "agent/lifecycle.h"
#include "agent/task_runner.h"
#include "base/event_loop.h"

namespace agent {

class AllocRunner : public std::enable_shared_from_this<AllocRunner>,
                    public TaskRunner::Observer {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    // As TaskRunner::Observer.
    virtual void OnTaskChanged(const AllocRunner& alloc, const TaskRunner& task,
                               const TaskEvent* event) = 0;
    // All tasks are dead and nothing of them is left. Called once.
    virtual void OnAllocEnded(const AllocRunner& alloc) = 0;
  };

  // Make it with std::make_shared.
  AllocRunner(const ClientContext* context,
              std::shared_ptr<const Allocation> alloc, AllocDir directory,
              Observer* observer);
  ~AllocRunner() override;

  // Builds the directories and begins with the tasks.
  void Start();

  // Ends all tasks in their order, then runs the poststop tasks.
  void Stop();

  // Ends everything without any grace, poststop tasks included.
  void StopNow();

  const Allocation& allocation() const { return *alloc_; }
  const AllocDir& directory() const { return directory_; }
  // By name.
  const std::map<std::string, std::shared_ptr<TaskRunner>, std::less<>>& tasks()
      const {
    return tasks_;
  }
  bool ended() const { return ended_; }

 private:
  void OnTaskChanged(const TaskRunner& task, const TaskEvent* event) override;
  void OnDirectoryBuilt(const absl::Status& status);
  void AdvanceLater();
  void Advance();
  void KillTasks();
  bool AllFinished() const;

  const ClientContext* const context_;
  const std::shared_ptr<const Allocation> alloc_;
  const AllocDir directory_;
  Observer* const observer_;

  Lifecycle lifecycle_;
  Lifecycle::States states_;
  std::map<std::string, std::shared_ptr<TaskRunner>, std::less<>> tasks_;

  bool built_ = false;     // the directories are there
  bool building_ = false;  // a pool is at it
  bool advance_posted_ = false;
  bool kill_wanted_ = false;   // by Stop() or by what a task did
  bool kill_delayed_ = false;  // the group's shutdown_delay runs
  bool kill_begun_ = false;
  bool stop_now_ = false;
  bool ended_ = false;
  std::optional<TaskEvent> kill_reason_;  // told to every task that is killed
  base::EventLoop::TimerId delay_;
};

}  // namespace agent

#endif  // DROVER_AGENT_ALLOC_RUNNER_H_
