#include <deque>
#include <string>
#include <thread>
#include <utility>

#include "artifact/decompress.h"
#include "base/mutex.h"

namespace artifact {
namespace {

// A few blocks are enough to even out the two sides.
constexpr size_t kMaxBlocks = 8;

class ReadAheadStream : public ByteStream {
 public:
  explicit ReadAheadStream(std::unique_ptr<ByteStream> stream)
      : stream_(std::move(stream)), thread_([this] { Run(); }) {}

  ~ReadAheadStream() override {
    {
      base::MutexLock lock(&mutex_);
      is_stopped_ = true;
      changed_.SignalAll();
    }
    thread_.join();
  }

  absl::StatusOr<absl::string_view> Next() override {
    base::MutexLock lock(&mutex_);
    if (has_current_) {
      spare_.push_back(std::move(current_));
      has_current_ = false;
      changed_.SignalAll();
    }
    while (blocks_.empty() && !is_ended_) changed_.Wait(&mutex_);
    if (blocks_.empty()) {
      if (!status_.ok()) return status_;
      return absl::string_view();
    }
    current_ = std::move(blocks_.front());
    blocks_.pop_front();
    has_current_ = true;
    return absl::string_view(current_);
  }

 private:
  void Run() {
    while (true) {
      const absl::StatusOr<absl::string_view> next = stream_->Next();
      std::string block;
      {
        base::MutexLock lock(&mutex_);
        if (!next.ok() || next->empty()) {
          status_ = next.status();
          is_ended_ = true;
          changed_.SignalAll();
          return;
        }
        while (blocks_.size() >= kMaxBlocks && !is_stopped_) {
          changed_.Wait(&mutex_);
        }
        if (is_stopped_) return;
        if (!spare_.empty()) {
          block = std::move(spare_.front());
          spare_.pop_front();
        }
      }
      // Copied without the lock: a block is large.
      block.assign(next->data(), next->size());
      base::MutexLock lock(&mutex_);
      blocks_.push_back(std::move(block));
      changed_.SignalAll();
    }
  }

  const std::unique_ptr<ByteStream> stream_;

  base::Mutex mutex_;
  base::CondVar changed_;
  std::deque<std::string> blocks_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> spare_ ABSL_GUARDED_BY(mutex_);
  std::string current_ ABSL_GUARDED_BY(mutex_);
  bool has_current_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<ByteStream> ReadAhead(std::unique_ptr<ByteStream> stream) {
  return std::make_unique<ReadAheadStream>(std::move(stream));
}

}  // namespace artifact
