// One task of an allocation, from its directories to its last event.
//
// A state machine on the event loop. What blocks (preparing, starting) runs on
// a pool and comes back; nothing here waits. In its steps:
//
//   kWaiting    until Start(): its turn in the lifecycle has come
//   kPreparing  prestart steps, one after the other (prestart.h)
//   kStarting   the driver starts the process
//   kRunning    until the driver reports the exit
//   kBackoff    the delay before a restart, then kWaiting again
//   kDead       for good
//
// A kill may come in any step and leads to kDead as fast as that step allows:
// running tasks get shutdown_delay, kill_signal, kill_timeout and SIGKILL.
//
// It leaves to its observer: which tasks may run together (alloc_runner.h).
// What a later agent must know of it is in state() and handle(); whoever
// stores them does it in OnTaskChanged().
//
// Ownership:  make it with std::make_shared. Context, job and observer must
//             outlive it; work of it may still run on a pool while pending().
// Threads:    everything on the loop's thread.
// Follows:    Nomad's task runner: order of events, restart and kill rules.

#ifndef DROVER_AGENT_TASK_RUNNER_H_
#define DROVER_AGENT_TASK_RUNNER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "agent/alloc_dir.h"
#include "agent/allocation.h"
#include "agent/client_context.h"
#include "agent/prestart.h"
#include "agent/restart_tracker.h"
#include "agent/task_event.h"
#include "agent/task_state.h"
#include "base/event_loop.h"
#include "driver/driver.h"
#include "driver/exit_result.h"
#include "jobspec/task.h"

namespace agent {

class TaskRunner : public std::enable_shared_from_this<TaskRunner> {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    // The state is another now; `event` is what was added to it, or null.
    virtual void OnTaskChanged(const TaskRunner& task,
                               const TaskEvent* event) = 0;
  };

  TaskRunner(const ClientContext* context,
             std::shared_ptr<const Allocation> alloc, const jobspec::Task* task,
             AllocDir directory, Observer* observer);
  ~TaskRunner();
  TaskRunner(const TaskRunner&) = delete;
  TaskRunner& operator=(const TaskRunner&) = delete;

  // Tells that the task exists. Before anything else.
  void Receive();

  // The task may start, or start again after a restart's delay. Without effect
  // unless it is waiting for this.
  void Start();

  // Ends the task; it is not started again. `reason` is told first, if there
  // is one. Without effect when it is being killed already.
  void Kill(std::optional<TaskEvent> reason);

  // The same without any grace; also while a Kill() is under way.
  void KillNow();

  // Ends a task that never got a chance: its allocation could not be set up.
  void Fail(TaskEvent event);

  // Adds something that the driver has to say about the running process.
  void AddDriverMessage(absl::string_view message);

  const jobspec::Task& task() const { return *task_; }
  const TaskState& state() const { return state_; }
  bool dead() const { return step_ == Step::kDead; }
  // Dead, and nothing of it is left in the driver or on a pool.
  bool finished() const { return dead() && pending_ == 0; }
  // How the last run ended; absent if there was none.
  const std::optional<driver::ExitResult>& last_result() const {
    return last_result_;
  }
  // The driver's name for the process that runs; empty without one.
  const std::string& driver_id() const { return driver_id_; }
  // What the driver needs to find the process again.
  const driver::TaskHandle& handle() const { return handle_; }

 private:
  enum class Step {
    kWaiting,
    kPreparing,
    kStarting,
    kRunning,
    kBackoff,
    kDead,
  };

  void RunNextPrestartStep();
  void OnPrestartStep(const Prestart::Step& step, const absl::Status& status);
  void StartProcess();
  void OnStarted(const absl::StatusOr<driver::TaskHandle>& handle);
  void OnExit(const driver::ExitResult& result);
  void Follow(const RestartDecision& decision);

  absl::Duration KillTimeout() const;
  void BeginKill();
  void StopProcess(absl::Duration timeout, const std::string& signal);
  void FinishKill();

  void Emit(TaskEvent event);
  void Enter(TaskPhase phase);
  absl::Time Now() const { return context_->clock->Now(); }

  // Runs `work` on the pool and then, if this still exists, `then` on the loop
  // with its result.
  template <typename Result>
  void RunOn(base::ThreadPool* pool, std::function<Result()> work,
             std::function<void(const Result&)> then);

  const ClientContext* const context_;
  const std::shared_ptr<const Allocation> alloc_;
  const jobspec::Task* const task_;
  Observer* const observer_;

  const std::shared_ptr<Prestart> prestart_;
  RestartTracker restarts_;
  absl::BitGen random_;

  Step step_ = Step::kWaiting;
  TaskState state_;
  int pending_ = 0;  // calls on a pool that have not come back
  bool killing_ = false;
  bool kill_now_ = false;
  std::string kill_error_;
  base::EventLoop::TimerId timer_;  // of a restart or shutdown delay

  std::string driver_id_;
  driver::TaskHandle handle_;
  std::optional<driver::ExitResult> last_result_;
};

}  // namespace agent

#endif  // DROVER_AGENT_TASK_RUNNER_H_
