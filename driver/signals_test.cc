#include "driver/signals.h"

#include <csignal>

#include "base/status_matchers.h"

namespace driver {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(ParseSignal, KnowsNamesRealTimeSignalsAndNumbers) {
  const struct {
    const char* name;
    int want;
  } kCases[] = {
      {"SIGINT", SIGINT},
      {"SIGKILL", SIGKILL},
      {"SIGIOT", SIGABRT},
      {"SIGPWR", SIGPWR},
      {"SIGRTMIN", SIGRTMIN},
      {"SIGRTMIN+3", SIGRTMIN + 3},
      {"SIGRTMAX", SIGRTMAX},
      {"SIGRTMAX-2", SIGRTMAX - 2},
      {"15", 15},
      {"64", 64},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    ASSERT_OK_AND_ASSIGN(const int signal, ParseSignal(c.name));
    EXPECT_EQ(signal, c.want);
  }
}

TEST(ParseSignal, RX_096_RefusesWhatIsNoSignalAndNamesTheNearest) {
  for (const char* name : {"SIGUSR1x", "USR1", "sigusr1", "", "SIGFOO", "0",
                           "65", "-9", "+9", " 9", "SIGRTMIN+99", "SIGRTMIN-1",
                           "SIGRTMAX+1", "SIGRTMIN+", "SIGRTMIN+-1"}) {
    SCOPED_TRACE(name);
    EXPECT_THAT(ParseSignal(name),
                base::StatusIs(
                    absl::StatusCode::kInvalidArgument,
                    AllOf(HasSubstr("unknown signal"), HasSubstr("SIGTERM"))));
  }
  EXPECT_THAT(ParseSignal("SIGUSR1x"),
              base::StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("did you mean \"SIGUSR1\"?")));
}

TEST(SignalName, IsWhatParseSignalReads) {
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (signal == SIGSTKFLT || signal == 32 || signal == 33) continue;
    ASSERT_OK_AND_ASSIGN(const int parsed, ParseSignal(SignalName(signal)));
    EXPECT_EQ(parsed, signal);
  }
}

}  // namespace
}  // namespace driver
