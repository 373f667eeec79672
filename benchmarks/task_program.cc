// What the tasks of the benchmarks run, and their floors too. Static, so that
// executing it costs as little as executing anything can.
//
//   task wait           until a signal ends it
//   task brood N        makes N - 1 children and waits; all N wait for signals
//   task write BYTES    writes that much to standard output, 64 KiB at a time,
//                       lines of 100 bytes

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace {

[[noreturn]] void WaitForever() {
  for (;;) (void)pause();
}

int Write(long long left) {
  static char block[size_t{64} << 10];
  memset(block, 'x', sizeof(block));
  for (size_t i = 99; i < sizeof(block); i += 100) block[i] = '\n';
  while (left > 0) {
    const ssize_t n = write(STDOUT_FILENO, block,
                            static_cast<size_t>(std::min<long long>(
                                left, static_cast<long long>(sizeof(block)))));
    if (n <= 0) return 1;
    left -= n;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "wait") == 0) WaitForever();
  if (argc != 3) return 2;
  const long long number = atoll(argv[2]);  // NOLINT(cert-err34-c): ours
  if (strcmp(argv[1], "write") == 0) return Write(number);
  if (strcmp(argv[1], "brood") != 0) return 2;
  for (long long i = 1; i < number; ++i) {
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) WaitForever();
  }
  WaitForever();
}
