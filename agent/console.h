// What `drover run` shows: events with their time and task, and the output of
// the tasks line by line, each with the name of its task in front.
//
//   21:04:11.305  web  Started      Task started by client
//   web | listening on :8080
//   21:04:15.021  web  Terminated   Exit Code: 0
//
// Output of a task goes to the stream it wrote to; events go to standard
// error, so that standard output holds nothing but what the tasks wrote there.
//
// It works on a thread of its own: a reader that is slow holds up the screen,
// never the tasks. Output of a run stands between its Started and its
// Terminated, whichever came here first.
//
// Threads:  the public functions may be called from one other thread.

#ifndef DROVER_AGENT_CONSOLE_H_
#define DROVER_AGENT_CONSOLE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/log_follower.h"
#include "agent/task_event.h"
#include "agent/terminal.h"
#include "base/event_loop.h"

namespace agent {

class Console {
 public:
  static absl::StatusOr<std::unique_ptr<Console>> Create(Terminal out,
                                                         Terminal err);
  // Shows what is left; see Finish().
  ~Console();

  // `label` is what the task is called in front of its lines. The widest label
  // sets the column, so tell all of them first.
  void AddTask(absl::string_view alloc_id, absl::string_view task,
               absl::string_view label);

  // Shows the task's output from now on, from its beginning.
  void FollowLogs(absl::string_view alloc_id, absl::string_view logs_dir);

  void ShowEvent(absl::string_view alloc_id, absl::string_view task,
                 const TaskEvent& event);

  // A line of ours, on standard error.
  void Say(absl::string_view text);

  // Returns when all of the above is on the screen. Nothing after this.
  void Finish();

 private:
  struct Label {
    std::string text;
    Colour colour;
  };
  using TaskKey = std::pair<std::string, std::string>;  // alloc id, task

  Console(std::unique_ptr<base::EventLoop> loop, Terminal out, Terminal err);

  void OnLine(const LogFollower::Line& line);
  void ShowLine(const TaskKey& key, bool is_stderr, absl::string_view text);
  void ShowHeldLines(const TaskKey& key);
  std::string PaintedLabel(const Terminal& terminal, const TaskKey& key) const;

  // Everything below is used by the console's thread only.
  const std::unique_ptr<base::EventLoop> loop_;
  Terminal out_;
  Terminal err_;
  std::map<TaskKey, Label> labels_;
  size_t label_width_ = 0;
  std::set<TaskKey> started_;  // whose Started has been shown
  // Lines that were faster than their Started: is_stderr and text.
  std::map<TaskKey, std::vector<std::pair<bool, std::string>>> held_;
  LogFollower follower_;

  std::thread thread_;
};

}  // namespace agent

#endif  // DROVER_AGENT_CONSOLE_H_
