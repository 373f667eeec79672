// What a running task costs beside itself, while it does nothing.
//
// Memory: with 100 and with 1,000 tasks running, per task, of its shim:
//   private_kib       pages that no other process shares (smaps_rollup)
//   page_tables_kib   VmPTE of status
//   kernel_stack_kib  one thread's (16 KiB on x86-64 and arm64)
//   pss_kib           its fair share of everything it maps
// and of this process, which is the agent's part: agent_kib, the growth of its
// private memory per task.
//
// Idleness: with 1,000 tasks running, what agent, spawner and shims do in 10
// seconds in which nothing happens: wake_ups (context switches of all their
// threads) and cpu_us.
//
// Worrying: private_kib above 100, wake_ups above 0.

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status.h"
#include "benchmarks/race.h"
#include "benchmarks/workbench.h"

namespace benchmarks {
namespace {

// The numbers of the lines "<key>: <number> ..." of a /proc file, added up.
absl::StatusOr<double> Sum(const std::string& path,
                           const std::vector<std::string>& keys) {
  ASSIGN_OR_RETURN(const std::string text, base::ReadFile(path));
  double sum = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t:"), absl::SkipEmpty());
    double number = 0;
    for (const std::string& key : keys) {
      if (words.size() > 1 && words[0] == key &&
          absl::SimpleAtod(words[1], &number)) {
        sum += number;
      }
    }
  }
  return sum;
}

absl::StatusOr<double> PrivateKib(pid_t pid) {
  return Sum(absl::StrCat("/proc/", pid, "/smaps_rollup"),
             {"Private_Clean", "Private_Dirty"});
}

absl::StatusOr<Figures> Memory(int tasks) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Workbench> bench, Workbench::Open());
  RETURN_IF_ERROR(bench->KeepRunning(1));  // what the first one costs is not
                                           // every one's
  ASSIGN_OR_RETURN(const double agent_before, PrivateKib(getpid()));
  RETURN_IF_ERROR(bench->KeepRunning(tasks));
  ASSIGN_OR_RETURN(const double agent_after, PrivateKib(getpid()));
  Figures figures;
  for (const driver::TaskHandle& task : bench->running()) {
    const std::string proc = absl::StrCat("/proc/", task.shim_pid());
    ASSIGN_OR_RETURN(const double own, PrivateKib(task.shim_pid()));
    ASSIGN_OR_RETURN(const double pss, Sum(proc + "/smaps_rollup", {"Pss"}));
    ASSIGN_OR_RETURN(const double tables, Sum(proc + "/status", {"VmPTE"}));
    figures["private_kib"] += own / tasks;
    figures["pss_kib"] += pss / tasks;
    figures["page_tables_kib"] += tables / tasks;
  }
  figures["kernel_stack_kib"] = 16;
  figures["agent_kib"] = (agent_after - agent_before) / tasks;
  figures["tasks"] = tasks;
  RETURN_IF_ERROR(bench->Close());
  return figures;
}

// What the threads of a process have done so far.
struct Activity {
  double switches = 0;
  double nanos = 0;
};

absl::StatusOr<Activity> ActivityOf(const std::vector<pid_t>& pids) {
  Activity activity;
  for (const pid_t pid : pids) {
    const std::string tasks = absl::StrCat("/proc/", pid, "/task");
    ASSIGN_OR_RETURN(const std::vector<std::string> threads,
                     base::ListDirectory(tasks));
    for (const std::string& thread : threads) {
      if (thread == absl::StrCat(gettid())) continue;  // who measures
      const std::string proc = absl::StrCat(tasks, "/", thread);
      ASSIGN_OR_RETURN(const double switches,
                       Sum(proc + "/status", {"voluntary_ctxt_switches",
                                              "nonvoluntary_ctxt_switches"}));
      ASSIGN_OR_RETURN(const std::string times,
                       base::ReadFile(proc + "/schedstat"));
      double nanos = 0;
      (void)absl::SimpleAtod(times.substr(0, times.find(' ')), &nanos);
      activity.switches += switches;
      activity.nanos += nanos;
    }
  }
  return activity;
}

absl::StatusOr<Figures> Idle(int tasks, absl::Duration time) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Workbench> bench, Workbench::Open());
  RETURN_IF_ERROR(bench->KeepRunning(tasks));
  std::vector<pid_t> pids = {getpid()};
  for (const driver::TaskHandle& task : bench->running()) {
    pids.push_back(task.shim_pid());
  }
  // The spawner, and the shims that it has forked in advance.
  ASSIGN_OR_RETURN(const std::vector<pid_t> spawners, ChildrenOf(getpid()));
  for (const pid_t spawner : spawners) {
    pids.push_back(spawner);
    ASSIGN_OR_RETURN(const std::vector<pid_t> shims, ChildrenOf(spawner));
    for (const pid_t shim : shims) pids.push_back(shim);
  }
  absl::SleepFor(absl::Seconds(1));  // what the last start leaves to do
  ASSIGN_OR_RETURN(const Activity before, ActivityOf(pids));
  absl::SleepFor(time);
  ASSIGN_OR_RETURN(const Activity after, ActivityOf(pids));
  Figures figures;
  figures["tasks"] = tasks;
  figures["processes"] = static_cast<double>(pids.size());
  figures["seconds"] = absl::ToDoubleSeconds(time);
  figures["wake_ups"] = after.switches - before.switches;
  figures["cpu_us"] = (after.nanos - before.nanos) / 1000;
  RETURN_IF_ERROR(bench->Close());
  return figures;
}

}  // namespace
}  // namespace benchmarks

int main(int argc, char** argv) {
  benchmarks::ParseFlags(&argc, argv);
  for (const int tasks : {100, 1000}) {
    benchmarks::Register(absl::StrCat("Memory/tasks:", tasks), [tasks] {
      return benchmarks::Memory(static_cast<int>(benchmarks::Size(tasks, 3)));
    });
  }
  benchmarks::Register("Idle/tasks:1000", [] {
    return benchmarks::Idle(static_cast<int>(benchmarks::Size(1000, 3)),
                            absl::Seconds(benchmarks::Size(10, 1)));
  });
  return benchmarks::Main(argc, argv);
}
