// ignore_signals FILE
//
// Ignores every signal that can be ignored, then makes FILE, so that a test
// knows that it does, and never ends by itself.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  for (int number = 1; number < NSIG; ++number) (void)signal(number, SIG_IGN);
  const int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return 1;
  (void)close(fd);
  while (true) (void)pause();
}
