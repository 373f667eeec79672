#include "artifact/unpack.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "artifact/test_archives.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr ArchiveType kTar = {ArchiveType::Container::kTar,
                              ArchiveType::Compression::kNone};
constexpr ArchiveType kTarGz = {ArchiveType::Container::kTar,
                                ArchiveType::Compression::kGzip};
constexpr ArchiveType kZip = {ArchiveType::Container::kZip,
                              ArchiveType::Compression::kNone};

ArchiveType TypeOf(const std::string& name) {
  return **ChooseArchiveType(std::nullopt, "x." + name);
}

base::UniqueFd InMemory(const std::string& bytes) {
  base::UniqueFd file(memfd_create("archive", MFD_CLOEXEC));
  EXPECT_OK(base::WriteAll(file.get(), bytes));
  return file;
}

// Unpacks into a directory of its own, with a neighbour that must not change.
class UnpackTest : public testing::Test {
 protected:
  UnpackTest() : transfer_(options_, nullptr, nullptr) {
    umask(022);
    Reset();
  }

  void Reset() {
    std::filesystem::remove_all(root_.path() + "/d");
    std::filesystem::create_directory(root_.path() + "/d");
  }

  std::string D(const std::string& path) const {
    return root_.path() + "/d/" + path;
  }

  absl::StatusOr<Unpacked> Unpack(const std::string& bytes,
                                  const ArchiveType& type) {
    if (!base::ListDirectory(D(""))->empty()) Reset();
    const base::UniqueFd archive = InMemory(bytes);
    const base::UniqueFd directory(
        open(D("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (type.is_single_file()) {
      return UnpackFile(archive.get(), type.compression, directory.get(),
                        "file", transfer_);
    }
    return UnpackTree(archive.get(), type, directory.get(), transfer_);
  }

  // Path below d to contents; directories are "/", links "-> target".
  std::map<std::string, std::string> Tree() const {
    std::map<std::string, std::string> tree;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(D(""))) {
      const std::string path = entry.path().lexically_relative(D(""));
      if (entry.is_symlink()) {
        tree[path] = "-> " + std::filesystem::read_symlink(entry).string();
      } else if (entry.is_directory()) {
        tree[path] = "/";
      } else {
        tree[path] = *base::ReadFile(entry.path().string());
      }
    }
    return tree;
  }

  struct stat Stat(const std::string& path) const {
    struct stat status = {};
    EXPECT_EQ(lstat(D(path).c_str(), &status), 0) << path;
    return status;
  }
  unsigned Mode(const std::string& path) const {
    return Stat(path).st_mode & 07777;
  }

  // What is beside d, which must be nothing.
  std::vector<std::string> Neighbours() const {
    std::vector<std::string> names = *base::ListDirectory(root_.path());
    names.erase(std::remove(names.begin(), names.end(), "d"), names.end());
    return names;
  }

  base::TempDir root_;
  Options options_;
  Transfer transfer_;
};

TEST_F(UnpackTest, AR_061_EveryFormatGivesTheSameTree) {
  const std::string tar =
      Tar({{.name = "a", .data = "1"}, {.name = "d/b", .data = "2"}});
  const struct {
    const char* suffix;
    std::string bytes;
  } kCases[] = {
      {"tar", tar},
      {"tar.gz", Compress(tar, "gz")},
      {"tgz", Compress(tar, "gz")},
      {"tar.bz2", Compress(tar, "bz2")},
      {"tbz2", Compress(tar, "bz2")},
      {"tar.xz", Compress(tar, "xz")},
      {"txz", Compress(tar, "xz")},
      {"tar.zst", Compress(tar, "zst")},
      {"tzst", Compress(tar, "zst")},
      {"zip", Zip({{.name = "a", .data = "1"},
                   {.name = "d/b", .data = "2", .method = 8}})},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.suffix);
    ASSERT_OK_AND_ASSIGN(const Unpacked unpacked,
                         Unpack(c.bytes, TypeOf(c.suffix)));
    EXPECT_EQ(unpacked.entries, 2);
    EXPECT_EQ(unpacked.bytes, 2);
    EXPECT_THAT(Tree(), UnorderedElementsAre(Pair("a", "1"), Pair("d", "/"),
                                             Pair("d/b", "2")));
  }
}

TEST_F(UnpackTest, AR_067_SingleFilesAreReadableByAll) {
  for (const char* format : {"gz", "bz2", "xz", "zst"}) {
    SCOPED_TRACE(format);
    ASSERT_OK(Unpack(Compress("plain\n", format), TypeOf(format)).status());
    EXPECT_THAT(Tree(), ElementsAre(Pair("file", "plain\n")));
    EXPECT_EQ(Mode("file"), 0644u);
  }
}

TEST_F(UnpackTest, AR_069_SeveralGzipStreamsAreOne) {
  ASSERT_OK(Unpack(Compress("one ", "gz") + Compress("two", "gz"), TypeOf("gz"))
                .status());
  EXPECT_THAT(Tree(), ElementsAre(Pair("file", "one two")));
}

TEST_F(UnpackTest, AR_074_NamesWithTwoDotsAreRefused) {
  for (const char* name : {"../evil", "a/../../evil", "a/../b", "a/..",
                           /* AR-075 */ "..\\..\\evil", "a\\..\\b"}) {
    SCOPED_TRACE(name);
    EXPECT_THAT(Unpack(Tar({{.name = "first"}, {.name = name}}), kTar),
                StatusIs(_, HasSubstr("entry contains '..': ")));
    EXPECT_THAT(Unpack(Zip({{.name = "first"}, {.name = name}}), kZip),
                StatusIs(_, HasSubstr("entry contains '..': ")));
    EXPECT_THAT(Neighbours(), IsEmpty());
  }
}

TEST_F(UnpackTest, AR_076_OtherNamesWithDotsAreNames) {
  ASSERT_OK(
      Unpack(Tar({{.name = "a..b"}, {.name = "..hidden"}, {.name = "..."}}),
             kTar)
          .status());
  EXPECT_THAT(Tree(),
              UnorderedElementsAre(Pair("a..b", ""), Pair("..hidden", ""),
                                   Pair("...", "")));
}

TEST_F(UnpackTest, AR_077_AbsoluteNamesStartAtTheDestination) {
  ASSERT_OK(Unpack(Tar({{.name = "/etc/evil", .data = "x"}}), kTar).status());
  EXPECT_THAT(Tree(),
              UnorderedElementsAre(Pair("etc", "/"), Pair("etc/evil", "x")));
  ASSERT_OK(Unpack(Zip({{.name = "/etc/evil", .data = "x"}}), kZip).status());
  EXPECT_THAT(Tree(),
              UnorderedElementsAre(Pair("etc", "/"), Pair("etc/evil", "x")));
}

TEST_F(UnpackTest, AR_078_WindowsNamesAreOnlyNames) {
  ASSERT_OK(
      Unpack(Tar({{.name = "C:\\Windows\\evil.txt"}, {.name = "C:/W/e"}}), kTar)
          .status());
  EXPECT_THAT(Tree(), UnorderedElementsAre(Pair("C:\\Windows\\evil.txt", ""),
                                           Pair("C:", "/"), Pair("C:/W", "/"),
                                           Pair("C:/W/e", "")));
}

TEST_F(UnpackTest, AR_080_LinksThatLeadOutAreRefused) {
  const struct {
    const char* why;
    std::vector<TarEntry> entries;
  } kCases[] = {
      {"AR-080 absolute",
       {{.name = "link", .type = '2', .link = "/etc/passwd"}}},
      {"relative", {{.name = "link", .type = '2', .link = "../x"}}},
      {"deep", {{.name = "a/b/link", .type = '2', .link = "../../../x"}}},
      {"over another link",
       {{.name = "d/e/f"},
        {.name = "short", .type = '2', .link = "d/e"},
        {.name = "link", .type = '2', .link = "short/../../../x"}}},
      {"over a link that comes later",
       {{.name = "d/e/f"},
        {.name = "link", .type = '2', .link = "up/../../x"},
        {.name = "up", .type = '2', .link = "d"}}},
      {"a loop",
       {{.name = "a", .type = '2', .link = "b"},
        {.name = "b", .type = '2', .link = "a"}}},
      {"AR-085 hard link to a file of the host",
       {{.name = "link", .type = '1', .link = "/etc/passwd"}}},
      {"hard link with dots",
       {{.name = "link", .type = '1', .link = "../archive"}}},
      {"hard links in a circle",
       {{.name = "a", .type = '1', .link = "b"},
        {.name = "b", .type = '1', .link = "a"}}},
      {"hard link to a link",
       {{.name = "s", .type = '2', .link = "/etc/passwd"},
        {.name = "h", .type = '1', .link = "s"}}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_THAT(Unpack(Tar(c.entries), kTar),
                StatusIs(absl::StatusCode::kFailedPrecondition, _));
    EXPECT_THAT(Neighbours(), IsEmpty());
  }
  EXPECT_THAT(
      Unpack(Zip({{.name = "link", .data = "/etc/passwd", .mode = 0120777}}),
             kZip),  // AR-083
      StatusIs(_, HasSubstr("symbolic link link -> /etc/passwd")));
}

TEST_F(UnpackTest, LinksThatStayInsideAreMade) {
  ASSERT_OK(
      Unpack(Tar({{.name = "bin/tool", .type = '2', .link = "../lib/tool"},
                  {.name = "lib/tool", .data = "x"},
                  {.name = "current", .type = '2', .link = "lib"},
                  {.name = "dangling", .type = '2', .link = "later"},
                  {.name = "same", .type = '1', .link = "lib/tool"},
                  {.name = "again", .type = '1', .link = "same"}}),
             kTar)
          .status());
  EXPECT_THAT(
      Tree(),
      UnorderedElementsAre(
          Pair("bin", "/"), Pair("bin/tool", "-> ../lib/tool"),
          Pair("lib", "/"), Pair("lib/tool", "x"), Pair("current", "-> lib"),
          Pair("dangling", "-> later"), Pair("same", "x"), Pair("again", "x")));
  EXPECT_EQ(Stat("same").st_ino, Stat("lib/tool").st_ino);
  EXPECT_EQ(Stat("again").st_ino, Stat("lib/tool").st_ino);
}

TEST_F(UnpackTest, AR_081_NothingIsWrittenThroughALink) {
  base::TempDir outside;
  EXPECT_THAT(Unpack(Tar({{.name = "link", .type = '2', .link = outside.path()},
                          {.name = "link/evil", .data = "x"}}),
                     kTar),
              StatusIs(_, HasSubstr("open link/evil: not a directory")));
  EXPECT_THAT(*base::ListDirectory(outside.path()), IsEmpty());
  EXPECT_THAT(
      Unpack(Zip({{.name = "link", .data = outside.path(), .mode = 0120777},
                  {.name = "link/evil", .data = "x"}}),
             kZip),  // AR-084
      StatusIs(_, HasSubstr("not a directory")));
  EXPECT_THAT(*base::ListDirectory(outside.path()), IsEmpty());
}

TEST_F(UnpackTest, AR_082_AFileTakesThePlaceOfALink) {
  base::TempDir outside;
  ASSERT_OK(base::WriteFileAtomically(outside.path() + "/file", "old"));
  for (const char type : {'2', '1'}) {  // AR-085
    ASSERT_OK(Unpack(Tar({{.name = "link",
                           .type = type,
                           .link = outside.path() + "/file"},
                          {.name = "link", .data = "new"}}),
                     kTar)
                  .status());
    EXPECT_THAT(Tree(), ElementsAre(Pair("link", "new")));
    EXPECT_EQ(*base::ReadFile(outside.path() + "/file"), "old");
  }
}

TEST_F(UnpackTest, AR_086_DevicesAndFifosAreRefused) {
  for (const char type : {'3', '4', '6'}) {
    EXPECT_THAT(Unpack(Tar({{.name = "dev/null", .type = type}}), kTar),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("entry dev/null is a device")));
    EXPECT_THAT(Tree(), IsEmpty());
  }
}

TEST_F(UnpackTest, AR_087_ModesAreAsStoredWithoutTheSpecialBits) {
  ASSERT_OK(Unpack(Tar({{.name = "4755", .mode = 04755},
                        {.name = "2755", .mode = 02755},
                        {.name = "1755", .mode = 01755},
                        {.name = "0777", .mode = 0777},
                        {.name = "0000", .mode = 0},
                        {.name = "dir/", .type = '5', .mode = 02775}}),
                   kTar)
                .status());
  EXPECT_EQ(Mode("4755"), 0755u);
  EXPECT_EQ(Mode("2755"), 0755u);
  EXPECT_EQ(Mode("1755"), 0755u);  // sticky goes too
  EXPECT_EQ(Mode("0777"), 0777u);
  EXPECT_EQ(Mode("0000"), 0u);
  EXPECT_EQ(Mode("dir"), 0775u);
}

TEST_F(UnpackTest, AR_088_ModesOfZipEntriesToo) {
  ASSERT_OK(Unpack(Zip({{.name = "f", .mode = 0106755},
                        {.name = "d/", .mode = 040777}}),
                   kZip)
                .status());
  EXPECT_EQ(Mode("f"), 0755u);
  EXPECT_EQ(Mode("d"), 0755u);
}

TEST_F(UnpackTest, AR_089_TheLaterEntryWins) {
  ASSERT_OK(
      Unpack(Tar({{.name = "a", .data = "the first content ", .mode = 0600},
                  {.name = "a", .data = "second", .mode = 0755}}),
             kTar)
          .status());
  EXPECT_THAT(Tree(), ElementsAre(Pair("a", "second")));
  EXPECT_EQ(Mode("a"), 0755u);
}

TEST_F(UnpackTest, AR_090_AFileIsNoDirectory) {
  EXPECT_THAT(Unpack(Tar({{.name = "a"}, {.name = "a/", .type = '5'}}), kTar),
              StatusIs(_, HasSubstr("mkdir a/: not a directory")));
  EXPECT_THAT(Unpack(Tar({{.name = "a/", .type = '5'}, {.name = "a"}}), kTar),
              StatusIs(_, HasSubstr("open a: is a directory")));
  EXPECT_THAT(Unpack(Tar({{.name = "a"}, {.name = "a/b"}}), kTar),
              StatusIs(_, HasSubstr("open a/b: not a directory")));
}

TEST_F(UnpackTest, AR_091_TheRootHasAnEntryOfItsOwn) {
  ASSERT_OK(Unpack(Tar({{.name = "./",
                         .type = '5',
                         .mode = 0711,
                         .mtime = 1'000'000'000},
                        {.name = "./a"}}),
                   kTar)
                .status());
  EXPECT_EQ(Mode(""), 0711u);
  EXPECT_EQ(Stat("").st_mtime, 1'000'000'000);
}

TEST_F(UnpackTest, AR_092_DirectoriesMayComeAfterTheirFiles) {
  ASSERT_OK(
      Unpack(Tar({{.name = "x/y/z"},
                  {.name = "x/", .type = '5', .mode = 0750, .mtime = 1000},
                  {.name = "x/y/", .type = '5', .mode = 0700, .mtime = 2000}}),
             kTar)
          .status());
  EXPECT_EQ(Mode("x"), 0750u);
  EXPECT_EQ(Mode("x/y"), 0700u);
  EXPECT_EQ(Stat("x").st_mtime, 1000);
  EXPECT_EQ(Stat("x/y").st_mtime, 2000);
  // AR-093: the mode comes last.
  ASSERT_OK(Unpack(Tar({{.name = "d/", .type = '5', .mode = 0555},
                        {.name = "d/f", .mode = 0444}}),
                   kTar)
                .status());
  EXPECT_EQ(Mode("d"), 0555u);
  EXPECT_EQ(Mode("d/f"), 0444u);
}

TEST_F(UnpackTest, AR_094_FilesBelongToUs) {
  ASSERT_OK(Unpack(Tar({{.name = "f", .uid = 1234}}), kTar).status());
  EXPECT_EQ(Stat("f").st_uid, geteuid());
}

TEST_F(UnpackTest, AR_095_TimesOfTarsAreKept) {
  const time_t before = time(nullptr) - 2;
  ASSERT_OK(Unpack(Tar({{.name = "old", .mtime = 1'000'000'000},
                        {.name = "none", .mtime = 0}}),
                   kTar)
                .status());
  EXPECT_EQ(Stat("old").st_mtime, 1'000'000'000);
  EXPECT_GT(Stat("none").st_mtime, before);
  ASSERT_OK(Unpack(Zip({{.name = "f"}}), kZip).status());
  EXPECT_GT(Stat("f").st_mtime, before);
}

TEST_F(UnpackTest, AR_096_AnArchiveWithoutFilesIsAnError) {
  EXPECT_THAT(Unpack(Tar({{.name = "d/", .type = '5'}}), kTar),
              StatusIs(_, HasSubstr("empty archive")));
  EXPECT_THAT(Unpack(Tar({}), kTar), StatusIs(_, HasSubstr("empty archive")));
  EXPECT_THAT(Unpack(Zip({}), kZip), StatusIs(_, HasSubstr("empty archive")));
  EXPECT_OK(Unpack(Zip({{.name = "d/", .mode = 040755}}), kZip).status());
}

TEST_F(UnpackTest, AR_097_OddNames) {
  EXPECT_THAT(Unpack(Tar({{.name = std::string(300, 'n')}}), kTar),
              StatusIs(_, HasSubstr("file name too long")));
  EXPECT_THAT(Unpack(Tar({{.name = ""}}), kTar),
              StatusIs(_, HasSubstr("is a directory")));
  ASSERT_OK(Unpack(Tar({{.name = "two\nlines"}}), kTar).status());
  EXPECT_THAT(Tree(), ElementsAre(Pair("two\nlines", "")));
  ASSERT_OK(
      Unpack(Tar({{.name = "\xc3\xbc"}, {.name = "\xfc"}}), kTar).status());
  EXPECT_THAT(Tree(),
              UnorderedElementsAre(Pair("\xc3\xbc", ""), Pair("\xfc", "")));
}

TEST_F(UnpackTest, AR_099_ATarThatIsCutIsAnErrorWhereverItIsCut) {
  const std::string whole = Tar({{.name = "a", .data = std::string(700, 'a')},
                                 {.name = "b", .data = "b"}});
  ASSERT_OK(Unpack(whole, kTar).status());
  // AR-100 is among these: at the end of an entry, and of its padding.
  for (size_t size = 0; size < whole.size(); ++size) {
    // Inside a block each place is like the next, but at its ends.
    if (size % 512 > 1 && size % 512 < 511 && size % 97 != 0) continue;
    EXPECT_FALSE(Unpack(whole.substr(0, size), kTar).ok()) << size;
  }
}

TEST_F(UnpackTest, AR_101_ACompressedTarThatIsCutIsAnError) {
  const std::string tar = Tar({{.name = "a", .data = std::string(700, 'a')}});
  for (const char* format : {"gz", "bz2", "xz", "zst"}) {
    const std::string whole = Compress(tar, format);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(
          Unpack(whole.substr(0, size), TypeOf(absl::StrCat("tar.", format)))
              .ok())
          << format << " " << size;
    }
  }
}

TEST_F(UnpackTest, AR_102_TheCompressionsOwnChecksumCounts) {
  const std::string tar = Tar({{.name = "a", .data = "x"}});
  for (const char* format : {"gz", "bz2", "xz", "zst"}) {
    SCOPED_TRACE(format);
    const ArchiveType type = TypeOf(absl::StrCat("tar.", format));
    const std::string good = Compress(tar, format);
    EXPECT_OK(Unpack(good, type).status());
    EXPECT_FALSE(Unpack(good + "garbage", type).ok());
  }
  std::string wrong_crc = Compress(tar, "gz");
  wrong_crc[wrong_crc.size() - 8] ^= 1;
  EXPECT_THAT(Unpack(wrong_crc, kTarGz),
              StatusIs(_, HasSubstr("gzip: invalid checksum")));
}

TEST_F(UnpackTest, AR_103_WhatIsNoArchiveSaysSo) {
  const std::string page = "<html><body>sign in</body></html>";
  const struct {
    const char* suffix;
    const char* error;
  } kCases[] = {
      {"tar.gz", "gzip: invalid header"}, {"tar.bz2", "bzip2: invalid header"},
      {"tar.xz", "xz: invalid header"},   {"tar.zst", "zstd: invalid header"},
      {"gz", "gzip: invalid header"},     {"bz2", "bzip2: invalid header"},
      {"tar", "tar: invalid header"},     {"zip", "zip: not a valid zip file"}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.suffix);
    EXPECT_THAT(Unpack(page, TypeOf(c.suffix)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(c.error)));
  }
  // AR-065: one format under the name of another.
  EXPECT_THAT(Unpack(Zip({{.name = "a"}}), kTarGz),
              StatusIs(_, HasSubstr("gzip: invalid header")));
  EXPECT_FALSE(Unpack(Tar({{.name = "a"}}), kTarGz).ok());
  const std::string twice =
      Compress(Compress(Tar({{.name = "a"}}), "bz2"), "bz2");
  EXPECT_FALSE(Unpack(twice, TypeOf("tar.bz2")).ok());
}

TEST_F(UnpackTest, AR_104_BrokenZips) {
  const std::string good = Zip({{.name = "a", .data = "data"}});
  const struct {
    const char* why;
    std::string bytes;
    const char* error;
  } kCases[] = {
      {"wrong CRC", Zip({{.name = "a", .data = "data", .wrong_crc = true}}),
       "zip: checksum error"},
      {"claims one byte of four",
       Zip({{.name = "a", .data = "data", .claimed_size = 1}}), "zip: "},
      {"end record cut", good.substr(0, good.size() - 10),
       "zip: not a valid zip file"},
      {"method 99", Zip({{.name = "a", .data = "data", .method = 99}}),
       "zip: unsupported compression algorithm"},
      {"encrypted", Zip({{.name = "a", .data = "data", .flags = 1}}),
       "encrypted"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_THAT(Unpack(c.bytes, kZip), StatusIs(_, HasSubstr(c.error)));
  }
}

TEST_F(UnpackTest, AR_105_TheLimitIsTheNumberThatIsAllowed) {
  EXPECT_EQ(options_.decompression_file_count_limit, 4096);
  options_.decompression_file_count_limit = 40;
  std::vector<TarEntry> tar;
  std::vector<ZipEntry> zip;
  for (int i = 0; i < 40; ++i) {
    tar.push_back({.name = absl::StrCat("f", i)});
    zip.push_back({.name = absl::StrCat("f", i)});
  }
  EXPECT_OK(Unpack(Tar(tar), kTar).status());
  EXPECT_OK(Unpack(Zip(zip), kZip).status());
  tar.push_back({.name = "one too many"});
  zip.push_back({.name = "one too many"});
  EXPECT_THAT(
      Unpack(Tar(tar), kTar),
      StatusIs(absl::StatusCode::kResourceExhausted,
               HasSubstr("tar archive contains too many files: 41 > 40")));
  EXPECT_THAT(
      Unpack(Zip(zip), kZip),
      StatusIs(absl::StatusCode::kResourceExhausted,
               HasSubstr("zip archive contains too many files: 41 > 40")));
}

TEST_F(UnpackTest, AR_106_HeadersThatAreNoFilesDoNotCount) {
  options_.decompression_file_count_limit = 3;
  EXPECT_OK(Unpack(Tar({{.name = "1"}, {.name = "2"}, {.name = "3"}}), kTar)
                .status());
  options_.decompression_file_count_limit = 1;
  EXPECT_OK(Unpack(Tar({{.name = "pax_global_header",
                         .data = "20 comment=a comment",
                         .type = 'g'},
                        {.name = "1"}}),
                   kTar)
                .status());
}

TEST_F(UnpackTest, AR_107_TheSumOfSizesIsLimited) {
  const std::string tar = Tar({{.name = "1", .data = std::string(10, '1')},
                               {.name = "2", .data = std::string(10, '2')},
                               {.name = "3", .data = std::string(10, '3')}});
  options_.decompression_size_limit = 29;
  EXPECT_THAT(Unpack(tar, kTar),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("tar archive larger than limit: 29")));
  options_.decompression_size_limit = 30;
  EXPECT_OK(Unpack(tar, kTar).status());
}

TEST_F(UnpackTest, AR_108_BombsEndAtTheLimit) {
  options_.decompression_size_limit = 1'000'000;
  const std::string zeros(5'000'000, '\0');
  EXPECT_THAT(Unpack(Zip({{.name = "z", .data = zeros, .method = 8}}), kZip),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("zip archive larger than limit: 1000000")));
  // It claims less than it has.
  EXPECT_FALSE(
      Unpack(
          Zip({{.name = "z", .data = zeros, .method = 8, .claimed_size = 10}}),
          kZip)
          .ok());
  for (const char* format : {"gz", "bz2", "xz", "zst"}) {  // AR-109
    EXPECT_THAT(Unpack(Compress(zeros, format), TypeOf(format)),
                StatusIs(absl::StatusCode::kResourceExhausted,
                         HasSubstr("archive larger than limit: 1000000")))
        << format;
  }
}

TEST_F(UnpackTest, TheRatioIsLimitedIfTheOperatorWantsThat) {
  const std::string bomb = Compress(std::string(80 << 20, '\0'), "gz");
  EXPECT_OK(Unpack(bomb, TypeOf("gz")).status());
  options_.decompression_ratio_limit = 100;
  EXPECT_THAT(Unpack(bomb, TypeOf("gz")),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("decompression_ratio_limit")));
}

TEST_F(UnpackTest, AR_111_TextIsNeverTakenForAManifest) {
  EXPECT_FALSE(Unpack("#mtree\n./evil type=file mode=0755\n", kTar).ok());
  EXPECT_THAT(Tree(), IsEmpty());
}

TEST_F(UnpackTest, CancelEndsIt) {
  Cancellation cancellation;
  cancellation.Cancel();
  const Transfer cancelled(options_, &cancellation, nullptr);
  const base::UniqueFd archive = InMemory(Tar({{.name = "a"}}));
  const base::UniqueFd directory(
      open(D("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(UnpackTree(archive.get(), kTar, directory.get(), cancelled),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace artifact
