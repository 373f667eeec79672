#include "agent/drover_test_support.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace agent {
namespace {

namespace fs = std::filesystem;

// Everyone may read and execute it where it lies: Bazel's folders are below
// the home of whoever builds.
void CopyProgram(const std::string& from, const std::string& to) {
  std::error_code error;
  (void)fs::copy_file(from, to, fs::copy_options::skip_existing, error);
  ASSERT_FALSE(error) << from << ": " << error.message();
  ASSERT_EQ(chmod(to.c_str(), 0755), 0);
}

}  // namespace

std::string DataFile(const std::string& path) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  if (runfiles == nullptr) return path;
  return absl::StrCat(runfiles, "/drover/", path);
}

DroverTest::DroverTest() {
  // In /tmp itself, which every user can reach.
  char name[] = "/tmp/drover-test.XXXXXX";
  if (mkdtemp(name) == nullptr) std::abort();
  directory_ = name;
  EXPECT_EQ(chmod(name, 0755), 0);
  drover_ = DataFile("agent/agent");
}

DroverTest::~DroverTest() {
  std::error_code error;
  (void)fs::remove_all(directory_, error);
  EXPECT_FALSE(error) << "cannot remove " << directory_ << ": "
                      << error.message();
}

void DroverTest::BecomeUser(uid_t user) {
  user_ = user;
  CopyProgram(drover_, directory_ + "/drover");
  drover_ = directory_ + "/drover";
  ASSERT_EQ(chown(directory_.c_str(), user, user), 0);
}

std::unique_ptr<testdata::Process> DroverTest::StartDrover(
    const std::vector<std::string>& arguments,
    const std::string& standard_input) {
  testdata::Process::Options options;
  options.arguments = {drover_};
  options.arguments.insert(options.arguments.end(), arguments.begin(),
                           arguments.end());
  options.environment = environment_;
  options.directory = directory_;
  options.standard_input = standard_input;
  options.user = user_;
  return std::make_unique<testdata::Process>(options);
}

std::unique_ptr<testdata::Process> DroverTest::StartJob(
    const std::string& job, std::vector<std::string> flags) {
  std::vector<std::string> arguments = {"run", "-data-dir", data_dir()};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  arguments.push_back("-");
  return StartDrover(arguments, job);
}

int DroverTest::RunJob(const std::string& job, std::vector<std::string> flags) {
  const auto process = StartJob(job, std::move(flags));
  const int status = process->Wait();
  out_ = process->out();
  err_ = process->err();
  return status;
}

int DroverTest::RunDrover(const std::vector<std::string>& arguments) {
  const auto process = StartDrover(arguments);
  const int status = process->Wait();
  out_ = process->out();
  err_ = process->err();
  return status;
}

std::string DroverTest::TaskJob(const std::string& config,
                                const std::string& more) {
  return absl::StrCat(R"(job "j" {
  type = "batch"
  group "g" {
    restart {
      attempts = 0
    }
    task "t" {
      driver = "raw_exec"
      config {
        )",
                      config, "\n      }\n", more, "\n    }\n  }\n}\n");
}

std::string DroverTest::CommandJob(const std::string& command,
                                   const std::vector<std::string>& arguments,
                                   const std::string& more) {
  std::string config = absl::StrCat("command = \"", command, "\"\nargs = [");
  for (const std::string& argument : arguments) {
    absl::StrAppend(&config, "\"", argument, "\", ");
  }
  return TaskJob(config + "]", more);
}

std::string DroverTest::Program(const std::string& name) {
  const std::string path = absl::StrCat(directory_, "/", name);
  CopyProgram(DataFile("testdata/" + name), path);
  return path;
}

std::vector<std::string> DroverTest::Allocations() const {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry :
       fs::directory_iterator(data_dir() + "/alloc", error)) {
    paths.push_back(entry.path().string());
  }
  return paths;
}

std::vector<pid_t> DroverTest::PidsIn(const std::string& file) const {
  std::ifstream stream(file);
  std::vector<pid_t> pids;
  pid_t pid = 0;
  while (stream >> pid) pids.push_back(pid);
  return pids;
}

}  // namespace agent
