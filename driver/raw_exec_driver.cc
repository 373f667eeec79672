#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/event_loop.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "base/unique_fd.h"
#include "cgroups/group.h"
#include "cgroups/group_factory.h"
#include "cgroups/hierarchy.h"
#include "driver/driver.h"
#include "driver/shim/fds.h"
#include "driver/shim/protocol.h"
#include "driver/shim_connection.h"
#include "driver/signals.h"
#include "driver/spawner.h"
#include "driver/start_error.h"
#include "driver/state_dir.h"
#include "driver/stored_groups.h"
#include "driver/strays.h"
#include "driver/task_start.h"
#include "driver/task_usage.h"

namespace driver {
namespace {

using shim::Message;
using shim::MessageType;

// How long a shim may take to answer. It never blocks but on a machine that is
// out of everything.
constexpr absl::Duration kAnswerTimeout = absl::Seconds(30);

// One task that this driver knows.
struct Task {
  Task(TaskHandle h, StateDir s) : handle(std::move(h)), state(std::move(s)) {}

  // Constant once the task is in the table.
  TaskHandle handle;
  const StateDir state;
  bool own_shim = false;  // forked by our spawner, not by a predecessor's

  // Guarded by the driver's mutex.
  base::UniqueFd control;  // invalid once the shim has gone
  std::optional<ExitResult> result;
  std::optional<TaskUsage> last_usage;
  std::vector<std::function<void(const ExitResult&)>> on_exit;
};

absl::Status NotFound() {
  return absl::NotFoundError("task not found for given id");
}

std::string ReadBootId() {
  const absl::StatusOr<std::string> id =
      base::ReadFile("/proc/sys/kernel/random/boot_id");
  return id.ok() ? std::string(absl::StripAsciiWhitespace(*id)) : "";
}

ExitResult ResultOf(const Message& message) {
  ExitResult result;
  result.signal = message.exit_signal;
  result.exit_code = message.exit_signal != 0 ? 128 + message.exit_signal
                                              : message.exit_status;
  result.core_dumped = message.core_dumped != 0;
  result.oom_killed = message.oom_kills > 0 && message.exit_signal == SIGKILL;
  result.finished_at = absl::FromUnixNanos(message.finished_nanos);
  std::vector<std::string> notes;
  if (message.oom_kills > 0 && !result.oom_killed) {
    notes.push_back(absl::StrCat(message.oom_kills,
                                 " of its processes were killed for lack of "
                                 "memory"));
  }
  if (message.survivors > 0) {
    notes.push_back(absl::StrCat(message.survivors,
                                 " of its processes could not be killed"));
  }
  if (message.lost_bytes > 0) {
    notes.push_back(absl::StrCat(message.lost_bytes,
                                 " bytes of output were lost to a full disk"));
  }
  result.message = absl::StrJoin(notes, "; ");
  return result;
}

ExitResult LostResult(absl::string_view why) {
  ExitResult result;
  result.exit_code = -1;
  result.lost = true;
  result.message = std::string(why);
  result.finished_at = absl::Now();
  return result;
}

class Driver : public RawExecDriver {
 public:
  explicit Driver(Options options)
      : options_(std::move(options)), boot_id_(ReadBootId()) {}
  ~Driver() override;

  absl::Status Init();

  absl::Status SetConfig(const Config& config) override;
  FingerprintReport Fingerprint() const override;
  absl::StatusOr<TaskHandle> StartTask(const TaskConfig& config) override;
  absl::Status RecoverTask(const TaskHandle& handle) override;
  absl::StatusOr<ExitResult> WaitTask(absl::string_view id,
                                      absl::Duration timeout) override;
  absl::Status OnExit(absl::string_view id,
                      std::function<void(const ExitResult&)> function) override;
  absl::Status StopTask(absl::string_view id, absl::Duration timeout,
                        absl::string_view signal) override;
  absl::Status BeginStop(absl::string_view id, absl::Duration timeout,
                         absl::string_view signal) override;
  absl::Status SignalTask(absl::string_view id,
                          absl::string_view signal) override;
  absl::StatusOr<std::unique_ptr<ExecSession>> StartExec(
      absl::string_view id, const ExecOptions& options) override;
  absl::StatusOr<ExecResult> ExecTask(absl::string_view id,
                                      const std::vector<std::string>& command,
                                      absl::Duration timeout) override;
  absl::StatusOr<TaskStatus> InspectTask(absl::string_view id) override;
  absl::StatusOr<TaskUsage> TaskStats(absl::string_view id) override;
  absl::StatusOr<std::vector<TaskHandle>> ListTasks() const override;
  absl::Status DestroyTask(absl::string_view id, bool force) override;

 private:
  using TaskPtr = std::shared_ptr<Task>;

  absl::Status RemoveUnfinished() const;
  absl::StatusOr<TaskHandle> Launch(const TaskConfig& config,
                                    const CheckedConfig& checked,
                                    cgroups::GroupFactory* groups);
  // Sends the request and waits for the shim's answer.
  absl::StatusOr<Message> AskForShim(const TaskStart& start, int state_dir,
                                     base::UniqueFd* control);
  absl::Status Reserve(const std::string& id);
  void Unreserve(const std::string& id);
  absl::StatusOr<TaskPtr> Find(absl::string_view id) const;

  // Puts a task into the table: it runs, and its shim is at the other end of
  // `control`; or it is over.
  void Adopt(const TaskPtr& task, base::UniqueFd control);
  void AdoptEnded(const TaskPtr& task, ExitResult result);

  // On the loop's thread.
  void ReceiveFromShim(const TaskPtr& task);
  void Report(const Task& task, const Message& message);

  // A connection to the shim; an invalid descriptor when there is none and
  // none can come.
  static absl::StatusOr<base::UniqueFd> ConnectOrLock(const Task& task);

  void SetResult(const TaskPtr& task, ExitResult result);
  void ShimIsGone(const TaskPtr& task);
  // Kills what a lost shim left behind, or finds its record. Blocks.
  ExitResult FindOutResult(const Task& task);

  const Options options_;
  const std::string boot_id_;
  cgroups::Hierarchy host_;
  std::unique_ptr<Spawner> spawner_;
  std::unique_ptr<base::EventLoop> loop_;
  std::thread loop_thread_;

  mutable base::Mutex mutex_;
  base::CondVar changed_;  // a result or an end of a connection
  std::shared_ptr<const CheckedConfig> config_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<cgroups::GroupFactory> groups_ ABSL_GUARDED_BY(mutex_);
  // A null pointer is a task that is being started.
  std::map<std::string, TaskPtr, std::less<>> tasks_ ABSL_GUARDED_BY(mutex_);

  base::ThreadPool blocking_{4};  // last: its work uses all of the above
};

absl::Status Driver::Init() {
  RETURN_IF_ERROR(base::MakeDirectories(options_.state_dir, 0700));
  RETURN_IF_ERROR(RemoveUnfinished());
  host_ = cgroups::Detect();
  RETURN_IF_ERROR(SetConfig(Config()));
  ASSIGN_OR_RETURN(spawner_, Spawner::Start());
  ASSIGN_OR_RETURN(loop_, base::EventLoop::Create());
  // Signals are the business of the program, not of our threads.
  sigset_t all;
  sigset_t old;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &old);
  loop_thread_ = std::thread([this] { loop_->Run(); });
  (void)pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return absl::OkStatus();
}

// Directories of starts that were cut off before anything was started.
absl::Status Driver::RemoveUnfinished() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   base::ListDirectory(options_.state_dir));
  for (const std::string& name : names) {
    const StateDir state(absl::StrCat(options_.state_dir, "/", name));
    if (!absl::IsNotFound(state.ReadHandle().status())) continue;
    const absl::StatusOr<base::UniqueFd> lock = state.TryLock();
    if (lock.ok() && lock->valid()) RETURN_IF_ERROR(state.Remove());
  }
  return absl::OkStatus();
}

Driver::~Driver() {
  if (loop_thread_.joinable()) {
    loop_->Stop();
    loop_thread_.join();
  }
}

absl::Status Driver::SetConfig(const Config& config) {
  ASSIGN_OR_RETURN(CheckedConfig checked, CheckConfig(config));
  std::shared_ptr<cgroups::GroupFactory> groups;
  if (!config.no_cgroups && host_.CanCreate().yes) {
    ASSIGN_OR_RETURN(groups,
                     cgroups::GroupFactory::Make(host_, config.cgroup_parent));
  }
  base::MutexLock lock(&mutex_);
  config_ = std::make_shared<const CheckedConfig>(std::move(checked));
  groups_ = std::move(groups);
  return absl::OkStatus();
}

FingerprintReport Driver::Fingerprint() const {
  base::MutexLock lock(&mutex_);
  if (!config_->config.enabled) return {false, "disabled"};
  return {true, "Healthy"};
}

absl::Status Driver::Reserve(const std::string& id) {
  base::MutexLock lock(&mutex_);
  if (!tasks_.emplace(id, nullptr).second) {
    return absl::AlreadyExistsError(
        absl::StrCat("task with ID \"", id, "\" already started"));
  }
  return absl::OkStatus();
}

void Driver::Unreserve(const std::string& id) {
  base::MutexLock lock(&mutex_);
  tasks_.erase(id);
}

absl::StatusOr<Driver::TaskPtr> Driver::Find(absl::string_view id) const {
  base::MutexLock lock(&mutex_);
  const auto found = tasks_.find(std::string(id));
  if (found == tasks_.end() || found->second == nullptr) return NotFound();
  return found->second;
}

absl::StatusOr<TaskHandle> Driver::StartTask(const TaskConfig& config) {
  std::shared_ptr<const CheckedConfig> checked;
  std::shared_ptr<cgroups::GroupFactory> groups;
  {
    base::MutexLock lock(&mutex_);
    checked = config_;
    groups = groups_;
  }
  if (!checked->config.enabled) {
    return absl::FailedPreconditionError(
        "raw_exec is disabled; enable it in the client's configuration with "
        "plugin \"raw_exec\" { config { enabled = true } }");
  }
  RETURN_IF_ERROR(Reserve(config.id));
  absl::StatusOr<TaskHandle> handle = Launch(config, *checked, groups.get());
  if (!handle.ok()) Unreserve(config.id);
  return handle;
}

absl::StatusOr<TaskHandle> Driver::Launch(const TaskConfig& config,
                                          const CheckedConfig& checked,
                                          cgroups::GroupFactory* groups) {
  ASSIGN_OR_RETURN(TaskStart start, PrepareStart(config, checked, groups));
  // A failed start leaves nothing. Errors of that are passed over: the one that
  // counts is another.
  auto remove_group = absl::MakeCleanup([&start] {
    (void)start.group.Kill();
    (void)start.group.WaitEmpty(absl::Seconds(5));
    (void)start.group.Remove();
  });
  const auto task = std::make_shared<Task>(
      TaskHandle(), StateDir(options_.state_dir, config.id));
  TaskHandle& handle = task->handle;
  handle.set_task_id(config.id);
  handle.set_boot_id(boot_id_);
  handle.set_alloc_id(config.alloc_id);
  handle.set_task_name(config.name);
  handle.set_state_dir(task->state.path());
  handle.set_work_dir(start.plan.cwd);
  handle.set_user(config.user);
  handle.set_signal_whole_tree(config.signal_scope == "tree");
  for (const std::string& variable : start.plan.environment) {
    handle.add_env(variable);
  }
  StorePaths(start.group.paths(), &handle);

  ASSIGN_OR_RETURN(const base::UniqueFd state_dir, task->state.Create());
  auto remove_state =
      absl::MakeCleanup([&task] { (void)task->state.Remove(); });
  // Before the start: if we are killed in between, a successor finds the task.
  RETURN_IF_ERROR(task->state.WriteHandle(handle));

  base::UniqueFd control;
  absl::StatusOr<Message> answer = AskForShim(start, state_dir.get(), &control);
  if (absl::IsUnavailable(answer.status()) && !spawner_->Alive()) {
    // The spawner died with the request in its hands: nothing was started.
    answer = AskForShim(start, state_dir.get(), &control);
  }
  RETURN_IF_ERROR(answer.status());
  const Message& status = *answer;
  RETURN_IF_ERROR(
      StartError(start.plan, status.step, status.error, status.detail));
  handle.set_pid(status.pid);
  handle.set_shim_pid(status.shim_pid);
  handle.set_started_at_unix_nanos(status.started_nanos);
  task->own_shim = true;

  std::move(remove_group).Cancel();
  std::move(remove_state).Cancel();
  TaskHandle result = handle;
  Adopt(task, std::move(control));
  return result;
}

absl::StatusOr<Message> Driver::AskForShim(const TaskStart& start,
                                           int state_dir,
                                           base::UniqueFd* control) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::ErrnoStatus(errno, "cannot make a socket pair");
  }
  control->Reset(ends[0]);
  base::UniqueFd shim_end(ends[1]);
  base::UniqueFd plan_file;
  ASSIGN_OR_RETURN(shim::FdSet fds, start.Fds(&plan_file));
  fds[shim::FdUse::kControl] = shim_end.get();
  fds[shim::FdUse::kStateDir] = state_dir;
  RETURN_IF_ERROR(spawner_->Request(fds));
  shim_end.Reset();
  absl::StatusOr<Message> answer =
      ReceiveMessage(control->get(), kAnswerTimeout);
  if (absl::IsDeadlineExceeded(answer.status())) {
    // Should it come to life after all, it finds that it is to stop.
    (void)SendMessage(control->get(), MakeMessage(MessageType::kStop));
  }
  return answer;
}

void Driver::Adopt(const TaskPtr& task, base::UniqueFd control) {
  const int fd = control.get();
  {
    base::MutexLock lock(&mutex_);
    task->control = std::move(control);
    tasks_[task->handle.task_id()] = task;
  }
  loop_->Post([this, task, fd] {
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    const absl::Status watched = loop_->Watch(
        fd, EPOLLIN, [this, task](uint32_t) { ReceiveFromShim(task); });
    // Only out of memory: then nobody would ever hear of the task's end.
    if (!watched.ok()) ShimIsGone(task);
  });
}

void Driver::AdoptEnded(const TaskPtr& task, ExitResult result) {
  base::MutexLock lock(&mutex_);
  task->result = std::move(result);
  tasks_[task->handle.task_id()] = task;
}

void Driver::ReceiveFromShim(const TaskPtr& task) {
  int fd = -1;
  {
    base::MutexLock lock(&mutex_);
    fd = task->control.get();
  }
  Message message = {};
  const ssize_t n = recv(fd, &message, sizeof(message), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    loop_->Unwatch(fd);
    bool known = false;
    {
      base::MutexLock lock(&mutex_);
      task->control.Reset();
      known = task->result.has_value();
      changed_.SignalAll();
    }
    if (!known) ShimIsGone(task);
    return;
  }
  switch (message.type) {
    case MessageType::kExited:
      SetResult(task, ResultOf(message));
      return;
    case MessageType::kOutputBlocked:
    case MessageType::kOutputResumed:
      Report(*task, message);
      return;
    default:
      return;  // answers are read where they are asked for
  }
}

void Driver::Report(const Task& task, const Message& message) {
  if (!options_.on_event) return;
  const char* stream = message.detail == 1 ? "stdout" : "stderr";
  std::string text;
  if (message.type == MessageType::kOutputBlocked) {
    text = std::string(
        base::ErrnoStatus(message.error,
                          absl::StrCat("cannot write the task's ", stream,
                                       "; it waits until that is possible "
                                       "again, and nothing is lost"))
            .message());
  } else {
    text = absl::StrCat("the task's ", stream, " is written again");
  }
  options_.on_event({task.handle.task_id(), absl::Now(), text});
}

void Driver::SetResult(const TaskPtr& task, ExitResult result) {
  std::vector<std::function<void(const ExitResult&)>> functions;
  {
    base::MutexLock lock(&mutex_);
    if (task->result.has_value()) return;
    task->result = result;
    functions.swap(task->on_exit);
    changed_.SignalAll();
  }
  for (const auto& function : functions) function(result);
}

void Driver::ShimIsGone(const TaskPtr& task) {
  blocking_.Post([this, task] { SetResult(task, FindOutResult(*task)); });
}

ExitResult Driver::FindOutResult(const Task& task) {
  const TaskHandle& handle = task.handle;
  const absl::StatusOr<std::optional<Message>> record =
      task.state.ReadExitRecord();
  if (record.ok() && record->has_value()) return ResultOf(**record);

  std::string left_over;
  absl::StatusOr<cgroups::Group> group =
      cgroups::Group::Open(StoredPaths(handle));
  if (group.ok() && group->tracks()) {
    absl::Status done = group->Kill();
    if (done.ok()) done = group->WaitEmpty(absl::Seconds(10));
    if (done.ok()) done = group->Remove();
    if (!done.ok()) left_over = absl::StrCat("; ", done.message());
  }
  // Its children have become the spawner's, which kills them.
  if (task.own_shim) {
    (void)spawner_->WaitForEndOf(handle.shim_pid(), absl::Seconds(10));
  } else if (!group.ok() || !group->tracks()) {
    // Nor is there a group: what is left shows itself by its environment only.
    const absl::Status done = KillStrays(handle.alloc_id(), handle.task_name());
    if (!done.ok()) left_over = absl::StrCat("; ", done.message());
  }
  return LostResult(absl::StrCat(
      "the task's supervisor (shim, pid ", handle.shim_pid(),
      ") was lost, so its exit status is not known; what was left of the task "
      "has been killed",
      left_over));
}

absl::Status Driver::RecoverTask(const TaskHandle& handle) {
  if (handle.task_id().empty()) {
    return absl::InvalidArgumentError("handle cannot be nil");
  }
  if (const absl::Status reserved = Reserve(handle.task_id()); !reserved.ok()) {
    return absl::OkStatus();  // known already
  }
  const auto task = std::make_shared<Task>(
      handle, handle.state_dir().empty()
                  ? StateDir(options_.state_dir, handle.task_id())
                  : StateDir(handle.state_dir()));
  if (handle.boot_id() != boot_id_) {
    const auto record = task->state.ReadExitRecord();
    AdoptEnded(task, record.ok() && record->has_value()
                         ? ResultOf(**record)
                         : LostResult("the machine was rebooted while the task "
                                      "ran, so its exit status is not known"));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(base::UniqueFd control, ConnectOrLock(*task));
  if (control.valid()) {
    absl::Status sent =
        SendMessage(control.get(), MakeMessage(MessageType::kHello));
    const absl::StatusOr<Message> status =
        sent.ok() ? ReceiveMessage(control.get(), kAnswerTimeout) : sent;
    if (absl::IsDeadlineExceeded(status.status())) {
      Unreserve(handle.task_id());
      return status.status();
    }
    if (status.ok()) {
      task->handle.set_pid(status->pid);
      task->handle.set_shim_pid(status->shim_pid);
      task->handle.set_started_at_unix_nanos(status->started_nanos);
      if (status->type == MessageType::kExited) {
        AdoptEnded(task, ResultOf(*status));
      } else {
        Adopt(task, std::move(control));
      }
      return absl::OkStatus();
    }
  }
  AdoptEnded(task, FindOutResult(*task));
  return absl::OkStatus();
}

absl::StatusOr<base::UniqueFd> Driver::ConnectOrLock(const Task& task) {
  const absl::Time deadline = absl::Now() + kAnswerTimeout;
  while (true) {
    absl::StatusOr<base::UniqueFd> control = task.state.Connect();
    if (control.ok()) return control;
    const absl::StatusOr<base::UniqueFd> lock = task.state.TryLock();
    if (!lock.ok() || lock->valid()) return base::UniqueFd();  // nobody
    // A shim that has not made its socket yet, or is on its way out.
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          "the shim of task \"", task.handle.task_id(), "\" does not listen"));
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
}

absl::StatusOr<ExitResult> Driver::WaitTask(absl::string_view id,
                                            absl::Duration timeout) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  const absl::Time deadline = absl::Now() + timeout;
  base::MutexLock lock(&mutex_);
  while (!task->result.has_value()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(
          absl::StrCat("task \"", id, "\" is still running"));
    }
    (void)changed_.WaitFor(&mutex_, left);
  }
  return *task->result;
}

absl::Status Driver::OnExit(absl::string_view id,
                            std::function<void(const ExitResult&)> function) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  {
    base::MutexLock lock(&mutex_);
    if (!task->result.has_value()) {
      task->on_exit.push_back(std::move(function));
      return absl::OkStatus();
    }
  }
  function(*task->result);  // set once, never changed
  return absl::OkStatus();
}

absl::Status Driver::BeginStop(absl::string_view id, absl::Duration timeout,
                               absl::string_view signal) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  ASSIGN_OR_RETURN(const int number,
                   ParseSignal(signal.empty() ? "SIGINT" : signal));
  Message stop = MakeMessage(MessageType::kStop);
  stop.signal = number;
  stop.timeout_nanos = absl::ToInt64Nanoseconds(timeout);
  stop.whole_tree = task->handle.signal_whole_tree() ? 1 : 0;
  base::MutexLock lock(&mutex_);
  if (task->result.has_value() || !task->control.valid()) {
    return absl::OkStatus();  // over, or about to be
  }
  const absl::Status sent = SendMessage(task->control.get(), stop);
  // A shim that has just gone needs no telling.
  return absl::IsUnavailable(sent) || absl::IsNotFound(sent) ? absl::OkStatus()
                                                             : sent;
}

absl::Status Driver::StopTask(absl::string_view id, absl::Duration timeout,
                              absl::string_view signal) {
  RETURN_IF_ERROR(BeginStop(id, timeout, signal));
  return WaitTask(id, absl::InfiniteDuration()).status();
}

absl::Status Driver::SignalTask(absl::string_view id,
                                absl::string_view signal) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  ASSIGN_OR_RETURN(const int number, ParseSignal(signal));
  const auto not_running = [&] {
    return absl::FailedPreconditionError(
        absl::StrCat("task \"", id, "\" is not running"));
  };
  {
    base::MutexLock lock(&mutex_);
    if (task->result.has_value()) return not_running();
  }
  const absl::StatusOr<base::UniqueFd> connection = task->state.Connect();
  if (!connection.ok()) return not_running();
  Message message = MakeMessage(MessageType::kSignal);
  message.signal = number;
  RETURN_IF_ERROR(SendMessage(connection->get(), message));
  ASSIGN_OR_RETURN(const Message answer,
                   ReceiveMessage(connection->get(), kAnswerTimeout));
  if (answer.error == ESRCH || answer.type == MessageType::kExited) {
    return not_running();
  }
  if (answer.error != 0) {
    return base::ErrnoStatus(answer.error,
                             absl::StrCat("cannot send ", SignalName(number),
                                          " to task \"", id, "\""));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ExecSession>> Driver::StartExec(
    absl::string_view id, const ExecOptions& options) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  {
    base::MutexLock lock(&mutex_);
    if (task->result.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("task \"", id, "\" is not running"));
    }
  }
  absl::StatusOr<base::UniqueFd> connection = task->state.Connect();
  if (!connection.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("task \"", id, "\" is not running"));
  }
  return ExecSession::Start(task->handle, options, *std::move(connection));
}

absl::StatusOr<ExecResult> Driver::ExecTask(
    absl::string_view id, const std::vector<std::string>& command,
    absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  ExecOptions options;
  options.command = command;
  options.merge_output = true;
  ASSIGN_OR_RETURN(const std::unique_ptr<ExecSession> session,
                   StartExec(id, options));
  return session->Collect(deadline);
}

absl::StatusOr<TaskUsage> Driver::TaskStats(absl::string_view id) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  absl::StatusOr<TaskUsage> usage = MeasureTask(task->handle);
  RETURN_IF_ERROR(usage.status());
  base::MutexLock lock(&mutex_);
  if (task->result.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("task \"", id, "\" is not running"));
  }
  AddCpuUse(task->last_usage, &*usage);
  task->last_usage = *usage;
  return usage;
}

absl::StatusOr<TaskStatus> Driver::InspectTask(absl::string_view id) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  base::MutexLock lock(&mutex_);
  TaskStatus status;
  status.id = task->handle.task_id();
  status.name = task->handle.task_name();
  status.pid = task->handle.pid();
  status.started_at = absl::FromUnixNanos(task->handle.started_at_unix_nanos());
  status.completed_at = absl::InfinitePast();
  status.state = TaskState::kRunning;
  if (task->result.has_value()) {
    status.result = *task->result;
    status.completed_at = status.result.finished_at;
    status.state =
        status.result.lost ? TaskState::kUnknown : TaskState::kExited;
  }
  return status;
}

absl::StatusOr<std::vector<TaskHandle>> Driver::ListTasks() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   base::ListDirectory(options_.state_dir));
  std::vector<TaskHandle> handles;
  for (const std::string& name : names) {
    const StateDir state(absl::StrCat(options_.state_dir, "/", name));
    absl::StatusOr<TaskHandle> handle = state.ReadHandle();
    // No handle yet: nothing was started in it.
    if (handle.ok()) handles.push_back(*std::move(handle));
  }
  return handles;
}

absl::Status Driver::DestroyTask(absl::string_view id, bool force) {
  ASSIGN_OR_RETURN(const TaskPtr task, Find(id));
  {
    base::MutexLock lock(&mutex_);
    if (!task->result.has_value() && !force) {
      return absl::FailedPreconditionError("cannot destroy running task");
    }
  }
  RETURN_IF_ERROR(StopTask(id, absl::ZeroDuration(), "SIGKILL"));
  {
    base::MutexLock lock(&mutex_);
    if (task->control.valid()) {
      const Message forget = MakeMessage(MessageType::kForget);
      (void)SendMessage(task->control.get(), forget);  // it may have gone
    }
    // The shim may still be writing its record into the directory.
    const absl::Time deadline = absl::Now() + absl::Seconds(5);
    while (task->control.valid() && absl::Now() < deadline) {
      (void)changed_.WaitFor(&mutex_, deadline - absl::Now());
    }
  }
  RETURN_IF_ERROR(task->state.Remove());
  Unreserve(std::string(id));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RawExecDriver>> RawExecDriver::Create(
    Options options) {
  auto driver = std::make_unique<Driver>(std::move(options));
  RETURN_IF_ERROR(driver->Init());
  return std::unique_ptr<RawExecDriver>(std::move(driver));
}

}  // namespace driver
