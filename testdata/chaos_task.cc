// A task that is hard to be rid of, for kill loops.
//
//   chaos_task ID LOCK OVERLAP LINES MILLIS END
//
// Takes an exclusive lock on the file LOCK, which its whole tree keeps; if
// another tree has it, writes ID to the file OVERLAP. Leaves children in
// sessions of their own and double forks, all deaf to SIGTERM and SIGINT.
// Writes "ID begin", LINES numbered lines over MILLIS, and "ID end" to stdout,
// then ends: END is an exit code, "-SIGNAL", or "forever".

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void StayForEver() {
  while (true) pause();
}

void ForkTree() {
  // A child, a child with its own session, a daemon with a child.
  if (fork() == 0) StayForEver();
  if (fork() == 0) {
    setsid();
    StayForEver();
  }
  if (const pid_t middle = fork(); middle == 0) {
    setsid();
    if (fork() == 0) {
      if (fork() == 0) {
        setsid();
        StayForEver();
      }
      StayForEver();
    }
    _exit(0);
  }
}

void Say(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(1, text.data() + done, text.size() - done);
    if (n <= 0) _exit(99);
    done += static_cast<size_t>(n);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 98;
  const std::string id = argv[1];
  const int lines = atoi(argv[4]);
  const int millis = atoi(argv[5]);
  const std::string end = argv[6];
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  const int lock = open(argv[2], O_RDWR | O_CREAT, 0666);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int overlap = open(argv[3], O_WRONLY | O_CREAT | O_APPEND, 0666);
    (void)!write(overlap, (id + "\n").c_str(), id.size() + 1);
  }
  ForkTree();
  Say(id + " begin\n");
  for (int i = 0; i < lines; ++i) {
    Say(id + " line " + std::to_string(i) + "\n");
    if (lines > 0 && millis > 0) {
      usleep(static_cast<useconds_t>(millis * 1000 / lines));
    }
  }
  Say(id + " end\n");
  if (end == "forever") StayForEver();
  const int code = atoi(end.c_str());
  if (code < 0) {
    signal(-code, SIG_DFL);
    kill(getpid(), -code);
    StayForEver();
  }
  return code;
}
