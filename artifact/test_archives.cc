#include "artifact/test_archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace artifact {
namespace {

void Octal(char* field, size_t size, uint64_t value) {
  std::snprintf(field, size, "%0*llo", static_cast<int>(size - 1),
                static_cast<unsigned long long>(value));
}

std::string Padding(size_t size) {
  return std::string((512 - size % 512) % 512, '\0');
}

std::string Header(const TarEntry& entry, size_t size) {
  char block[512] = {};
  std::memcpy(block, entry.name.data(),
              std::min<size_t>(entry.name.size(), 100));
  Octal(block + 100, 8, entry.mode);
  Octal(block + 108, 8, entry.uid);
  Octal(block + 116, 8, entry.uid);
  Octal(block + 124, 12, size);
  Octal(block + 136, 12, entry.mtime);
  block[156] = entry.type;
  std::memcpy(block + 157, entry.link.data(),
              std::min<size_t>(entry.link.size(), 100));
  std::memcpy(block + 257, "ustar  ", 8);
  std::memset(block + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(block + 148, 8, "%06o", sum);
  return std::string(block, sizeof(block));
}

void Little(std::string* out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
}

std::string Deflate(const std::string& data, int window_bits) {
  z_stream stream = {};
  if (deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  std::string out(deflateBound(&stream, data.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string Tar(const std::vector<TarEntry>& entries, bool end_marker) {
  std::string tar;
  for (const TarEntry& entry : entries) {
    if (entry.name.size() > 100) {
      TarEntry longer;
      longer.name = "././@LongLink";
      longer.type = 'L';
      const std::string name = entry.name + '\0';
      tar += Header(longer, name.size()) + name + Padding(name.size());
    }
    const size_t size = entry.data.size();
    tar += Header(entry, size) + entry.data + Padding(size);
  }
  if (end_marker) tar += std::string(1024, '\0');
  return tar;
}

std::string Zip(const std::vector<ZipEntry>& entries) {
  std::string zip;
  std::string central;
  for (const ZipEntry& entry : entries) {
    const std::string stored =
        entry.method == 8 ? Deflate(entry.data, -15) : entry.data;
    const auto crc = static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(entry.data.data()),
              static_cast<uInt>(entry.data.size())) ^
        (entry.wrong_crc ? 1u : 0u));
    const uint64_t size = entry.claimed_size >= 0
                              ? static_cast<uint64_t>(entry.claimed_size)
                              : entry.data.size();
    const size_t offset = zip.size();
    std::string common;
    Little(&common, 20, 2);
    Little(&common, entry.flags, 2);
    Little(&common, entry.method, 2);
    Little(&common, 0, 2);     // time
    Little(&common, 0x21, 2);  // 1980-01-01
    Little(&common, crc, 4);
    Little(&common, stored.size(), 4);
    Little(&common, size, 4);
    Little(&common, entry.name.size(), 2);
    Little(&common, 0, 2);  // extra
    zip += "PK\x03\x04" + common + entry.name + stored;
    central += "PK\x01\x02";
    Little(&central, 20, 1);
    Little(&central, entry.creator, 1);
    central += common;
    Little(&central, 0, 2);  // comment
    Little(&central, 0, 2);  // disk
    Little(&central, 0, 2);  // internal
    Little(&central,
           entry.creator == 3 ? uint64_t{entry.mode} << 16
                              : uint64_t{entry.dos_attributes},
           4);
    Little(&central, offset, 4);
    central += entry.name;
  }
  const size_t at = zip.size();
  zip += central + "PK\x05\x06";
  Little(&zip, 0, 4);
  Little(&zip, entries.size(), 2);
  Little(&zip, entries.size(), 2);
  Little(&zip, central.size(), 4);
  Little(&zip, at, 4);
  Little(&zip, 0, 2);
  return zip;
}

std::string Compress(const std::string& data, const std::string& format) {
  if (format == "gz") return Deflate(data, 15 + 16);
  archive* const writer = archive_write_new();
  archive_write_set_format_raw(writer);
  if (format == "bz2") archive_write_add_filter_bzip2(writer);
  if (format == "xz") archive_write_add_filter_xz(writer);
  if (format == "zst") archive_write_add_filter_zstd(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  std::string out(data.size() + (1 << 20), '\0');
  size_t used = 0;
  if (archive_write_open_memory(writer, out.data(), out.size(), &used) !=
      ARCHIVE_OK) {
    std::abort();
  }
  archive_entry* const entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  if (archive_write_header(writer, entry) != ARCHIVE_OK ||
      archive_write_data(writer, data.data(), data.size()) !=
          static_cast<la_ssize_t>(data.size()) ||
      archive_write_close(writer) != ARCHIVE_OK) {
    std::abort();
  }
  archive_entry_free(entry);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace artifact
