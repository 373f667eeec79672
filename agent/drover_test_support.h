// What end-to-end tests share: the real binary, a data directory of its own,
// job files made on the fly, and a check that no process is left.

#ifndef DROVER_AGENT_DROVER_TEST_SUPPORT_H_
#define DROVER_AGENT_DROVER_TEST_SUPPORT_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "testdata/process.h"

namespace agent {

// A file that the test's target lists under `data`, by its path in the tree.
std::string DataFile(const std::string& path);

class DroverTest : public testing::Test {
 protected:
  DroverTest();
  ~DroverTest() override;

  // Runs as this user from now on; the directory becomes its own.
  void BecomeUser(uid_t user);

  // `drover run` with these flags and a job of this text on standard input.
  std::unique_ptr<testdata::Process> StartJob(
      const std::string& job, std::vector<std::string> flags = {});
  // The same to its end; returns the exit status. See out() and err().
  int RunJob(const std::string& job, std::vector<std::string> flags = {});

  // `drover` with these arguments, to its end.
  int RunDrover(const std::vector<std::string>& arguments);
  std::unique_ptr<testdata::Process> StartDrover(
      const std::vector<std::string>& arguments,
      const std::string& standard_input = "");

  // Of the last RunJob() or RunDrover().
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

  // A batch job with one task "t" without restarts, whose config block is
  // this text; `more` goes into the task block.
  static std::string TaskJob(const std::string& config,
                             const std::string& more = "");
  // The same for a command with arguments.
  static std::string CommandJob(const std::string& command,
                                const std::vector<std::string>& arguments = {},
                                const std::string& more = "");

  // The program of testdata/ at a path that every user may execute.
  std::string Program(const std::string& name);

  // The directory of the test, and the data directory in it.
  const std::string& directory() const { return directory_; }
  std::string data_dir() const { return directory_ + "/data"; }
  // The directories of all allocations that are there.
  std::vector<std::string> Allocations() const;

  // The pids that leave_behind wrote; all of them.
  std::vector<pid_t> PidsIn(const std::string& file) const;

  std::map<std::string, std::string> environment_;

 private:
  std::string directory_;
  std::string drover_;
  std::optional<uid_t> user_;
  std::string out_;
  std::string err_;
};

}  // namespace agent

#endif  // DROVER_AGENT_DROVER_TEST_SUPPORT_H_
