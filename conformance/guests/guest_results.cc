#include "conformance/guests/guest_results.h"

#include <sys/wait.h>

#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"

namespace conformance {
namespace {

using nlohmann::json;
using Outcome = GuestCase::Outcome;

struct Record {
  std::string program;
  int status = 0;
  int processes = 0;
  int groups = 0;
  absl::string_view report;
  absl::string_view output;
};

// Takes one record off the stream; false when there is no whole one.
bool TakeRecord(absl::string_view* stream, Record* record) {
  const size_t line_end = stream->find('\n');
  if (line_end == stream->npos) return false;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(stream->substr(0, line_end), ' ');
  size_t report = 0;
  size_t output = 0;
  if (fields.size() != 7 || fields[0] != "TEST" ||
      !absl::SimpleAtoi(fields[2], &record->status) ||
      !absl::SimpleAtoi(fields[3], &record->processes) ||
      !absl::SimpleAtoi(fields[4], &record->groups) ||
      !absl::SimpleAtoi(fields[5], &report) ||
      !absl::SimpleAtoi(fields[6], &output)) {
    return false;
  }
  record->program = std::string(fields[1]);
  const absl::string_view rest = stream->substr(line_end + 1);
  if (report > rest.size() || output > rest.size() - report) return false;
  record->report = rest.substr(0, report);
  record->output = rest.substr(report, output);
  *stream = rest.substr(report + output);
  return true;
}

// The text at `key` of each element of the array at `list`.
std::string Messages(const json& test, const char* list, const char* key) {
  std::string text;
  const auto found = test.find(list);
  if (found == test.end() || !found->is_array()) return text;
  for (const json& one : *found) {
    if (one.is_object()) absl::StrAppend(&text, one.value(key, ""), "\n");
  }
  return text;
}

// Reads values of the expected types only; a report of another form has fewer
// cases, and "Ends" fails for it.
bool AddReport(const std::string& prefix, absl::string_view report,
               std::vector<GuestCase>* cases) {
  const json parsed = json::parse(report.begin(), report.end(), nullptr,
                                  /*allow_exceptions=*/false);
  if (!parsed.is_object()) return false;
  const auto suites = parsed.find("testsuites");
  if (suites == parsed.end() || !suites->is_array()) return false;
  for (const json& suite : *suites) {
    if (!suite.is_object()) return false;
    const auto tests = suite.find("testsuite");
    if (tests == suite.end() || !tests->is_array()) return false;
    for (const json& test : *tests) {
      const auto is_text = [&](const char* key) {
        const auto found = test.find(key);
        return found != test.end() && found->is_string();
      };
      if (!test.is_object() || !is_text("name") || !is_text("classname") ||
          !is_text("result")) {
        return false;
      }
      GuestCase one;
      one.suite = absl::StrCat(prefix, ".",
                               test["classname"].get_ref<const std::string&>());
      one.name = test["name"].get_ref<const std::string&>();
      if (test["result"].get_ref<const std::string&>() == "SKIPPED") {
        one.outcome = Outcome::kSkipped;
        one.message = Messages(test, "skipped", "message");
      }
      if (test.contains("failures")) {
        one.outcome = Outcome::kFailed;
        one.message = Messages(test, "failures", "failure");
      }
      cases->push_back(std::move(one));
    }
  }
  return true;
}

std::string ShortName(absl::string_view program) {
  const size_t slash = program.rfind('/');
  return std::string(slash == program.npos ? program
                                           : program.substr(slash + 1));
}

std::string LastPart(absl::string_view output) {
  constexpr size_t kShown = 4000;
  return std::string(
      output.substr(output.size() > kShown ? output.size() - kShown : 0));
}

GuestCase Check(const std::string& suite, const char* name, bool passed,
                std::string message) {
  return {suite, name, passed ? Outcome::kPassed : Outcome::kFailed,
          passed ? "" : std::move(message)};
}

}  // namespace

std::vector<GuestCase> ParseGuestResults(
    absl::string_view stream, const std::vector<std::string>& programs) {
  std::vector<GuestCase> cases;
  std::set<std::string> seen;
  Record record;
  while (TakeRecord(&stream, &record)) {
    seen.insert(record.program);
    const std::string suite = ShortName(record.program);
    const size_t before = cases.size();
    const bool report = AddReport(suite, record.report, &cases);
    bool failed = false;
    for (size_t i = before; i < cases.size(); ++i) {
      failed = failed || cases[i].outcome == Outcome::kFailed;
    }
    // GoogleTest ends with 1 when a case has failed, which that case says.
    const bool ended =
        WIFEXITED(record.status) && (WEXITSTATUS(record.status) == 0 || failed);
    cases.push_back(
        Check(suite, "Ends", report && ended,
              absl::StrCat(report ? "" : "no report; ", "wait status ",
                           record.status, "\n", LastPart(record.output))));
    cases.push_back(
        Check(suite, "LeavesNothingBehind",
              record.processes == 0 && record.groups == 0,
              absl::StrCat(record.processes, " processes and ", record.groups,
                           " groups are left\n", LastPart(record.output))));
  }
  for (const std::string& program : programs) {
    if (seen.count(program) != 0) continue;
    cases.push_back(Check(ShortName(program), "Ends", false,
                          "the guest ended before this program had run"));
  }
  if (stream != "DONE\n") {
    cases.push_back(Check(
        "guest", "RunsToItsEnd", false,
        absl::StrCat("its report ends with: \"", LastPart(stream), "\"")));
  }
  return cases;
}

}  // namespace conformance
