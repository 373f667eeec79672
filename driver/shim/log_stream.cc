#include "driver/shim/log_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace driver::shim {

int LogStream::SetFiles(const Options& options) {
  options_ = options;
  const size_t length = strlen(options.name);
  if (length > kMaxName) return ENAMETOOLONG;
  memcpy(name_, options.name, length + 1);
  options_.name = name_;
  oldest_ = options.oldest;
  return 0;
}

int LogStream::OpenFirst() {
  if (const int error = OpenFile(options_.index); error != 0) return error;
  // A task that is started again goes on in the last file while it has room.
  return size_ >= options_.max_bytes ? Rotate() : 0;
}

void LogStream::FormatName(uint32_t index, char* out) const {
  const size_t length = strlen(name_);
  memcpy(out, name_, length);
  out += length;
  *out++ = '.';
  char digits[10];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + index % 10);
    index /= 10;
  } while (index != 0);
  while (count > 0) *out++ = digits[--count];
  *out = '\0';
}

int LogStream::OpenFile(uint32_t index) {
  char name[kMaxName + 12];
  FormatName(index, name);
  // Not O_APPEND: splice(2) refuses it. This process is the only writer.
  // O_NOFOLLOW: the directory is the task's, which must not redirect us.
  const int fd =
      openat(options_.directory, name,
             O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0) return errno;
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int error = S_ISREG(status.st_mode) ? errno : EINVAL;
    (void)close(fd);
    return error;
  }
  if (file_ >= 0) (void)close(file_);
  file_ = fd;
  index_ = index;
  size_ = static_cast<uint64_t>(status.st_size);
  char last = '\n';
  if (size_ > 0) {
    (void)!pread(fd, &last, 1, static_cast<off_t>(size_ - 1));
  }
  line_start_ = last == '\n';
  return 0;
}

int LogStream::Rotate() {
  uint32_t index = index_;
  do {
    if (const int error = OpenFile(++index); error != 0) return error;
  } while (size_ >= options_.max_bytes);
  DeleteOldest();
  return 0;
}

void LogStream::DeleteOldest() {
  char name[kMaxName + 12];
  while (index_ - oldest_ >= options_.max_files) {
    FormatName(oldest_++, name);
    (void)unlinkat(options_.directory, name, 0);  // may be gone already
  }
}

LogStream::Progress LogStream::Pump() {
  error_ = file_ < 0 ? OpenFirst() : 0;
  if (error_ != 0) return PumpWithoutFile();
  if (buffered_ > 0) return FlushBuffer();
  // Somebody may have emptied the live file; do not leave a hole before us.
  struct stat status;
  if (fstat(file_, &status) == 0 &&
      static_cast<uint64_t>(status.st_size) < size_) {
    size_ = static_cast<uint64_t>(status.st_size);
  }
  const uint64_t room =
      size_ < options_.max_bytes ? options_.max_bytes - size_ : 0;
  return room > kBufferSize ? PumpBySplice(room - kBufferSize) : PumpByBuffer();
}

// What is in the pipe must wait for a file. An empty pipe can end without one.
LogStream::Progress LogStream::PumpWithoutFile() const {
  pollfd polled = {pipe_, POLLIN, 0};
  if (poll(&polled, 1, 0) <= 0) return Progress::kDrained;
  return (polled.revents & POLLIN) != 0 ? Progress::kBlocked : Progress::kEnded;
}

LogStream::Progress LogStream::PumpBySplice(uint64_t room) {
  constexpr size_t kChunk = size_t{1} << 20;
  off64_t offset = static_cast<off64_t>(size_);
  const ssize_t n = splice(pipe_, nullptr, file_, &offset,
                           room < kChunk ? static_cast<size_t>(room) : kChunk,
                           SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (n > 0) {
    size_ += static_cast<uint64_t>(n);
    line_start_ = false;  // nobody looked: PumpByBuffer() will
    return Progress::kMore;
  }
  if (n == 0) return Progress::kEnded;
  if (errno == EAGAIN) return Progress::kDrained;
  if (errno == EINTR) return Progress::kMore;
  // Some file systems cannot splice.
  if (errno == EINVAL) return PumpByBuffer();
  error_ = errno;
  return Progress::kBlocked;
}

LogStream::Progress LogStream::PumpByBuffer() {
  const ssize_t n = read(pipe_, buffer_, kBufferSize);
  if (n == 0) return Progress::kEnded;
  if (n < 0) {
    if (errno == EAGAIN) return Progress::kDrained;
    if (errno == EINTR) return Progress::kMore;
    error_ = errno;
    return Progress::kBlocked;
  }
  buffered_ = static_cast<size_t>(n);
  written_ = 0;
  return FlushBuffer();
}

LogStream::Progress LogStream::FlushBuffer() {
  while (written_ < buffered_) {
    const char* data = buffer_ + written_;
    size_t size = buffered_ - written_;
    const uint64_t room =
        size_ < options_.max_bytes ? options_.max_bytes - size_ : 0;
    bool rotate = room == 0;
    if (size > room && room > 0) {
      // Only a part fits: end the file with a whole line where possible.
      const void* newline = memrchr(data, '\n', static_cast<size_t>(room));
      if (newline != nullptr) {
        size =
            static_cast<size_t>(static_cast<const char*>(newline) - data) + 1;
      } else if (line_start_ && size_ > 0) {
        rotate = true;
      } else {
        size = static_cast<size_t>(room);
      }
    }
    if (rotate) {
      if ((error_ = Rotate()) != 0) return Progress::kBlocked;
      continue;
    }
    const bool last_of_file = size < buffered_ - written_;
    size_t done = 0;
    error_ = WriteSome(data, size, &done);
    written_ += done;
    if (error_ != 0) return Progress::kBlocked;
    if (last_of_file && done == size) {
      if ((error_ = Rotate()) != 0) return Progress::kBlocked;
    }
  }
  buffered_ = written_ = 0;
  return Progress::kMore;
}

int LogStream::WriteSome(const char* data, size_t size, size_t* done) {
  const ssize_t n = pwrite(file_, data, size, static_cast<off_t>(size_));
  if (n < 0) return errno == EINTR ? 0 : errno;
  if (n == 0) return ENOSPC;
  size_ += static_cast<uint64_t>(n);
  line_start_ = data[n - 1] == '\n';
  *done = static_cast<size_t>(n);
  return 0;
}

void LogStream::Close() {
  if (pipe_ >= 0) (void)close(pipe_);
  if (file_ >= 0) (void)close(file_);
  pipe_ = file_ = -1;
}

}  // namespace driver::shim
