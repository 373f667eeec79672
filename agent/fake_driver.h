// A driver without processes, for tests: it notes what it is asked for, and
// the test says when and how a task ends.
//
//   FakeDriver driver;
//   ... StartTask() by the code under test ...
//   driver.Exit("web", 0);
//
// Threads:  thread-safe.

#ifndef DROVER_AGENT_FAKE_DRIVER_H_
#define DROVER_AGENT_FAKE_DRIVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "driver/driver.h"

namespace agent {

class FakeDriver : public driver::RawExecDriver {
 public:
  // What the next starts of a task (by its name) answer; OK when used up.
  void FailStart(const std::string& task, const absl::Status& status) {
    base::MutexLock lock(&mutex_);
    start_errors_[task].push_back(status);
  }

  // A task that dies of its stop signal at once, as most do. On by default.
  void set_obedient(bool obedient) {
    base::MutexLock lock(&mutex_);
    obedient_ = obedient;
  }

  // Called, on any thread, when something was asked for. Set it before.
  void set_on_call(std::function<void()> function) {
    on_call_ = std::move(function);
  }

  // Ends the run of that task that is under way.
  void Exit(const std::string& task, int exit_code, int signal = 0) {
    driver::ExitResult result;
    result.exit_code = exit_code;
    result.signal = signal;
    std::vector<std::function<void(const driver::ExitResult&)>> functions;
    {
      base::MutexLock lock(&mutex_);
      for (auto& [id, running] : running_) {
        if (running.config.name != task || running.ended) continue;
        running.ended = true;
        running.result = result;
        functions.swap(running.on_exit);
      }
    }
    for (const auto& function : functions) function(result);
  }

  // Every start, in order.
  std::vector<driver::TaskConfig> starts() const {
    base::MutexLock lock(&mutex_);
    return starts_;
  }
  // Every stop: "web SIGINT 5s".
  std::vector<std::string> stops() const {
    base::MutexLock lock(&mutex_);
    return stops_;
  }
  // Tasks that were started and not destroyed.
  size_t known() const {
    base::MutexLock lock(&mutex_);
    return running_.size();
  }

  absl::Status SetConfig(const driver::Config&) override {
    return absl::OkStatus();
  }
  driver::FingerprintReport Fingerprint() const override {
    return {true, "Healthy"};
  }
  absl::StatusOr<driver::TaskHandle> StartTask(
      const driver::TaskConfig& config) override {
    base::MutexLock lock(&mutex_);
    starts_.push_back(config);
    if (auto& errors = start_errors_[config.name]; !errors.empty()) {
      const absl::Status status = errors.front();
      errors.erase(errors.begin());
      return status;
    }
    running_[config.id].config = config;
    driver::TaskHandle handle;
    handle.set_task_id(config.id);
    return handle;
  }
  absl::Status RecoverTask(const driver::TaskHandle&) override {
    return absl::OkStatus();
  }
  absl::StatusOr<driver::ExitResult> WaitTask(absl::string_view,
                                              absl::Duration) override {
    return absl::UnimplementedError("use OnExit");
  }
  absl::Status OnExit(
      absl::string_view id,
      std::function<void(const driver::ExitResult&)> function) override {
    driver::ExitResult result;
    {
      base::MutexLock lock(&mutex_);
      const auto found = running_.find(std::string(id));
      if (found == running_.end()) return absl::NotFoundError("no such task");
      if (!found->second.ended) {
        found->second.on_exit.push_back(std::move(function));
        return absl::OkStatus();
      }
      result = found->second.result;
    }
    function(result);
    return absl::OkStatus();
  }
  absl::Status StopTask(absl::string_view id, absl::Duration timeout,
                        absl::string_view signal) override {
    return BeginStop(id, timeout, signal);
  }
  absl::Status BeginStop(absl::string_view id, absl::Duration timeout,
                         absl::string_view signal) override {
    std::string task;
    bool dies = false;
    {
      base::MutexLock lock(&mutex_);
      const auto found = running_.find(std::string(id));
      if (found == running_.end()) return absl::NotFoundError("no such task");
      task = found->second.config.name;
      stops_.push_back(
          absl::StrCat(task, " ", signal, " ", absl::FormatDuration(timeout)));
      if (signal == "SIGFOO") {
        return absl::InvalidArgumentError("unknown signal \"SIGFOO\"");
      }
      dies = obedient_ || timeout == absl::ZeroDuration();
    }
    if (on_call_) on_call_();
    if (dies && timeout == absl::ZeroDuration()) Exit(task, 137, 9);
    if (dies && timeout != absl::ZeroDuration()) Exit(task, 130, 2);
    return absl::OkStatus();
  }
  absl::Status SignalTask(absl::string_view, absl::string_view) override {
    return absl::OkStatus();
  }
  absl::StatusOr<driver::ExecResult> ExecTask(absl::string_view,
                                              const std::vector<std::string>&,
                                              absl::Duration) override {
    return absl::UnimplementedError("not in the fake");
  }
  absl::StatusOr<std::unique_ptr<driver::ExecSession>> StartExec(
      absl::string_view, const driver::ExecOptions&) override {
    return absl::UnimplementedError("not in the fake");
  }
  absl::StatusOr<driver::TaskUsage> TaskStats(absl::string_view) override {
    return absl::UnimplementedError("not in the fake");
  }
  absl::StatusOr<driver::TaskStatus> InspectTask(absl::string_view) override {
    return absl::UnimplementedError("not in the fake");
  }
  absl::StatusOr<std::vector<driver::TaskHandle>> ListTasks() const override {
    return std::vector<driver::TaskHandle>();
  }
  absl::Status DestroyTask(absl::string_view id, bool) override {
    base::MutexLock lock(&mutex_);
    running_.erase(std::string(id));
    return absl::OkStatus();
  }

 private:
  struct Running {
    driver::TaskConfig config;
    bool ended = false;
    driver::ExitResult result;
    std::vector<std::function<void(const driver::ExitResult&)>> on_exit;
  };

  std::function<void()> on_call_;

  mutable base::Mutex mutex_;
  std::map<std::string, std::vector<absl::Status>> start_errors_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Running> running_ ABSL_GUARDED_BY(mutex_);
  std::vector<driver::TaskConfig> starts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> stops_ ABSL_GUARDED_BY(mutex_);
  bool obedient_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace agent

#endif  // DROVER_AGENT_FAKE_DRIVER_H_
