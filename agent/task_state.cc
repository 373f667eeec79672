#include "agent/task_state.h"

#include <map>
#include <string>
#include <utility>

namespace agent {

absl::string_view TaskPhaseName(TaskPhase phase) {
  switch (phase) {
    case TaskPhase::kPending:
      return "pending";
    case TaskPhase::kRunning:
      return "running";
    case TaskPhase::kDead:
      return "dead";
  }
  return "";
}

void TaskState::Add(TaskEvent event) {
  if (event.fails_task) failed = true;
  events.push_back(std::move(event));
  if (events.size() > kMaxEvents) events.pop_front();
}

void TaskState::Enter(TaskPhase next, absl::Time now) {
  if (next == TaskPhase::kRunning && phase != TaskPhase::kRunning) {
    started_at = now;
  }
  if (next == TaskPhase::kDead && finished_at == absl::InfinitePast()) {
    finished_at = now;
  }
  phase = next;
}

ClientStatus ClientStatusOf(const std::map<std::string, TaskState>& tasks) {
  bool failed = false;
  bool running = false;
  bool pending = false;
  for (const auto& [name, state] : tasks) {
    failed |= state.phase == TaskPhase::kDead && state.failed;
    running |= state.phase == TaskPhase::kRunning;
    pending |= state.phase == TaskPhase::kPending;
  }
  if (failed) return {"failed", "Failed tasks"};
  if (running) return {"running", "Tasks are running"};
  if (pending) return {"pending", "No tasks have started"};
  return {"complete", "All tasks have completed"};
}

}  // namespace agent
