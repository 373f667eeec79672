// What `${...}` and the environment of a task cost at every start.
//
//   bazel run -c opt //benchmarks:interpolation
//
// The environment imitates a task of a real host: 40 variables of the agent,
// 30 built-ins, two ports, 20 keys of meta and 60 entries of env, some of
// which refer to each other; 150 in all. The argument has 100 bytes and three
// references.
//
// Worrying: Replace/three_references above 300 ns; any allocation in
// Replace/nothing; BuildTaskEnv/150 above 50 us. RE2's GlobalReplace does less
// (it puts in a fixed text) and its look-up loop does the same as ours.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/string_view.h"
#include "benchmark/benchmark.h"
#include "hcl/value.h"
#include "interpolation/config.h"
#include "interpolation/interpolate.h"
#include "interpolation/task_env.h"
#include "re2/re2.h"

namespace {

int64_t allocations = 0;  // the benchmarks run in one thread

}  // namespace

// Counted, so that "no allocation" can be shown. Inlined, g++ would take free()
// for a mistake.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace benchmarks {
namespace {

using interpolation::TaskEnv;
using interpolation::TaskEnvInput;

constexpr char kArgument[] =
    "--listen=${NOMAD_ADDR_http} --data=${NOMAD_ALLOC_DIR}/data "
    "--node=${node.unique.name} --log-level=info";
static_assert(sizeof(kArgument) - 1 >= 100 && sizeof(kArgument) - 1 <= 104);

constexpr char kPlain[] =
    "--listen=0.0.0.0:8080 --data=/srv/data --node=node7 --price=$5 "
    "--format={json} --log-level=info --quiet";

TaskEnvInput MakeInput() {
  interpolation::NodeVariables node;
  node.id = "61e2a9c4-0f39-4b5a-8f25-8e3d3f1d7b11";
  node.name = "node7.example.org";
  for (int i = 0; i < 40; ++i) {
    node.attributes[absl::StrCat("part", i, ".attribute")] = "some value";
  }
  TaskEnvInput input;
  input.node = std::make_shared<interpolation::Node>(node);
  input.alloc_id = "b971b3ae-5f1e-4a6c-9d5c-6d5c2f1f9f6a";
  input.alloc_name = "web.frontend[0]";
  input.alloc_index = 0;
  input.group_name = "frontend";
  input.task_name = "server";
  input.job_id = input.job_name = "web";
  const std::string root = "/var/lib/drover/alloc/" + input.alloc_id;
  input.directories = {.alloc_dir = root + "/alloc",
                       .task_dir = root + "/server/local",
                       .secrets_dir = root + "/server/secrets"};
  input.resources.cpu_mhz = 500;
  input.resources.memory_mb = 256;
  input.group_ports = {{"http", "192.0.2.7", 23000, 8080},
                       {"admin", "192.0.2.7", 23001, 0}};
  for (int i = 0; i < 10; ++i) {
    input.job_meta[absl::StrCat("key", i)] = "a value of this key";
  }
  for (int i = 0; i < 37; ++i) {
    input.host_env[absl::StrCat("HOST_VARIABLE_", i)] = "/usr/local/something";
  }
  for (int i = 0; i < 61; ++i) {
    std::string value = "a plain value";
    if (i % 3 == 0) value = "http://${NOMAD_ADDR_http}/path";
    if (i % 10 == 9) value = absl::StrCat("${APPLICATION_", i - 1, "}/more");
    input.job_env[absl::StrCat("APPLICATION_", i)] = value;
  }
  return input;
}

TaskEnv MakeEnv() { return *interpolation::BuildTaskEnv(MakeInput()); }

void CountAllocations(benchmark::State& state, int64_t before) {
  state.counters["allocations"] = static_cast<double>(allocations - before) /
                                  static_cast<double>(state.iterations());
}

void ReplaceThree(benchmark::State& state) {
  const TaskEnv env = MakeEnv();
  const int64_t before = allocations;
  for (auto _ : state) {
    std::string text = env.Interpolate(kArgument);
    benchmark::DoNotOptimize(text);
  }
  CountAllocations(state, before);
}
BENCHMARK(ReplaceThree)->Name("Replace/three_references");

void ReplaceThreeByRe2(benchmark::State& state) {
  const TaskEnv env = MakeEnv();
  const re2::RE2 pattern(R"(\$\{([A-Za-z0-9_\-.]+)\})");
  for (auto _ : state) {
    re2::StringPiece rest(kArgument);
    const char* copied = rest.data();
    std::string text;
    re2::StringPiece match[2];
    while (
        pattern.Match(rest, 0, rest.size(), re2::RE2::UNANCHORED, match, 2)) {
      text.append(copied, static_cast<size_t>(match[0].data() - copied));
      const auto value = env.Find({match[1].data(), match[1].size()});
      if (value) {
        text.append(value->data(), value->size());
      } else {
        text.append(match[0].data(), match[0].size());
      }
      copied = match[0].data() + match[0].size();
      rest.remove_prefix(static_cast<size_t>(copied - rest.data()));
    }
    text.append(copied, rest.size());
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(ReplaceThreeByRe2)->Name("Replace/three_references_by_re2");

void GlobalReplace(benchmark::State& state) {
  const re2::RE2 pattern(R"(\$\{[A-Za-z0-9_\-.]+\})");
  for (auto _ : state) {
    std::string text = kArgument;
    re2::RE2::GlobalReplace(&text, pattern, "/var/lib/drover/alloc");
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(GlobalReplace)->Name("Replace/three_references_re2_global_replace");

void ReplaceNothing(benchmark::State& state) {
  const TaskEnv env = MakeEnv();
  std::string text = kPlain;
  const int64_t before = allocations;
  for (auto _ : state) {
    benchmark::DoNotOptimize(interpolation::InterpolateInPlace(
        &text, [&env](absl::string_view name) { return env.Find(name); }));
  }
  CountAllocations(state, before);
}
BENCHMARK(ReplaceNothing)->Name("Replace/nothing");

void GlobalReplaceNothing(benchmark::State& state) {
  const re2::RE2 pattern(R"(\$\{[A-Za-z0-9_\-.]+\})");
  std::string text = kPlain;
  const int64_t before = allocations;
  for (auto _ : state) {
    benchmark::DoNotOptimize(re2::RE2::GlobalReplace(&text, pattern, "x"));
  }
  CountAllocations(state, before);
}
BENCHMARK(GlobalReplaceNothing)->Name("Replace/nothing_re2_global_replace");

void BuildEnv(benchmark::State& state) {
  const TaskEnvInput input = MakeInput();
  const size_t entries = MakeEnv().List().size();
  for (auto _ : state) {
    auto env = interpolation::BuildTaskEnv(input);
    benchmark::DoNotOptimize(env);
  }
  state.counters["entries"] = static_cast<double>(entries);
}
BENCHMARK(BuildEnv)->Name("BuildTaskEnv/150");

void ListEnv(benchmark::State& state) {
  const TaskEnv env = MakeEnv();
  for (auto _ : state) {
    std::vector<std::string> list = env.List();
    benchmark::DoNotOptimize(list);
  }
}
BENCHMARK(ListEnv)->Name("TaskEnv_List/150");

void EvaluateConfig(benchmark::State& state) {
  const TaskEnv env = MakeEnv();
  const hcl::Value config = hcl::Value::Object(
      {{"command", hcl::Value::String("/usr/bin/server")},
       {"args", hcl::Value::Tuple({hcl::Value::String(kArgument),
                                   hcl::Value::String(kPlain)})}});
  for (auto _ : state) {
    auto value = interpolation::EvaluateConfig(config, env);
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK(EvaluateConfig)->Name("EvaluateConfig/two_arguments");

}  // namespace
}  // namespace benchmarks
