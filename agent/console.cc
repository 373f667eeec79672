#include "agent/console.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status.h"

namespace agent {
namespace {

// Names longer than this do not push everybody's lines to the right.
constexpr size_t kWidestLabel = 24;
constexpr size_t kTypeWidth = 14;

std::string Padded(absl::string_view text, size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.resize(width, ' ');
  return padded;
}

Colour LabelColour(size_t n) {
  constexpr Colour kColours[] = {Colour::kCyan, Colour::kYellow,
                                 Colour::kMagenta, Colour::kBlue,
                                 Colour::kGreen};
  return kColours[n % (sizeof(kColours) / sizeof(kColours[0]))];
}

Colour EventColour(const TaskEvent& event) {
  if (event.fails_task || event.type == kEventDriverFailure ||
      event.type == "Failed Artifact Download" ||
      event.type == "Failed Validation") {
    return Colour::kRed;
  }
  return event.type == kEventStarted ? Colour::kGreen : Colour::kBold;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Console>> Console::Create(Terminal out,
                                                         Terminal err) {
  ASSIGN_OR_RETURN(std::unique_ptr<base::EventLoop> loop,
                   base::EventLoop::Create());
  return std::unique_ptr<Console>(new Console(std::move(loop), out, err));
}

Console::Console(std::unique_ptr<base::EventLoop> loop, Terminal out,
                 Terminal err)
    : loop_(std::move(loop)),
      out_(out),
      err_(err),
      follower_(loop_.get(),
                [this](const LogFollower::Line& line) { OnLine(line); }),
      thread_([this] { loop_->Run(); }) {}

Console::~Console() { Finish(); }

void Console::AddTask(absl::string_view alloc_id, absl::string_view task,
                      absl::string_view label) {
  loop_->Post([this, key = TaskKey(alloc_id, task),
               label = std::string(label)] {
    labels_[key] = {label, LabelColour(labels_.size())};
    label_width_ = std::max(label_width_, std::min(label.size(), kWidestLabel));
  });
}

void Console::FollowLogs(absl::string_view alloc_id,
                         absl::string_view logs_dir) {
  loop_->Post([this, alloc_id = std::string(alloc_id),
               logs_dir = std::string(logs_dir)] {
    const absl::Status status = follower_.Follow(logs_dir, alloc_id);
    if (status.ok()) return;
    err_.Line(absl::StrCat("drover: ", status.message(),
                           "; the output is only in ", logs_dir));
  });
}

void Console::ShowEvent(absl::string_view alloc_id, absl::string_view task,
                        const TaskEvent& event) {
  loop_->Post([this, key = TaskKey(alloc_id, task), event] {
    if (event.type == kEventTerminated) {
      follower_.ReadToEnd(key.first, key.second);
      ShowHeldLines(key);
      started_.erase(key);
    }
    const std::string time =
        absl::FormatTime("%H:%M:%E3S", event.time, absl::LocalTimeZone());
    const std::string indent(time.size() + label_width_ + kTypeWidth + 6, ' ');
    err_.Line(absl::StrCat(
        err_.Paint(Colour::kDim, time), "  ", PaintedLabel(err_, key), "  ",
        err_.Paint(EventColour(event), Padded(event.type, kTypeWidth)), "  ",
        absl::StrReplaceAll(event.message, {{"\n", "\n" + indent}})));
    if (event.type == kEventStarted) {
      started_.insert(key);
      ShowHeldLines(key);
    }
  });
}

void Console::Say(absl::string_view text) {
  loop_->Post([this, text = std::string(text)] { err_.Line(text); });
}

void Console::Finish() {
  if (!thread_.joinable()) return;
  loop_->Post([this] { loop_->Stop(); });
  thread_.join();
}

void Console::OnLine(const LogFollower::Line& line) {
  const TaskKey key(line.source, line.task);
  std::string text =
      line.is_gap ? absl::StrCat("[", line.text, "]") : std::string(line.text);
  if (started_.count(key) == 0) {
    held_[key].emplace_back(line.is_stderr, std::move(text));
  } else {
    ShowLine(key, line.is_stderr, text);
  }
}

void Console::ShowHeldLines(const TaskKey& key) {
  const auto held = held_.find(key);
  if (held == held_.end()) return;
  for (const auto& [is_stderr, text] : held->second) {
    ShowLine(key, is_stderr, text);
  }
  held_.erase(held);
}

void Console::ShowLine(const TaskKey& key, bool is_stderr,
                       absl::string_view text) {
  Terminal& terminal = is_stderr ? err_ : out_;
  terminal.Line(absl::StrCat(PaintedLabel(terminal, key), " | ", text));
}

std::string Console::PaintedLabel(const Terminal& terminal,
                                  const TaskKey& key) const {
  const auto found = labels_.find(key);
  if (found == labels_.end()) return Padded(key.second, label_width_);
  return terminal.Paint(found->second.colour,
                        Padded(found->second.text, label_width_));
}

}  // namespace agent
