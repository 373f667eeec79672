// Moves one stream of a task's output from a pipe into rotated files.
//
// Files are <directory>/<name>.N with N growing; the highest is the live one.
// A file is closed before it would grow beyond `max_bytes`, at the end of a
// line where there is one near; the smallest N are deleted beyond `max_files`.
//
// Nothing that was written to the pipe is dropped: when the disk is full, the
// stream is blocked, bytes stay where they are (pipe or buffer), the task
// blocks when its pipe is full, and Pump() goes on when there is room again.
//
// Ownership:  owns both descriptors; closes them in Close().
// Threads:    one.
// Memory:     no allocation. The buffer is touched only near a rotation:
//             otherwise bytes go by splice(2).

#ifndef DROVER_DRIVER_SHIM_LOG_STREAM_H_
#define DROVER_DRIVER_SHIM_LOG_STREAM_H_

#include <cstddef>
#include <cstdint>

namespace driver::shim {

class LogStream {
 public:
  // The longest name of a file without its number, and room for the number.
  static constexpr size_t kMaxName = 243;

  struct Options {
    int directory = -1;  // open for the stream's life; not closed by it
    const char* name = nullptr;
    uint32_t index = 0;   // of the file to go on with
    uint32_t oldest = 0;  // smallest index that is there
    uint32_t max_files = 10;
    uint64_t max_bytes = uint64_t{10} << 20;
  };

  enum class Progress {
    kDrained,  // the pipe is empty, and may get more
    kEnded,    // the pipe is empty and nobody can write to it any more
    kMore,     // there may be more to move; call again
    kBlocked,  // error() says why; call again later
  };

  LogStream() = default;
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;

  // Says where to write to. The first Pump() opens the file: a start does not
  // wait for the disk. Returns 0, or ENAMETOOLONG.
  int SetFiles(const Options& options);

  // Takes the reading end of the pipe, which must not block.
  void TakePipe(int fd) { pipe_ = fd; }

  // Moves what is there, at most about a pipe's worth. The file is opened or
  // made also when there is nothing to move; a failure of that only counts
  // when there is.
  Progress Pump();

  int pipe() const { return pipe_; }
  int error() const { return error_; }
  // Bytes taken from the pipe that no file has yet.
  uint64_t pending() const { return buffered_ - written_; }

  void Close();

 private:
  static constexpr size_t kBufferSize = 16384;

  int OpenFirst();
  int OpenFile(uint32_t index);
  int Rotate();
  void DeleteOldest();
  void FormatName(uint32_t index, char* out) const;
  Progress PumpWithoutFile() const;
  Progress PumpBySplice(uint64_t room);
  Progress PumpByBuffer();
  Progress FlushBuffer();
  int WriteSome(const char* data, size_t size, size_t* done);

  Options options_;
  char name_[kMaxName + 1] = {};
  int pipe_ = -1;
  int file_ = -1;
  int error_ = 0;
  uint32_t index_ = 0;
  uint32_t oldest_ = 0;
  uint64_t size_ = 0;       // of the live file
  bool line_start_ = true;  // the live file ends with a newline, or is empty
  size_t buffered_ = 0;
  size_t written_ = 0;
  char buffer_[kBufferSize];
};

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_LOG_STREAM_H_
