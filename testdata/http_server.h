// A small web server for tests: on loopback, on a port of its own, as well or
// badly behaved as the test wants.
//
//   testdata::HttpServer server([](const testdata::HttpRequest& request) {
//     testdata::HttpReply reply;
//     reply.body = "hello world\n";
//     return reply;
//   });
//   Fetch(server.Url("/file.txt"));
//   EXPECT_EQ(server.requests().size(), 1u);
//
// One request per connection; every reply ends with closing it.
//
// Ownership:  owns its threads. The destructor cuts all connections and waits
//             for the handlers.
// Threads:    the handler runs on several threads at once; all functions may
//             be called from any thread.

#ifndef DROVER_TESTDATA_HTTP_SERVER_H_
#define DROVER_TESTDATA_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace testdata {

struct HttpRequest {
  std::string method;
  std::string target;  // as sent: "/a%20b?c=d"
  std::string path;    // decoded, without the query
  std::string query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string text;                            // all header lines, as sent

  std::string Header(const std::string& lower_case_name) const;
};

// Sends a piece of the body; false when the client is gone or the server ends.
using WriteBody = std::function<bool(const std::string&)>;

struct HttpReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // Answers Range, and If-Range if there is an ETag or Last-Modified among the
  // headers, with 206.
  bool serves_ranges = false;
  // A file to send instead of `body`.
  std::string file;
  // Sends the body itself; what it does not send is missing.
  std::function<void(const WriteBody&)> stream;

  // --- Ways to be wrong.
  bool is_chunked = false;
  bool has_length = true;
  std::optional<int64_t> claimed_length;   // instead of the true one
  std::optional<int64_t> cut_after_bytes;  // of the body, then closes
  std::string raw;                         // sent instead of all of the above
};

class HttpServer {
 public:
  using Handler = std::function<HttpReply(const HttpRequest&)>;

  struct Options {
    bool tls = false;  // with a fresh self-signed certificate for "localhost"
    // On this address, which must be of this machine.
    std::string address = "127.0.0.1";
    int port = 0;  // 0: any
  };

  explicit HttpServer(Handler handler);
  HttpServer(Handler handler, Options options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  // "http://127.0.0.1:12345" + path.
  std::string Url(const std::string& path = "") const;
  // Of the certificate, as PEM: for a client that trusts it.
  std::string certificate() const;

  // All that came so far.
  std::vector<HttpRequest> requests() const;
  int CountRequests(const std::string& path) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Serves the files below a directory, with ranges and ETags; 404 for others
// and for paths with "..".
HttpServer::Handler ServeDirectory(const std::string& directory);

}  // namespace testdata

#endif  // DROVER_TESTDATA_HTTP_SERVER_H_
