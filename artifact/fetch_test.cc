// The whole way of plain files: HTTP, checksums, names, and what is left
// behind.

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "artifact/test_archives.h"
#include "artifact/test_fetch.h"
#include "gmock/gmock.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  std::atomic<int> status = 0;
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply = Text("body");
    reply.status = status;
    return reply;
  });
  options_.max_attempts = 1;
  for (const int wrong :
       {201, 202, 203, 204, 206, 300, 304, 400, 401, 403, 404, 416, 500, 503}) {
    status = wrong;
    EXPECT_THAT(
        FetchFrom(server.Url("/file.txt")),
        StatusIs(_, HasSubstr(absl::StrCat("bad response code: ", wrong))));
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

TEST_F(FetchTest, AR_048_ChecksumListsAreLookedInto) {
  testdata::HttpServer server([&](const testdata::HttpRequest& request) {
    if (request.path == "/SUMS") {
      return Text(absl::StrCat(kSha256, "  file.txt\n"));
    }
    return Text(kHello);
  });
  const std::string list = server.Url("/SUMS");
  ASSERT_OK(FetchFrom(server.Url("/file.txt?checksum=file:" + list)));
  EXPECT_EQ(Read("out/file.txt"), kHello);
  // The list came first, and neither request shows our parameter.
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[0].target, "/SUMS");
  EXPECT_EQ(server.requests()[1].target, "/file.txt");
  EXPECT_THAT(FetchFrom(server.Url("/other.txt?checksum=file:" + list)),
              StatusIs(_, HasSubstr("no checksum found in: ")));
  EXPECT_EQ(server.CountRequests("/other.txt"), 0);
}

TEST_F(FetchTest, AR_055_AListThatIsMissingIsAnError) {
  testdata::HttpServer server([&](const testdata::HttpRequest& request) {
    return request.path == "/SUMS" ? Status(404) : Text(kHello);
  });
  EXPECT_THAT(
      FetchFrom(server.Url("/f?checksum=file:" + server.Url("/SUMS"))),
      StatusIs(_, HasSubstr("invalid checksum: Error downloading checksum "
                            "file: bad response code: 404")));
  EXPECT_THAT(FetchFrom(server.Url("/f?checksum=file:/etc/passwd")),
              StatusIs(_, HasSubstr("download not supported for scheme "
                                    "'file'")));  // AR-056
  EXPECT_EQ(server.CountRequests("/f"), 0);
}

TEST_F(FetchTest, HeadersGoToAListOnlyOnTheSameOrigin) {
  const auto serve = [&](const testdata::HttpRequest& request) {
    return Text(request.path == "/SUMS" ? absl::StrCat(kSha256, "  f\n")
                                        : kHello);
  };
  testdata::HttpServer server(serve);
  testdata::HttpServer other(serve);
  request_.headers["X-Token"] = "secret";
  ASSERT_OK(FetchFrom(server.Url("/f?checksum=file:" + server.Url("/SUMS"))));
  EXPECT_EQ(server.requests()[0].Header("x-token"), "secret");
  ASSERT_OK(FetchFrom(
      server.Url("/f?checksum=file:" + other.Url("/SUMS") + "&fresh=1")));
  EXPECT_EQ(other.requests()[0].Header("x-token"), "");
}

TEST_F(FetchTest, AR_059_RepositoriesAndDirectoriesHaveNoChecksum) {
  request_.options["checksum"] = absl::StrCat("md5:", kMd5);
  EXPECT_THAT(FetchFrom("http://127.0.0.1:1/dir/"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("checksum cannot be specified for directory "
                                 "download")));
}

TEST_F(FetchTest, AR_125_AShorterFileReplacesALongerOne) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  Write("out/file.txt", std::string(1000, 'x'));
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_EQ(Read("out/file.txt"), kHello);
  // AR-126: also with a checksum.
  Write("out/file.txt", std::string(1000, 'x'));
  request_.options["checksum"] = absl::StrCat("md5:", kMd5);
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_EQ(Read("out/file.txt"), kHello);
}

TEST_F(FetchTest, AR_128_DirectoriesAreNotFetchedOverHttp) {
  testdata::HttpServer server([](const auto&) {
    testdata::HttpReply reply = Text("<html>");
    reply.headers.emplace_back("X-Terraform-Get", "http://127.0.0.1:1/x");
    return reply;
  });
  EXPECT_THAT(FetchFrom(server.Url("/dir/")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("directory download is not supported over "
                                 "HTTP")));
  request_.mode = Mode::kDirectory;
  EXPECT_THAT(FetchFrom(server.Url("/dir")),  // AR-129: whatever it says
              StatusIs(_, HasSubstr("directory download is not supported")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(FetchTest, AR_130_FilesAreNamedAfterTheDecodedPath) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  for (const auto& [path, name] : {std::pair("/a%20b.txt", "a b.txt"),
                                   {"/%C3%BC.txt", "\xc3\xbc.txt"},
                                   {"/a%3Fb", "a?b"},
                                   {"/a%2Fb", "b"}}) {
    ASSERT_OK(FetchFrom(server.Url(path)));
    EXPECT_EQ(Read(absl::StrCat("out/", name)), kHello);
    EXPECT_EQ(server.requests().back().target, path);
  }
  EXPECT_FALSE(FetchFrom(server.Url("/a/%2e%2e")).ok());
  EXPECT_FALSE(FetchFrom(server.Url("/a/b%00c")).ok());
}

TEST_F(FetchTest, AR_131_WithoutAPathTheServerNamesTheFile) {
  std::string disposition = "attachment; filename=\"named.txt\"";
  testdata::HttpServer server([&](const auto&) {
    testdata::HttpReply reply = Text(kHello);
    if (!disposition.empty()) {
      reply.headers.emplace_back("Content-Disposition", disposition);
    }
    return reply;
  });
  ASSERT_OK(FetchFrom(server.Url()));
  EXPECT_THAT(Tree(), ElementsAre("out", "out/named.txt"));
  EXPECT_THAT(
      FetchFrom(server.Url()),
      StatusIs(_, HasSubstr("open " + destination_ + ": is a directory")));
  std::filesystem::remove_all(destination_);
  for (const char* hostile : {"", "filename=..", "filename=\"../x\"",
                              "filename=\"/etc/x\"", "filename="}) {
    disposition = hostile;
    const auto result = FetchFrom(server.Url());
    if (result.ok()) {
      EXPECT_EQ(result->path, destination_ + "/x");
      std::filesystem::remove_all(destination_);
    }
    EXPECT_THAT(Tree(), IsEmpty());
  }
}

TEST_F(FetchTest, AR_132_TheOptionFilenameNamesTheFile) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  for (const auto& [option, path] : {std::pair("x.txt", "out/x.txt"),
                                     {"/etc/x", "out/etc/x"},
                                     {"a/b/c", "out/a/b/c"},
                                     {"a..b", "out/a..b"}}) {
    ASSERT_OK(FetchFrom(server.Url(absl::StrCat("/f?filename=", option))));
    EXPECT_EQ(Read(path), kHello);
    EXPECT_EQ(server.requests().back().target, "/f");
  }
  EXPECT_THAT(FetchFrom(server.Url("/f?filename=../x")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("filename query parameter contain path "
                                 "traversal")));
  // In mode file it is the server's parameter.
  request_.mode = Mode::kFile;
  request_.destination = directory_.path() + "/file";
  ASSERT_OK(FetchFrom(server.Url("/f?filename=x")));
  EXPECT_EQ(server.requests().back().target, "/f?filename=x");
}

TEST_F(FetchTest, AR_141_ModeFileTakesTheDestinationAsTheFile) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  request_.mode = Mode::kFile;
  request_.task_dir = directory_.path();
  ASSERT_OK(base::MakeDirectories(directory_.path() + "/local"));
  request_.destination = "local/";
  EXPECT_THAT(FetchFrom(server.Url("/file.txt")),
              StatusIs(_, HasSubstr("is a directory")));
  EXPECT_TRUE(server.requests().empty());
  request_.destination = "local/new/";
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_EQ(Read("local/new"), kHello);
  request_.destination = "local/a/b/c";
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_EQ(Read("local/a/b/c"), kHello);
}

TEST_F(FetchTest, AR_136_DestinationsStayBelowTheTask) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  request_.task_dir = directory_.path() + "/alloc1/task";
  request_.shared_dir = directory_.path() + "/alloc1/alloc";
  ASSERT_OK(base::MakeDirectories(request_.task_dir + "/local"));
  ASSERT_OK(base::MakeDirectories(request_.shared_dir));
  const struct {
    const char* why;
    std::string destination;
    const char* path;  // "" is refused
  } kCases[] = {
      {"AR-136", "/tmp/abs", "alloc1/task/tmp/abs/file.txt"},
      {"AR-137", "../alloc/data", "alloc1/alloc/data/file.txt"},
      {"AR-137 absolute", request_.shared_dir + "/abs",
       "alloc1/alloc/abs/file.txt"},
      {"absolute, in the task", request_.task_dir + "/local/abs",
       "alloc1/task/local/abs/file.txt"},
      {"AR-138", "../../x", ""},
      {"AR-139", "../other", ""},
      {"AR-139", "../../../../tmp/x", ""},
      {"a name like the task's", "../task2", ""},
      {"AR-140", ".", "alloc1/task/file.txt"},
      {"AR-140", "", "alloc1/task/file.txt"},
      {"AR-142", "local/${nope}/x", "alloc1/task/local/${nope}/x/file.txt"},
      {"two dots as part of a name", "local/..x",
       "alloc1/task/local/..x/file.txt"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    request_.destination = c.destination;
    const auto result = FetchFrom(server.Url("/file.txt"));
    if (*c.path == '\0') {
      EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("artifact destination path "
                                             "escapes alloc directory")));
    } else {
      EXPECT_OK(result);
      EXPECT_EQ(Read(c.path), kHello);
    }
  }
}

TEST_F(FetchTest, LinksInTheTaskAreNotFollowed) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  base::TempDir outside;
  request_.task_dir = directory_.path();
  ASSERT_OK(base::MakeDirectories(directory_.path() + "/local"));
  std::filesystem::create_symlink(outside.path(),
                                  directory_.path() + "/local/link");
  std::filesystem::create_symlink(outside.path() + "/file.txt",
                                  directory_.path() + "/local/file.txt");
  for (const char* destination : {"local/link", "local/link/x"}) {
    request_.destination = destination;
    EXPECT_THAT(FetchFrom(server.Url("/file.txt")),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("a symbolic link is in the way")));
  }
  // A link in the place of the file is replaced.
  request_.destination = "local";
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_FALSE(
      std::filesystem::is_symlink(directory_.path() + "/local/file.txt"));
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
}

TEST_F(FetchTest, ALinkToADirectoryIsUsedByWhoeverMayChooseThePath) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  ASSERT_OK(base::MakeDirectories(directory_.path() + "/real"));
  std::filesystem::create_symlink("real", destination_);
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_TRUE(std::filesystem::is_symlink(destination_));
  EXPECT_EQ(Read("real/file.txt"), kHello);
  std::filesystem::create_symlink("missing", directory_.path() + "/dangling");
  request_.destination = directory_.path() + "/dangling";
  EXPECT_FALSE(FetchFrom(server.Url("/file.txt")).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(directory_.path() + "/dangling"));
}

TEST_F(FetchTest, AHardLinkIsReplacedNotWrittenThrough) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  Write("precious", "old");
  ASSERT_OK(base::MakeDirectories(destination_));
  std::filesystem::create_hard_link(directory_.path() + "/precious",
                                    destination_ + "/file.txt");
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_EQ(Read("out/file.txt"), kHello);
  EXPECT_EQ(Read("precious"), "old");
}

TEST_F(FetchTest, AFileInPlaceOfTheDestinationIsAnError) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  Write("out", "a file");
  EXPECT_THAT(FetchFrom(server.Url("/file.txt")),
              StatusIs(_, HasSubstr("not a directory")));
  EXPECT_EQ(Read("out"), "a file");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(FetchTest, SweepsWhatADeadProcessLeftAndNothingElse) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  const std::string dead = directory_.path() + "/.drover-fetch-dead";
  ASSERT_OK(base::MakeDirectories(dead, 0700));
  Write(".drover-fetch-dead/part", "half a file");
  ASSERT_OK(base::MakeDirectories(directory_.path() + "/.drover-fetch-open",
                                  0755));  // not one that we would make
  ASSERT_OK(FetchFrom(server.Url("/file.txt")));
  EXPECT_THAT(Tree(), ElementsAre(".drover-fetch-open", "out", "out/file.txt"));
}

TEST_F(FetchTest, ManyAtOnceIntoOneDestination) {
  testdata::HttpServer server(
      [](const testdata::HttpRequest& request) { return Text(request.path); });
  std::vector<Request> requests(12, request_);
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].source = server.Url(absl::StrCat("/f", i % 6));
  }
  options_.max_parallel = 6;
  const auto results = FetchAll(requests, options_);
  ASSERT_EQ(results.size(), requests.size());
  for (const auto& result : results) EXPECT_OK(result);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(Read(absl::StrCat("out/f", i)), absl::StrCat("/f", i));
  }
  EXPECT_EQ(Tree().size(), 7u);
}

TEST_F(FetchTest, AllAreTriedEvenIfOneFails) {
  testdata::HttpServer server([](const testdata::HttpRequest& request) {
    return request.path == "/bad" ? Status(404) : Text(kHello);
  });
  std::vector<Request> requests(3, request_);
  requests[0].source = server.Url("/bad");
  requests[1].source = server.Url("/a");
  requests[2].source = server.Url("/b");
  std::vector<size_t> done;
  const auto results =
      FetchAll(requests, options_, nullptr,
               [&](size_t index, const auto&) { done.push_back(index); });
  EXPECT_FALSE(results[0].ok());
  EXPECT_OK(results[1]);
  EXPECT_OK(results[2]);
  EXPECT_THAT(done, testing::UnorderedElementsAre(0, 1, 2));
}

TEST_F(FetchTest, ProgressTellsHowFarItIs) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  std::vector<int64_t> seen;
  request_.source = server.Url("/file.txt");
  ASSERT_OK(Fetch(request_, options_, {.progress = [&](const Progress& p) {
                    seen.push_back(p.bytes);
                    EXPECT_EQ(p.total_bytes, 12);
                  }}));
  EXPECT_THAT(seen, ElementsAre(12));
}

TEST_F(FetchTest, MessagesHaveNoControlCharacters) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  request_.source = server.Url("/f");
  request_.headers["bad\x1bname"] = "x";
  const auto bad_name = Fetch(request_, options_);
  EXPECT_THAT(bad_name, StatusIs(_, HasSubstr("bad\\x1bname")));
  request_.headers = {{"X-Token", "a\r\nX-Other: b"}};
  EXPECT_THAT(Fetch(request_, options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("control characters")));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(FetchTest, ChecksumsCanBeRequired) {
  testdata::HttpServer server([](const auto&) { return Text(kHello); });
  options_.checksum_required = true;
  EXPECT_THAT(FetchFrom(server.Url("/f")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("only fetches artifacts with a checksum")));
}

TEST(DefaultDestinationTest, IsLocalOrAFileInIt) {
  EXPECT_EQ(DefaultDestination("https://h/f.txt", Mode::kAny), "local/");
  EXPECT_EQ(DefaultDestination("https://h/f.txt?a=/b", Mode::kFile),
            "local/f.txt");
  EXPECT_EQ(DefaultDestination("https://h/f.txt#x", Mode::kFile),
            "local/f.txt");
  EXPECT_EQ(DefaultDestination("https://h/", Mode::kFile), "local/h");
  EXPECT_EQ(DefaultDestination("git@github.com:a/b.git", Mode::kFile),
            "local/b.git");
  EXPECT_EQ(DefaultDestination("https://h/plain.gz", Mode::kFile),
            "local/plain.gz");  // AR-068
}

}  // namespace
}  // namespace artifact
