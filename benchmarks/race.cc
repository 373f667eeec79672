#include "benchmarks/race.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "benchmark/benchmark.h"

namespace benchmarks {
namespace {

constexpr int kWarmUp = 3;         // rounds that are not counted
constexpr int kQuickRounds = 3;    // with --quick
constexpr size_t kQuantiles = 40;  // steps of 2.5 %

// Set by Main() before anything runs.
struct Flags {
  bool quick = false;
  int rounds = 0;
  std::string quantiles_out;
  // Google Benchmark's own, which choose the reporters.
  bool json = false;
  bool file = false;
};
Flags flags;

// By the name of the benchmark; written out at the end of Main().
std::map<std::string, std::vector<double>>& AllQuantiles() {
  static auto& all = *new std::map<std::string, std::vector<double>>;
  return all;
}

// The value below which `share` of the sorted samples are.
double Quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double rest = place - static_cast<double>(below);
  return sorted[below] * (1 - rest) + sorted[above] * rest;
}

class Runner {
 public:
  explicit Runner(Race race)
      : race_(std::move(race)),
        samples_(race_.lanes.size()),
        reported_(race_.lanes.size()) {}

  const Race& race() const { return race_; }

  void Report(size_t lane, benchmark::State& state) {
    // A second report of a lane (--benchmark_repetitions) wants a new race.
    if (!ran_ || reported_[lane]) Run();
    reported_[lane] = true;
    if (!error_.ok()) {
      state.SkipWithError(std::string(error_.message()).c_str());
      return;
    }
    const std::vector<double>& sorted = samples_[lane];
    const double median = Quantile(sorted, 0.5);
    for (auto _ : state) state.SetIterationTime(median * 1e-6);
    state.counters["samples"] = static_cast<double>(sorted.size());
    state.counters["p10"] = Quantile(sorted, 0.10);
    state.counters["p90"] = Quantile(sorted, 0.90);
    state.counters["p99"] = Quantile(sorted, 0.99);
    if (lane == 0 && samples_.size() > 1) {
      state.counters["ratio_to_floor"] = median / Quantile(samples_[1], 0.5);
    }
    if (race_.bytes > 0) {
      state.counters["bytes_per_second"] = race_.bytes / (median * 1e-6);
    }
    std::vector<double>& quantiles =
        AllQuantiles()[race_.name + race_.lanes[lane].suffix];
    quantiles.clear();
    for (size_t i = 0; i <= kQuantiles; ++i) {
      quantiles.push_back(
          Quantile(sorted, static_cast<double>(i) / kQuantiles));
    }
  }

 private:
  void Run() {
    ran_ = true;
    reported_.assign(race_.lanes.size(), false);
    for (std::vector<double>& samples : samples_) samples.clear();
    error_ = race_.prepare ? race_.prepare() : absl::OkStatus();
    if (error_.ok()) error_ = RunRounds();
    if (race_.finish) {
      const absl::Status finished = race_.finish();
      if (error_.ok()) error_ = finished;
    }
    for (std::vector<double>& samples : samples_) {
      std::sort(samples.begin(), samples.end());
    }
  }

  absl::Status RunRounds() {
    int rounds = flags.quick ? kQuickRounds : race_.rounds;
    if (flags.rounds > 0) rounds = flags.rounds;
    const int warm_up = flags.quick || rounds < 20 ? 0 : kWarmUp;
    for (int round = -warm_up; round < rounds; ++round) {
      // The floor goes first: ours has no warmer caches than it had.
      for (size_t i = race_.lanes.size(); i-- > 0;) {
        if (race_.pause > absl::ZeroDuration()) absl::SleepFor(race_.pause);
        ASSIGN_OR_RETURN(const absl::Duration taken, race_.lanes[i].sample());
        if (round < 0) continue;
        samples_[i].push_back(absl::ToDoubleMicroseconds(taken));
      }
    }
    return absl::OkStatus();
  }

  const Race race_;
  bool ran_ = false;
  absl::Status error_;
  std::vector<std::vector<double>> samples_;  // by lane, sorted, microseconds
  std::vector<bool> reported_;
};

// Names as they were registered: without Google Benchmark's "/iterations:1" and
// "/manual_time", which say nothing about a race.
template <typename Reporter>
class PlainNames : public Reporter {
 public:
  using Reporter::Reporter;
  void ReportRuns(
      const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    std::vector<benchmark::BenchmarkReporter::Run> plain = runs;
    for (auto& run : plain) {
      run.run_name.iterations.clear();
      run.run_name.time_type.clear();
    }
    Reporter::ReportRuns(plain);
  }
};

bool WriteQuantiles() {
  std::ofstream out(flags.quantiles_out);
  out << "{";
  const char* between = "\n";
  for (const auto& [name, quantiles] : AllQuantiles()) {
    out << between << "\"" << name << "\": [";
    between = "";
    for (const double value : quantiles) {
      out << between << absl::StrCat(value);
      between = ", ";
    }
    out << "]";
    between = ",\n";
  }
  out << "\n}\n";
  out.close();
  return out.good();
}

}  // namespace

absl::Duration Now() {
  timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

void Register(Race race) {
  const auto runner = std::make_shared<Runner>(std::move(race));
  const Race& kept = runner->race();
  for (size_t i = 0; i < kept.lanes.size(); ++i) {
    const std::string name = kept.name + kept.lanes[i].suffix;
    benchmark::RegisterBenchmark(
        name.c_str(),
        [runner, i](benchmark::State& state) { runner->Report(i, state); })
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

void Register(std::string name,
              std::function<absl::StatusOr<Figures>()> measure) {
  benchmark::RegisterBenchmark(
      name.c_str(),
      [measure = std::move(measure)](benchmark::State& state) {
        const absl::StatusOr<Figures> figures = measure();
        if (!figures.ok()) {
          state.SkipWithError(std::string(figures.status().message()).c_str());
          return;
        }
        for (auto _ : state) state.SetIterationTime(0);
        for (const auto& [key, value] : *figures) state.counters[key] = value;
      })
      ->Iterations(1)
      ->UseManualTime();
}

void ParseFlags(int* argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--quick") {
      flags.quick = true;
    } else if (absl::ConsumePrefix(&argument, "--rounds=")) {
      if (!absl::SimpleAtoi(argument, &flags.rounds) || flags.rounds < 1) {
        std::fprintf(stderr, "--rounds wants a number above 0\n");
        std::exit(1);
      }
    } else if (absl::ConsumePrefix(&argument, "--quantiles_out=")) {
      flags.quantiles_out = std::string(argument);
    } else {
      flags.json = flags.json || argument == "--benchmark_format=json";
      flags.file = flags.file || absl::StartsWith(argument, "--benchmark_out=");
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  argv[kept] = nullptr;
}

double Size(double full, double quick) { return flags.quick ? quick : full; }

int Main(int argc, char** argv) {
  ParseFlags(&argc, argv);
#ifdef NDEBUG
  benchmark::AddCustomContext("drover_build", "optimized");
#else
  benchmark::AddCustomContext("drover_build", "not optimized");
#endif
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  PlainNames<benchmark::ConsoleReporter> console(
      isatty(STDOUT_FILENO) != 0 ? benchmark::ConsoleReporter::OO_Color
                                 : benchmark::ConsoleReporter::OO_None);
  PlainNames<benchmark::JSONReporter> json;
  PlainNames<benchmark::JSONReporter> file;
  benchmark::RunSpecifiedBenchmarks(
      flags.json ? static_cast<benchmark::BenchmarkReporter*>(&json) : &console,
      flags.file ? &file : nullptr);
  benchmark::Shutdown();
  if (!flags.quantiles_out.empty() && !WriteQuantiles()) {
    std::perror(flags.quantiles_out.c_str());
    return 1;
  }
  return 0;
}

}  // namespace benchmarks
