#include "agent/alloc_runner.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace agent {

AllocRunner::AllocRunner(const ClientContext* context,
                         std::shared_ptr<const Allocation> alloc,
                         AllocDir directory, Observer* observer)
    : context_(context),
      alloc_(std::move(alloc)),
      directory_(std::move(directory)),
      observer_(observer),
      lifecycle_(alloc_->group->tasks) {
  for (const jobspec::Task& task : alloc_->group->tasks) {
    tasks_[task.name] =
        std::make_shared<TaskRunner>(context_, alloc_, &task, directory_, this);
    states_[task.name];
  }
}

AllocRunner::~AllocRunner() { context_->loop->Cancel(delay_); }

void AllocRunner::Start() {
  for (const auto& [name, task] : tasks_) task->Receive();
  building_ = true;
  context_->pool->Post(
      [loop = context_->loop, self = weak_from_this(), directory = directory_] {
        const absl::Status status = directory.Build();
        loop->Post([self, status] {
          if (const auto runner = self.lock()) runner->OnDirectoryBuilt(status);
        });
      });
}

void AllocRunner::OnDirectoryBuilt(const absl::Status& status) {
  building_ = false;
  if (!status.ok()) {
    const std::string text = absl::StrCat(
        "failed to setup alloc: pre-run hook \"alloc_dir\" "
        "failed: ",
        status.message());
    for (const auto& [name, task] : tasks_) {
      task->Fail(TaskEvent::SetupFailure(context_->clock->Now(), text));
    }
  }
  built_ = status.ok();
  AdvanceLater();
}

void AllocRunner::OnTaskChanged(const TaskRunner& task,
                                const TaskEvent* event) {
  states_[task.task().name] = task.state();
  observer_->OnTaskChanged(*this, task, event);
  AdvanceLater();
}

// A task tells of a change in the middle of its own work; what follows from it
// waits until that is done, and is looked at once for many changes.
void AllocRunner::AdvanceLater() {
  if (advance_posted_) return;
  advance_posted_ = true;
  context_->loop->Post([self = weak_from_this()] {
    const std::shared_ptr<AllocRunner> runner = self.lock();
    if (runner == nullptr) return;
    runner->advance_posted_ = false;
    runner->Advance();
  });
}

void AllocRunner::Advance() {
  if (ended_) return;
  lifecycle_.Update(states_);
  if (!kill_wanted_) {
    kill_reason_ = lifecycle_.ReasonToKill(states_, context_->clock->Now());
    kill_wanted_ = kill_reason_.has_value();
  }
  if (kill_wanted_) KillTasks();
  if (built_) {
    for (const auto& [name, task] : tasks_) {
      // After a kill only poststop tasks get their turn.
      if (kill_wanted_ && !lifecycle_.IsPoststop(name)) continue;
      if (lifecycle_.IsOpen(name)) task->Start();
    }
  }
  if (AllFinished()) {
    ended_ = true;
    observer_->OnAllocEnded(*this);
  }
}

void AllocRunner::KillTasks() {
  const absl::Duration delay =
      alloc_->group->shutdown_delay.value_or(absl::ZeroDuration());
  if (!kill_begun_ && !stop_now_ && delay > absl::ZeroDuration()) {
    if (kill_delayed_) return;
    kill_delayed_ = true;
    delay_ = context_->loop->RunAfter(delay, [this] {
      kill_begun_ = true;
      AdvanceLater();
    });
    return;
  }
  kill_begun_ = true;
  if (stop_now_) {
    for (const auto& [name, task] : tasks_) task->KillNow();
    return;
  }
  for (const std::vector<std::string>& together : lifecycle_.KillOrder()) {
    bool all_dead = true;
    for (const std::string& name : together) {
      TaskRunner& task = *tasks_.find(name)->second;
      task.Kill(kill_reason_);
      all_dead &= task.dead();
    }
    if (!all_dead) return;  // the next ones when these are dead
  }
}

void AllocRunner::Stop() {
  kill_wanted_ = true;
  AdvanceLater();
}

void AllocRunner::StopNow() {
  kill_wanted_ = true;
  stop_now_ = true;
  context_->loop->Cancel(delay_);
  AdvanceLater();
}

bool AllocRunner::AllFinished() const {
  if (building_) return false;
  for (const auto& [name, task] : tasks_) {
    if (!task->finished()) return false;
  }
  return true;
}

}  // namespace agent
