#include "artifact/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/status.h"

namespace artifact {
namespace {

struct DirectoryCloser {
  void operator()(DIR* directory) const { (void)closedir(directory); }
};

}  // namespace

absl::StatusOr<std::vector<std::string>> EntriesOf(int directory) {
  const int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return base::ErrnoStatus(errno, "cannot read a directory");
  const std::unique_ptr<DIR, DirectoryCloser> stream(fdopendir(fd));
  if (stream == nullptr) {
    const int error = errno;
    (void)close(fd);
    return base::ErrnoStatus(error, "cannot read a directory");
  }
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    // Only this thread reads this stream.
    const dirent* const entry = readdir(stream.get());  // NOLINT
    if (entry == nullptr) break;
    if (std::strcmp(entry->d_name, ".") != 0 &&
        std::strcmp(entry->d_name, "..") != 0) {
      names.emplace_back(entry->d_name);
    }
  }
  if (errno != 0) return base::ErrnoStatus(errno, "cannot read a directory");
  return names;
}

}  // namespace artifact
