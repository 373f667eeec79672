#include "artifact/http.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "artifact/netrc.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testdata/http_server.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::_;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class HttpTest : public testing::Test {
 protected:
  absl::StatusOr<std::string> Get(const std::string& url) {
    ASSIGN_OR_RETURN(request_.url, Url::Parse(url));
    Transfer transfer(options_, nullptr, nullptr);
    transfer.SetTimeout(absl::Seconds(30));
    return HttpGetText(request_, transfer, 1 << 20);
  }

  Options options_;
  HttpRequest request_;
};

testdata::HttpReply RedirectTo(const std::string& location) {
  testdata::HttpReply reply;
  reply.status = 302;
  reply.headers.emplace_back("Location", location);
  return reply;
}

testdata::HttpReply Text(const std::string& body) {
  testdata::HttpReply reply;
  reply.body = body;
  return reply;
}

std::string Basic(const std::string& login) {
  return "Basic " + absl::Base64Escape(login);
}

TEST_F(HttpTest, AsksOnceAndPlainly) {
  testdata::HttpServer server([](const auto&) { return Text("body"); });
  ASSERT_OK_AND_ASSIGN(const std::string body,
                       Get(server.Url("/a%20b?x=%2F#fragment")));
  EXPECT_EQ(body, "body");
  ASSERT_EQ(server.requests().size(), 1u);
  const testdata::HttpRequest request = server.requests()[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a%20b?x=%2F");
  EXPECT_EQ(request.Header("user-agent"), "drover");
  // Nothing may be encoded on the way: the digest is that of the file.
  EXPECT_EQ(request.headers.count("accept-encoding"), 0u);
}

TEST_F(HttpTest, HeadersOfTheUserAreSent) {
  testdata::HttpServer server([](const auto&) { return Text("body"); });
  request_.headers = {{"x-foo", "bar"},
                      {"User-Agent", "mine/1"},
                      {"Empty", ""},
                      {"Host", "other"},
                      {"Range", "bytes=0-1"}};
  ASSERT_OK(Get(server.Url("/")));
  const testdata::HttpRequest request = server.requests()[0];
  EXPECT_EQ(request.Header("x-foo"), "bar");
  EXPECT_EQ(request.Header("user-agent"), "mine/1");
  EXPECT_EQ(request.headers.count("empty"), 1u);
  EXPECT_EQ(request.Header("host"), absl::StrCat("127.0.0.1:", server.port()));
  EXPECT_EQ(request.headers.count("range"), 0u);
}

TEST_F(HttpTest, AR_113_TenRequestsAreTheLimit) {
  testdata::HttpServer server([](const testdata::HttpRequest& request) {
    const int left = std::stoi(request.path.substr(1));
    return left == 0 ? Text("end") : RedirectTo(absl::StrCat("/", left - 1));
  });
  EXPECT_OK(Get(server.Url("/9")));
  EXPECT_EQ(server.requests().size(), 10u);
  EXPECT_THAT(Get(server.Url("/10")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("stopped after 10 redirects")));
  EXPECT_EQ(server.requests().size(), 20u);
}

TEST_F(HttpTest, EveryKindOfRedirectIsFollowed) {
  int status = 0;
  testdata::HttpServer server([&](const testdata::HttpRequest& request) {
    if (request.path == "/x/end") return Text("end");
    testdata::HttpReply reply = RedirectTo("end");
    reply.status = status;
    return reply;
  });
  for (status = 300; status <= 308; ++status) {
    const bool follows = status == 301 || status == 302 || status == 303 ||
                         status == 307 || status == 308;
    EXPECT_EQ(Get(server.Url("/x/start")).ok(), follows) << status;
  }
}

TEST_F(HttpTest, AR_114_RedirectsLeadToHttpOnly) {
  std::string location;
  testdata::HttpServer server(
      [&](const auto&) { return RedirectTo(location); });
  const struct {
    const char* location;
    const char* error;
  } kCases[] = {
      {"file:///etc/passwd", "unsupported protocol scheme \"file\""},
      {"ftp://127.0.0.1/x", "unsupported protocol scheme \"ftp\""},
      {"git::http://127.0.0.1/x", "unsupported protocol scheme \"git\""},
      {"s3::https://127.0.0.1/x", "unsupported protocol scheme \"s3\""},
      {"gopher://127.0.0.1/x", "unsupported protocol scheme \"gopher\""},
      {"http:///nohost", "names no host"},
      {"http://[::1", "cannot follow redirect"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.location);
    location = c.location;
    EXPECT_THAT(Get(server.Url("/")), StatusIs(_, HasSubstr(c.error)));
  }
}

TEST_F(HttpTest, AR_115_RedirectsFromHttpsToHttpAreRefused) {
  testdata::HttpServer plain([](const auto&) { return Text("body"); });
  testdata::HttpServer secure(
      [&](const auto&) { return RedirectTo(plain.Url("/x")); }, {.tls = true});
  request_.insecure = true;
  request_.headers["X-Token"] = "secret";
  EXPECT_THAT(Get(secure.Url("/")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("it is not encrypted")));
  EXPECT_TRUE(plain.requests().empty());
}

TEST_F(HttpTest, AR_116_AnotherOriginGetsNothingOfTheUser) {
  testdata::HttpServer other([](const auto&) { return Text("body"); });
  std::string location;
  testdata::HttpServer server(
      [&](const auto&) { return RedirectTo(location); });
  request_.headers = {
      {"Authorization", "secret"}, {"Cookie", "secret"}, {"X-Token", "secret"}};
  for (const std::string& target :
       {other.Url("/"), absl::StrCat("http://localhost:", other.port(), "/"),
        absl::StrCat("http://evil:evil@127.0.0.1:", other.port(), "/")}) {
    location = target;
    ASSERT_OK(Get(absl::StrCat("http://u:secret@127.0.0.1:", server.port())));
    const testdata::HttpRequest got = other.requests().back();
    EXPECT_EQ(got.text.find("secret"), std::string::npos) << got.text;
    EXPECT_EQ(got.headers.count("authorization"), 0u) << got.text;
  }
}

TEST_F(HttpTest, WhatWasLeftBehindStaysBehindOnTheWayBack) {
  std::string back;
  testdata::HttpServer other([&](const auto&) { return RedirectTo(back); });
  testdata::HttpServer server([&](const testdata::HttpRequest& request) {
    return request.path == "/end" ? Text("end") : RedirectTo(other.Url("/"));
  });
  back = server.Url("/end");
  request_.headers = {{"X-Token", "secret"}};
  ASSERT_OK(Get(server.Url("/")));
  EXPECT_EQ(server.requests()[0].Header("x-token"), "secret");
  EXPECT_EQ(server.requests()[1].headers.count("x-token"), 0u);
}

TEST_F(HttpTest, AR_117_LoginsInUrlsAreSentToTheirOrigin) {
  testdata::HttpServer server([&](const testdata::HttpRequest& request) {
    return request.path == "/redir" ? RedirectTo("/auth") : Text("end");
  });
  ASSERT_OK(Get(
      absl::StrCat("http://u%20x:p%40@127.0.0.1:", server.port(), "/redir")));
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[0].Header("authorization"), Basic("u x:p@"));
  EXPECT_EQ(server.requests()[1].Header("authorization"), Basic("u x:p@"));
  request_.headers["authorization"] = "Bearer x";  // AR-118
  ASSERT_OK(Get(absl::StrCat("http://u:p@127.0.0.1:", server.port(), "/")));
  EXPECT_EQ(server.requests()[2].Header("authorization"), "Bearer x");
}

TEST_F(HttpTest, AR_119_NetrcIsReadIfTheOperatorNamesIt) {
  testdata::HttpServer server([](const auto&) { return Text("body"); });
  base::TempDir directory;
  const std::string path = directory.path() + "/netrc";
  const auto login = [&](const std::string& text) {
    EXPECT_OK(base::WriteFileAtomically(path, text));
    EXPECT_OK(Get(server.Url("/")));
    return server.requests().back().Header("authorization");
  };
  const std::string entry = absl::StrCat("machine 127.0.0.1:", server.port(),
                                         " login u password p\n");
  EXPECT_EQ(login(entry), "");
  options_.netrc_file = path;
  EXPECT_EQ(login(entry), Basic("u:p"));
  EXPECT_EQ(login("machine 127.0.0.1 login u password p"), "");
  EXPECT_EQ(login("default login u password p"), Basic("u:p"));
  EXPECT_EQ(
      login("machine other login x password y\nmacdef init\ncd /\n\n" + entry),
      Basic("u:p"));
  EXPECT_EQ(login("} garbage {"), "");
  ASSERT_OK(Get(absl::StrCat("http://a:b@127.0.0.1:", server.port())));
  EXPECT_EQ(server.requests().back().Header("authorization"), Basic("a:b"));
  for (const std::string& unusable :
       {directory.path() + "/missing", directory.path()}) {
    options_.netrc_file = unusable;
    EXPECT_OK(Get(server.Url("/")));
  }
}

TEST_F(HttpTest, AR_120_AReplyThatIsCutIsAnError) {
  testdata::HttpReply reply;
  testdata::HttpServer server([&](const auto&) { return reply; });
  const struct {
    const char* why;
    testdata::HttpReply reply;
  } kCases[] = {
      {"AR-120 too few bytes",
       [] {
         testdata::HttpReply cut = Text("five!");
         cut.claimed_length = 100;
         return cut;
       }()},
      {"AR-121 no last chunk",
       [] {
         testdata::HttpReply cut = Text("five!");
         cut.is_chunked = true;
         cut.cut_after_bytes = 5;
         return cut;
       }()},
      {"a header that ends nowhere",
       [] {
         testdata::HttpReply cut;
         cut.raw = "HTTP/1.1 200 OK\r\nContent-Le";
         return cut;
       }()},
      {"headers without their end",
       [] {
         testdata::HttpReply cut;
         cut.raw = "HTTP/1.1 200 OK\r\nX-A: b\r\n";
         return cut;
       }()},
      {"half a status line",
       [] {
         testdata::HttpReply cut;
         cut.raw = "HTTP/1.1 20";
         return cut;
       }()},
      {"nothing at all",
       [] {
         testdata::HttpReply cut;
         cut.has_length = false;
         cut.raw = "\r\n";
         return cut;
       }()},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    reply = c.reply;
    const auto got = Get(server.Url("/"));
    ASSERT_FALSE(got.ok()) << *got;
  }
  reply = kCases[0].reply;
  EXPECT_THAT(Get(server.Url("/")), StatusIs(absl::StatusCode::kUnavailable,
                                             HasSubstr("unexpected EOF")));
  // AR-122: without a length, the end of the connection is the end.
  reply = Text("partial");
  reply.has_length = false;
  EXPECT_EQ(*Get(server.Url("/")), "partial");
}

TEST_F(HttpTest, OldAndOddRepliesAreRefused) {
  testdata::HttpReply reply;
  testdata::HttpServer server([&](const auto&) { return reply; });
  reply.raw = "just text, as in HTTP/0.9";
  EXPECT_FALSE(Get(server.Url("/")).ok());
  reply.raw = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 20'000; ++i) {
    reply.raw += absl::StrCat("X-", i, ": aaaaaaaaaaaaaaaa\r\n");
  }
  reply.raw += "\r\nbody";
  EXPECT_FALSE(Get(server.Url("/")).ok());
}

TEST_F(HttpTest, AR_124_ATimeoutEndsASlowBody) {
  testdata::HttpServer server([](const auto&) {
    testdata::HttpReply reply;
    reply.claimed_length = 1000;
    reply.stream = [](const testdata::WriteBody& write) {
      while (write("x")) {
        timespec pause = {.tv_sec = 0, .tv_nsec = 10'000'000};
        nanosleep(&pause, nullptr);  // what is slow is the subject here
      }
    };
    return reply;
  });
  ASSERT_OK_AND_ASSIGN(request_.url, Url::Parse(server.Url("/")));
  Transfer transfer(options_, nullptr, nullptr);
  transfer.SetTimeout(absl::Milliseconds(200));
  EXPECT_THAT(HttpGetText(request_, transfer, 1 << 20),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("context deadline exceeded")));
}

TEST_F(HttpTest, AR_127_BytesStayAsTheyAreSent) {
  testdata::HttpServer server([](const auto&) {
    testdata::HttpReply reply = Text("\x1f\x8b not decoded");
    reply.headers.emplace_back("Content-Encoding", "gzip");
    return reply;
  });
  EXPECT_EQ(*Get(server.Url("/")), "\x1f\x8b not decoded");
}

TEST_F(HttpTest, AR_133_CertificatesAreVerified) {
  testdata::HttpServer server([](const auto&) { return Text("body"); },
                              {.tls = true});
  EXPECT_THAT(
      Get(server.Url("/")),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("x509: ")));
  request_.insecure = true;
  EXPECT_EQ(*Get(server.Url("/")), "body");
  request_.insecure = false;
  base::TempDir directory;
  options_.ca_file = directory.path() + "/ca.pem";
  ASSERT_OK(base::WriteFileAtomically(options_.ca_file, server.certificate()));
  EXPECT_EQ(*Get(server.Url("/")), "body");
}

TEST_F(HttpTest, ProxiesComeFromTheConfiguration) {
  testdata::HttpServer proxy([](const auto&) { return Text("by proxy"); });
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  testdata::HttpServer server([](const auto&) { return Text("direct"); });
  EXPECT_EQ(*Get(server.Url("/")), "direct");
  options_.http_proxy = proxy.Url();
  EXPECT_EQ(*Get("http://files.invalid/x"), "by proxy");
  EXPECT_EQ(proxy.requests()[0].target, "http://files.invalid/x");
  EXPECT_EQ(*Get(server.Url("/")), "direct");  // never for this machine
  options_.no_proxy = "files.invalid";
  EXPECT_THAT(Get("http://files.invalid/x"),
              StatusIs(absl::StatusCode::kUnavailable, _));
  unsetenv("http_proxy");
}

TEST_F(HttpTest, NobodyThereIsWorthAnotherTry) {
  int port = 0;
  {
    testdata::HttpServer gone([](const auto&) { return Text(""); });
    port = gone.port();
  }
  EXPECT_THAT(Get(absl::StrCat("http://127.0.0.1:", port, "/")),
              StatusIs(absl::StatusCode::kUnavailable, _));
}

TEST(Netrc, ReadsOnlyWhatBelongsToTheHost) {
  const char* text =
      "machine a login ua password pa # comment\n"
      "machine b:8080\n  login ub\n  password pb\n"
      "default login ud password pd\n";
  EXPECT_EQ(FindInNetrcText(text, "a")->user, "ua");
  EXPECT_EQ(FindInNetrcText(text, "b:8080")->password, "pb");
  EXPECT_EQ(FindInNetrcText(text, "b")->user, "ud");
  EXPECT_FALSE(FindInNetrcText("machine", "a").has_value());
  EXPECT_FALSE(FindInNetrcText("", "a").has_value());
}

}  // namespace
}  // namespace artifact
