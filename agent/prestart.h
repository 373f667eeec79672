// What must be done before the driver starts a task, step by step.
//
// The steps stand in one table in prestart.cc, in their order. To add one (a
// payload file, templates, ...) is to add a row there: its name, the event
// that announces it, the function, and the event for its failure.
//
// A Prestart belongs to one task and lives through its restarts: a step that
// was done is skipped in later rounds unless its row says otherwise. Whoever
// walks the steps (the task runner) emits the events and decides about
// failures.
//
//   prestart.BeginRound();
//   while (const Prestart::Step* step = prestart.Next()) {
//     RETURN_IF_ERROR(prestart.Run(*step));   // blocks
//   }
//   driver->StartTask(prestart.TakeConfig());
//
// Threads:  Run() blocks and may be called from any thread, one at a time and
//           nothing else meanwhile but Cancel().
// Follows:  the prestart hooks of Nomad's task runner.

#ifndef DROVER_AGENT_PRESTART_H_
#define DROVER_AGENT_PRESTART_H_

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "agent/alloc_dir.h"
#include "agent/allocation.h"
#include "agent/client_context.h"
#include "agent/task_event.h"
#include "artifact/cancellation.h"
#include "driver/task_config.h"
#include "interpolation/task_env.h"

namespace agent {

class Prestart {
 public:
  struct Step {
    const char* name;
    // Whether the task has anything to do here; null is always.
    bool (*wanted)(const jobspec::Task& task);
    // Told before it begins; null is silent.
    TaskEvent (*announce)(absl::Time now);
    absl::Status (Prestart::*run)();
    TaskEvent (*failed)(absl::Time now, absl::string_view error);
    bool every_round;    // again before each restart
    bool takes_minutes;  // for the download pool
  };

  Prestart(const ClientContext* context,
           std::shared_ptr<const Allocation> alloc, const jobspec::Task* task,
           AllocDir directory);

  void BeginRound();

  // The next step that is to be run in this round; null when all are done.
  const Step* Next() const;

  absl::Status Run(const Step& step);

  // Makes a step that is running end soon, and those after it fail.
  void Cancel() { cancellation_.Cancel(); }

  // Whether a failure with this status may go away by itself.
  static bool IsRecoverable(const absl::Status& status);

  // What the steps have found worth telling; empties it.
  std::vector<std::string> TakeNotes();

  // After the last step: what to start. Each round gets an id of its own.
  driver::TaskConfig TakeConfig();

 private:
  friend struct PrestartSteps;
  absl::Status Validate();
  absl::Status BuildTaskDirectory();
  absl::Status BuildEnvironment();
  absl::Status FetchArtifacts();
  absl::Status BuildDriverConfig();

  const ClientContext* const context_;
  const std::shared_ptr<const Allocation> alloc_;
  const jobspec::Task* const task_;
  const AllocDir directory_;
  artifact::Cancellation cancellation_;

  std::set<const Step*> done_;  // in this round or for good
  std::set<size_t> fetched_;    // indexes of artifacts
  absl::optional<interpolation::TaskEnv> env_;
  driver::TaskConfig config_;
  std::vector<std::string> notes_;
};

}  // namespace agent

#endif  // DROVER_AGENT_PRESTART_H_
