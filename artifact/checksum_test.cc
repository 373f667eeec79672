#include "artifact/checksum.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "artifact/checksum_list.h"
#include "artifact/digest.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::HasSubstr;

constexpr char kMd5[] = "6f5902ac237024bdd0c176cb93063dc4";
constexpr char kSha1[] = "22596363b3de40b06f981fb85d82312e8c0ed511";
constexpr char kSha256[] =
    "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447";
constexpr char kSha512[] =
    "db3974a97f2407b7cae1ae637c0030687a11913274d578492558e39c16c017de84eacdc8c6"
    "2fe34ee4e12b4b1428817f09b6a2760c3f8a664ceae94d2434a593";

TEST(Digest, IsThatOfTheBytes) {
  const struct {
    DigestType type;
    const char* hex;
  } kCases[] = {{DigestType::kMd5, kMd5},
                {DigestType::kSha1, kSha1},
                {DigestType::kSha256, kSha256},
                {DigestType::kSha512, kSha512}};
  for (const auto& c : kCases) {
    Digest digest(c.type);
    digest.Update("hello ");
    digest.Update("world\n");
    EXPECT_EQ(digest.Finish().Hex(), c.hex);
  }
}

TEST(ParseChecksum, TakesEveryForm) {
  const struct {
    const char* why;
    std::string text;
    std::string want;
  } kCases[] = {
      {"AR-031", absl::StrCat("md5:", kMd5), absl::StrCat("md5:", kMd5)},
      {"AR-031", absl::StrCat("sha1:", kSha1), absl::StrCat("sha1:", kSha1)},
      {"AR-033", kMd5, absl::StrCat("md5:", kMd5)},
      {"AR-033", kSha1, absl::StrCat("sha1:", kSha1)},
      {"AR-033", kSha256, absl::StrCat("sha256:", kSha256)},
      {"AR-033", kSha512, absl::StrCat("sha512:", kSha512)},
      {"AR-035", absl::StrCat("sha256:", absl::AsciiStrToUpper(kSha256)),
       absl::StrCat("sha256:", kSha256)},
      {"AR-036 in a source", absl::StrCat("SHA256:", kSha256),
       absl::StrCat("sha256:", kSha256)},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    ASSERT_OK_AND_ASSIGN(const ChecksumSource got, ParseChecksum(c.text));
    ASSERT_TRUE(got.checksum.has_value());
    EXPECT_EQ(got.checksum->ToString(), c.want);
  }
  ASSERT_OK_AND_ASSIGN(const ChecksumSource list,
                       ParseChecksum("file:https://h/SUMS"));  // AR-047
  EXPECT_EQ(list.list_source, "https://h/SUMS");
}

TEST(ParseChecksum, SaysWhatIsWrong) {
  const struct {
    const char* why;
    std::string text;
    const char* error;
  } kCases[] = {
      {"AR-038", "md5:zz",
       "invalid checksum: invalid checksum: encoding/hex: invalid byte: U+007A "
       "'z'"},
      {"AR-040", absl::StrCat("sha256:", std::string(62, 'a')),
       "invalid sha256 checksum"},
      {"AR-041", std::string(62, 'a'), "unknown type for checksum"},
      {"AR-042", "sha224:aa", "unsupported checksum type: sha224"},
      {"AR-042", "sha384:aa", "unsupported checksum type: sha384"},
      {"AR-042", "crc32:aa", "unsupported checksum type: crc32"},
      {"AR-043", absl::StrCat(" sha256:", kSha256),
       "unsupported checksum type:  sha256"},
      {"AR-043", absl::StrCat("sha256:", kSha256, " "),
       "invalid byte: U+0020 ' '"},
      {"AR-046", "sha256:${NOMAD_META_X}", "invalid byte: U+0024 '$'"},
      {"AR-060", absl::StrCat("md5:", kSha256), "invalid md5 checksum"},
      {"odd", "md5:abc", "odd length hex string"},
      {"no list", "file:", "names no checksum file"},
      {"control characters are shown", "\x1b[31m:aa", "\\x1b[31m"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_THAT(
        ParseChecksum(c.text),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.error)));
  }
}

TEST(ValidateChecksumOption, IsStricterThanASource) {
  const struct {
    const char* why;
    std::string text;
    const char* error;  // "" is none
  } kCases[] = {
      {"AR-031", absl::StrCat("sha256:", kSha256), ""},
      {"AR-034", kSha256, "checksum must be given as \"type:value\"; got \""},
      {"AR-035", absl::StrCat("md5:", absl::AsciiStrToUpper(kMd5)), ""},
      {"AR-036", absl::StrCat("SHA256:", kSha256),
       "unsupported checksum type: SHA256"},
      {"AR-037", "md5:zz",
       "invalid checksum: encoding/hex: invalid byte: U+007A 'z'"},
      {"AR-039", "sha256:abcd", "invalid sha256 checksum: abcd"},
      {"AR-043 white space is for the client",
       absl::StrCat(" sha256:", kSha256), ""},
      {"AR-043", absl::StrCat("sha256:", kSha256, " "), ""},
      {"AR-044", "", "checksum value cannot be empty"},
      {"AR-044", "  ", "checksum value cannot be empty"},
      {"AR-045", "a:b:c", "checksum must be given as"},
      {"AR-046", "${NOMAD_META_X}", ""},
      {"AR-047", "file:https://h/SUMS", "checksum must be given as"},
      {"AR-155", "sha256:abd123445ds4555555555", "invalid byte: U+0073 's'"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const absl::Status status = ValidateChecksumOption(c.text);
    if (*c.error == '\0') {
      EXPECT_OK(status);
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr(c.error)));
    }
  }
}

TEST(FindInChecksumList, ReadsWhatToolsWrite) {
  const std::vector<std::string> names =
      NamesInChecksumList("/dir/SUMS", "/dir/file.txt");
  const std::string zeros(64, '0');
  const struct {
    const char* why;
    std::string text;
    bool found;
  } kCases[] = {
      {"AR-048 GNU", absl::StrCat(kSha256, "  file.txt\n"), true},
      {"AR-048 BSD", absl::StrCat("SHA256 (file.txt) = ", kSha256, "\n"), true},
      {"AR-048 binary", absl::StrCat(kSha256, " *file.txt\n"), true},
      {"AR-048 ?", absl::StrCat(kSha256, " ?file.txt\n"), true},
      {"AR-049 bare", absl::StrCat(kSha256, "\n"), true},
      {"AR-049 no newline", kSha256, true},
      {"AR-049 CRLF", absl::StrCat(kSha256, "  file.txt\r\n"), true},
      {"./", absl::StrCat(kSha256, "  ./file.txt\n"), true},
      {"absolute", absl::StrCat(kSha256, "  /dir/file.txt\n"), true},
      {"AR-050 no hex", "SHA256 (file.txt) = bad\n", false},
      {"AR-051 others only", absl::StrCat(kSha256, "  other.txt\n"), false},
      {"AR-051", absl::StrCat(kSha256, "  ./sub/file.txt\n"), false},
      {"AR-053 three words", absl::StrCat(kSha256, "  ok.zip file.txt\n"),
       false},
      {"AR-054 OpenSSL", absl::StrCat("SHA256(file.txt)= ", kSha256, "\n"),
       true},
      {"type and length differ", absl::StrCat("MD5 (file.txt) = ", kSha256),
       false},
      {"not in parentheses", absl::StrCat("SHA256 file.txt = ", kSha256),
       false},
      {"comments and others before it",
       absl::StrCat("# sums\n\n", zeros, "  other\n-----BEGIN PGP-----\n",
                    kSha256, "  file.txt\n"),
       true},
      {"nothing", "", false},
      {"only the wrong line counts that fits",
       absl::StrCat("zz  file.txt\n", kSha256, "  file.txt\n"), true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const auto found = FindInChecksumList(c.text, names);
    EXPECT_EQ(found.has_value(), c.found);
    EXPECT_EQ(found.has_value() ? found->Hex() : kSha256, kSha256);
  }
  // AR-052: the first line that fits wins.
  const auto first = FindInChecksumList(
      absl::StrCat(zeros, "  file.txt\n", kSha256, "  file.txt\n"), names);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->Hex(), zeros);
}

TEST(NamesInChecksumList, AreRelativeToTheList) {
  EXPECT_THAT(NamesInChecksumList("/a/SUMS", "/a/b/f"),
              testing::Contains("b/f"));
  EXPECT_THAT(NamesInChecksumList("/a/x/SUMS", "/a/b/f"),
              testing::Contains("../b/f"));
}

}  // namespace
}  // namespace artifact
