// An open file descriptor that closes itself.
//
// Ownership:  exactly one UniqueFd owns a descriptor; Release() gives it away.
// Threads:    thread-compatible, as an int is.
// Errors:     close(2) errors are dropped: a writer that must know calls
//             fsync(2) or close(2) itself.

#ifndef DROVER_BASE_UNIQUE_FD_H_
#define DROVER_BASE_UNIQUE_FD_H_

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace base {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Gives the descriptor to the caller, who closes it.
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

  // Closes the descriptor, keeping errno, and takes `fd` instead.
  void Reset(int fd = -1) {
    const int old = std::exchange(fd_, fd);
    if (old < 0 || old == fd) return;
    const int error = errno;
    (void)close(old);  // even after EINTR Linux has closed it
    errno = error;
  }

 private:
  int fd_ = -1;
};

}  // namespace base

#endif  // DROVER_BASE_UNIQUE_FD_H_
