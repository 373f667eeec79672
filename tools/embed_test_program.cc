// The program inside embed_test: a static binary that prints and exits.

#include <cstdio>

#include "tools/embed_test_library.h"

int main(int argc, char**) {
  printf("embedded, %d\n", Twice(argc));
  return 7;
}
