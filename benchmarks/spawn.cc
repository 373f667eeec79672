// How long a task takes to start: from the call of StartTask() until the
// execve() of its command has succeeded.
//
// The floor does the least that the kernel needs for a process in a group of
// its own (floor.h); posix_spawn is what a program gets that asks for neither
// group nor supervision. Back to back is an agent that brings up a node; with
// 3 ms between starts caches have cooled down and the kernel has found its
// grace periods, as on a machine with other things to do.
//
// Worrying: ratio_to_floor above 2.5; StartTask/running:1000 more than 20 %
// over StartTask/running:1.

#include <signal.h>
#include <sys/wait.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "benchmarks/floor.h"
#include "benchmarks/race.h"
#include "benchmarks/workbench.h"

namespace benchmarks {
namespace {

absl::StatusOr<absl::Duration> StartOurs(Workbench& bench) {
  ASSIGN_OR_RETURN(const driver::TaskConfig task, bench.MakeTask({"wait"}));
  const absl::Duration start = Now();
  RETURN_IF_ERROR(bench.driver().StartTask(task).status());
  const absl::Duration taken = Now() - start;
  RETURN_IF_ERROR(bench.driver().DestroyTask(task.id, /*force=*/true));
  return taken;
}

absl::StatusOr<absl::Duration> StartBare(Workbench& bench) {
  const auto bound = bench.Bind({"wait"});
  const std::string name = bench.NewGroupName();
  const absl::Duration start = Now();
  ASSIGN_OR_RETURN(Bare bare,
                   Bare::Start(bound->program, bench.group_parent(), name));
  const absl::Duration taken = Now() - start;
  RETURN_IF_ERROR(bare.End(1));
  return taken;
}

absl::StatusOr<absl::Duration> StartByPosixSpawn(Workbench& bench) {
  const auto bound = bench.Bind({"wait"});
  const absl::Duration start = Now();
  ASSIGN_OR_RETURN(const pid_t pid, PosixSpawn(bound->program));
  const absl::Duration taken = Now() - start;
  (void)kill(pid, SIGKILL);
  (void)waitpid(pid, nullptr, 0);
  return taken;
}

void RegisterStart(const std::string& name, absl::Duration pause, int running) {
  const auto bench = std::make_shared<std::unique_ptr<Workbench>>();
  Race race;
  race.name = name;
  race.rounds = 300;
  race.pause = pause;
  race.prepare = [bench, running]() -> absl::Status {
    ASSIGN_OR_RETURN(*bench, Workbench::Open());
    return (*bench)->KeepRunning(
        static_cast<int>(Size(running, running > 0 ? 2 : 0)));
  };
  race.finish = [bench]() -> absl::Status {
    const std::unique_ptr<Workbench> closing = std::move(*bench);
    return closing == nullptr ? absl::OkStatus() : closing->Close();
  };
  race.lanes = {{"", [bench] { return StartOurs(**bench); }},
                {"_floor", [bench] { return StartBare(**bench); }}};
  if (running == 0) {
    race.lanes.push_back(
        {"_posix_spawn", [bench] { return StartByPosixSpawn(**bench); }});
  }
  Register(std::move(race));
}

}  // namespace
}  // namespace benchmarks

int main(int argc, char** argv) {
  benchmarks::RegisterStart("StartTask/back_to_back", absl::ZeroDuration(), 0);
  benchmarks::RegisterStart("StartTask/every_3ms", absl::Milliseconds(3), 0);
  for (const int running : {1, 10, 100, 1000}) {
    benchmarks::RegisterStart(absl::StrCat("StartTask/running:", running),
                              absl::ZeroDuration(), running);
  }
  return benchmarks::Main(argc, argv);
}
