#include "conformance/guests/guest_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace conformance {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 30;

// What the dynamic linker would load, by the linker's own word.
absl::StatusOr<std::string> ListLibraries(const std::string& program) {
  if (absl::StrContains(program, '\'')) {
    return absl::InvalidArgumentError(
        absl::StrCat("a quote in \"", program, "\""));
  }
  const std::string command = absl::StrCat(
      "exec /lib64/ld-linux-x86-64.so.2 --list '", program, "' 2>&1");
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "re"),
                                                   pclose);
  if (pipe == nullptr) return base::ErrnoStatus(errno, command);
  std::string text;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe.get())) > 0;) {
    text.append(buffer, n);
  }
  return text;
}

void AppendRecord(const std::string& name, mode_t mode, uint64_t inode,
                  const std::string& content, std::string* out) {
  // magic, ino, mode, uid, gid, nlink, mtime, size, device and its like, length
  // of the name with its zero byte, no checksum.
  absl::StrAppendFormat(out,
                        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X"
                        "%08X%08X",
                        inode, mode, 0, 0, 1, 0, content.size(), 0, 0, 0, 0,
                        name.size() + 1, 0);
  const auto pad = [&] { out->resize((out->size() + 3) / 4 * 4, '\0'); };
  out->append(name);
  out->push_back('\0');
  pad();
  out->append(content);
  pad();
}

// Where a path of this machine stands in the archive: relative, and as on
// Debian with programs and libraries below /usr, since an archive's own link
// cannot be followed before its target is there.
std::string Placed(absl::string_view path) {
  path = absl::StripPrefix(path, "/");
  for (const char* merged : {"bin/", "lib/", "lib64/", "sbin/"}) {
    if (absl::StartsWith(path, merged)) return absl::StrCat("usr/", path);
  }
  return std::string(path);
}

}  // namespace

GuestImage::GuestImage() {
  for (const char* directory : {"bin", "lib", "lib64", "sbin"}) {
    AddDirectory(absl::StrCat("usr/", directory));
    AddLink(directory, absl::StrCat("usr/", directory));
  }
}

void GuestImage::AddDirectory(absl::string_view name, mode_t mode) {
  const std::string placed = Placed(name);
  const absl::string_view path = placed;
  for (size_t slash = path.find('/'); slash != path.npos;
       slash = path.find('/', slash + 1)) {
    entries_.try_emplace(std::string(path.substr(0, slash)),
                         Entry{S_IFDIR | 0755, ""});
  }
  entries_.try_emplace(std::string(path), Entry{S_IFDIR | mode, ""});
}

void GuestImage::AddFile(absl::string_view name, std::string content,
                         mode_t mode) {
  const std::string placed = Placed(name);
  const absl::string_view path = placed;
  if (const size_t slash = path.rfind('/'); slash != path.npos) {
    AddDirectory(path.substr(0, slash));
  }
  entries_[std::string(path)] = {S_IFREG | mode, std::move(content)};
}

void GuestImage::AddLink(absl::string_view path, absl::string_view target) {
  AddFile(path, std::string(target), 0777);
  entries_[Placed(path)].mode = S_IFLNK | 0777;
}

absl::Status GuestImage::AddCopy(absl::string_view path,
                                 const std::string& from) {
  ASSIGN_OR_RETURN(std::string content, base::ReadFile(from, kMaxFileBytes));
  const bool is_program = absl::StartsWith(content,
                                           "\x7f"
                                           "ELF");
  struct stat status;
  if (stat(from.c_str(), &status) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot stat \"", from, "\""));
  }
  AddFile(path, std::move(content), status.st_mode & 07777);
  return is_program ? AddLibraries(from) : absl::OkStatus();
}

absl::Status GuestImage::AddLibraries(const std::string& program) {
  if (!libraries_.insert(program).second) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string text, ListLibraries(program));
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, "not found")) {
      return absl::NotFoundError(absl::StrCat("\"", program, "\":", line));
    }
    // "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)", or the linker
    // itself without an arrow. A static program gives no such line.
    const size_t begin = line.find('/');
    const size_t end = line.find(" (0x");
    if (begin == line.npos || end == line.npos || end < begin) continue;
    const std::string library(line.substr(begin, end - begin));
    if (!libraries_.insert(library).second) continue;
    ASSIGN_OR_RETURN(std::string content,
                     base::ReadFile(library, kMaxFileBytes));
    AddFile(library, std::move(content), 0755);
  }
  return absl::OkStatus();
}

absl::Status GuestImage::AddTree(absl::string_view path,
                                 const std::string& from) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::recursive_directory_iterator
           entry(from, fs::directory_options::follow_directory_symlink, error),
       end;
       entry != end; entry.increment(error)) {
    if (error) break;
    const std::string target =
        absl::StrCat(path, entry->path().string().substr(from.size()));
    if (entry->is_directory(error)) {
      AddDirectory(target);
    } else if (entry->is_regular_file(error)) {
      RETURN_IF_ERROR(AddCopy(target, entry->path().string()));
    }
  }
  if (error) {
    return absl::UnknownError(
        absl::StrCat("cannot walk \"", from, "\": ", error.message()));
  }
  return absl::OkStatus();
}

absl::Status GuestImage::WriteTo(const std::string& file) const {
  const base::UniqueFd fd(
      open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) {
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot create \"", file, "\""));
  }
  uint64_t inode = 0;
  for (const auto& [name, entry] : entries_) {
    std::string record;
    AppendRecord(name, entry.mode, ++inode, entry.content, &record);
    RETURN_IF_ERROR(base::WriteAll(fd.get(), record));
  }
  std::string last;
  AppendRecord("TRAILER!!!", 0, 0, "", &last);
  return base::WriteAll(fd.get(), last);
}

}  // namespace conformance
