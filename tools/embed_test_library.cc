#include "tools/embed_test_library.h"

int Twice(int n) { return 2 * n; }
