#include "agent/task_runner.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "agent/lifecycle.h"

namespace agent {

TaskRunner::TaskRunner(const ClientContext* context,
                       std::shared_ptr<const Allocation> alloc,
                       const jobspec::Task* task, AllocDir directory,
                       Observer* observer)
    : context_(context),
      alloc_(std::move(alloc)),
      task_(task),
      observer_(observer),
      prestart_(std::make_shared<Prestart>(context, alloc_, task,
                                           std::move(directory))),
      restarts_(task->restart_policy,
                RestartsOnSuccess(StageOf(*task), alloc_->job->type),
                context->clock->Now()) {}

TaskRunner::~TaskRunner() { context_->loop->Cancel(timer_); }

template <typename Result>
void TaskRunner::RunOn(base::ThreadPool* pool, std::function<Result()> work,
                       std::function<void(const Result&)> then) {
  ++pending_;
  pool->Post([loop = context_->loop, self = weak_from_this(),
              work = std::move(work), then = std::move(then)]() mutable {
    auto result = std::make_shared<Result>(work());
    // What `work` holds goes on this thread, not on the loop's.
    work = nullptr;
    loop->Post([self = std::move(self), result, then = std::move(then)] {
      const std::shared_ptr<TaskRunner> runner = self.lock();
      if (runner == nullptr) return;
      --runner->pending_;
      then(*result);
    });
  });
}

void TaskRunner::Receive() { Emit(TaskEvent::Received(Now())); }

void TaskRunner::Start() {
  if (step_ != Step::kWaiting) return;
  step_ = Step::kPreparing;
  prestart_->BeginRound();
  RunNextPrestartStep();
}

void TaskRunner::RunNextPrestartStep() {
  const Prestart::Step* const step = prestart_->Next();
  if (step == nullptr) {
    StartProcess();
    return;
  }
  if (step->announce != nullptr) Emit(step->announce(Now()));
  RunOn<absl::Status>(
      step->takes_minutes ? context_->download_pool : context_->pool,
      [prestart = prestart_, step] { return prestart->Run(*step); },
      [this, step](const absl::Status& status) {
        OnPrestartStep(*step, status);
      });
}

void TaskRunner::OnPrestartStep(const Prestart::Step& step,
                                const absl::Status& status) {
  for (const std::string& note : prestart_->TakeNotes()) {
    Emit(TaskEvent::HookMessage(Now(), note));
  }
  if (killing_) {
    FinishKill();
  } else if (status.ok()) {
    RunNextPrestartStep();
  } else {
    Emit(step.failed(Now(), status.message()));
    Follow(restarts_.AfterStartError(Prestart::IsRecoverable(status), Now(),
                                     random_));
  }
}

void TaskRunner::StartProcess() {
  step_ = Step::kStarting;
  auto config =
      std::make_shared<const driver::TaskConfig>(prestart_->TakeConfig());
  driver_id_ = config->id;
  RunOn<absl::StatusOr<driver::TaskHandle>>(
      context_->pool,
      [driver = context_->driver, config] {
        return driver->StartTask(*config);
      },
      [this](const absl::StatusOr<driver::TaskHandle>& handle) {
        OnStarted(handle);
      });
}

void TaskRunner::OnStarted(const absl::StatusOr<driver::TaskHandle>& handle) {
  if (!handle.ok()) {
    driver_id_.clear();
    if (killing_) {
      FinishKill();
      return;
    }
    Emit(TaskEvent::DriverFailure(Now(), handle.status().message()));
    Follow(restarts_.AfterStartError(absl::IsUnavailable(handle.status()),
                                     Now(), random_));
    return;
  }
  handle_ = *handle;
  step_ = Step::kRunning;
  Enter(TaskPhase::kRunning);
  Emit(TaskEvent::Started(Now()));
  const absl::Status status = context_->driver->OnExit(
      driver_id_, [loop = context_->loop,
                   self = weak_from_this()](const driver::ExitResult& result) {
        loop->Post([self, result] {
          if (const auto runner = self.lock()) runner->OnExit(result);
        });
      });
  if (!status.ok()) {
    driver::ExitResult lost;
    lost.exit_code = -1;
    lost.lost = true;
    lost.message = std::string(status.message());
    OnExit(lost);
    return;
  }
  if (killing_) BeginKill();
}

void TaskRunner::OnExit(const driver::ExitResult& result) {
  if (step_ != Step::kRunning) return;
  context_->loop->Cancel(timer_);  // of a shutdown delay
  last_result_ = result;
  handle_.Clear();
  Emit(TaskEvent::Terminated(Now(), result));
  RunOn<absl::Status>(
      context_->pool,
      [driver = context_->driver, id = std::exchange(driver_id_, "")] {
        return driver->DestroyTask(id, /*force=*/true);
      },
      [this](const absl::Status&) {
        // The process is gone either way; what a failure leaves behind is
        // found at the next start.
        if (finished()) observer_->OnTaskChanged(*this, nullptr);
      });
  if (killing_) {
    FinishKill();
  } else {
    Follow(restarts_.AfterExit(result.Successful(), Now(), random_));
  }
}

void TaskRunner::Follow(const RestartDecision& decision) {
  switch (decision.action) {
    case RestartDecision::Action::kEnd:
      step_ = Step::kDead;
      Enter(TaskPhase::kDead);
      return;
    case RestartDecision::Action::kFail:
      step_ = Step::kDead;
      Emit(TaskEvent::NotRestarting(Now(), decision.reason));
      Enter(TaskPhase::kDead);
      return;
    case RestartDecision::Action::kRestart:
      break;
  }
  step_ = Step::kBackoff;
  ++state_.restarts;
  state_.last_restart = Now();
  Enter(TaskPhase::kPending);
  Emit(TaskEvent::Restarting(Now(), decision.delay, decision.reason));
  timer_ = context_->loop->RunAfter(decision.delay, [this] {
    step_ = Step::kWaiting;
    observer_->OnTaskChanged(*this, nullptr);
  });
}

void TaskRunner::Kill(std::optional<TaskEvent> reason) {
  if (killing_ || dead()) return;
  killing_ = true;
  if (reason.has_value()) Emit(*std::move(reason));
  Emit(TaskEvent::Killing(Now(), KillTimeout()));
  BeginKill();
}

void TaskRunner::KillNow() {
  if (dead() || kill_now_) return;
  kill_now_ = true;
  if (!killing_) {
    Kill(std::nullopt);
  } else if (step_ == Step::kRunning) {
    context_->loop->Cancel(timer_);
    StopProcess(absl::ZeroDuration(), "SIGKILL");
  }
}

absl::Duration TaskRunner::KillTimeout() const {
  if (kill_now_) return absl::ZeroDuration();
  const absl::Duration wanted = task_->kill_timeout > absl::ZeroDuration()
                                    ? task_->kill_timeout
                                    : absl::Seconds(5);
  return std::min(wanted, context_->max_kill_timeout);
}

void TaskRunner::BeginKill() {
  switch (step_) {
    case Step::kWaiting:
    case Step::kBackoff:
      context_->loop->Cancel(timer_);
      FinishKill();
      return;
    case Step::kPreparing:
      prestart_->Cancel();
      return;  // OnPrestartStep() goes on
    case Step::kStarting:
      return;  // OnStarted() comes back here
    case Step::kRunning:
      break;
    case Step::kDead:
      return;
  }
  const absl::Duration timeout = KillTimeout();
  const absl::Duration delay = task_->shutdown_delay;
  if (delay <= absl::ZeroDuration()) {
    StopProcess(timeout, task_->kill_signal);
    return;
  }
  if (kill_now_) {
    Emit(TaskEvent::SkippingShutdownDelay(Now(), delay));
    StopProcess(timeout, task_->kill_signal);
    return;
  }
  Emit(TaskEvent::WaitingForShutdownDelay(Now(), delay));
  timer_ = context_->loop->RunAfter(
      delay, [this, timeout] { StopProcess(timeout, task_->kill_signal); });
}

void TaskRunner::StopProcess(absl::Duration timeout,
                             const std::string& signal) {
  RunOn<absl::Status>(
      context_->pool,
      [driver = context_->driver, id = driver_id_, timeout, signal] {
        return driver->BeginStop(id, timeout, signal);
      },
      [this, id = driver_id_](const absl::Status& status) {
        if (status.ok() || step_ != Step::kRunning || driver_id_ != id) {
          if (finished()) observer_->OnTaskChanged(*this, nullptr);
          return;
        }
        // A signal that cannot be sent must not keep the task alive.
        if (kill_error_.empty()) {
          kill_error_ = std::string(status.message());
          StopProcess(absl::ZeroDuration(), "SIGKILL");
        }
      });
}

void TaskRunner::FinishKill() {
  step_ = Step::kDead;
  Emit(TaskEvent::Killed(Now(), kill_error_));
  Enter(TaskPhase::kDead);
}

void TaskRunner::Fail(TaskEvent event) {
  if (step_ != Step::kWaiting) return;
  step_ = Step::kDead;
  Emit(std::move(event));
  Enter(TaskPhase::kDead);
}

void TaskRunner::AddDriverMessage(absl::string_view message) {
  Emit(TaskEvent::DriverMessage(Now(), message));
}

void TaskRunner::Emit(TaskEvent event) {
  state_.Add(event);
  observer_->OnTaskChanged(*this, &event);
}

void TaskRunner::Enter(TaskPhase phase) {
  state_.Enter(phase, Now());
  observer_->OnTaskChanged(*this, nullptr);
}

}  // namespace agent
