// abspath basename dirname file filebase64 fileexists fileset pathexpand
//
// Only the command line may use them: an agent that parses a job for somebody
// else must not read its own files for them. Until AddFileFunctions() they
// fail.

#include <fnmatch.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status.h"
#include "hcl/function_groups.h"
#include "hcl/text.h"

namespace hcl {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxFilesVisited = 100000;

fs::path ToPath(absl::string_view text) { return fs::path(std::string(text)); }

absl::StatusOr<std::string> HomeOf(const std::string& user) {
  if (user.empty()) {
    if (const char* home = getenv("HOME"); home != nullptr && *home != '\0') {
      return std::string(home);
    }
  }
  passwd entry;
  passwd* found = nullptr;
  char buffer[16384];
  const int error =
      user.empty()
          ? getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found)
          : getpwnam_r(user.c_str(), &entry, buffer, sizeof(buffer), &found);
  if (error != 0 || found == nullptr) {
    return absl::NotFoundError("cannot find the home directory");
  }
  return std::string(found->pw_dir);
}

// A leading ~ is the user's home; ~somebody is not supported by the language.
absl::StatusOr<std::string> ExpandHome(const std::string& path) {
  if (path.empty() || path[0] != '~') return path;
  if (path.size() > 1 && path[1] != '/') {
    return absl::InvalidArgumentError("cannot expand user-specific home dir");
  }
  absl::StatusOr<std::string> home = HomeOf("");
  if (!home.ok()) return home;
  return *home + path.substr(1);
}

// Where a path of the job file is on disk.
absl::StatusOr<std::string> Locate(const std::string& base_dir,
                                   const std::string& path) {
  absl::StatusOr<std::string> expanded = ExpandHome(path);
  if (!expanded.ok()) return expanded;
  fs::path full = ToPath(*expanded);
  if (full.is_relative() && !base_dir.empty()) full = ToPath(base_dir) / full;
  return full.lexically_normal().string();
}

absl::StatusOr<std::string> Read(const std::string& base_dir,
                                 const std::string& path, Budget& budget) {
  absl::StatusOr<std::string> full = Locate(base_dir, path);
  if (!full.ok()) return full;
  struct stat info;
  if (stat(full->c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return ArgumentError(0, absl::StrCat("no file exists at ", *full));
    }
    return ArgumentError(
        0, absl::StrCat("failed to open ", *full, ": ",
                        base::ErrnoStatus(errno, "stat").message()));
  }
  if (!S_ISREG(info.st_mode)) {
    return ArgumentError(0, absl::StrCat(*full, " is not a regular file"));
  }
  const absl::Status paid =
      PayForString(static_cast<size_t>(info.st_size), budget);
  if (!paid.ok()) return paid;
  absl::StatusOr<std::string> content = base::ReadFile(*full, kMaxStringBytes);
  if (!content.ok()) {
    return ArgumentError(0, content.status().message());
  }
  return content;
}

// One component of a pattern against one name, or with ** any number.
bool Matches(absl::Span<const std::string> pattern,
             absl::Span<const std::string> names, int* steps) {
  if (--*steps < 0) return false;
  if (pattern.empty()) return names.empty();
  if (pattern[0] == "**") {
    for (size_t skip = 0; skip <= names.size(); ++skip) {
      if (Matches(pattern.subspan(1), names.subspan(skip), steps)) return true;
    }
    return false;
  }
  return !names.empty() &&
         fnmatch(pattern[0].c_str(), names[0].c_str(), FNM_PATHNAME) == 0 &&
         Matches(pattern.subspan(1), names.subspan(1), steps);
}

// `*.{hcl,json}` as two patterns.
void ExpandBraces(const std::string& pattern, std::vector<std::string>* out) {
  constexpr size_t kMost = 64;
  const size_t open = pattern.find('{');
  const size_t close =
      open == std::string::npos ? open : pattern.find('}', open);
  if (close == std::string::npos || out->size() >= kMost) {
    out->push_back(pattern);
    return;
  }
  const std::string inside = pattern.substr(open + 1, close - open - 1);
  for (const absl::string_view choice : absl::StrSplit(inside, ',')) {
    ExpandBraces(absl::StrCat(pattern.substr(0, open), choice,
                              pattern.substr(close + 1)),
                 out);
  }
}

Result FileSet(const std::string& base_dir, Arguments a, Budget& budget) {
  const absl::StatusOr<std::string> root = Locate(base_dir, a[0].AsString());
  if (!root.ok()) return root.status();
  std::vector<std::string> patterns;
  ExpandBraces(a[1].AsString(), &patterns);
  std::vector<std::vector<std::string>> split;
  for (const std::string& p : patterns) {
    split.push_back(absl::StrSplit(ToPath(p).lexically_normal().string(), '/',
                                   absl::SkipEmpty()));
  }
  ValueList found;
  std::error_code error;
  int visited = 0;
  fs::recursive_directory_iterator it(
      *root, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    if (++visited > kMaxFilesVisited) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "there are more than ", kMaxFilesVisited, " files below ", *root));
    }
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    const std::string relative = it->path().lexically_relative(*root).string();
    const std::vector<std::string> names =
        absl::StrSplit(relative, '/', absl::SkipEmpty());
    for (const std::vector<std::string>& pattern : split) {
      int steps = 10000;
      if (!Matches(pattern, names, &steps)) continue;
      const absl::Status paid = PayForElements(1, budget);
      if (!paid.ok()) return paid;
      found.push_back(Value::String(relative));
      break;
    }
  }
  if (error) {
    return ArgumentError(
        0, absl::StrCat("failed to list ", *root, ": ", error.message()));
  }
  return Value::Set(Type::String(), std::move(found));
}

std::string Basename(const std::string& path) {
  if (path.empty()) return ".";
  const size_t last = path.find_last_not_of('/');
  if (last == std::string::npos) return "/";
  const std::string trimmed = path.substr(0, last + 1);
  return trimmed.substr(trimmed.rfind('/') + 1);
}

std::string Dirname(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  std::string dir =
      ToPath(path.substr(0, slash + 1)).lexically_normal().string();
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  return dir.empty() ? "." : dir;
}

}  // namespace

void AddDisabledFileFunctions(FunctionTable* table) {
  for (const char* name :
       {"abspath", "basename", "dirname", "file", "filebase64", "fileexists",
        "fileset", "pathexpand"}) {
    AddVariadic(
        table, name, {}, {"args", Type::Dynamic(), true},
        [](Arguments) -> Result {
          return absl::PermissionDeniedError("filesystem function disabled");
        });
  }
}

void AddFileFunctions(const FileFunctionOptions& options,
                      FunctionTable* table) {
  const std::string base_dir = options.base_dir;
  const Parameter path = StringParameter("path");
  Add(table, "abspath", {path}, [base_dir](Arguments a) -> Result {
    const absl::StatusOr<std::string> full = Locate(base_dir, a[0].AsString());
    if (!full.ok()) return full.status();
    std::error_code error;
    const fs::path absolute = fs::absolute(ToPath(*full), error);
    if (error) return absl::InternalError(error.message());
    return Value::String(absolute.lexically_normal().string());
  });
  Add(table, "basename", {path}, [](Arguments a) -> Result {
    return Value::String(Basename(a[0].AsString()));
  });
  Add(table, "dirname", {path}, [](Arguments a) -> Result {
    return Value::String(Dirname(a[0].AsString()));
  });
  Add(table, "file", {path}, [base_dir](Arguments a, Budget& budget) -> Result {
    absl::StatusOr<std::string> content =
        Read(base_dir, a[0].AsString(), budget);
    if (!content.ok()) return content.status();
    if (!IsValidUtf8(*content)) {
      return ArgumentError(
          0, absl::StrCat("contents of ", a[0].AsString(),
                          " are not valid UTF-8; use the filebase64 "
                          "function to obtain the Base64 encoded "
                          "contents"));
    }
    return Value::String(NormalizeNfc(*content));
  });
  Add(table, "filebase64", {path},
      [base_dir](Arguments a, Budget& budget) -> Result {
        absl::StatusOr<std::string> content =
            Read(base_dir, a[0].AsString(), budget);
        if (!content.ok()) return content.status();
        return Value::String(absl::Base64Escape(*content));
      });
  Add(table, "fileexists", {path}, [base_dir](Arguments a) -> Result {
    const absl::StatusOr<std::string> full = Locate(base_dir, a[0].AsString());
    if (!full.ok()) return full.status();
    struct stat info;
    if (stat(full->c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return Value::Bool(false);
      return ArgumentError(0, base::ErrnoStatus(errno, *full).message());
    }
    if (S_ISREG(info.st_mode)) return Value::Bool(true);
    return ArgumentError(0, absl::StrCat(*full, " is not a regular file"));
  });
  Add(table, "fileset", {path, StringParameter("pattern")},
      [base_dir](Arguments a, Budget& budget) -> Result {
        return FileSet(base_dir, a, budget);
      });
  Add(table, "pathexpand", {path}, [](Arguments a) -> Result {
    const absl::StatusOr<std::string> full = ExpandHome(a[0].AsString());
    if (!full.ok()) return full.status();
    return Value::String(*full);
  });
}

}  // namespace hcl
