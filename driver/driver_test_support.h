// What the driver's kernel tests share: a driver in a directory of its own,
// with groups of its own, that checks on the way out that nothing is left.

#ifndef DROVER_DRIVER_DRIVER_TEST_SUPPORT_H_
#define DROVER_DRIVER_DRIVER_TEST_SUPPORT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/temp_dir.h"
#include "driver/driver.h"
#include "gtest/gtest.h"

namespace driver {

// Which ways of following a task's processes a test runs with.
enum class Tracking { kGroups, kNone };

class DriverTest : public testing::TestWithParam<Tracking> {
 protected:
  DriverTest();
  void SetUp() override;
  void TearDown() override;

  // A driver over state_dir(); a second one is what a restarted agent has.
  std::unique_ptr<RawExecDriver> MakeDriver();
  // Changes the configuration that MakeDriver() sets.
  Config& config() { return config_; }
  RawExecDriver& driver() { return *driver_; }
  // As a crash of the agent would: the object goes, its spawner goes, tasks
  // stay. Then a new one.
  void RestartDriver();

  // A task with directories, rotated logs and an id of its own.
  TaskConfig MakeTask(const std::string& command,
                      std::vector<std::string> args = {});
  // The same for one shell line.
  TaskConfig MakeShell(const std::string& line);
  // Starts it, waits for its end, destroys it.
  ExitResult Run(const TaskConfig& task);

  std::string Stdout() const { return Log("stdout"); }
  std::string Stderr() const { return Log("stderr"); }
  std::string Log(const std::string& stream) const;

  std::string task_dir() const { return dir_.path() + "/alloc/web"; }
  std::string state_dir() const { return dir_.path() + "/state"; }
  const std::string& alloc_id() const { return alloc_id_; }
  const std::string& root() const { return dir_.path(); }

 private:
  base::TempDir dir_;
  std::string alloc_id_;
  std::string parent_;
  Config config_;
  std::unique_ptr<RawExecDriver> driver_;
  int starts_ = 0;
};

// The processes whose environment has NAME=value, whoever is their parent.
std::vector<int> ProcessesWithVariable(const std::string& variable);

// Waits until `done` holds, or fails the test after ten seconds.
#define WAIT_UNTIL(done)                                                  \
  ASSERT_TRUE(driver::WaitUntil([&] { return static_cast<bool>(done); })) \
      << "never: " #done

bool WaitUntil(const std::function<bool()>& done);

}  // namespace driver

#endif  // DROVER_DRIVER_DRIVER_TEST_SUPPORT_H_
