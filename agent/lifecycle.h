// In which order the tasks of an allocation start and end.
//
// Pure: told the states of the tasks, it says which stages may start and which
// tasks must be killed, for what reason and in which order.
//
//   prestart     run before the others: to their end, or (sidecars) beside them
//   main         the tasks without a lifecycle block
//   poststart    start when all main tasks have started
//   poststop     run alone when all others are dead, also after a stop
//
// Threads:  thread-compatible.
// Follows:  Nomad's lifecycle block, leader tasks, and sibling failures.

#ifndef DROVER_AGENT_LIFECYCLE_H_
#define DROVER_AGENT_LIFECYCLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/task_event.h"
#include "agent/task_state.h"
#include "jobspec/task.h"

namespace agent {

enum class Stage {
  kPrestart,
  kPrestartSidecar,
  kMain,
  kPoststart,
  kPoststartSidecar,
  kPoststop,
};

Stage StageOf(const jobspec::Task& task);
bool IsSidecar(Stage stage);

// Whether a task of this stage, in a job of this type, runs again after it
// exited with success.
bool RestartsOnSuccess(Stage stage, absl::string_view job_type);

class Lifecycle {
 public:
  using States = std::map<std::string, TaskState>;

  explicit Lifecycle(const std::vector<jobspec::Task>& tasks);

  // Looks at the states and opens the next gates. Call it after each change.
  void Update(const States& states);

  // Whether the task may start now, or start again.
  bool IsOpen(absl::string_view task) const;

  // Why all tasks but poststop ones must be killed now: a task failed, the
  // leader is dead, or only sidecars are left. Nothing when all is well.
  std::optional<TaskEvent> ReasonToKill(const States& states,
                                        absl::Time now) const;

  // Who is killed one after the other: the leader, the others, the sidecars.
  // Those of one inner list are killed at the same time. Poststop tasks are in
  // none.
  std::vector<std::vector<std::string>> KillOrder() const;

  bool IsPoststop(absl::string_view task) const;

 private:
  enum class Step { kPrestart, kMain, kPoststart, kWait, kPoststop };
  struct Member {
    Stage stage;
    bool leader;
  };

  bool MayLeave(Step step, const States& states) const;

  std::map<std::string, Member, std::less<>> tasks_;
  Step step_ = Step::kPrestart;
};

}  // namespace agent

#endif  // DROVER_AGENT_LIFECYCLE_H_
