#include "agent/log_follower.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status.h"

namespace agent {
namespace {

// How much one wake-up reads of one stream before others get their turn.
constexpr size_t kTurn = 1024 * 1024;

struct FileName {
  std::string task;
  bool is_stderr;
  int64_t index;
};

// "<task>.<stdout|stderr>.<N>"; the task's name may have dots itself.
std::optional<FileName> ParseName(absl::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos) return std::nullopt;
  FileName parsed;
  const absl::string_view digits = name.substr(dot + 1);
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(),
                   [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(digits, &parsed.index)) {
    return std::nullopt;
  }
  absl::string_view rest = name.substr(0, dot);
  if (absl::ConsumeSuffix(&rest, ".stdout")) {
    parsed.is_stderr = false;
  } else if (absl::ConsumeSuffix(&rest, ".stderr")) {
    parsed.is_stderr = true;
  } else {
    return std::nullopt;
  }
  if (rest.empty()) return std::nullopt;
  parsed.task = std::string(rest);
  return parsed;
}

}  // namespace

LogFollower::LogFollower(base::EventLoop* loop, Sink sink)
    : loop_(loop), sink_(std::move(sink)) {}

LogFollower::~LogFollower() {
  *alive_ = false;
  if (inotify_.valid()) loop_->Unwatch(inotify_.get());
}

absl::Status LogFollower::Begin() {
  if (inotify_.valid()) return absl::OkStatus();
  base::UniqueFd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fd.valid()) {
    return base::ErrnoStatus(
        errno,
        "cannot follow log files (inotify_init1); raise "
        "/proc/sys/fs/inotify/max_user_instances if it is used up");
  }
  RETURN_IF_ERROR(
      loop_->Watch(fd.get(), EPOLLIN, [this](uint32_t) { OnInotify(); }));
  inotify_ = std::move(fd);
  return absl::OkStatus();
}

absl::Status LogFollower::Follow(absl::string_view directory,
                                 absl::string_view source) {
  RETURN_IF_ERROR(Begin());
  const std::string path(directory);
  const int watch =
      inotify_add_watch(inotify_.get(), path.c_str(),
                        IN_CREATE | IN_MODIFY | IN_MOVED_TO | IN_ONLYDIR);
  if (watch < 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot follow the log files in \"", path, "\""));
  }
  watches_[watch] = std::string(source);
  directories_[std::string(source)] = path;
  Rescan(std::string(source));  // what was written before the watch
  return absl::OkStatus();
}

void LogFollower::OnInotify() {
  alignas(inotify_event) char buffer[16 * 1024];
  // One event a write is common: each stream is read once for all of them.
  std::vector<std::pair<std::string, std::string>> touched;
  while (true) {
    const ssize_t size = read(inotify_.get(), buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        for (const auto& [source, directory] : directories_) Rescan(source);
        continue;
      }
      const auto watch = watches_.find(event->wd);
      if (watch == watches_.end() || event->len == 0) continue;
      touched.emplace_back(watch->second, event->name);
    }
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const auto& [source, name] : touched) OnFile(source, name);
}

void LogFollower::Rescan(const std::string& source) {
  const auto names = base::ListDirectory(directories_[source]);
  if (!names.ok()) return;  // the directory is gone, and its files with it
  for (const std::string& name : *names) OnFile(source, name);
}

void LogFollower::OnFile(const std::string& source, absl::string_view name) {
  const std::optional<FileName> parsed = ParseName(name);
  if (!parsed.has_value()) return;
  ReadSome({source, parsed->task, parsed->is_stderr});
}

void LogFollower::ReadSome(const Key& key) {
  Stream& stream = streams_[key];
  if (stream.scheduled || Read(key, stream, kTurn)) return;
  stream.scheduled = true;
  loop_->Post([this, key, alive = alive_] {
    if (!*alive) return;
    streams_[key].scheduled = false;
    ReadSome(key);
  });
}

void LogFollower::ReadToEnd(absl::string_view source, absl::string_view task) {
  if (directories_.find(std::string(source)) == directories_.end()) return;
  for (const bool is_stderr : {false, true}) {
    const Key key = {std::string(source), std::string(task), is_stderr};
    Stream& stream = streams_[key];
    while (!Read(key, stream, kTurn)) {
    }
    FlushPartial(key, stream);
  }
}

bool LogFollower::Read(const Key& key, Stream& stream, size_t budget) {
  char buffer[64 * 1024];
  if (!stream.fd.valid() && !OpenNext(key, stream)) return true;
  // The end of a file is final only if the next one was there before that end
  // was seen.
  bool next_exists = false;
  while (budget > 0) {
    const ssize_t size =
        read(stream.fd.get(), buffer, std::min(sizeof(buffer), budget));
    if (size < 0 && errno == EINTR) continue;
    if (size > 0) {
      HandOut(key, stream,
              absl::string_view(buffer, static_cast<size_t>(size)));
      budget -= static_cast<size_t>(size);
    } else if (next_exists) {
      if (!OpenNext(key, stream)) return true;
      next_exists = false;
    } else if (HasNext(key, stream)) {
      next_exists = true;
    } else {
      return true;
    }
  }
  return false;
}

std::string LogFollower::PathOf(const Key& key, int64_t index) const {
  return absl::StrCat(directories_.at(key.source), "/", key.task,
                      key.is_stderr ? ".stderr." : ".stdout.", index);
}

bool LogFollower::HasNext(const Key& key, const Stream& stream) const {
  struct stat status;
  if (stat(PathOf(key, stream.index + 1).c_str(), &status) == 0) return true;
  // Rotation removes old files only after it has made new ones.
  return fstat(stream.fd.get(), &status) == 0 && status.st_nlink == 0;
}

bool LogFollower::OpenNext(const Key& key, Stream& stream) {
  const auto names = base::ListDirectory(directories_.at(key.source));
  if (!names.ok()) return false;
  std::vector<int64_t> indexes;
  for (const std::string& name : *names) {
    const std::optional<FileName> parsed = ParseName(name);
    if (parsed.has_value() && parsed->task == key.task &&
        parsed->is_stderr == key.is_stderr && parsed->index > stream.index) {
      indexes.push_back(parsed->index);
    }
  }
  std::sort(indexes.begin(), indexes.end());
  for (const int64_t index : indexes) {
    base::UniqueFd fd(open(PathOf(key, index).c_str(),
                           O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd.valid()) continue;  // rotation was faster
    if (index > stream.index + 1) {
      FlushPartial(key, stream);
      Emit(key,
           absl::StrCat(index - stream.index - 1,
                        " log file(s) were removed by rotation before they "
                        "could be shown"),
           /*is_gap=*/true);
    }
    stream.fd = std::move(fd);
    stream.index = index;
    return true;
  }
  return false;
}

void LogFollower::HandOut(const Key& key, Stream& stream,
                          absl::string_view bytes) {
  while (true) {
    const size_t newline = bytes.find('\n');
    if (newline == absl::string_view::npos) break;
    if (stream.partial.empty()) {
      Emit(key, bytes.substr(0, newline), /*is_gap=*/false);
    } else {
      stream.partial.append(bytes.data(), newline);
      Emit(key, stream.partial, /*is_gap=*/false);
      stream.partial.clear();
    }
    bytes.remove_prefix(newline + 1);
  }
  stream.partial.append(bytes.data(), bytes.size());
  if (stream.partial.size() >= kMaxLine) FlushPartial(key, stream);
}

void LogFollower::FlushPartial(const Key& key, Stream& stream) {
  if (stream.partial.empty()) return;
  Emit(key, stream.partial, /*is_gap=*/false);
  stream.partial.clear();
}

void LogFollower::Emit(const Key& key, absl::string_view text, bool is_gap) {
  sink_({key.source, key.task, key.is_stderr, is_gap, text});
}

}  // namespace agent
