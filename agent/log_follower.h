// Follows the log files of tasks while they are written, line by line.
//
//   LogFollower follower(loop, [](const LogFollower::Line& line) { ... });
//   RETURN_IF_ERROR(follower.Follow(alloc_dir.Logs(), "alloc 1"));
//   ...
//   follower.ReadToEnd("alloc 1", "web");   // after the task has ended
//
// A task's output is in <task>.<stdout|stderr>.<N>; N only grows. A file is
// read to its end, and once more after the next one exists, because the writer
// may have added to it in between. Files that were removed by rotation before
// they could be read are reported as a gap.
//
// A line that does not end yet is held back until it does, or until ReadToEnd;
// one longer than kMaxLine is handed out in pieces.
//
// Ownership:  the loop must outlive it.
// Threads:    all calls on the loop's thread; lines are handed out there.
// Kernel:     one inotify(7) instance for all directories.

#ifndef DROVER_AGENT_LOG_FOLLOWER_H_
#define DROVER_AGENT_LOG_FOLLOWER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/event_loop.h"
#include "base/unique_fd.h"

namespace agent {

class LogFollower {
 public:
  static constexpr size_t kMaxLine = 64 * 1024;

  struct Line {
    absl::string_view source;  // as given to Follow()
    absl::string_view task;
    bool is_stderr = false;
    bool is_gap = false;     // text says what is missing
    absl::string_view text;  // without the newline
  };
  using Sink = std::function<void(const Line& line)>;

  LogFollower(base::EventLoop* loop, Sink sink);
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  // Begins to follow every task's files in a directory, from their beginning.
  absl::Status Follow(absl::string_view directory, absl::string_view source);

  // Hands out all that the task has written until now, also a last line
  // without its newline.
  void ReadToEnd(absl::string_view source, absl::string_view task);

 private:
  struct Key {  // one stream of one task
    std::string source;
    std::string task;
    bool is_stderr;
    bool operator<(const Key& other) const {
      return std::tie(source, task, is_stderr) <
             std::tie(other.source, other.task, other.is_stderr);
    }
  };
  struct Stream {
    base::UniqueFd fd;
    int64_t index = -1;      // of the open file; -1: none yet
    std::string partial;     // a line whose end is not there yet
    bool scheduled = false;  // more to read; posted to the loop
  };

  absl::Status Begin();
  void OnInotify();
  void OnFile(const std::string& source, absl::string_view name);
  // Reads up to `budget` bytes; true when it reached the end.
  bool Read(const Key& key, Stream& stream, size_t budget);
  void ReadSome(const Key& key);
  std::string PathOf(const Key& key, int64_t index) const;
  bool HasNext(const Key& key, const Stream& stream) const;
  bool OpenNext(const Key& key, Stream& stream);
  void HandOut(const Key& key, Stream& stream, absl::string_view bytes);
  void FlushPartial(const Key& key, Stream& stream);
  void Emit(const Key& key, absl::string_view text, bool is_gap);
  void Rescan(const std::string& source);

  base::EventLoop* const loop_;
  const Sink sink_;
  base::UniqueFd inotify_;
  std::map<int, std::string> watches_;  // inotify's number to source
  std::map<std::string, std::string> directories_;  // source to directory
  std::map<Key, Stream> streams_;
  // What was posted to the loop looks here whether this is still alive.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace agent

#endif  // DROVER_AGENT_LOG_FOLLOWER_H_
