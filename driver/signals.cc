#include "driver/signals.h"

#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/nearest_name.h"

namespace driver {
namespace {

struct Entry {
  const char* name;
  int number;
};

constexpr Entry kSignals[] = {
    {"SIGABRT", SIGABRT}, {"SIGALRM", SIGALRM},     {"SIGBUS", SIGBUS},
    {"SIGCHLD", SIGCHLD}, {"SIGCONT", SIGCONT},     {"SIGFPE", SIGFPE},
    {"SIGHUP", SIGHUP},   {"SIGILL", SIGILL},       {"SIGINT", SIGINT},
    {"SIGIO", SIGIO},     {"SIGIOT", SIGIOT},       {"SIGKILL", SIGKILL},
    {"SIGPIPE", SIGPIPE}, {"SIGPOLL", SIGPOLL},     {"SIGPROF", SIGPROF},
    {"SIGPWR", SIGPWR},   {"SIGQUIT", SIGQUIT},     {"SIGSEGV", SIGSEGV},
    {"SIGSTOP", SIGSTOP}, {"SIGSYS", SIGSYS},       {"SIGTERM", SIGTERM},
    {"SIGTRAP", SIGTRAP}, {"SIGTSTP", SIGTSTP},     {"SIGTTIN", SIGTTIN},
    {"SIGTTOU", SIGTTOU}, {"SIGURG", SIGURG},       {"SIGUSR1", SIGUSR1},
    {"SIGUSR2", SIGUSR2}, {"SIGVTALRM", SIGVTALRM}, {"SIGWINCH", SIGWINCH},
    {"SIGXCPU", SIGXCPU}, {"SIGXFSZ", SIGXFSZ},
};

// "+3" or "-3" after SIGRTMIN or SIGRTMAX; -1 when it is neither.
int ParseOffset(absl::string_view text, char sign) {
  if (text.empty()) return 0;
  int offset = 0;
  if (text[0] != sign || text.size() > 3 ||
      !absl::SimpleAtoi(text.substr(1), &offset) || text[1] == '+' ||
      text[1] == '-') {
    return -1;
  }
  return offset;
}

}  // namespace

absl::StatusOr<int> ParseSignal(absl::string_view name) {
  for (const Entry& entry : kSignals) {
    if (name == entry.name) return entry.number;
  }
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "SIGRTMIN")) {
    const int offset = ParseOffset(rest, '+');
    if (offset >= 0 && SIGRTMIN + offset <= SIGRTMAX) return SIGRTMIN + offset;
  } else if (absl::ConsumePrefix(&rest, "SIGRTMAX")) {
    const int offset = ParseOffset(rest, '-');
    if (offset >= 0 && SIGRTMAX - offset >= SIGRTMIN) return SIGRTMAX - offset;
  } else if (int number = 0;
             absl::SimpleAtoi(name, &number) &&
             name.find_first_not_of("0123456789") == absl::string_view::npos &&
             number >= 1 && number <= SIGRTMAX) {
    return number;
  }
  std::string hint;
  if (const std::string nearest = base::NearestName(name, SignalNames());
      !nearest.empty()) {
    hint = absl::StrCat("; did you mean \"", nearest, "\"?");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown signal \"", name, "\"", hint,
                   " (known: ", absl::StrJoin(SignalNames(), " "),
                   ", SIGRTMIN+n, SIGRTMAX-n, 1 to ", SIGRTMAX, ")"));
}

std::string SignalName(int signal) {
  if (signal == SIGABRT) return "SIGABRT";
  for (const Entry& entry : kSignals) {
    if (signal == entry.number) return entry.name;
  }
  if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
    return signal == SIGRTMIN ? "SIGRTMIN"
                              : absl::StrCat("SIGRTMIN+", signal - SIGRTMIN);
  }
  return absl::StrCat(signal);
}

const std::vector<std::string>& SignalNames() {
  static const std::vector<std::string>* const names = [] {
    auto* list = new std::vector<std::string>;
    for (const Entry& entry : kSignals) list->push_back(entry.name);
    return list;
  }();
  return *names;
}

}  // namespace driver
