// A dependency of embed_test_program, to see that it is built unsanitized too.

#ifndef DROVER_TOOLS_EMBED_TEST_LIBRARY_H_
#define DROVER_TOOLS_EMBED_TEST_LIBRARY_H_

int Twice(int n);

#endif  // DROVER_TOOLS_EMBED_TEST_LIBRARY_H_
