// What tests of the runners share: a loop with pools, a fake driver, and one
// allocation whose events are collected.

#ifndef DROVER_AGENT_RUNNER_TEST_SUPPORT_H_
#define DROVER_AGENT_RUNNER_TEST_SUPPORT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/alloc_dir.h"
#include "agent/alloc_runner.h"
#include "agent/allocation.h"
#include "agent/client_context.h"
#include "agent/fake_driver.h"
#include "agent/task_runner.h"
#include "base/clock.h"
#include "base/event_loop.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "base/thread_pool.h"
#include "gtest/gtest.h"
#include "hcl/value.h"
#include "jobspec/job.h"

namespace agent {

class RunnerTest : public testing::Test, public AllocRunner::Observer {
 protected:
  RunnerTest() {
    auto loop = base::EventLoop::Create();
    EXPECT_OK(loop);
    loop_ = *std::move(loop);
    context_.loop = loop_.get();
    context_.pool = &pool_;
    context_.download_pool = &download_pool_;
    driver_.set_on_call([this] { Look(); });
    context_.driver = &driver_;
    context_.clock = &base::Clock::Real();
    interpolation::NodeVariables node;
    node.name = "test";
    context_.node =
        std::make_shared<const interpolation::Node>(std::move(node));
    job_.id = job_.name = "job";
    job_.type = "batch";
    group_.name = "group";
  }

  // A batch task without restarts.
  static jobspec::Task MakeTask(const std::string& name) {
    jobspec::Task task;
    task.name = name;
    task.driver = "raw_exec";
    task.config =
        hcl::Value::Object({{"command", hcl::Value::String("/bin/true")}});
    task.restart_policy.attempts = 0;
    return task;
  }

  static jobspec::Task WithHook(jobspec::Task task, const std::string& hook,
                                bool sidecar = false) {
    task.lifecycle = jobspec::Lifecycle{hook, sidecar};
    return task;
  }

  // Starts an allocation of these tasks.
  void Start(std::vector<jobspec::Task> tasks) {
    group_.tasks = std::move(tasks);
    job_.task_groups = {group_};
    auto alloc = std::make_shared<Allocation>();
    alloc->id = "a1";
    alloc->name = "job.group[0]";
    alloc->job = std::make_shared<const jobspec::Job>(job_);
    alloc->group = &alloc->job->task_groups[0];
    alloc_ = std::make_shared<AllocRunner>(
        &context_, alloc, AllocDir(root_.path() + "/a1"), this);
    alloc_->Start();
  }

  // Runs the loop until it holds, or fails the test.
  void RunUntil(const std::function<bool()>& done, const std::string& what) {
    if (done()) return;
    until_ = done;
    const auto timer = loop_->RunAfter(absl::Seconds(20), [this, &what] {
      ADD_FAILURE() << "never: " << what << "; events so far:\n" << AllEvents();
      loop_->Stop();
    });
    loop_->Run();
    loop_->Cancel(timer);
    until_ = nullptr;
  }
  void RunUntilEvent(const std::string& task, const std::string& type) {
    RunUntil([this, task, type] { return Count(task, type) > 0; },
             task + " " + type);
  }
  void RunUntilEnded() {
    RunUntil([this] { return alloc_->ended(); }, "end of the allocation");
  }

  int Count(const std::string& task, const std::string& type) {
    int count = 0;
    for (const auto& [name, event] : events_) {
      count += name == task && event.type == type ? 1 : 0;
    }
    return count;
  }
  // "Started", ... in order.
  std::vector<std::string> Types(const std::string& task) {
    std::vector<std::string> types;
    for (const auto& [name, event] : events_) {
      if (name == task) types.push_back(event.type);
    }
    return types;
  }
  // Of the last event of that type.
  std::string Message(const std::string& task, const std::string& type) {
    std::string message = "(no such event)";
    for (const auto& [name, event] : events_) {
      if (name == task && event.type == type) message = event.message;
    }
    return message;
  }
  // The position of the first such event among all tasks' events.
  size_t Position(const std::string& task, const std::string& type) {
    for (size_t i = 0; i < events_.size(); ++i) {
      if (events_[i].first == task && events_[i].second.type == type) return i;
    }
    ADD_FAILURE() << "no event " << type << " of " << task;
    return 0;
  }
  std::string AllEvents() {
    std::string text;
    for (const auto& [name, event] : events_) {
      absl::StrAppend(&text, name, " ", event.type, ": ", event.message, "\n");
    }
    return text;
  }
  const TaskState& State(const std::string& task) {
    return alloc_->tasks().find(task)->second->state();
  }
  ClientStatus Status() {
    std::map<std::string, TaskState> states;
    for (const auto& [name, task] : alloc_->tasks()) {
      states[name] = task->state();
    }
    return ClientStatusOf(states);
  }

  void OnTaskChanged(const AllocRunner&, const TaskRunner& task,
                     const TaskEvent* event) override {
    if (event != nullptr) events_.emplace_back(task.task().name, *event);
    Look();
  }
  void OnAllocEnded(const AllocRunner&) override { Look(); }

  void Look() {
    // Later: the change may be in the middle of something.
    loop_->Post([this] {
      if (until_ && until_()) loop_->Stop();
    });
  }

  base::TempDir root_;
  std::unique_ptr<base::EventLoop> loop_;
  FakeDriver driver_;  // before the pools, which use it
  base::ThreadPool pool_{2};
  base::ThreadPool download_pool_{2};
  ClientContext context_;
  jobspec::Job job_;
  jobspec::TaskGroup group_;
  std::shared_ptr<AllocRunner> alloc_;
  std::vector<std::pair<std::string, TaskEvent>> events_;
  std::function<bool()> until_;
};

}  // namespace agent

#endif  // DROVER_AGENT_RUNNER_TEST_SUPPORT_H_
