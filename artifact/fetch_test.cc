// The whole way of plain files: HTTP, checksums, names, and what is left
// behind.

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testdata/http_server.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kHello[] = "hello world\n";
constexpr char kMd5[] = "6f5902ac237024bdd0c176cb93063dc4";
constexpr char kSha1[] = "22596363b3de40b06f981fb85d82312e8c0ed511";
constexpr char kSha256[] =
    "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447";
constexpr char kSha512[] =
    "db3974a97f2407b7cae1ae637c0030687a11913274d578492558e39c16c017de84eacdc8c6"
    "2fe34ee4e12b4b1428817f09b6a2760c3f8a664ceae94d2434a593";

testdata::HttpReply Text(std::string body) {
  testdata::HttpReply reply;
  reply.body = std::move(body);
  return reply;
}

testdata::HttpReply Status(int status) {
  testdata::HttpReply reply;
  reply.status = status;
  return reply;
}

class FetchTest : public testing::Test {
 protected:
  FetchTest() {
    options_.retry_delay = absl::Milliseconds(1);
    options_.max_retry_delay = absl::Milliseconds(5);
    request_.destination = destination_;
  }

  // Everything below the test's directory, hidden files too.
  std::vector<std::string> Tree() const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(directory_.path())) {
      names.push_back(
          std::filesystem::relative(entry.path(), directory_.path()));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  base::TempDir directory_;
  const std::string destination_ = directory_.path() + "/out";
  Options options_;
  Request request_;
};

TEST_F(FetchTest, AR_031_TakesEveryDigestThatIsRight) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  for (const std::string& checksum :
       {absl::StrCat("md5:", kMd5), absl::StrCat("sha1:", kSha1),
        absl::StrCat("sha256:", kSha256), absl::StrCat("sha512:", kSha512)}) {
    SCOPED_TRACE(checksum);
    base::TempDir fresh;
    request_.source = server.Url("/file.txt");
    request_.destination = fresh.path();
    request_.options["checksum"] = checksum;
    ASSERT_OK_AND_ASSIGN(const Result result, Fetch(request_, options_));
    EXPECT_EQ(result.path, fresh.path() + "/file.txt");
    EXPECT_EQ(result.bytes, 12);
    ASSERT_OK_AND_ASSIGN(const std::string text, base::ReadFile(result.path));
    EXPECT_EQ(text, kHello);
    struct stat status;
    ASSERT_EQ(stat(result.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0644u);
  }
}

TEST_F(FetchTest, AR_032_WrongDigestNamesBothAndLeavesNothing) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  const struct {
    const char* type;
    size_t digits;
    const char* got;
  } kCases[] = {{"md5", 32, kMd5},
                {"sha1", 40, kSha1},
                {"sha256", 64, kSha256},
                {"sha512", 128, kSha512}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.type);
    const std::string zeros(c.digits, '0');
    request_.source = server.Url("/file.txt");
    request_.options["checksum"] = absl::StrCat(c.type, ":", zeros);
    EXPECT_THAT(
        Fetch(request_, options_),
        StatusIs(absl::StatusCode::kDataLoss,
                 AllOf(HasSubstr(absl::StrCat("Checksums did not match for ",
                                              destination_, "/file.txt.\n")),
                       HasSubstr("\nExpected: " + zeros + "\n"),
                       HasSubstr(absl::StrCat("\nGot: ", c.got)))));
    EXPECT_THAT(Tree(), IsEmpty());
  }
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(FetchTest, AR_038_ChecksumSyntaxIsAnErrorBeforeAnyRequest) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  const struct {
    const char* why;
    std::string query;
    const char* error;
  } kCases[] = {
      {"AR-038 no hex", "checksum=md5:zz", "invalid byte: U+007A 'z'"},
      {"AR-040 too short",
       absl::StrCat("checksum=sha256:", std::string(62, 'a')),
       "invalid sha256 checksum"},
      {"AR-041 no type has it", absl::StrCat("checksum=", std::string(62, 'a')),
       "unknown type for checksum"},
      {"AR-042", "checksum=crc32:abcdef01", "unsupported checksum type: crc32"},
      {"AR-042", "checksum=sha224:ab", "unsupported checksum type: sha224"},
      {"AR-060 length of another", absl::StrCat("checksum=md5:", kSha256),
       "invalid md5 checksum"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    request_.source = server.Url("/file.txt?" + c.query);
    EXPECT_THAT(
        Fetch(request_, options_),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.error)));
  }
  EXPECT_TRUE(server.requests().empty());
  EXPECT_THAT(Tree(), IsEmpty());
}

TEST_F(FetchTest, AR_057_DoesNotAskForWhatIsThere) {
  testdata::HttpServer server([](const auto&) { return Text("other"); });
  ASSERT_OK(base::MakeDirectories(destination_));
  ASSERT_OK(base::WriteFileAtomically(destination_ + "/file.txt", kHello));
  request_.source = server.Url("/file.txt");
  request_.options["checksum"] = absl::StrCat("sha256:", kSha256);
  ASSERT_OK_AND_ASSIGN(const Result result, Fetch(request_, options_));
  EXPECT_TRUE(result.from_cache);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(FetchTest, AR_112_OnlyAStatusOf200IsAFile) {
  int status = 0;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply = Text("body");
    reply.status = status;
    return reply;
  });
  request_.source = server.Url("/file.txt");
  for (status = 200; status < 600; ++status) {
    // Without a Location header a redirect leads nowhere.
    if (status > 210 && status % 100 > 17) continue;
    if (status == 200) continue;
    SCOPED_TRACE(status);
    options_.max_attempts = 1;
    EXPECT_THAT(Fetch(request_, options_).status().message(),
                HasSubstr(absl::StrCat("bad response code: ", status)));
    EXPECT_THAT(Tree(), IsEmpty());
  }
}

TEST_F(FetchTest, AR_134_TriesAgainWhenTheServerIsBusy) {
  std::atomic<int> requests = 0;
  testdata::HttpServer server(
      [&](const auto&) { return ++requests < 3 ? Status(503) : Text(kHello); });
  request_.source = server.Url("/file.txt");
  ASSERT_OK_AND_ASSIGN(const Result result, Fetch(request_, options_));
  EXPECT_EQ(result.attempts, 3);
}

TEST_F(FetchTest, DoesNotTryAgainWhenTheFileIsMissing) {
  testdata::HttpServer server([&](const auto&) { return Status(404); });
  request_.source = server.Url("/file.txt");
  EXPECT_THAT(Fetch(request_, options_),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("bad response code: 404")));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(FetchTest, AR_135_DefaultDestinationIsBelowTheTask) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  request_.task_dir = directory_.path() + "/task";
  request_.destination = "local/";
  ASSERT_OK(base::MakeDirectories(request_.task_dir + "/local", 0777));
  request_.source = server.Url("/file.txt");
  ASSERT_OK(Fetch(request_, options_).status());
  EXPECT_THAT(Tree(), ElementsAre("task", "task/local", "task/local/file.txt"));
}

TEST_F(FetchTest, ResumesWhereTheConnectionWasLost) {
  const std::string body(100'000, 'x');
  std::atomic<int> requests = 0;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply = Text(body);
    reply.serves_ranges = true;
    reply.headers.emplace_back("ETag", "\"1\"");
    if (++requests == 1) reply.cut_after_bytes = 60'000;
    return reply;
  });
  request_.source = server.Url("/file.bin");
  ASSERT_OK_AND_ASSIGN(const Result result, Fetch(request_, options_));
  EXPECT_EQ(result.bytes, 100'000);
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[1].Header("range"), "bytes=60000-");
  EXPECT_EQ(server.requests()[1].Header("if-range"), "\"1\"");
  ASSERT_OK_AND_ASSIGN(const std::string text, base::ReadFile(result.path));
  EXPECT_TRUE(text == body);
}

TEST_F(FetchTest, AR_149_CancelEndsADownloadAtOnce) {
  Cancellation cancellation;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply;
    reply.claimed_length = 1'000'000;
    reply.stream = [&](const testdata::WriteBody& write) {
      write("some bytes");
      cancellation.Cancel();
      while (write("x")) {
      }
    };
    return reply;
  });
  request_.source = server.Url("/file.txt");
  EXPECT_THAT(Fetch(request_, options_, {.cancellation = &cancellation}),
              StatusIs(absl::StatusCode::kCancelled, HasSubstr("cancelled")));
  EXPECT_THAT(Tree(), IsEmpty());
}

}  // namespace
}  // namespace artifact
