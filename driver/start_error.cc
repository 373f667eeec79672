#include "driver/start_error.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace driver {
namespace {

// "permission denied": the text of an errno as it stands inside a sentence.
std::string ErrnoText(int error) {
  char buffer[128];
  std::string text = strerror_r(error, buffer, sizeof(buffer));
  // "Exec format error", but not "RFS specific error".
  if (text.size() > 1 && absl::ascii_islower(text[1])) {
    text[0] = absl::ascii_tolower(text[0]);
  }
  return text;
}

// What to do about a failed execve(2) or chdir(2).
std::string ExecHint(const ProcessPlan& plan, int error) {
  struct stat status;
  const bool found = stat(plan.path.c_str(), &status) == 0;
  switch (error) {
    case ENOEXEC:
      return "the file is neither a program for this machine nor a script "
             "whose first line begins with \"#!\"";
    case ENOENT:
      return found ? "the file is there, so its interpreter (the \"#!\" line, "
                     "or the dynamic loader) is missing"
                   : "the file is gone";
    case EACCES:
      if (found && S_ISDIR(status.st_mode)) return "it is a directory";
      return absl::StrCat(
          "the file must be executable, and the directories above it open, "
          "for uid ",
          plan.user.uid, "; also look for a mount with \"noexec\"");
    case E2BIG:
      return "arguments and environment together are too long";
    case ETXTBSY:
      return "the file is open for writing";
    default:
      return "";
  }
}

std::string WithHint(const std::string& text, const std::string& hint) {
  return hint.empty() ? text : absl::StrCat(text, ": ", hint);
}

}  // namespace

absl::Status StartError(const ProcessPlan& plan, shim::Step step, int error,
                        uint32_t detail) {
  using shim::Step;
  if (error == 0) return absl::OkStatus();
  const std::string text = ErrnoText(error);
  const auto status = [&](std::string message) {
    return absl::Status(base::ErrnoStatus(error, "").code(), message);
  };
  switch (step) {
    case Step::kExec:
      return status(WithHint(
          absl::StrCat("failed to start command \"", plan.path, "\": ", text),
          ExecHint(plan, error)));
    case Step::kChangeDirectory:
      return status(absl::StrCat("failed to start command \"", plan.path,
                                 "\": cannot enter its working directory \"",
                                 plan.cwd, "\": ", text));
    case Step::kJoinGroup: {
      const std::string path =
          detail < plan.groups.size() ? plan.groups[detail].path : "?";
      return status(absl::StrCat("unable to configure cgroups: cannot join \"",
                                 path, "\": ", text));
    }
    case Step::kClone:
      return status(WithHint(
          absl::StrCat("cannot create a process: ", text),
          error == EAGAIN ? "a limit on the number of processes is reached "
                            "(ulimit -u, pids.max, kernel.pid_max)"
                          : ""));
    case Step::kOomScore:
      return status(absl::StrCat("cannot set oom_score_adj to ",
                                 plan.oom_score_adj.value_or(0), ": ", text,
                                 error == EINVAL ? "; it must be from 0 to 1000"
                                 : error == EACCES ? "; only root may lower it"
                                                   : ""));
    case Step::kGroups:
    case Step::kGroupId:
    case Step::kUserId:
      return status(absl::StrCat(
          "cannot change to user ",
          plan.user.name.empty() ? absl::StrCat(plan.user.uid) : plan.user.name,
          " (",
          step == Step::kGroups    ? "setgroups"
          : step == Step::kGroupId ? "setresgid"
                                   : "setresuid",
          "): ", text));
    case Step::kNetworkNamespace:
      return status(absl::StrCat("cannot enter the network namespace: ", text));
    case Step::kOpenLog:
      return status(absl::StrCat("cannot open a log file of the task: ", text));
    case Step::kStateDir:
      return status(absl::StrCat(
          "cannot make the shim's socket in the state directory: ", text));
    case Step::kTerminal:
      return status(
          absl::StrCat("cannot make the terminal control the session: ", text));
    case Step::kNone:
    case Step::kPlan:
    case Step::kPipe:
    case Step::kSession:
    case Step::kStdio:
      break;
  }
  return status(absl::StrCat("cannot start the task's process (step ",
                             static_cast<uint32_t>(step), "): ", text));
}

}  // namespace driver
