// The whole file system of a test guest as one file: an initramfs with our
// tests, the programs they start, and the shared libraries of both.
//
// Threads:  thread-compatible.
// Errors:   name the file.
// Format:   cpio "newc", driver-api/early-userspace/buffer-format.rst.

#ifndef DROVER_CONFORMANCE_GUESTS_GUEST_IMAGE_H_
#define DROVER_CONFORMANCE_GUESTS_GUEST_IMAGE_H_

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace conformance {

class GuestImage {
 public:
  // Has /usr/bin, /usr/lib and so on, and links to them from the root.
  GuestImage();

  // A file with this content; directories above it appear by themselves.
  void AddFile(absl::string_view path, std::string content, mode_t mode);
  void AddLink(absl::string_view path, absl::string_view target);
  void AddDirectory(absl::string_view path, mode_t mode = 0755);

  // A file of this machine, at `path` in the guest; if it is a program, also
  // the shared libraries that it needs, where they are here.
  absl::Status AddCopy(absl::string_view path, const std::string& from);

  // Every file below a directory of this machine, symbolic links followed.
  absl::Status AddTree(absl::string_view path, const std::string& from);

  // The image; an open file in an archive would end before its last record.
  absl::Status WriteTo(const std::string& file) const;

 private:
  struct Entry {
    mode_t mode;
    std::string content;  // or the target of a link
  };

  absl::Status AddLibraries(const std::string& program);

  std::map<std::string, Entry> entries_;  // "usr/bin/sh", parents first
  std::set<std::string> libraries_;       // already looked up
};

}  // namespace conformance

#endif  // DROVER_CONFORMANCE_GUESTS_GUEST_IMAGE_H_
