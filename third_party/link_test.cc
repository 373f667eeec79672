// Calls one function of every library in debian.bzl, so that a missing package
// or an incomplete link line has a name.

#include <archive.h>
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sqlite3.h>
#include <utf8proc.h>

#include <sstream>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "benchmark/benchmark.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <grpcpp/grpcpp.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <boost/version.hpp>
#include <msgpack.hpp>
#pragma GCC diagnostic pop

namespace {

TEST(Abseil, Links) {
  absl::flat_hash_map<std::string, int> map;
  map[absl::StrCat("a", 1)] = 2;
  EXPECT_EQ(absl::StrFormat("%d", map["a1"]), "2");
  EXPECT_EQ(absl::StatusOr<int>(absl::NotFoundError("x")).status().code(),
            absl::StatusCode::kNotFound);
  absl::Mutex mutex;
  absl::MutexLock lock(&mutex);
  absl::BitGen generator;
  EXPECT_LT(absl::Uniform(generator, 0, 10), 10);
  EXPECT_GT(absl::Now(), absl::UnixEpoch());
}

TEST(Re2, Links) { EXPECT_TRUE(RE2::FullMatch("ruby:1234", "(\\w+):(\\d+)")); }

TEST(Protobuf, Links) {
  google::protobuf::Value value;
  value.set_string_value("x");
  EXPECT_FALSE(value.SerializeAsString().empty());
}

TEST(Grpc, Links) { EXPECT_FALSE(grpc::Version().empty()); }

TEST(Benchmark, Links) {
  EXPECT_STREQ(benchmark::CPUInfo::Get().num_cpus > 0 ? "linked" : "",
               "linked");
}

TEST(Boost, IsVersion181) {
  EXPECT_EQ(BOOST_VERSION / 100, 1081);
  boost::asio::io_context context;
  bool ran = false;
  boost::asio::post(context, [&ran] { ran = true; });
  context.run();
  EXPECT_TRUE(ran);
  EXPECT_EQ(boost::multiprecision::cpp_int(2) * 3, 6);
}

TEST(Curl, Links) { EXPECT_NE(curl_version_info(CURLVERSION_NOW), nullptr); }

TEST(Libarchive, Links) { EXPECT_GE(archive_version_number(), 3'006'000); }

TEST(OpenSsl, Links) {
  EXPECT_EQ(EVP_MD_size(EVP_sha256()), 32);
  SSL_CTX* context = SSL_CTX_new(TLS_method());
  ASSERT_NE(context, nullptr);
  SSL_CTX_free(context);
}

TEST(Sqlite, Links) { EXPECT_GT(sqlite3_libversion_number(), 3'000'000); }

TEST(Msgpack, Links) {
  std::stringstream buffer;
  msgpack::pack(buffer, std::string("x"));
  EXPECT_EQ(buffer.str(), "\xa1x");
}

TEST(Json, Links) { EXPECT_EQ(nlohmann::json::parse("[1, 2]").size(), 2U); }

TEST(Utf8proc, Links) { EXPECT_NE(utf8proc_version(), nullptr); }

}  // namespace
