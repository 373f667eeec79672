// leave_behind FILE SECONDS WAY...
//
// Leaves processes behind, writes their pids to FILE, one a line, and then
// exits with 0. Each of them sleeps for SECONDS, ignores SIGHUP and SIGTERM,
// and got away in one of these ways:
//
//   child    an ordinary child
//   session  in a session of its own
//   daemon   forked twice, in a session of its own, parent gone
//
// With "stay" as the last way it does not exit but sleeps as well.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

void WritePid(int fd) {
  const std::string line = std::to_string(getpid()) + "\n";
  if (write(fd, line.data(), line.size()) < 0) _exit(1);
}

// In the process that stays behind. Never returns.
[[noreturn]] void StayBehind(int fd, int ready, unsigned seconds) {
  (void)signal(SIGHUP, SIG_IGN);
  (void)signal(SIGTERM, SIG_IGN);
  WritePid(fd);
  if (write(ready, "x", 1) < 0) _exit(1);
  for (unsigned left = seconds; left > 0;) left = sleep(left);
  _exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 64;
  const int fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  int ready[2];
  if (fd < 0 || pipe(ready) != 0) return 1;
  const unsigned seconds = static_cast<unsigned>(std::atoi(argv[2]));
  for (int i = 3; i < argc; ++i) {
    const std::string way = argv[i];
    if (way == "stay") {
      for (unsigned left = seconds; left > 0;) left = sleep(left);
      return 0;
    }
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      if (way != "child") (void)setsid();
      if (way == "daemon" && fork() != 0) _exit(0);
      StayBehind(fd, ready[1], seconds);
    }
    char byte;
    if (read(ready[0], &byte, 1) != 1) return 1;
    if (way == "daemon") (void)waitpid(child, nullptr, 0);
  }
  return 0;
}
