// Archives byte by byte, for tests: also those that no tool would write.

#ifndef DROVER_ARTIFACT_TEST_ARCHIVES_H_
#define DROVER_ARTIFACT_TEST_ARCHIVES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace artifact {

struct TarEntry {
  std::string name = "";
  std::string data = "";
  char type = '0';  // '5' directory, '2' symlink, '1' hard link, ...
  std::string link = "";
  unsigned mode = 0644;
  uint64_t mtime = 0;
  uint64_t uid = 0;
};

// A GNU tar with its end marker. Long names get a "././@LongLink" entry.
std::string Tar(const std::vector<TarEntry>& entries, bool end_marker = true);

struct ZipEntry {
  std::string name = "";
  std::string data = "";
  unsigned mode = 0100644;  // with the file type; 0120777 is a symlink
  uint8_t creator = 3;      // 3 Unix, 0 MS-DOS
  uint16_t method = 0;      // 0 stored, 8 deflated
  uint16_t flags = 0;
  int64_t claimed_size = -1;  // instead of the true one
  bool wrong_crc = false;
  uint32_t dos_attributes = 0;
};

std::string Zip(const std::vector<ZipEntry>& entries);

// One compressed stream: "gz", "bz2", "xz" or "zst".
std::string Compress(const std::string& data, const std::string& format);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_TEST_ARCHIVES_H_
