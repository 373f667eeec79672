// What is known of one task, and what follows from it for its allocation.
//
// Threads:  plain data.
// Follows:  TaskState and ClientStatus of Nomad's API.

#ifndef DROVER_AGENT_TASK_STATE_H_
#define DROVER_AGENT_TASK_STATE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/task_event.h"

namespace agent {

enum class TaskPhase { kPending, kRunning, kDead };

// "pending", "running", "dead".
absl::string_view TaskPhaseName(TaskPhase phase);

struct TaskState {
  // Of a task that restarts for days, only the newest are worth keeping.
  static constexpr size_t kMaxEvents = 10;

  TaskPhase phase = TaskPhase::kPending;
  bool failed = false;  // never cleared
  int restarts = 0;
  absl::Time last_restart = absl::InfinitePast();
  absl::Time started_at = absl::InfinitePast();   // of the newest run
  absl::Time finished_at = absl::InfinitePast();  // of the last run
  std::deque<TaskEvent> events;                   // oldest first

  // Adds the event, drops the oldest beyond kMaxEvents, and notes a failure.
  void Add(TaskEvent event);

  // Moves on and keeps the times: started_at at every start, finished_at once.
  void Enter(TaskPhase next, absl::Time now);
};

struct ClientStatus {
  absl::string_view status;       // pending, running, complete, failed
  absl::string_view description;  // "Tasks are running"
};

// Of an allocation with these tasks, by name.
ClientStatus ClientStatusOf(const std::map<std::string, TaskState>& tasks);

}  // namespace agent

#endif  // DROVER_AGENT_TASK_STATE_H_
