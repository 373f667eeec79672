// The whole way of archives: which are unpacked, where to, and what is left
// when they are not good.

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "artifact/digest.h"
#include "artifact/test_archives.h"
#include "artifact/test_fetch.h"
#include "base/kernel_test.h"
#include "gmock/gmock.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::_;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A server with the archives that the reference's vectors speak of.
class FetchArchiveTest : public FetchTest {
 protected:
  FetchArchiveTest()
      : files_({
            {"/ok.zip", Zip({{.name = "b", .data = "B"},
                             {.name = "d/a", .data = "A", .method = 8}})},
            {"/ok.tar.gz", Compress(Tar({{.name = "b", .data = "B"},
                                         {.name = "d/a", .data = "A"}}),
                                    "gz")},
            {"/file.txt", kHello},
            {"/plain.gz", Compress("plain\n", "gz")},
            {"/plain.bz2", Compress("plain\n", "bz2")},
            {"/plain.xz", Compress("plain\n", "xz")},
            {"/plain.zst", Compress("plain\n", "zst")},
            {"/one.zip",
             Zip({{.name = "x/only", .data = "1", .mode = 0100755}})},
            {"/one.tar", Tar({{.name = "x/", .type = '5', .mode = 0755},
                              {.name = "x/only", .data = "1", .mode = 0755}})},
            {"/evil.tar", Tar({{.name = "good", .data = "x"},
                               {.name = "../evil", .data = "x"}})},
            {"/link.tar", Tar({{.name = "good", .data = "x"},
                               {.name = "l", .type = '2', .link = "/etc"}})},
            {"/dir.tar", Tar({{.name = "file.txt/x", .data = "x"}})},
        }),
        server_([this](const testdata::HttpRequest& request) {
          testdata::HttpReply reply;
          if (request.path == "/redir/x.zip") {
            reply.status = 302;
            reply.headers.emplace_back("Location", "/noext");
            return reply;
          }
          if (request.path == "/redir") {
            reply.status = 302;
            reply.headers.emplace_back("Location", "/ok.zip");
            return reply;
          }
          std::string path = request.path;
          if (path == "/noext" || path == "/UP.ZIP") path = "/ok.zip";
          if (path == "/ok.tar.GZ") path = "/ok.tar.gz";
          const auto found = files_.find(path);
          if (found == files_.end()) return Status(404);
          return Text(found->second);
        }) {}

  absl::StatusOr<Result> FetchPath(const std::string& path) {
    return FetchFrom(server_.Url(path));
  }

  std::map<std::string, std::string> files_;
  testdata::HttpServer server_;
};

TEST_F(FetchArchiveTest, AR_029_AnArchiveIsMergedIntoTheDestination) {
  Write("out/keep", "k");
  Write("out/b", "old");
  ASSERT_OK(FetchPath("/ok.zip"));
  EXPECT_THAT(Tree(),
              ElementsAre("out", "out/b", "out/d", "out/d/a", "out/keep"));
  EXPECT_EQ(Read("out/b"), "B");
}

TEST_F(FetchArchiveTest, AR_028_ASubdirectoryReplacesTheDestination) {
  Write("out/keep", "k");
  ASSERT_OK(FetchPath("/ok.zip//d"));
  EXPECT_THAT(Tree(), ElementsAre("out", "out/a"));
  // AR-027: it must be there, once.
  EXPECT_THAT(FetchPath("/ok.zip//nope"),
              StatusIs(_, HasSubstr("subdir \"nope\" not found")));
  EXPECT_THAT(FetchPath("/ok.zip//*"),
              StatusIs(_, HasSubstr("subdir \"*\" matches multiple paths")));
  ASSERT_OK(FetchPath("/ok.zip//[d]*"));
  EXPECT_THAT(Tree(), ElementsAre("out", "out/a"));
}

TEST_F(FetchArchiveTest, AR_030_ASubdirectoryMustBeADirectory) {
  Write("out/keep", "k");
  EXPECT_THAT(FetchPath("/ok.zip//b"),
              StatusIs(_, HasSubstr("subdir \"b\" is not a directory")));
  // AR-025: a file has no parts.
  EXPECT_THAT(FetchPath("//file.txt"), StatusIs(_, _));
  EXPECT_FALSE(FetchPath("/file.txt//x").ok());
  EXPECT_THAT(Tree(), ElementsAre("out", "out/keep"));
}

TEST_F(FetchArchiveTest, AR_058_TheChecksumIsThatOfTheArchive) {
  Digest digest(DigestType::kSha256);
  digest.Update(files_["/ok.tar.gz"]);
  request_.options["checksum"] = digest.Finish().ToString();
  ASSERT_OK(FetchPath("/ok.tar.gz"));
  EXPECT_EQ(Read("out/b"), "B");
  std::filesystem::remove_all(destination_);
  Digest member(DigestType::kSha256);
  member.Update("B");
  request_.options["checksum"] = member.Finish().ToString();
  EXPECT_THAT(FetchPath("/ok.tar.gz"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("Checksums did not match")));
  EXPECT_THAT(Tree(), IsEmpty());
}

TEST_F(FetchArchiveTest, AR_062_TheSuffixMustBeInLowerCase) {
  for (const char* path : {"/UP.ZIP", "/ok.tar.GZ", "/noext"}) {
    ASSERT_OK(FetchPath(path));
    EXPECT_THAT(Tree(), Contains(absl::StrCat("out", path)));
  }
  std::filesystem::remove_all(destination_);
  ASSERT_OK(FetchPath("/noext?archive=zip"));  // AR-063
  EXPECT_THAT(Tree(), ElementsAre("out", "out/b", "out/d", "out/d/a"));
  EXPECT_EQ(server_.requests().back().target, "/noext");
}

TEST_F(FetchArchiveTest, AR_064_UnpackingCanBeSwitchedOff) {
  for (const char* no : {"false", "0", "f", "F", "False", "FALSE"}) {
    std::filesystem::remove_all(destination_);
    ASSERT_OK(FetchPath(absl::StrCat("/ok.zip?archive=", no)));
    EXPECT_THAT(Tree(), ElementsAre("out", "out/ok.zip"));
  }
  std::filesystem::remove_all(destination_);
  ASSERT_OK(FetchPath("/ok.zip?archive="));
  EXPECT_THAT(Tree(), Contains("out/d/a"));
  const size_t before = server_.requests().size();
  for (const char* unknown : {"true", "1", "no", "rar", "GZ"}) {
    EXPECT_THAT(FetchPath(absl::StrCat("/ok.zip?archive=", unknown)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("unknown archive type")));
  }
  EXPECT_EQ(server_.requests().size(), before);
}

TEST_F(FetchArchiveTest, AR_065_TheWrongTypeIsAnError) {
  EXPECT_THAT(
      FetchPath("/ok.zip?archive=tar.gz"),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("gzip: invalid header")));
  EXPECT_THAT(FetchPath("/file.txt?archive=zip"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("zip: not a valid zip file")));
  EXPECT_THAT(Tree(), IsEmpty());
}

TEST_F(FetchArchiveTest, AR_066_ACompressedFileLosesItsSuffix) {
  for (const char* format : {"gz", "bz2", "xz", "zst"}) {
    std::filesystem::remove_all(destination_);
    ASSERT_OK(FetchPath(absl::StrCat("/plain.", format)));
    EXPECT_THAT(Tree(), ElementsAre("out", "out/plain"));
    EXPECT_EQ(Read("out/plain"), "plain\n");
    EXPECT_EQ(Mode("out/plain"), 0644u);
  }
  request_.mode = Mode::kDirectory;
  EXPECT_THAT(FetchPath("/plain.gz"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("gzip-compressed files can only unarchive to "
                                 "a single file")));
}

TEST_F(FetchArchiveTest, AR_067_ModeFileUnpacksIntoTheFile) {
  request_.mode = Mode::kFile;
  for (const char* format : {"gz", "bz2", "xz", "zst"}) {
    request_.destination = destination_ + "/" + format;
    ASSERT_OK(FetchPath(absl::StrCat("/plain.", format)));
    EXPECT_EQ(Read(absl::StrCat("out/", format)), "plain\n");
    EXPECT_EQ(Mode(absl::StrCat("out/", format)), 0644u);
  }
}

TEST_F(FetchArchiveTest, AR_070_ModeFileTakesAnArchiveOfOneFile) {
  request_.mode = Mode::kFile;
  for (const char* path : {"/one.zip", "/one.tar"}) {
    request_.destination = destination_ + path;
    ASSERT_OK(FetchPath(path));
    EXPECT_EQ(Read(absl::StrCat("out", path)), "1");
    EXPECT_EQ(Mode(absl::StrCat("out", path)), 0755u);
  }
  for (const char* path : {"/ok.zip", "/ok.tar.gz"}) {  // AR-071
    request_.destination = destination_ + path;
    EXPECT_THAT(FetchPath(path),
                StatusIs(_, HasSubstr("expected a single file")));
  }
  EXPECT_THAT(Tree(), ElementsAre("out", "out/one.tar", "out/one.zip"));
}

TEST_F(FetchArchiveTest, AR_072_TheTypeFollowsFromTheUrlThatWasGiven) {
  ASSERT_OK(FetchPath("/redir/x.zip"));
  EXPECT_THAT(Tree(), ElementsAre("out", "out/b", "out/d", "out/d/a"));
  std::filesystem::remove_all(destination_);
  ASSERT_OK(FetchPath("/redir"));
  EXPECT_THAT(Tree(), ElementsAre("out", "out/redir"));
}

TEST_F(FetchArchiveTest, AR_074_AHostileArchiveLeavesEverythingAsItWas) {
  Write("out/keep", "k");
  Write("neighbour", "n");
  for (const char* path : {"/evil.tar", "/link.tar"}) {
    EXPECT_THAT(FetchPath(path),
                StatusIs(absl::StatusCode::kFailedPrecondition, _));
    EXPECT_THAT(Tree(), ElementsAre("neighbour", "out", "out/keep"));
  }
}

TEST_F(FetchArchiveTest, AR_110_LinksInTheDestinationAreNotFollowed) {
  base::TempDir outside;
  ASSERT_OK(base::MakeDirectories(destination_));
  std::filesystem::create_directory_symlink(outside.path(),
                                            destination_ + "/d");
  EXPECT_THAT(FetchPath("/ok.tar.gz"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a symbolic link, which is not followed")));
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
  // Nothing of it is left, also not what could have been moved.
  EXPECT_THAT(Tree(), ElementsAre("out", "out/d"));
}

TEST_F(FetchArchiveTest, AR_145_AFileAndADirectoryOfOneName) {
  Write("out/file.txt", "old");
  Write("out/other", "o");
  EXPECT_THAT(FetchPath("/dir.tar"),
              StatusIs(_, HasSubstr("mkdir " + destination_ +
                                    "/file.txt: not a directory")));
  ASSERT_OK(base::MakeDirectories(destination_ + "/b"));
  EXPECT_THAT(FetchPath("/ok.tar.gz"),
              StatusIs(_, HasSubstr("/b: is a directory")));
  EXPECT_EQ(Read("out/file.txt"), "old");
  EXPECT_THAT(Tree(), ElementsAre("out", "out/b", "out/file.txt", "out/other"));
}

TEST_F(FetchArchiveTest, AFailureInTheMiddleTakesEverythingBack) {
  // "a" and "b" are replaced, "z" cannot be.
  files_["/three.tar"] = Tar({{.name = "a", .data = "new"},
                              {.name = "b", .data = "new"},
                              {.name = "c", .data = "new"},
                              {.name = "z", .data = "new"}});
  Write("out/a", "old a");
  Write("out/b", "old b");
  ASSERT_OK(base::MakeDirectories(destination_ + "/z"));
  EXPECT_FALSE(FetchPath("/three.tar").ok());
  EXPECT_THAT(Tree(), ElementsAre("out", "out/a", "out/b", "out/z"));
  EXPECT_EQ(Read("out/a"), "old a");
  EXPECT_EQ(Read("out/b"), "old b");
}

TEST_F(FetchArchiveTest, ChownGivesAwayWhatWasFetchedAndNothingElse) {
  SKIP_UNLESS(geteuid() == 0, "needs root");
  Write("out/keep", "k");
  request_.chown = Owner{65534, 65534};
  ASSERT_OK(FetchPath("/ok.tar.gz"));
  const auto owner = [this](const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(lstat((directory_.path() + "/" + path).c_str(), &status), 0);
    return status.st_uid;
  };
  EXPECT_EQ(owner("out/b"), 65534u);
  EXPECT_EQ(owner("out/d"), 65534u);
  EXPECT_EQ(owner("out/d/a"), 65534u);
  EXPECT_EQ(owner("out/keep"), 0u);
  EXPECT_EQ(owner("out"), 0u);
}

}  // namespace
}  // namespace artifact
