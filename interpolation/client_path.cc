#include "interpolation/client_path.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/open_beneath.h"
#include "base/status.h"
#include "interpolation/interpolate.h"

namespace interpolation {
namespace {

// The path as seen from the directory; nothing when it is not in it.
std::optional<std::string> Below(absl::string_view path,
                                 absl::string_view directory) {
  const std::string clean = CleanPath(directory);
  if (path == clean) return ".";
  absl::string_view rest = path;
  if (clean != "/") {
    if (!absl::ConsumePrefix(&rest, clean)) return std::nullopt;
    if (!absl::StartsWith(rest, "/")) return std::nullopt;
  }
  return std::string(rest.substr(1));
}

bool IsInside(absl::string_view path, const ClientDirectories& directories) {
  return Below(path, directories.task_root).has_value() ||
         Below(path, directories.alloc_dir).has_value();
}

}  // namespace

std::string CleanPath(absl::string_view path) {
  const bool rooted = absl::StartsWith(path, "/");
  std::vector<absl::string_view> parts;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!rooted) {
      parts.push_back(part);
    }
  }
  std::string clean =
      absl::StrCat(rooted ? "/" : "", absl::StrJoin(parts, "/"));
  return clean.empty() ? "." : clean;
}

ClientPath ResolveClientPath(absl::string_view text, Join join,
                             const TaskEnv& env,
                             const ClientDirectories& directories,
                             std::vector<std::string>* unknown) {
  const std::string named = Interpolate(
      text,
      [&env](absl::string_view name) -> std::optional<absl::string_view> {
        if (const auto value = env.Variable(name)) return value;
        return env.node().Find(name);
      },
      unknown);
  ClientPath result;
  result.path = CleanPath(named);
  const bool relative = !absl::StartsWith(named, "/");
  if (relative || (join == Join::kYes && !IsInside(result.path, directories))) {
    result.path = CleanPath(absl::StrCat(directories.task_root, "/", named));
  }
  result.escapes = !IsInside(result.path, directories);
  return result;
}

absl::Status PathEscapes(absl::string_view text, const ClientPath& path) {
  return absl::PermissionDeniedError(absl::StrCat(
      "path \"", text, "\" is \"", path.path,
      "\", which lies outside of the task's and the allocation's shared "
      "directory; begin it with local/, secrets/ or ${NOMAD_ALLOC_DIR}/"));
}

absl::StatusOr<base::UniqueFd> OpenClientPath(
    const ClientPath& path, const ClientDirectories& directories, int flags,
    mode_t mode) {
  for (const std::string* root :
       {&directories.task_root, &directories.alloc_dir}) {
    const auto below = Below(path.path, *root);
    if (!below) continue;
    ASSIGN_OR_RETURN(const base::UniqueFd directory,
                     base::OpenDirectory(*root));
    return base::OpenBeneath(directory.get(), *below, flags, mode);
  }
  return PathEscapes(path.path, path);
}

bool LeavesAllocation(absl::string_view destination) {
  // Joined, not replaced, also when it is absolute.
  const std::string clean = CleanPath(absl::StrCat("alloc/task/", destination));
  return clean != "alloc" && !absl::StartsWith(clean, "alloc/");
}

}  // namespace interpolation
