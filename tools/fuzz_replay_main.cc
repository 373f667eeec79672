// main() of a fuzz target that is built as an ordinary test: gives
// LLVMFuzzerTestOneInput the empty input, every file named on the command line
// and some mutations of each, always the same ones. So the seeds stay good
// under every compiler, and simple mistakes show without a fuzzer.
//
// A crash, a sanitizer's report and an input that takes over 20 s of processor
// time all end the test with the input's name. The bytes are kept as the file
// "fuzz-input", in the current directory, or under `bazel test` in the archive
// bazel-testlogs/<test>/test.outputs/outputs.zip.

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// A fuzz target may define this one; libFuzzer calls it once at the start.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc,
                                                          char*** argv);
// Defined where a sanitizer is linked in.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizers' own name
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(
    void (*callback)());

namespace {

constexpr int kMutationsPerSeed = 100;
constexpr int kMutationsInAll = 20'000;  // shared out when seeds are many
constexpr size_t kLargestMutation = 1 << 16;
constexpr time_t kSecondsPerInput = 20;

// What Report() must know; it may run inside a signal handler.
struct {
  const char* seed;
  int mutation;
  const uint8_t* data;
  size_t size;
  std::string kept_as;
} current;

void Say(const char* text) {
  (void)!write(STDERR_FILENO, text, strlen(text));  // nowhere to report this
}

// Async-signal-safe apart from snprintf, which glibc keeps free of malloc and
// locks for these formats.
void Report() {
  if (current.seed == nullptr) return;
  char line[400];
  (void)snprintf(  // cut off if it must be
      line, sizeof(line),
      "\nfuzz input: seed \"%.256s\", mutation %d (0 is the seed itself), "
      "%zu bytes, kept as fuzz-input (see tools/fuzz_replay_main.cc)\n",
      current.seed, current.mutation, current.size);
  current.seed = nullptr;
  const int fd = open(current.kept_as.c_str(),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, current.data, current.size) !=
                    static_cast<ssize_t>(current.size)) {
    Say("\nthe fuzz input could not be kept\n");
  }
  Say(line);
}

void OnSignal(int signal) {
  if (signal == SIGVTALRM) Say("\nthe fuzz input takes too long\n");
  Report();
  (void)raise(signal);  // SA_RESETHAND: the default action ends the process
}

void WatchForTheEnd() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
  const char* directory = getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  current.kept_as =
      std::string(directory == nullptr ? "." : directory) + "/fuzz-input";
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(Report);
  }
  // A stack of its own: endless recursion has none left for the handler.
  static char stack[1 << 16];
  const stack_t alternate = {
      .ss_sp = stack, .ss_flags = 0, .ss_size = sizeof(stack)};
  (void)sigaltstack(&alternate, nullptr);  // without it only the name is lost
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESETHAND | SA_ONSTACK;
  for (const int signal : {SIGABRT, SIGVTALRM}) {
    (void)sigaction(signal, &action, nullptr);  // valid signals: cannot fail
  }
  // A sanitizer takes these itself and then calls Report().
  if (__sanitizer_set_death_callback == nullptr) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
      (void)sigaction(signal, &action, nullptr);
    }
  }
}

void Run(const char* seed, int mutation, const std::string& input) {
  // A copy of exactly this size, so that reading past the end is found.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  current.mutation = mutation;
  current.data = bytes.data();
  current.size = bytes.size();
  current.seed = seed;
  const itimerval limit = {
      .it_interval = {},
      .it_value = {.tv_sec = kSecondsPerInput, .tv_usec = 0}};
  (void)setitimer(ITIMER_VIRTUAL, &limit, nullptr);
  (void)LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  current.seed = nullptr;
}

std::string Mutated(std::string text, const std::string& other,
                    std::mt19937& random) {
  // Numbers and bytes at which parsers tend to decide.
  static constexpr const char* kTokens[] = {
      "\"", "\\",     "${",   "%{",   "}",          "{",    "[",
      "]",  "(",      ")",    "\n",   "\r\n",       "=",    ":",
      "/",  "..",     "//",   "?",    "&",          "#",    "<<EOT\n",
      "-1", "1e9999", "null", "0xff", "4294967296", "\xff", "\xed\xa0\x80"};
  const auto below = [&random](size_t n) {
    return n == 0 ? 0 : static_cast<size_t>(random()) % n;
  };
  for (size_t steps = 1 + below(4); steps > 0; --steps) {
    const size_t at = below(text.size() + 1);
    const size_t length = 1 + below(std::min<size_t>(text.size(), 64) + 1);
    switch (below(7)) {
      case 0:
        if (at < text.size())
          text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 2:
        text.resize(at);
        break;
      case 3:
        if (at < text.size()) text.erase(at, length);
        break;
      case 4:
        text.insert(at, kTokens[below(std::size(kTokens))]);
        break;
      case 5: {  // a piece of itself, many times
        const std::string piece = text.substr(at, length);
        for (size_t n = below(50); n > 0; --n) text.insert(at, piece);
        break;
      }
      default:  // a piece of another seed
        text.insert(at, other, below(other.size() + 1), length);
    }
  }
  if (text.size() > kLargestMutation) text.resize(kLargestMutation);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  WatchForTheEnd();
  std::vector<std::string> seeds = {""};
  std::vector<const char*> names = {"(empty)"};
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      (void)fprintf(stderr, "cannot open seed \"%s\"\n", argv[i]);
      return EXIT_FAILURE;
    }
    seeds.emplace_back(std::istreambuf_iterator<char>(file),
                       std::istreambuf_iterator<char>());
    names.push_back(argv[i]);
  }
  for (size_t i = 0; i < seeds.size(); ++i) Run(names[i], 0, seeds[i]);

  const int mutations = std::clamp(
      kMutationsInAll / static_cast<int>(seeds.size()), 1, kMutationsPerSeed);
  for (size_t i = 0; i < seeds.size(); ++i) {
    // Seeded by the text: a seed's mutations do not change with its name.
    std::seed_seq numbers(seeds[i].begin(), seeds[i].end());
    std::mt19937 random(numbers);
    for (int n = 1; n <= mutations; ++n) {
      const std::string& other = seeds[random() % seeds.size()];
      Run(names[i], n, Mutated(seeds[i], other, random));
    }
  }
  printf("%zu seeds and %zu mutations: no crash\n", seeds.size(),
         seeds.size() * static_cast<size_t>(mutations));
  return EXIT_SUCCESS;
}
