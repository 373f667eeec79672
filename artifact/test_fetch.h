// A fetch into a directory of its own: what the tests of whole fetches share.

#ifndef DROVER_ARTIFACT_TEST_FETCH_H_
#define DROVER_ARTIFACT_TEST_FETCH_H_

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gtest/gtest.h"
#include "testdata/http_server.h"

namespace artifact {

inline constexpr char kHello[] = "hello world\n";
inline constexpr char kMd5[] = "6f5902ac237024bdd0c176cb93063dc4";
inline constexpr char kSha1[] = "22596363b3de40b06f981fb85d82312e8c0ed511";
inline constexpr char kSha256[] =
    "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447";
inline constexpr char kSha512[] =
    "db3974a97f2407b7cae1ae637c0030687a11913274d578492558e39c16c017de84eacdc8c6"
    "2fe34ee4e12b4b1428817f09b6a2760c3f8a664ceae94d2434a593";

inline testdata::HttpReply Text(std::string body) {
  testdata::HttpReply reply;
  reply.body = std::move(body);
  return reply;
}

inline testdata::HttpReply Status(int status) {
  testdata::HttpReply reply;
  reply.status = status;
  return reply;
}

class FetchTest : public testing::Test {
 protected:
  FetchTest() {
    options_.retry_delay = absl::Milliseconds(1);
    options_.max_retry_delay = absl::Milliseconds(5);
    umask(022);
    request_.destination = destination_;
  }

  // Everything below the test's directory, hidden files too.
  std::vector<std::string> Tree() const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(directory_.path())) {
      names.push_back(entry.path().lexically_relative(directory_.path()));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string Read(const std::string& path) const {
    const auto text = base::ReadFile(directory_.path() + "/" + path);
    return text.ok() ? *text : std::string(text.status().message());
  }
  void Write(const std::string& path, const std::string& text) const {
    const std::string full = directory_.path() + "/" + path;
    EXPECT_OK(base::MakeDirectories(full.substr(0, full.rfind('/'))));
    EXPECT_OK(base::WriteFileAtomically(full, text));
  }
  unsigned Mode(const std::string& path) const {
    struct stat status = {};
    EXPECT_EQ(lstat((directory_.path() + "/" + path).c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  absl::StatusOr<Result> FetchFrom(const std::string& source) {
    request_.source = source;
    return Fetch(request_, options_);
  }

  base::TempDir directory_;
  const std::string destination_ = directory_.path() + "/out";
  Options options_;
  Request request_;
};

}  // namespace artifact

#endif  // DROVER_ARTIFACT_TEST_FETCH_H_
