#include "base/status.h"

#include <cerrno>
#include <memory>
#include <string>

#include "base/status_matchers.h"

namespace base {
namespace {

using testing::HasSubstr;

absl::StatusOr<std::unique_ptr<int>> Make(bool ok) {
  if (!ok) return absl::NotFoundError("nothing here");
  return std::make_unique<int>(7);
}

absl::StatusOr<int> Read(bool ok) {
  ASSIGN_OR_RETURN(std::unique_ptr<int> value, Make(ok));
  return *value;
}

absl::Status Check(bool ok) {
  RETURN_IF_ERROR(Make(ok).status());
  return absl::OkStatus();
}

TEST(Status, AssignOrReturnMovesTheValueOrReturnsTheError) {
  ASSERT_OK_AND_ASSIGN(int value, Read(true));
  EXPECT_EQ(value, 7);
  EXPECT_THAT(Read(false),
              StatusIs(absl::StatusCode::kNotFound, "nothing here"));
}

TEST(Status, ReturnIfErrorReturnsOnlyErrors) {
  EXPECT_OK(Check(true));
  EXPECT_THAT(Check(false),
              StatusIs(absl::StatusCode::kNotFound, "nothing here"));
}

TEST(Status, ErrnoStatusCarriesTheWordsAndTheErrnoText) {
  EXPECT_THAT(ErrnoStatus(ENOENT, "cannot open \"/x\""),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("cannot open \"/x\": No such file")));
}

TEST(Status, PrefixedKeepsTheCode) {
  EXPECT_THAT(Prefixed("task \"a\": ", absl::AbortedError("b")),
              StatusIs(absl::StatusCode::kAborted, "task \"a\": b"));
  EXPECT_OK(Prefixed("task \"a\": ", absl::OkStatus()));
}

}  // namespace
}  // namespace base
