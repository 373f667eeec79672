#include "agent/lifecycle.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agent {
namespace {

bool IsDead(const TaskState& state) { return state.phase == TaskPhase::kDead; }

const TaskState& StateOf(const Lifecycle::States& states,
                         const std::string& name) {
  static const TaskState* const kPending = new TaskState;
  const auto found = states.find(name);
  return found == states.end() ? *kPending : found->second;
}

}  // namespace

Stage StageOf(const jobspec::Task& task) {
  if (!task.lifecycle.has_value()) return Stage::kMain;
  const std::string& hook = task.lifecycle->hook;
  const bool sidecar = task.lifecycle->sidecar;
  if (hook == "prestart") {
    return sidecar ? Stage::kPrestartSidecar : Stage::kPrestart;
  }
  if (hook == "poststart") {
    return sidecar ? Stage::kPoststartSidecar : Stage::kPoststart;
  }
  return hook == "poststop" ? Stage::kPoststop : Stage::kMain;
}

bool IsSidecar(Stage stage) {
  return stage == Stage::kPrestartSidecar || stage == Stage::kPoststartSidecar;
}

bool RestartsOnSuccess(Stage stage, absl::string_view job_type) {
  if (stage == Stage::kMain) {
    return job_type == "service" || job_type == "system";
  }
  return IsSidecar(stage);
}

Lifecycle::Lifecycle(const std::vector<jobspec::Task>& tasks) {
  for (const jobspec::Task& task : tasks) {
    tasks_[task.name] = {StageOf(task), task.leader};
  }
}

void Lifecycle::Update(const States& states) {
  while (step_ != Step::kPoststop && MayLeave(Step::kWait, states)) {
    step_ = Step::kPoststop;
  }
  while (step_ < Step::kWait && MayLeave(step_, states)) {
    step_ = static_cast<Step>(static_cast<int>(step_) + 1);
  }
}

bool Lifecycle::MayLeave(Step step, const States& states) const {
  for (const auto& [name, member] : tasks_) {
    const TaskState& state = StateOf(states, name);
    bool done = true;
    switch (step) {
      case Step::kPrestart:
        if (member.stage == Stage::kPrestart) {
          done = IsDead(state) && !state.failed;
        } else if (member.stage == Stage::kPrestartSidecar) {
          done = state.phase == TaskPhase::kRunning;
        }
        break;
      case Step::kMain:
        done =
            member.stage != Stage::kMain || state.phase != TaskPhase::kPending;
        break;
      case Step::kPoststart:
        done = member.stage != Stage::kPoststart || IsDead(state);
        break;
      case Step::kWait:
        done = member.stage == Stage::kPoststop || IsDead(state);
        break;
      case Step::kPoststop:
        return false;
    }
    if (!done) return false;
  }
  return true;
}

bool Lifecycle::IsOpen(absl::string_view task) const {
  const auto found = tasks_.find(task);
  if (found == tasks_.end()) return false;
  switch (found->second.stage) {
    case Stage::kPrestart:
      return step_ == Step::kPrestart;
    case Stage::kPrestartSidecar:
      return step_ < Step::kPoststop;
    case Stage::kMain:
      return step_ >= Step::kMain && step_ < Step::kPoststop;
    case Stage::kPoststart:
      return step_ == Step::kPoststart;
    case Stage::kPoststartSidecar:
      return step_ == Step::kPoststart || step_ == Step::kWait;
    case Stage::kPoststop:
      return step_ == Step::kPoststop;
  }
  return false;
}

std::optional<TaskEvent> Lifecycle::ReasonToKill(const States& states,
                                                 absl::Time now) const {
  std::string failed;
  bool leader_dead = false;
  bool alive = false;
  bool only_sidecars_alive = true;
  for (const auto& [name, member] : tasks_) {
    if (member.stage == Stage::kPoststop) continue;
    const TaskState& state = StateOf(states, name);
    if (!IsDead(state)) {
      alive = true;
      only_sidecars_alive &= IsSidecar(member.stage);
      continue;
    }
    if (member.leader) leader_dead = true;
    if (state.failed && failed.empty()) failed = name;
  }
  if (!alive) return std::nullopt;
  if (leader_dead) return TaskEvent::LeaderDead(now);
  if (!failed.empty()) return TaskEvent::SiblingFailed(now, failed);
  if (only_sidecars_alive) return TaskEvent::MainTasksDead(now);
  return std::nullopt;
}

std::vector<std::vector<std::string>> Lifecycle::KillOrder() const {
  std::vector<std::string> leaders;
  std::vector<std::string> others;
  std::vector<std::string> sidecars;
  for (const auto& [name, member] : tasks_) {
    if (member.stage == Stage::kPoststop) continue;
    if (member.leader) {
      leaders.push_back(name);
    } else if (IsSidecar(member.stage)) {
      sidecars.push_back(name);
    } else {
      others.push_back(name);
    }
  }
  return {std::move(leaders), std::move(others), std::move(sidecars)};
}

bool Lifecycle::IsPoststop(absl::string_view task) const {
  const auto found = tasks_.find(task);
  return found != tasks_.end() && found->second.stage == Stage::kPoststop;
}

}  // namespace agent
