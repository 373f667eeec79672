// Serves the files of a directory over HTTP on 127.0.0.1 until it is killed:
//
//   http_file_server DIRECTORY [PORT]
//
// Prints the port as its first line. Ends with its parent, so that it does not
// outlive a test that was killed.

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "testdata/http_server.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: http_file_server DIRECTORY [PORT]\n");
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  testdata::HttpServer::Options options;
  if (argc == 3) options.port = std::atoi(argv[2]);
  testdata::HttpServer server(testdata::ServeDirectory(argv[1]), options);
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  while (true) pause();
}
