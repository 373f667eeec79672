// How long it takes until a task is gone: from the call of StopTask() until
// every process is reaped and the group is removed.
//
// The task is a program that has forked a number of children which only wait,
// like a server with its workers. With SIGKILL and no timeout that is the pure
// price of ending them; with SIGTERM and a main process that ends at once it
// is the usual stop of a well-behaved task.
//
// The floor writes to cgroup.kill, or sends the signal, reaps each process and
// removes the group, in the calling process itself.
//
// Worrying: ratio_to_floor above 2.

#include <fcntl.h>
#include <signal.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "benchmarks/floor.h"
#include "benchmarks/race.h"
#include "benchmarks/workbench.h"

namespace benchmarks {
namespace {

absl::StatusOr<absl::Duration> StopOurs(Workbench& bench, int processes,
                                        int signal) {
  ASSIGN_OR_RETURN(const driver::TaskConfig task,
                   bench.MakeTask({"brood", absl::StrCat(processes)}));
  ASSIGN_OR_RETURN(const driver::TaskHandle handle,
                   bench.driver().StartTask(task));
  ASSIGN_OR_RETURN(const base::UniqueFd group,
                   base::OpenDirectory(handle.cgroups().unified()));
  RETURN_IF_ERROR(WaitForProcesses(group.get(), processes));
  const absl::Duration start = Now();
  RETURN_IF_ERROR(
      signal == SIGKILL
          ? bench.driver().StopTask(task.id, absl::ZeroDuration(), "SIGKILL")
          : bench.driver().StopTask(task.id, absl::Seconds(10), "SIGTERM"));
  const absl::Duration taken = Now() - start;
  RETURN_IF_ERROR(bench.driver().DestroyTask(task.id, /*force=*/false));
  return taken;
}

absl::StatusOr<absl::Duration> StopBare(Workbench& bench, int processes,
                                        int signal) {
  const auto bound = bench.Bind({"brood", absl::StrCat(processes)});
  ASSIGN_OR_RETURN(Bare bare, Bare::Start(bound->program, bench.group_parent(),
                                          bench.NewGroupName()));
  RETURN_IF_ERROR(WaitForProcesses(bare.group(), processes));
  const absl::Duration start = Now();
  RETURN_IF_ERROR(signal == SIGKILL ? bare.End(processes)
                                    : bare.EndBySignal(signal));
  return Now() - start;
}

void RegisterStop(const std::string& name, int processes, int signal,
                  int rounds) {
  const auto bench = std::make_shared<std::unique_ptr<Workbench>>();
  Race race;
  race.name = name;
  race.rounds = rounds;
  race.prepare = [bench]() -> absl::Status {
    ASSIGN_OR_RETURN(*bench, Workbench::Open());
    return absl::OkStatus();
  };
  race.finish = [bench]() -> absl::Status {
    const std::unique_ptr<Workbench> closing = std::move(*bench);
    return closing == nullptr ? absl::OkStatus() : closing->Close();
  };
  race.lanes = {
      {"", [=] { return StopOurs(**bench, processes, signal); }},
      {"_floor", [=] { return StopBare(**bench, processes, signal); }}};
  Register(std::move(race));
}

}  // namespace
}  // namespace benchmarks

int main(int argc, char** argv) {
  using benchmarks::RegisterStop;
  RegisterStop("StopTask/sigterm", 1, SIGTERM, 200);
  RegisterStop("StopTask/processes:1", 1, SIGKILL, 200);
  RegisterStop("StopTask/processes:10", 10, SIGKILL, 100);
  RegisterStop("StopTask/processes:100", 100, SIGKILL, 30);
  RegisterStop("StopTask/processes:1000", 1000, SIGKILL, 10);
  return benchmarks::Main(argc, argv);
}
