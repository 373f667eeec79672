#include "artifact/download.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <string>

#include "absl/strings/str_cat.h"
#include "artifact/digest.h"
#include "artifact/resume_record.h"
#include "artifact/retry.h"
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
using ::testing::HasSubstr;

std::string Noise(size_t size) {
  std::string text(size, '\0');
  uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

class DownloadTest : public testing::Test {
 protected:
  DownloadTest()
      : at_(open(directory_.path().c_str(),
                 O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    options_.retry_delay = absl::Milliseconds(1);
    options_.max_retry_delay = absl::Milliseconds(5);
  }

  absl::StatusOr<Download> Get(const std::string& url) {
    ASSIGN_OR_RETURN(request_.http.url, Url::Parse(url));
    Transfer transfer(options_, nullptr, nullptr);
    transfer.SetTimeout(absl::Seconds(30));
    return DownloadFile(request_, at_.get(), "part", transfer);
  }

  std::string Part() const {
    const auto text = base::ReadFileAt(at_.get(), "part");
    return text.ok() ? *text : "";
  }

  base::TempDir directory_;
  const base::UniqueFd at_;
  Options options_;
  DownloadRequest request_;
};

// A file on a server whose connection breaks after some bytes, `breaks` times.
struct Flaky {
  std::string body = Noise(300'000);
  std::string etag = "\"1\"";
  std::string last_modified = "";
  std::string date = "";
  bool ranges = true;
  std::atomic<int> breaks = 1;

  testdata::HttpReply operator()(const testdata::HttpRequest&) {
    testdata::HttpReply reply;
    reply.body = body;
    reply.serves_ranges = ranges;
    if (!etag.empty()) reply.headers.emplace_back("ETag", etag);
    if (!last_modified.empty()) {
      reply.headers.emplace_back("Last-Modified", last_modified);
    }
    if (!date.empty()) reply.headers.emplace_back("Date", date);
    if (breaks-- > 0) reply.cut_after_bytes = 100'000;
    return reply;
  }
};

TEST_F(DownloadTest, GoesOnWhereItStopped) {
  Flaky flaky;
  flaky.breaks = 2;
  testdata::HttpServer server([&](const auto& r) { return flaky(r); });
  request_.digest = DigestType::kSha256;
  ASSERT_OK_AND_ASSIGN(const Download download, Get(server.Url("/f")));
  EXPECT_EQ(Part(), flaky.body);
  EXPECT_TRUE(download.resumed);
  EXPECT_EQ(download.requests, 3);
  EXPECT_EQ(server.requests()[1].Header("range"), "bytes=100000-");
  EXPECT_EQ(server.requests()[1].Header("if-range"), "\"1\"");
  EXPECT_EQ(server.requests()[2].Header("range"), "bytes=200000-");
  Digest digest(DigestType::kSha256);
  digest.Update(flaky.body);
  EXPECT_EQ(download.digest->Hex(), digest.Finish().Hex());
}

TEST_F(DownloadTest, StartsAgainWhenTheFileHasChanged) {
  Flaky flaky;
  testdata::HttpServer server([&](const testdata::HttpRequest& request) {
    if (request.headers.count("range") > 0) {
      flaky.etag = "\"2\"";
      flaky.body = "another file";
    }
    return flaky(request);
  });
  ASSERT_OK_AND_ASSIGN(const Download download, Get(server.Url("/f")));
  EXPECT_EQ(Part(), "another file");
  EXPECT_FALSE(download.resumed);
}

TEST_F(DownloadTest, StartsAgainWhenTheRangeIsNotWhatWasAskedFor) {
  for (const char* content_range :
       {"bytes 0-299999/300000", "bytes 100000-299999/300001",
        "bytes 100000-299999/400000", "", "garbage",
        "bytes 100001-299999/300000"}) {
    SCOPED_TRACE(content_range);
    Flaky flaky;
    testdata::HttpServer server([&](const testdata::HttpRequest& request) {
      if (request.headers.count("range") == 0) return flaky(request);
      testdata::HttpReply reply;
      reply.status = 206;
      reply.body = "wrong";
      reply.headers.emplace_back("ETag", "\"1\"");
      reply.headers.emplace_back("Content-Range", content_range);
      return reply;
    });
    ASSERT_OK(Get(server.Url("/f")));
    EXPECT_TRUE(Part() == flaky.body);
    EXPECT_EQ(server.requests().size(), 3u);
  }
}

TEST_F(DownloadTest, OnlyStrongValidatorsAreTrusted) {
  const struct {
    const char* why;
    const char* etag;
    const char* last_modified;
    const char* date;
    bool has_checksum;
    const char* if_range;  // nullptr: no range is asked for
  } kCases[] = {
      {"strong ETag", "\"a\"", "", "", false, "\"a\""},
      {"weak ETag", "W/\"a\"", "", "", false, nullptr},
      {"weak ETag, but a checksum tells", "W/\"a\"", "", "", true, ""},
      {"no validator", "", "", "", false, nullptr},
      {"no validator, but a checksum tells", "", "", "", true, ""},
      {"a date that is old enough", "", "Mon, 01 Jan 2024 00:00:00 GMT",
       "Mon, 01 Jan 2024 00:01:00 GMT", false, "Mon, 01 Jan 2024 00:00:00 GMT"},
      {"a date that may be of two versions", "",
       "Mon, 01 Jan 2024 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:01 GMT", false,
       nullptr},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    Flaky flaky;
    flaky.etag = c.etag;
    flaky.last_modified = c.last_modified;
    flaky.date = c.date;
    testdata::HttpServer server([&](const auto& r) { return flaky(r); });
    request_.digest.reset();
    if (c.has_checksum) request_.digest = DigestType::kMd5;
    ASSERT_OK(Get(server.Url("/f")));
    EXPECT_TRUE(Part() == flaky.body);
    ASSERT_EQ(server.requests().size(), 2u);
    const testdata::HttpRequest second = server.requests()[1];
    EXPECT_EQ(second.headers.count("range"), c.if_range != nullptr ? 1u : 0u);
    if (c.if_range != nullptr) {
      EXPECT_EQ(second.Header("if-range"), c.if_range);
    }
  }
}

TEST_F(DownloadTest, AnotherProcessGoesOnWithWhatIsLeft) {
  const std::string body = Noise(3 << 20);
  std::atomic<int> requests = 0;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    reply.body = body;
    reply.serves_ranges = true;
    reply.headers.emplace_back("ETag", "\"1\"");
    if (++requests == 1) reply.cut_after_bytes = 2 << 20;
    return reply;
  });
  options_.max_attempts = 1;
  request_.digest = DigestType::kSha256;
  // As a process that is killed leaves it.
  EXPECT_THAT(Get(server.Url("/f")),
              StatusIs(absl::StatusCode::kUnavailable, _));
  EXPECT_OK(ReadResumeRecord(at_.get(), "part"));
  ASSERT_OK_AND_ASSIGN(const Download download, Get(server.Url("/f")));
  EXPECT_TRUE(download.resumed);
  EXPECT_EQ(server.requests()[1].Header("range"),
            absl::StrCat("bytes=", 2 << 20, "-"));
  Digest digest(DigestType::kSha256);
  digest.Update(body);
  EXPECT_EQ(download.digest->Hex(), digest.Finish().Hex());
  EXPECT_FALSE(ReadResumeRecord(at_.get(), "part").ok());
}

TEST_F(DownloadTest, WhatIsLeftOfAnotherRequestIsNotUsed) {
  const auto fill = [&](const ResumeRecord& record) {
    EXPECT_OK(base::WriteFileAtomically(directory_.path() + "/part", "rest"));
    EXPECT_OK(WriteResumeRecord(at_.get(), "part", record));
  };
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    reply.body = "whole";
    return reply;
  });
  ResumeRecord record;
  record.boot_id = CurrentBootId();
  record.request_digest = "of another";
  record.validator = record.etag = "\"1\"";
  fill(record);
  ASSERT_OK(Get(server.Url("/f")));
  EXPECT_EQ(Part(), "whole");
  EXPECT_EQ(server.requests().back().headers.count("range"), 0u);
  // A record that is broken is none.
  fill(record);
  ASSERT_OK(base::WriteFileAtomically(directory_.path() + "/part.resume",
                                      "{\"boot_id\": 7, \"total_bytes\": []"));
  ASSERT_OK(Get(server.Url("/f")));
  EXPECT_EQ(Part(), "whole");
}

TEST_F(DownloadTest, AR_123_TheLimitOfAFileIsAnError) {
  testdata::HttpReply reply;
  testdata::HttpServer server([&](const auto&) { return reply; });
  const struct {
    const char* why;
    size_t size;
    bool chunked;
    int64_t limit;
    bool ok;
  } kCases[] = {{"12 of 5 with a length", 12, false, 5, false},
                {"50 of 7 in chunks", 50, true, 7, false},
                {"12 of 12", 12, false, 12, true},
                {"12 of 12 in chunks", 12, true, 12, true},
                {"no limit", 50, true, 0, true}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    reply.body = std::string(c.size, 'x');
    reply.is_chunked = c.chunked;
    request_.max_bytes = c.limit;
    const auto download = Get(server.Url("/f"));
    if (c.ok) {
      EXPECT_OK(download);
    } else {
      EXPECT_THAT(download,
                  StatusIs(absl::StatusCode::kResourceExhausted,
                           HasSubstr("larger than the limit http_max_size")));
    }
  }
}

TEST_F(DownloadTest, AFileThatCannotFitIsNotBegun) {
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    reply.claimed_length = int64_t{1} << 60;
    reply.stream = [](const testdata::WriteBody& write) { write("x"); };
    return reply;
  });
  EXPECT_THAT(Get(server.Url("/f")),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("no space left on device")));
}

TEST_F(DownloadTest, TriesAgainOnlyWhereThatCanHelp) {
  std::atomic<int> status = 0;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    reply.status = status;
    return reply;
  });
  options_.max_attempts = 3;
  size_t before = 0;
  for (const int code :
       {400, 401, 403, 404, 408, 410, 416, 425, 429, 500, 501, 502, 503, 504}) {
    status = code;
    EXPECT_FALSE(Get(server.Url("/f")).ok());
    const bool again = code == 408 || code == 425 || code == 429 || code >= 500;
    EXPECT_EQ(server.requests().size() - before, again ? 3u : 1u) << code;
    before = server.requests().size();
  }
}

TEST_F(DownloadTest, WaitsAsLongAsTheServerAsks) {
  std::atomic<int> requests = 0;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    if (++requests == 1) {
      reply.status = 429;
      reply.headers.emplace_back("Retry-After", "1");
    }
    return reply;
  });
  options_.max_retry_delay = absl::Milliseconds(300);  // but no longer
  const absl::Time start = absl::Now();
  ASSERT_OK(Get(server.Url("/f")));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(300));
}

TEST_F(DownloadTest, RetriesEndWithTheDeadline) {
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    reply.status = 503;
    return reply;
  });
  options_.retry_delay = absl::Hours(1);
  options_.max_retry_delay = absl::Hours(1);
  // Waiting an hour makes no sense with half a minute left.
  EXPECT_THAT(Get(server.Url("/f")),
              StatusIs(_, HasSubstr("bad response code: 503")));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(RetryDelay, DoublesUpToALimitAndSpreads) {
  Options options;
  options.retry_delay = absl::Seconds(1);
  options.max_retry_delay = absl::Seconds(5);
  EXPECT_EQ(RetryDelay(options, 1, 0), absl::Seconds(1));
  EXPECT_EQ(RetryDelay(options, 2, 0), absl::Seconds(2));
  EXPECT_EQ(RetryDelay(options, 3, 0), absl::Seconds(4));
  EXPECT_EQ(RetryDelay(options, 4, 0), absl::Seconds(5));
  EXPECT_EQ(RetryDelay(options, 1000, 0), absl::Seconds(5));
  EXPECT_EQ(RetryDelay(options, 3, 0.5), absl::Seconds(3));
}

TEST(ParseContentRange, TakesOnlyWhatMakesSense) {
  const auto range = ParseContentRange("bytes 5-9/10");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->first, 5);
  EXPECT_EQ(range->last, 9);
  EXPECT_EQ(range->total, 10);
  EXPECT_FALSE(ParseContentRange("bytes 5-9/*")->total.has_value());
  for (const char* wrong :
       {"", "bytes", "bytes */10", "bytes 5-4/10", "bytes 5-10/10",
        "bytes -5-9/10", "items 5-9/10", "bytes 5/10-9", "bytes 5-9",
        "bytes 99999999999999999999-99999999999999999999/*"}) {
    EXPECT_FALSE(ParseContentRange(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace artifact
