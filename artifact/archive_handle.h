// libarchive's reader as an object that frees itself.

#ifndef DROVER_ARTIFACT_ARCHIVE_HANDLE_H_
#define DROVER_ARTIFACT_ARCHIVE_HANDLE_H_

#include <archive.h>

#include <memory>

namespace artifact {

struct ArchiveReaderDeleter {
  void operator()(archive* reader) const { (void)archive_read_free(reader); }
};
using ArchiveReader = std::unique_ptr<archive, ArchiveReaderDeleter>;

inline ArchiveReader NewArchiveReader() {
  return ArchiveReader(archive_read_new());
}

}  // namespace artifact

#endif  // DROVER_ARTIFACT_ARCHIVE_HANDLE_H_
