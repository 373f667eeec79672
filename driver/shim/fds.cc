#include "driver/shim/fds.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace driver::shim {

FdSet::FdSet() {
  for (int& fd : fds_) fd = -1;
}

uint32_t FdSet::Present() const {
  uint32_t present = 0;
  for (uint32_t i = 0; i < kMaxFds; ++i) {
    if (fds_[i] >= 0) present |= 1U << i;
  }
  return present;
}

bool FdSet::Assign(uint32_t present, const int* fds, size_t count) {
  if (present >> kMaxFds != 0 ||
      static_cast<size_t>(__builtin_popcount(present)) != count) {
    for (size_t i = 0; i < count; ++i) (void)close(fds[i]);
    return false;
  }
  for (uint32_t i = 0; i < kMaxFds; ++i) {
    if ((present >> i & 1U) != 0) fds_[i] = *fds++;
  }
  return true;
}

void FdSet::CloseAll() {
  for (int& fd : fds_) {
    if (fd >= 0) (void)close(fd);
    fd = -1;
  }
}

void FdSet::Close(FdUse use) {
  int& fd = (*this)[use];
  if (fd >= 0) (void)close(fd);
  fd = -1;
}

int SendWithFds(int socket, const void* data, size_t size, const FdSet* fds) {
  iovec part = {const_cast<void*>(data), size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFds)];
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fds != nullptr && fds->Present() != 0) {
    message.msg_control = control;
    size_t count = 0;
    for (uint32_t i = 0; i < kMaxFds; ++i) {
      const int fd = (*fds)[static_cast<FdUse>(i)];
      if (fd < 0) continue;
      memcpy(control + CMSG_LEN(sizeof(int) * count), &fd, sizeof(fd));
      ++count;
    }
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    auto* header = reinterpret_cast<cmsghdr*>(control);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

ssize_t ReceiveWithFds(int socket, void* data, size_t size, int flags,
                       int* received, size_t* received_count) {
  iovec part = {data, size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFds)];
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  *received_count = 0;
  ssize_t n = 0;
  while ((n = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC)) < 0) {
    if (errno != EINTR) return -errno;
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(received, CMSG_DATA(header), count * sizeof(int));
    *received_count = count;
  }
  return n;
}

}  // namespace driver::shim
