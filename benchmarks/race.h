// Measures one thing beside its floor, in turn, and reports both.
//
// The machine is shared and its mood changes from minute to minute: what
// carries over from one run to another is the ratio between two things that
// were measured alternately, at the same cadence, in the same process. A Race
// has lanes: the first is ours, the second (suffix "_floor") does the least
// that the kernel needs for the same, others are for reference. A round samples
// each lane once, after a pause.
//
//   int main(int argc, char** argv) {
//     benchmarks::Race race;
//     race.name = "StartTask/back_to_back";
//     race.lanes = {{"", StartOurs}, {"_floor", StartBare}};
//     benchmarks::Register(std::move(race));
//     return benchmarks::Main(argc, argv);
//   }
//
// Each lane becomes a Google Benchmark of its own, named <race><suffix>, whose
// real time is the median of its samples, with p10, p90 and p99 as counters;
// the first lane also has `ratio_to_floor`, the ratio of the medians. Whichever
// lane is reported first runs the race.
//
// Threads:  one.
// Units:    counters of time are microseconds.

#ifndef DROVER_BENCHMARKS_RACE_H_
#define DROVER_BENCHMARKS_RACE_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace benchmarks {

// CLOCK_MONOTONIC: nobody sets it.
absl::Duration Now();

struct Lane {
  std::string suffix;
  // Does the thing once and returns how long it took. What it does before and
  // after that is its own business, and not counted.
  std::function<absl::StatusOr<absl::Duration>()> sample;
};

struct Race {
  std::string name;
  std::vector<Lane> lanes;  // ours, its floor, others
  int rounds = 200;         // --rounds overrides it
  absl::Duration pause;     // before each sample
  // Before the first round and after the last, also after a failed one.
  std::function<absl::Status()> prepare;
  std::function<absl::Status()> finish;
  // What one sample moves, for bytes_per_second; 0: nothing to tell.
  double bytes = 0;
};

void Register(Race race);

// Something that is not a time: `measure` returns figures that become counters
// of the benchmark `name`.
using Figures = std::map<std::string, double>;
void Register(std::string name,
              std::function<absl::StatusOr<Figures>()> measure);

// Takes our flags, see Main(), out of the arguments; ends the program when they
// make no sense. For a main() that registers by Size(), before it does.
void ParseFlags(int* argc, char** argv);

// For benchmarks with a size of their own (tasks, bytes): with --quick, which
// the smoke tests use, the small one.
double Size(double full, double quick);

// main() of every benchmark here. Flags besides Google Benchmark's:
//   --rounds=N           of every race
//   --quick              few rounds and small sizes: does it work at all?
//   --quantiles_out=F    {"<name>": [41 quantiles in us, 0 % to 100 %], ...}
int Main(int argc, char** argv);

}  // namespace benchmarks

#endif  // DROVER_BENCHMARKS_RACE_H_
