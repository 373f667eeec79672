// Descriptors that travel with a datagram.
//
// Used by both ends; no allocation, no Abseil.

#ifndef DROVER_DRIVER_SHIM_FDS_H_
#define DROVER_DRIVER_SHIM_FDS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "driver/shim/protocol.h"

namespace driver::shim {

// One slot for every FdUse; -1 is "not there".
class FdSet {
 public:
  FdSet();
  int& operator[](FdUse use) { return fds_[static_cast<uint32_t>(use)]; }
  int operator[](FdUse use) const { return fds_[static_cast<uint32_t>(use)]; }
  int& group(uint32_t i) {
    return fds_[static_cast<uint32_t>(FdUse::kGroup0) + i];
  }
  int group(uint32_t i) const {
    return fds_[static_cast<uint32_t>(FdUse::kGroup0) + i];
  }

  // The bits for StartRequest::present or Message::present.
  uint32_t Present() const;

  // Takes `count` received descriptors for the bits in `present`. False, and
  // all of them closed, when the numbers do not fit.
  bool Assign(uint32_t present, const int* fds, size_t count);

  void CloseAll();
  // Closes one, if it is there.
  void Close(FdUse use);

 private:
  int fds_[kMaxFds];
};

// sendmsg(2) of one datagram with the descriptors that are present in `fds`
// (which may be null). Returns 0 or an errno.
int SendWithFds(int socket, const void* data, size_t size, const FdSet* fds);

// recvmsg(2) of one datagram; received descriptors are close-on-exec. Returns
// its size, 0 at the end of the connection, or -errno. `received` holds up to
// kMaxFds numbers.
ssize_t ReceiveWithFds(int socket, void* data, size_t size, int flags,
                       int* received, size_t* received_count);

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_FDS_H_
