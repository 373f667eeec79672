// One GET over HTTP or HTTPS, redirects included, by libcurl.
//
// Redirects are followed here and not in libcurl, so that each target is
// looked at: only http and https, never from https to http, and on a change of
// scheme, host or port all headers and credentials of the user stay behind.
// The body arrives as the server sent it: no content decoding.
//
// What it leaves to others: which status codes are good, retries and resuming
// (download.h), and what happens with the bytes (the sink).
//
// Threads:  blocks; several calls may run on different threads.
// Errors:   Unavailable for what may work next time: DNS, connections refused,
//           reset or ended before all bytes came (`unexpected EOF`).
//           FailedPrecondition for a certificate or redirect that is refused.
//           Cancelled and DeadlineExceeded as the Transfer says.

#ifndef DROVER_ARTIFACT_HTTP_H_
#define DROVER_ARTIFACT_HTTP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/transfer.h"
#include "artifact/url.h"

namespace artifact {

// AWS Signature Version 4, made by libcurl.
struct AwsSignature {
  std::string region;
  std::string access_key_id;
  std::string secret_access_key;
};

struct HttpRequest {
  Url url;  // its user and password become Basic authentication
  // From the user: sent to the origin of `url` only.
  std::map<std::string, std::string> headers;
  // Ours, such as Range: sent with every request.
  std::map<std::string, std::string> own_headers;
  bool insecure = false;
  std::optional<AwsSignature> aws;
};

struct HttpReply {
  int status = 0;
  Url url;  // of the last redirect
  std::optional<int64_t> content_length;
  // Of the last reply, names in lower case; of repeated ones the last.
  std::map<std::string, std::string> headers;

  // The value or "".
  std::string Header(absl::string_view lower_case_name) const;
};

// Where the body goes. An error that it returns ends the transfer and is what
// the caller of HttpGet() gets.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // Before the first byte of a reply that is no redirect, also if no byte
  // follows. If it says false the body is not wanted.
  virtual absl::StatusOr<bool> Begin(const HttpReply& reply) = 0;
  virtual absl::Status Write(absl::string_view bytes) = 0;
};

absl::StatusOr<HttpReply> HttpGet(const HttpRequest& request,
                                  const Transfer& transfer, HttpSink& sink);

// A reply kept in memory, with an error for any status but 200.
absl::StatusOr<std::string> HttpGetText(const HttpRequest& request,
                                        const Transfer& transfer,
                                        size_t max_bytes);

// InvalidArgument for names that are no tokens and values with control
// characters, which could otherwise smuggle in further headers.
absl::Status ValidateHeaders(const std::map<std::string, std::string>& headers);

// `bad response code: 404`, with a code that says whether to try again.
absl::Status BadResponseCode(int status);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_HTTP_H_
