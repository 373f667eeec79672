#include "artifact/source.h"

#include <map>
#include <string>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace artifact {
namespace {

using ::base::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Not;

using Options = std::map<std::string, std::string>;

TEST(ParseSource, SpellsEverythingOut) {
  const struct {
    const char* why;
    const char* text;
    Options options;
    const char* getter;
    const char* spelt_out;
    const char* subdirectory;
  } kCases[] = {
      {"AR-001",
       "github.com/hashicorp/nomad",
       {},
       "git",
       "git::https://github.com/hashicorp/nomad.git",
       ""},
      {"AR-003",
       "github.com/hashicorp/nomad//scripts",
       {},
       "git",
       "git::https://github.com/hashicorp/nomad.git//scripts",
       "scripts"},
      {"AR-004",
       "github.com/hashicorp/foo/bar",
       {},
       "git",
       "git::https://github.com/hashicorp/foo.git//bar",
       "bar"},
      {"AR-004 and a subdirectory",
       "github.com/hashicorp/foo/bar//baz",
       {},
       "git",
       "git::https://github.com/hashicorp/foo.git//bar/baz",
       "bar/baz"},
      {"a query behind a path",
       "github.com/a/b/c?ref=x",
       {},
       "git",
       "git::https://github.com/a/b.git//c?ref=x",
       "c"},
      {"a suffix that is there",
       "github.com/a/b.git",
       {},
       "git",
       "git::https://github.com/a/b.git",
       ""},
      {"AR-005",
       "gitlab.com/a/b",
       {},
       "git",
       "git::https://gitlab.com/a/b.git",
       ""},
      {"bitbucket is git",
       "bitbucket.org/a/b",
       {},
       "git",
       "git::https://bitbucket.org/a/b.git",
       ""},
      {"AR-006",
       "git@github.com:hashicorp/nomad.git",
       {{"ref", "x"}},
       "git",
       "git::ssh://git@github.com/hashicorp/nomad.git?ref=x",
       ""},
      {"AR-008",
       "git::git@gitlab.com:a/b.git//sub?ref=x",
       {},
       "git",
       "git::ssh://git@gitlab.com/a/b.git//sub?ref=x",
       "sub"},
      {"AR-009",
       "git::ssh://git@host:2222/a/b.git",
       {},
       "git",
       "git::ssh://git@host:2222/a/b.git",
       ""},
      {"AR-010",
       "bucket.s3-eu-west-1.amazonaws.com/foo",
       {},
       "s3",
       "s3::https://s3-eu-west-1.amazonaws.com/bucket/foo",
       ""},
      {"AR-011",
       "bucket.s3.eu-west-1.amazonaws.com/foo/bar.baz",
       {},
       "s3",
       "s3::https://s3.eu-west-1.amazonaws.com/bucket/foo/bar.baz",
       ""},
      {"path style",
       "s3.amazonaws.com/bucket/foo",
       {},
       "s3",
       "s3::https://s3.amazonaws.com/bucket/foo",
       ""},
      {"path style with a region",
       "s3.eu-west-1.amazonaws.com/bucket/foo",
       {},
       "s3",
       "s3::https://s3.eu-west-1.amazonaws.com/bucket/foo",
       ""},
      {"AR-013",
       "https://s3-us-west-2.amazonaws.com/b/k.tar.gz",
       {},
       "https",
       "https://s3-us-west-2.amazonaws.com/b/k.tar.gz",
       ""},
      {"AR-014",
       "s3::http://127.0.0.1:9000/tb/hello.txt?region=us-east-2&version=1",
       {},
       "s3",
       "s3::http://127.0.0.1:9000/tb/hello.txt?region=us-east-2&version=1",
       ""},
      {"AR-015",
       "www.googleapis.com/storage/v1/bucket/foo",
       {},
       "gcs",
       "gcs::https://www.googleapis.com/storage/v1/bucket/foo",
       ""},
      {"AR-017", "/etc/passwd", {}, "file", "file:///etc/passwd", ""},
      {"AR-017", "file:///etc/passwd", {}, "file", "file:///etc/passwd", ""},
      {"AR-017",
       "file::/etc/passwd",
       {},
       "file",
       "file::file:///etc/passwd",
       ""},
      {"AR-018", "ftp://h/x", {}, "ftp", "ftp://h/x", ""},
      {"AR-020",
       "https://h/f?b=2&a=1&a=0",
       {{"z", "x y"}},
       "https",
       "https://h/f?a=1&a=0&b=2&z=x+y",
       ""},
      {"AR-021",
       "https://h/f?checksum=md5:aa",
       {{"checksum", "sha256:bb"}},
       "https",
       "https://h/f?checksum=sha256%3Abb",
       ""},
      {"AR-022", "https://h/f?a=1;b=2", {}, "https", "https://h/f", ""},
      {"AR-023",
       "https://h/path//*?archive=foo",
       {},
       "https",
       "https://h/path//*?archive=foo",
       "*"},
      {"AR-024",
       "https://h/p?checksum=file:http://u//x.sha256",
       {},
       "https",
       "https://h/p?checksum=file%3Ahttp%3A%2F%2Fu%2F%2Fx.sha256",
       ""},
      {"AR-025",
       "http://h//file.txt",
       {},
       "http",
       "http://h//file.txt",
       "file.txt"},
      {"AR-154",
       "git::file:///host/repo",
       {},
       "git",
       "git::file:///host/repo",
       ""},
      {"the getter of the user wins",
       "hg::github.com/a/b",
       {},
       "hg",
       "hg::https://github.com/a/b.git",
       ""},
      {"an unknown name stays as it is written",
       "https://h/${NOPE}/f",
       {},
       "https",
       "https://h/$%7BNOPE%7D/f",
       ""},
      {"the fragment stays",
       "gcs::https://www.googleapis.com/storage/v1/b/o#12",
       {},
       "gcs",
       "gcs::https://www.googleapis.com/storage/v1/b/o#12",
       ""},
      {"user and password",
       "https://u:p%40@h:8080/f",
       {},
       "https",
       "https://u:p%40@h:8080/f",
       ""},
      {"an escaped name below the repository",
       "git::https://h/r.git//a%20b",
       {},
       "git",
       "git::https://h/r.git//a%20b",
       "a b"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.why << ": " << c.text);
    const auto source = ParseSource(c.text, c.options);
    ASSERT_OK(source);
    EXPECT_EQ(source->getter, c.getter);
    EXPECT_EQ(source->ToString(), c.spelt_out);
    EXPECT_EQ(source->subdirectory, c.subdirectory);
  }
}

TEST(ParseSource, SaysWhatIsWrong) {
  const struct {
    const char* why;
    const char* text;
    const char* error;
  } kCases[] = {
      {"AR-002", "github.com/hashicorp",
       "GitHub URLs should be github.com/username/repo"},
      {"no repository", "gitlab.com/a",
       "GitLab URLs should be gitlab.com/username/repo"},
      {"AR-007", "git@gitlab.com:a/b.git",
       "first path segment in URL cannot contain colon"},
      {"a port without a scheme", "127.0.0.1:8080/f",
       "first path segment in URL cannot contain colon"},
      {"AR-012", "my.bucket.s3.amazonaws.com/key", "URL is not a valid S3 URL"},
      {"AR-015 without an object", "www.googleapis.com/storage/v1/bucket",
       "URL is not a valid GCS URL"},
      {"AR-016", "example.com/f.zip",
       "relative paths require a module with a pwd"},
      {"AR-016", "./x", "relative paths require a module with a pwd"},
      {"AR-019", "http://%zz/", "failed to parse source URL \"http://%zz/\": "},
      {"AR-019", "http://%zz/", "invalid URL escape \"%zz\""},
      {"AR-026", "http://h/ok.zip//../x",
       "subdirectory component contain path traversal out of the repository"},
      {"AR-026 escaped", "http://h/ok.zip//%2e%2e/x",
       "subdirectory component contain path traversal out of the repository"},
      {"AR-026 with an escaped slash", "http://h/ok.zip//a%2f..%2f..%2fx",
       "subdirectory component contain path traversal out of the repository"},
      {"nothing", "", "source must be specified"},
      {"a control character", "http://h/\n",
       "invalid control character in URL"},
      {"a bad port", "http://h:8o/", "invalid port \":8o\" after host"},
      {"a space in the host", "http://h h/", "invalid character \" \" in host"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.why << ": " << c.text);
    EXPECT_THAT(
        ParseSource(c.text, {}),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.error)));
  }
}

TEST(ParseSource, TakesItsOwnParametersOutOfTheUrl) {
  ASSERT_OK_AND_ASSIGN(
      const Source source,
      ParseSource("https://h/f?archive=zip&checksum=md5:aa&filename=n&x=1",
                  {}));
  EXPECT_EQ(source.archive, "zip");
  EXPECT_EQ(source.checksum, "md5:aa");
  EXPECT_EQ(source.filename, "n");
  // Who uses the file name takes it out; else it is the server's.
  EXPECT_EQ(source.url.ToString(), "https://h/f?filename=n&x=1");
}

TEST(ParseSource, AR_130_NamesAreDecoded) {
  const struct {
    const char* text;
    const char* name;
  } kCases[] = {{"http://h/a%20b.txt", "a b.txt"},
                {"http://h/%C3%BC.txt", "\xc3\xbc.txt"},
                {"http://h/a%3Fb", "a?b"},
                {"http://h/a%2Fb", "b"},
                {"http://h/", ""},
                {"http://h", ""},
                {"http://h/x/y.txt?q=%2Fz", "y.txt"}};
  for (const auto& c : kCases) {
    ASSERT_OK_AND_ASSIGN(const Source source, ParseSource(c.text, {}));
    EXPECT_EQ(source.BaseName(), c.name) << c.text;
    EXPECT_EQ(source.ToString(), c.text);  // and sent as they were
  }
}

TEST(ParseSource, IsBounded) {
  const std::string slashes = "http://h/" + std::string(60'000, '/');
  EXPECT_OK(ParseSource(slashes, {}));
  EXPECT_THAT(ParseSource(std::string(100'000, 'a'), {}),
              StatusIs(_, HasSubstr("source is too long")));
}

TEST(RedactSource, HidesPasswordsAndKeys) {
  EXPECT_EQ(RedactSource("https://u:secret@h/f"), "https://u:xxxxx@h/f");
  EXPECT_EQ(RedactSource("git::https://u:secret@h/f"),
            "git::https://u:xxxxx@h/f");
  EXPECT_EQ(RedactSource("git::ssh://git@h/r?sshkey=c2VjcmV0"),
            "git::ssh://git@h/r?sshkey=redacted");
  EXPECT_THAT(RedactSource("https://u:secret@h h/%zz"),
              Not(HasSubstr("secret")));
  EXPECT_THAT(
      RedactSource("s3::https://h/b/k?aws_access_key_id=secret1&"
                   "aws_access_key_secret=secret2&aws_access_token=secret3"),
      Not(HasSubstr("secret1")));
  EXPECT_THAT(RedactSource("github.com/a/b?sshkey=c2VjcmV0"),
              Not(HasSubstr("c2VjcmV0")));
  EXPECT_EQ(RedactSource("github.com/a/b"), "github.com/a/b");
}

TEST(Url, ResolvesWhatAServerSays) {
  ASSERT_OK_AND_ASSIGN(const Url base, Url::Parse("http://h:1/a/b/c?q#f"));
  const struct {
    const char* reference;
    const char* want;
  } kCases[] = {{"/x", "http://h:1/x"},
                {"x", "http://h:1/a/b/x"},
                {"../x", "http://h:1/a/x"},
                {"../../../x", "http://h:1/x"},
                {"?y", "http://h:1/a/b/c?y"},
                {"//g/x", "http://g/x"},
                {"https://g/x", "https://g/x"},
                {"", "http://h:1/a/b/c?q"},
                {"x%20y?z=%2f", "http://h:1/a/b/x%20y?z=%2f"}};
  for (const auto& c : kCases) {
    ASSERT_OK_AND_ASSIGN(const Url url, base.Resolve(c.reference));
    EXPECT_EQ(url.ToString(), c.want) << c.reference;
  }
}

TEST(Url, OriginIsSchemeHostAndPort) {
  ASSERT_OK_AND_ASSIGN(const Url url, Url::Parse("http://host/x"));
  const struct {
    const char* other;
    bool same;
  } kCases[] = {{"http://HOST/y", true},      {"http://host:80/", true},
                {"http://host:8080/", false}, {"https://host/", false},
                {"http://other/", false},     {"http://host.other/", false}};
  for (const auto& c : kCases) {
    ASSERT_OK_AND_ASSIGN(const Url other, Url::Parse(c.other));
    EXPECT_EQ(url.SameOrigin(other), c.same) << c.other;
  }
}

}  // namespace
}  // namespace artifact
