// Small additions to absl::Status: errno with words, and the two macros that
// Abseil 20220623 does not have.
//
//   ASSIGN_OR_RETURN(UniqueFd dir, OpenDirectory(path));
//   RETURN_IF_ERROR(WriteFileAt(dir.get(), "cgroup.procs", "0"));

#ifndef DROVER_BASE_STATUS_H_
#define DROVER_BASE_STATUS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace base {

// The status for an errno: `what` says what failed and on what; the text of
// the errno is appended. Pass errno saved at the call that set it.
inline absl::Status ErrnoStatus(int error, absl::string_view what) {
  return absl::ErrnoToStatus(error, what);
}

// The same error with words put in front: `task "web": cannot open ...`.
inline absl::Status Prefixed(absl::string_view prefix,
                             const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

}  // namespace base

#define RETURN_IF_ERROR(expression)                         \
  do {                                                      \
    if (absl::Status return_if_error_status = (expression); \
        !return_if_error_status.ok()) {                     \
      return return_if_error_status;                        \
    }                                                       \
  } while (false)

#define DROVER_CONCAT_INNER(a, b) a##b
#define DROVER_CONCAT(a, b) DROVER_CONCAT_INNER(a, b)
#define ASSIGN_OR_RETURN(declaration, expression)                           \
  DROVER_ASSIGN_OR_RETURN(DROVER_CONCAT(status_or_, __LINE__), declaration, \
                          expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration takes none
#define DROVER_ASSIGN_OR_RETURN(result, declaration, expression) \
  auto result = (expression);                                    \
  if (!result.ok()) return std::move(result).status();           \
  declaration = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // DROVER_BASE_STATUS_H_
