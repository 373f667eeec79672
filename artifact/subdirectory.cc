#include "artifact/subdirectory.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "artifact/beneath.h"
#include "artifact/directory.h"
#include "base/status.h"

namespace artifact {
namespace {

bool HasWildcard(const std::string& part) {
  return part.find_first_of("*?[") != std::string::npos;
}

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : absl::StrCat(path, "/", name);
}

}  // namespace

absl::StatusOr<std::string> FindSubdirectory(int directory,
                                             const std::string& pattern,
                                             bool may_be_file) {
  const std::string quoted = absl::CHexEscape(pattern);
  std::vector<std::string> found = {""};
  for (const std::string& part : PathParts(pattern)) {
    if (part == "..") {
      return absl::InvalidArgumentError(
          "subdirectory component contain path traversal out of the "
          "repository");
    }
    std::vector<std::string> next;
    for (const std::string& path : found) {
      const auto at = OpenBeneath(directory, path, O_RDONLY | O_DIRECTORY);
      if (!at.ok()) continue;  // a file or a link: nothing is below it
      if (!HasWildcard(part)) {
        struct stat status;
        if (fstatat(at->get(), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) ==
            0) {
          next.push_back(Join(path, part));
        }
        continue;
      }
      ASSIGN_OR_RETURN(const std::vector<std::string> names,
                       EntriesOf(at->get()));
      for (const std::string& name : names) {
        if (fnmatch(part.c_str(), name.c_str(), 0) == 0) {
          next.push_back(Join(path, name));
        }
      }
    }
    found = std::move(next);
  }
  if (found.empty()) {
    return absl::NotFoundError(
        absl::StrCat("subdir \"", quoted, "\" not found"));
  }
  if (found.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("subdir \"", quoted, "\" matches multiple paths"));
  }
  const auto opened = OpenBeneath(directory, found[0], O_PATH);
  struct stat status;
  if (!opened.ok() || fstat(opened->get(), &status) != 0 ||
      !(S_ISDIR(status.st_mode) || (may_be_file && S_ISREG(status.st_mode)))) {
    return absl::FailedPreconditionError(
        absl::StrCat("subdir \"", quoted, "\" is not a directory"));
  }
  return found[0];
}

}  // namespace artifact
