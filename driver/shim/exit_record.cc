#include "driver/shim/exit_record.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace driver::shim {
namespace {

class Writer {
 public:
  void Add(const char* key, int64_t value) {
    const size_t length = strlen(key);
    if (size_ + length + 24 > sizeof(text_)) return;
    memcpy(text_ + size_, key, length);
    size_ += length;
    text_[size_++] = '=';
    uint64_t rest = static_cast<uint64_t>(value);
    if (value < 0) {
      text_[size_++] = '-';
      rest = ~rest + 1;
    }
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    while (count > 0) text_[size_++] = digits[--count];
    text_[size_++] = '\n';
  }
  const char* text() const { return text_; }
  size_t size() const { return size_; }

 private:
  size_t size_ = 0;
  char text_[kMaxExitRecord];
};

bool ParseNumber(const char* text, size_t size, int64_t* value) {
  bool negative = false;
  if (size > 0 && text[0] == '-') {
    negative = true;
    ++text;
    --size;
  }
  if (size == 0 || size > 19) return false;
  uint64_t result = 0;
  for (size_t i = 0; i < size; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    result = result * 10 + static_cast<uint64_t>(text[i] - '0');
  }
  if (result > static_cast<uint64_t>(INT64_MAX)) return false;
  *value =
      negative ? -static_cast<int64_t>(result) : static_cast<int64_t>(result);
  return true;
}

}  // namespace

int WriteExitRecord(int directory, const Message& message, pid_t pid,
                    int64_t started_nanos) {
  Writer writer;
  writer.Add("version", kProtocolVersion);
  writer.Add("pid", pid);
  writer.Add("started", started_nanos);
  writer.Add("finished", message.finished_nanos);
  writer.Add("exit_status", message.exit_status);
  writer.Add("exit_signal", message.exit_signal);
  writer.Add("core_dumped", message.core_dumped);
  writer.Add("oom_kills", message.oom_kills);
  writer.Add("survivors", message.survivors);
  writer.Add("lost_bytes", static_cast<int64_t>(message.lost_bytes));

  const int fd = openat(directory, kExitRecordPartName,
                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return errno == ENOENT ? 0 : errno;  // removed: nobody asks
  const ssize_t n = write(fd, writer.text(), writer.size());
  const int error = n == static_cast<ssize_t>(writer.size()) ? 0
                    : n < 0                                  ? errno
                                                             : ENOSPC;
  (void)close(fd);
  if (error != 0) return error;
  if (renameat(directory, kExitRecordPartName, directory, kExitRecordName) !=
      0) {
    return errno == ENOENT ? 0 : errno;
  }
  return 0;
}

bool ParseExitRecord(const char* text, size_t size, Message* message) {
  *message = {};
  message->type = MessageType::kExited;
  int64_t version = 0;
  while (size > 0) {
    const char* end = static_cast<const char*>(memchr(text, '\n', size));
    if (end == nullptr) return false;
    const size_t line = static_cast<size_t>(end - text);
    const char* equals = static_cast<const char*>(memchr(text, '=', line));
    int64_t value = 0;
    if (equals == nullptr ||
        !ParseNumber(equals + 1, static_cast<size_t>(end - equals) - 1,
                     &value)) {
      return false;
    }
    const size_t key = static_cast<size_t>(equals - text);
    const auto is = [&](const char* name) {
      return strlen(name) == key && memcmp(text, name, key) == 0;
    };
    if (is("version")) version = value;
    if (is("pid")) message->pid = static_cast<int32_t>(value);
    if (is("started")) message->started_nanos = value;
    if (is("finished")) message->finished_nanos = value;
    if (is("exit_status")) message->exit_status = static_cast<int32_t>(value);
    if (is("exit_signal")) message->exit_signal = static_cast<int32_t>(value);
    if (is("core_dumped")) message->core_dumped = value != 0;
    if (is("oom_kills")) message->oom_kills = static_cast<uint32_t>(value);
    if (is("survivors")) message->survivors = static_cast<uint32_t>(value);
    if (is("lost_bytes")) message->lost_bytes = static_cast<uint64_t>(value);
    size -= line + 1;
    text = end + 1;
  }
  message->version = static_cast<uint32_t>(version);
  return version >= 1;
}

}  // namespace driver::shim
