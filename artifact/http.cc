#include "artifact/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "artifact/netrc.h"
#include "base/status.h"

namespace artifact {
namespace {

// As Go's client counts: the tenth answer may not be a redirect.
constexpr int kMaxRequests = 10;
// Of one reply, all header lines together.
constexpr size_t kMaxHeaderBytes = 256 << 10;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { (void)curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

void InitializeOnce() {
  static std::once_flag once;
  std::call_once(once, [] { (void)curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 ||
         status == 308;
}

// The state of one request while libcurl runs it: its callbacks come here.
class Exchange {
 public:
  Exchange(const Transfer& transfer, HttpSink& sink)
      : transfer_(transfer), sink_(sink) {
    error_text_[0] = '\0';
  }

  absl::StatusOr<HttpReply> Run(const HttpRequest& request, const Url& url,
                                bool same_origin);

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);

  void ReadHeaderLine(absl::string_view line);
  absl::Status Begin();
  absl::Status SetUp(const HttpRequest& request, const Url& url,
                     bool same_origin);
  absl::Status Drive();
  absl::Status Explain(CURLcode code) const;

  const Transfer& transfer_;
  HttpSink& sink_;

  EasyHandle easy_;
  MultiHandle multi_;
  HeaderList headers_;
  char error_text_[CURL_ERROR_SIZE];

  HttpReply reply_;
  size_t header_bytes_ = 0;
  bool headers_complete_ = false;
  bool begun_ = false;
  bool wants_body_ = false;
  absl::Status sink_status_;
};

void Exchange::ReadHeaderLine(absl::string_view line) {
  if (absl::StartsWith(line, "HTTP/")) {
    // A new reply: also after "100 Continue" or a proxy's CONNECT.
    reply_.headers.clear();
    reply_.content_length.reset();
    headers_complete_ = false;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \r\n"));
    if (words.size() < 2 || !absl::SimpleAtoi(words[1], &reply_.status)) {
      reply_.status = 0;
    }
    return;
  }
  if (absl::StripAsciiWhitespace(line).empty()) {
    headers_complete_ = reply_.status >= 200;
    return;
  }
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return;
  const std::string name = absl::AsciiStrToLower(line.substr(0, colon));
  const absl::string_view value =
      absl::StripAsciiWhitespace(line.substr(colon + 1));
  reply_.headers[name] = std::string(value);
  if (int64_t length = 0; name == "content-length" &&
                          absl::SimpleAtoi(value, &length) && length >= 0) {
    reply_.content_length = length;
  }
}

size_t Exchange::OnHeader(char* data, size_t size, size_t count, void* self) {
  Exchange& exchange = *static_cast<Exchange*>(self);
  exchange.header_bytes_ += size * count;
  if (exchange.header_bytes_ > kMaxHeaderBytes) {
    exchange.sink_status_ = absl::ResourceExhaustedError(absl::StrCat(
        "headers of the reply are larger than ", kMaxHeaderBytes, " bytes"));
    return 0;
  }
  exchange.ReadHeaderLine({data, size * count});
  return size * count;
}

absl::Status Exchange::Begin() {
  if (begun_) return absl::OkStatus();
  begun_ = true;
  if (IsRedirect(reply_.status) && reply_.headers.count("location") > 0) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(wants_body_, sink_.Begin(reply_));
  return absl::OkStatus();
}

size_t Exchange::OnBody(char* data, size_t size, size_t count, void* self) {
  Exchange& exchange = *static_cast<Exchange*>(self);
  exchange.sink_status_ = exchange.Begin();
  // A body that nobody wants is not read to its end: it may be endless.
  if (exchange.sink_status_.ok() && !exchange.wants_body_) return 0;
  if (exchange.sink_status_.ok()) {
    exchange.sink_status_ = exchange.sink_.Write({data, size * count});
  }
  return exchange.sink_status_.ok() ? size * count : 0;
}

absl::Status Exchange::SetUp(const HttpRequest& request, const Url& url,
                             bool same_origin) {
  easy_.reset(curl_easy_init());
  multi_.reset(curl_multi_init());
  if (easy_ == nullptr || multi_ == nullptr) {
    return absl::InternalError("libcurl has no memory for a transfer");
  }
  const Options& options = transfer_.options();
  CURL* const easy = easy_.get();
  Url plain = url;
  plain.user.reset();
  plain.password.reset();
  plain.fragment.clear();
  if (plain.path.empty()) plain.path = plain.raw_path = "/";

  curl_easy_setopt(easy, CURLOPT_URL, plain.ToString().c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L << 10);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Exchange::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Exchange::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  // A tunnel's own headers are not the reply's.
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (options.connect_timeout > absl::ZeroDuration() &&
      options.connect_timeout < absl::Hours(24)) {
    curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(absl::ToInt64Milliseconds(options.connect_timeout)));
  }
  if (options.low_speed_bytes_per_second > 0 &&
      options.low_speed_time < absl::Hours(24)) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT,
                     static_cast<long>(options.low_speed_bytes_per_second));
    curl_easy_setopt(
        easy, CURLOPT_LOW_SPEED_TIME,
        static_cast<long>(absl::ToInt64Seconds(options.low_speed_time)));
  }

  // An empty text keeps libcurl from asking the environment.
  const std::string& proxy =
      url.scheme == "https" ? options.https_proxy : options.http_proxy;
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str());
  const std::string no_proxy =
      options.no_proxy == "*"
          ? "*"
          : absl::StrCat("localhost,127.0.0.1,::1",
                         options.no_proxy.empty() ? "" : ",", options.no_proxy);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, no_proxy.c_str());

  if (request.insecure && same_origin) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }

  std::map<std::string, std::string> headers = {{"user-agent", "drover"}};
  for (const auto& [name, value] : request.own_headers) {
    headers[absl::AsciiStrToLower(name)] = value;
  }
  if (same_origin) {
    std::optional<Login> login;
    if (url.user.has_value()) {
      login = Login{*url.user, url.password.value_or("")};
    } else if (!options.netrc_file.empty()) {
      login = FindInNetrc(options.netrc_file, url.host);
    }
    if (login.has_value()) {
      headers["authorization"] = absl::StrCat(
          "Basic ",
          absl::Base64Escape(absl::StrCat(login->user, ":", login->password)));
    }
    for (const auto& [name, value] : request.headers) {
      const std::string lower = absl::AsciiStrToLower(name);
      // Range is how a transfer is resumed and belongs to us.
      if (lower != "host" && lower != "range" && lower != "if-range") {
        headers[lower] = value;
      }
    }
  }
  curl_slist* list = nullptr;
  for (const auto& [name, value] : headers) {
    // "name;" is libcurl's way to send a header without a value.
    const std::string line =
        value.empty() ? name + ";" : absl::StrCat(name, ": ", value);
    list = curl_slist_append(list, line.c_str());
  }
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());

  if (request.aws.has_value() && same_origin) {
    curl_easy_setopt(
        easy, CURLOPT_AWS_SIGV4,
        absl::StrCat("aws:amz:", request.aws->region, ":s3").c_str());
    curl_easy_setopt(easy, CURLOPT_USERNAME,
                     request.aws->access_key_id.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD,
                     request.aws->secret_access_key.c_str());
  }
  return absl::OkStatus();
}

absl::Status Exchange::Drive() {
  if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) {
    return absl::InternalError("libcurl refused a transfer");
  }
  int running = 1;
  while (true) {
    RETURN_IF_ERROR(transfer_.Check());
    const CURLMcode performed = curl_multi_perform(multi_.get(), &running);
    if (performed != CURLM_OK) {
      return absl::InternalError(
          absl::StrCat("libcurl: ", curl_multi_strerror(performed)));
    }
    if (running == 0) break;
    curl_waitfd cancel = {
        .fd = transfer_.cancel_fd(), .events = CURL_WAIT_POLLIN, .revents = 0};
    int timeout = transfer_.PollTimeout();
    if (timeout < 0) timeout = 1'000'000;
    const CURLMcode polled =
        curl_multi_poll(multi_.get(), &cancel, cancel.fd >= 0 ? 1 : 0, timeout,
                        /*numfds=*/nullptr);
    if (polled != CURLM_OK) {
      return absl::InternalError(
          absl::StrCat("libcurl: ", curl_multi_strerror(polled)));
    }
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left);
  if (message == nullptr || message->msg != CURLMSG_DONE) {
    return absl::InternalError("libcurl ended a transfer without a result");
  }
  if (!sink_status_.ok()) return sink_status_;
  if (message->data.result == CURLE_OK && !headers_complete_) {
    return absl::UnavailableError(
        "unexpected EOF: the reply ended within its headers");
  }
  // What stopped an unwanted body is no error.
  if (begun_ && !wants_body_) return absl::OkStatus();
  return Explain(message->data.result);
}

absl::Status Exchange::Explain(CURLcode code) const {
  if (code == CURLE_OK) return absl::OkStatus();
  const std::string text = absl::CHexEscape(
      error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code));
  switch (code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
      return absl::UnavailableError(absl::StrCat("unexpected EOF: ", text));
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_QUIC_CONNECT_ERROR:
      return absl::UnavailableError(text);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return absl::FailedPreconditionError(absl::StrCat("x509: ", text));
    default:
      return absl::UnknownError(text);
  }
}

absl::StatusOr<HttpReply> Exchange::Run(const HttpRequest& request,
                                        const Url& url, bool same_origin) {
  RETURN_IF_ERROR(SetUp(request, url, same_origin));
  const absl::Status driven = Drive();
  (void)curl_multi_remove_handle(multi_.get(), easy_.get());
  RETURN_IF_ERROR(driven);
  RETURN_IF_ERROR(Begin());  // if there was no body
  reply_.url = url;
  return std::move(reply_);
}

// Where a redirect leads, if it may be followed.
absl::StatusOr<Url> Target(const HttpReply& reply) {
  const std::string location = reply.Header("location");
  absl::StatusOr<Url> next = reply.url.Resolve(location);
  if (!next.ok()) {
    return base::Prefixed("cannot follow redirect: ", next.status());
  }
  if (next->scheme != "http" && next->scheme != "https") {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot follow redirect to \"", next->Redacted(),
                     "\": unsupported protocol scheme \"", next->scheme, "\""));
  }
  if (next->host.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot follow redirect to \"", next->Redacted(),
                     "\": it names no host"));
  }
  if (reply.url.scheme == "https" && next->scheme == "http") {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot follow redirect from https to \"",
                     next->Redacted(), "\": it is not encrypted"));
  }
  return next;
}

class TextSink : public HttpSink {
 public:
  explicit TextSink(size_t max_bytes) : max_bytes_(max_bytes) {}
  absl::StatusOr<bool> Begin(const HttpReply& reply) override {
    text.clear();
    return reply.status == 200;
  }
  absl::Status Write(absl::string_view bytes) override {
    if (text.size() + bytes.size() > max_bytes_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("reply is larger than ", max_bytes_, " bytes"));
    }
    text.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  }
  std::string text;

 private:
  const size_t max_bytes_;
};

}  // namespace

std::string HttpReply::Header(absl::string_view lower_case_name) const {
  const auto found = headers.find(std::string(lower_case_name));
  return found == headers.end() ? "" : found->second;
}

absl::StatusOr<HttpReply> HttpGet(const HttpRequest& request,
                                  const Transfer& transfer, HttpSink& sink) {
  InitializeOnce();
  Url url = request.url;
  bool same_origin = true;
  for (int requests = 0; requests < kMaxRequests; ++requests) {
    if (url.host.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("no host in request URL \"", url.Redacted(), "\""));
    }
    Exchange exchange(transfer, sink);
    absl::StatusOr<HttpReply> reply = exchange.Run(request, url, same_origin);
    if (!reply.ok()) return reply;
    if (!IsRedirect(reply->status) || reply->headers.count("location") == 0) {
      return reply;
    }
    ASSIGN_OR_RETURN(Url next, Target(*reply));
    // Once left, an origin gets nothing back: the way there was not ours.
    same_origin = same_origin && next.SameOrigin(request.url);
    // A server may not choose a login either.
    next.user = same_origin ? request.url.user : std::nullopt;
    next.password = same_origin ? request.url.password : std::nullopt;
    url = std::move(next);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("stopped after ", kMaxRequests, " redirects"));
}

absl::StatusOr<std::string> HttpGetText(const HttpRequest& request,
                                        const Transfer& transfer,
                                        size_t max_bytes) {
  TextSink sink(max_bytes);
  ASSIGN_OR_RETURN(const HttpReply reply, HttpGet(request, transfer, sink));
  if (reply.status != 200) return BadResponseCode(reply.status);
  return std::move(sink.text);
}

absl::Status ValidateHeaders(
    const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) {
    const bool is_token =
        !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                 absl::StrContains("!#$%&'*+-.^_`|~", c);
        });
    if (!is_token) {
      return absl::InvalidArgumentError(
          absl::StrCat("invalid header name \"", absl::CHexEscape(name), "\""));
    }
    const bool is_clean = std::all_of(
        value.begin(), value.end(),
        [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
    if (!is_clean) {
      return absl::InvalidArgumentError(absl::StrCat(
          "invalid value of header \"", name, "\": it has control characters"));
    }
  }
  return absl::OkStatus();
}

absl::Status BadResponseCode(int status) {
  const std::string text = absl::StrCat("bad response code: ", status);
  switch (status) {
    case 408:
    case 425:
    case 429:
      return absl::UnavailableError(text);
    case 401:
    case 403:
      return absl::PermissionDeniedError(text);
    case 404:
    case 410:
      return absl::NotFoundError(text);
    default:
      return status >= 500 ? absl::UnavailableError(text)
                           : absl::FailedPreconditionError(text);
  }
}

}  // namespace artifact
