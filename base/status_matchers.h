// GoogleTest helpers for absl::Status.
//
//   EXPECT_OK(WriteFileAtomically(path, "x"));
//   ASSERT_OK_AND_ASSIGN(std::string text, ReadFile(path));
//   EXPECT_THAT(Parse("x"), base::StatusIs(absl::StatusCode::kNotFound,
//                                          testing::HasSubstr("x")));

#ifndef DROVER_BASE_STATUS_MATCHERS_H_
#define DROVER_BASE_STATUS_MATCHERS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace base {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER_P2(StatusIs, code, message, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status;
  return testing::Matches(code)(status.code()) &&
         testing::Matches(message)(std::string(status.message()));
}

}  // namespace base

#define EXPECT_OK(expression)                                      \
  do {                                                             \
    const auto& expect_ok_value = (expression);                    \
    EXPECT_TRUE(base::StatusOf(expect_ok_value).ok())              \
        << #expression << ": " << base::StatusOf(expect_ok_value); \
  } while (false)

#define ASSERT_OK(expression)                                      \
  do {                                                             \
    const auto& assert_ok_value = (expression);                    \
    ASSERT_TRUE(base::StatusOf(assert_ok_value).ok())              \
        << #expression << ": " << base::StatusOf(assert_ok_value); \
  } while (false)

#define ASSERT_OK_AND_ASSIGN(declaration, expression)              \
  DROVER_ASSERT_OK_AND_ASSIGN(DROVER_CONCAT(status_or_, __LINE__), \
                              declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration takes none
#define DROVER_ASSERT_OK_AND_ASSIGN(result, declaration, expression)  \
  auto result = (expression);                                         \
  ASSERT_TRUE(result.ok()) << #expression << ": " << result.status(); \
  declaration = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // DROVER_BASE_STATUS_MATCHERS_H_
