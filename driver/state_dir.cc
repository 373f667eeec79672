#include "driver/state_dir.h"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file.h"
#include "base/status.h"
#include "driver/shim/exit_record.h"

namespace driver {
namespace {

constexpr size_t kMaxName = 255;  // NAME_MAX
constexpr char kHandleName[] = "handle";

// Injective, and readable for ids as Nomad makes them: "/" becomes "+", other
// bytes that are not letters, digits, "-", "_" and "." become "%" and hex.
std::string FileName(absl::string_view id) {
  std::string name;
  for (const char c : id) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
        c == '_' || (c == '.' && !name.empty())) {
      name.push_back(c);
    } else if (c == '/') {
      name.push_back('+');
    } else {
      absl::StrAppendFormat(&name, "%%%02x", static_cast<unsigned char>(c));
    }
  }
  return name;
}

}  // namespace

StateDir::StateDir(absl::string_view root, absl::string_view task_id)
    : path_(absl::StrCat(root, "/", FileName(task_id))) {}

absl::StatusOr<base::UniqueFd> StateDir::Create() const {
  if (path_.size() - path_.rfind('/') - 1 > kMaxName) {
    return absl::InvalidArgumentError(
        absl::StrCat("the task id is too long for a directory: ", path_));
  }
  if (mkdir(path_.c_str(), 0700) != 0) {
    return base::ErrnoStatus(
        errno,
        absl::StrCat("cannot make the task's state directory \"", path_, "\""));
  }
  ASSIGN_OR_RETURN(base::UniqueFd lock, TryLock());
  if (!lock.valid()) {
    return absl::AbortedError(
        absl::StrCat("somebody else uses \"", path_, "\""));
  }
  return lock;
}

absl::StatusOr<base::UniqueFd> StateDir::TryLock() const {
  ASSIGN_OR_RETURN(base::UniqueFd directory, base::OpenDirectory(path_));
  if (flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return base::UniqueFd();
    return base::ErrnoStatus(errno,
                             absl::StrCat("cannot lock \"", path_, "\""));
  }
  return directory;
}

absl::Status StateDir::Remove() const {
  // The handle first: without it, what a crash leaves here is an unfinished
  // start, with it a task whose end was lost.
  RETURN_IF_ERROR(base::RemoveTree(absl::StrCat(path_, "/", kHandleName)));
  return base::RemoveTree(path_);
}

absl::Status StateDir::WriteHandle(
    const drover::driver::TaskHandle& handle) const {
  return base::WriteFileAtomically(absl::StrCat(path_, "/", kHandleName),
                                   handle.SerializeAsString(), 0600);
}

absl::StatusOr<drover::driver::TaskHandle> StateDir::ReadHandle() const {
  const std::string path = absl::StrCat(path_, "/", kHandleName);
  ASSIGN_OR_RETURN(const std::string bytes, base::ReadFile(path));
  drover::driver::TaskHandle handle;
  if (!handle.ParseFromString(bytes)) {
    return absl::DataLossError(
        absl::StrCat("\"", path, "\" does not hold a task handle"));
  }
  return handle;
}

absl::StatusOr<base::UniqueFd> StateDir::Connect() const {
  ASSIGN_OR_RETURN(const base::UniqueFd directory, base::OpenDirectory(path_));
  base::UniqueFd socket_fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket_fd.valid()) {
    return base::ErrnoStatus(errno, "cannot make a socket");
  }
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  // By way of /proc: the path may be longer than an address.
  const std::string path =
      absl::StrCat("/proc/self/fd/", directory.get(), "/", shim::kSocketName);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (connect(socket_fd.get(), reinterpret_cast<sockaddr*>(&address),
              sizeof(address)) != 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("cannot reach the shim in \"", path_, "\""));
  }
  return socket_fd;
}

absl::StatusOr<std::optional<shim::Message>> StateDir::ReadExitRecord() const {
  const std::string path = absl::StrCat(path_, "/", shim::kExitRecordName);
  const absl::StatusOr<std::string> text =
      base::ReadFile(path, shim::kMaxExitRecord);
  if (absl::IsNotFound(text.status())) return std::optional<shim::Message>();
  RETURN_IF_ERROR(text.status());
  shim::Message message = {};
  if (!shim::ParseExitRecord(text->data(), text->size(), &message)) {
    return absl::DataLossError(
        absl::StrCat("\"", path, "\" is not an exit record"));
  }
  return std::optional<shim::Message>(message);
}

}  // namespace driver
