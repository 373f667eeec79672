#include "conformance/guests/guest_results.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kReport[] = R"({"testsuites":[{"name":"A","testsuite":[
  {"name":"Works","classname":"A","result":"COMPLETED"},
  {"name":"Waits","classname":"A","result":"SKIPPED",
   "skipped":[{"message":"no v2 tree"}]},
  {"name":"Fails","classname":"A","result":"COMPLETED",
   "failures":[{"failure":"a.cc:1\nexpected 1","type":""}]}]}]})";

std::string Record(const std::string& program, int status, int processes,
                   int groups, const std::string& report,
                   const std::string& output) {
  return absl::StrCat("TEST ", program, " ", status, " ", processes, " ",
                      groups, " ", report.size(), " ", output.size(), "\n",
                      report, output);
}

// "A.Works ok", "A.Fails failed", "A.Waits skipped".
std::vector<std::string> Lines(const std::vector<GuestCase>& cases) {
  std::vector<std::string> lines;
  for (const GuestCase& one : cases) {
    lines.push_back(absl::StrCat(
        one.FullName(), one.outcome == GuestCase::Outcome::kPassed ? " ok"
                        : one.outcome == GuestCase::Outcome::kSkipped
                            ? " skipped"
                            : " failed"));
  }
  return lines;
}

TEST(ParseGuestResults, TakesEveryCaseOfEveryProgram) {
  const std::vector<GuestCase> cases = ParseGuestResults(
      absl::StrCat(Record("/t/a_test", 256, 0, 0, kReport, "text\nDONE\n"),
                   Record("/t/b_test", 0, 0, 0, R"({"testsuites":[]})", ""),
                   "DONE\n"),
      {"/t/a_test", "/t/b_test"});
  EXPECT_THAT(Lines(cases),
              ElementsAre("a_test.A.Works ok", "a_test.A.Waits skipped",
                          "a_test.A.Fails failed", "a_test.Ends ok",
                          "a_test.LeavesNothingBehind ok", "b_test.Ends ok",
                          "b_test.LeavesNothingBehind ok"));
  EXPECT_EQ(cases[1].message, "no v2 tree\n");
  EXPECT_THAT(cases[2].message, HasSubstr("expected 1"));
}

TEST(ParseGuestResults, SaysWhenAProgramCrashedOrLeftSomething) {
  const std::vector<GuestCase> cases = ParseGuestResults(
      absl::StrCat(Record("/t/a_test", 11, 2, 1, "", "last words"), "DONE\n"),
      {"/t/a_test"});
  ASSERT_THAT(Lines(cases), ElementsAre("a_test.Ends failed",
                                        "a_test.LeavesNothingBehind failed"));
  EXPECT_THAT(cases[0].message, HasSubstr("last words"));
  EXPECT_THAT(cases[1].message, HasSubstr("2 processes and 1 groups"));
}

TEST(ParseGuestResults, AnExitCodeWithoutAFailedCaseIsAFailure) {
  EXPECT_THAT(
      Lines(ParseGuestResults(absl::StrCat(Record("/t/a_test", 256, 0, 0,
                                                  R"({"testsuites":[]})", ""),
                                           "DONE\n"),
                              {"/t/a_test"})),
      ElementsAre("a_test.Ends failed", "a_test.LeavesNothingBehind ok"));
}

TEST(ParseGuestResults, AGuestThatDiedIsAFailureWhereverItsReportEnds) {
  const std::string whole = absl::StrCat(
      Record("/t/a_test", 0, 0, 0, R"({"testsuites":[]})", "out"), "DONE\n");
  for (size_t length = 0; length < whole.size(); ++length) {
    SCOPED_TRACE(length);
    int failed = 0;
    for (const GuestCase& one :
         ParseGuestResults(whole.substr(0, length), {"/t/a_test"})) {
      failed += one.outcome == GuestCase::Outcome::kFailed ? 1 : 0;
    }
    EXPECT_GE(failed, 1);
  }
}

TEST(ParseGuestResults, ReportsOfAnotherFormAreFailures) {
  const struct {
    const char* why;
    const char* report;
  } kCases[] = {
      {"no JSON", "<xml/>"},
      {"no object", "[1]"},
      {"no list", R"({"testsuites":3})"},
      {"a suite that is none", R"({"testsuites":[7]})"},
      {"a case that is none", R"({"testsuites":[{"testsuite":[7]}]})"},
      {"no result",
       R"({"testsuites":[{"testsuite":[{"name":"a","classname":"b"}]}]})"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Lines(ParseGuestResults(
                        absl::StrCat(Record("/t/a_test", 0, 0, 0, c.report, ""),
                                     "DONE\n"),
                        {"/t/a_test"}))
                  .front(),
              "a_test.Ends failed");
  }
}

}  // namespace
}  // namespace conformance
