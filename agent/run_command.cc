#include "agent/run_command.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/client.h"
#include "agent/console.h"
#include "agent/exit_status.h"
#include "agent/job_file.h"
#include "base/event_loop.h"
#include "base/nearest_name.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "driver/config.h"

namespace agent {

const char kRunHelp[] =
    "Runs the tasks of a job file until they have ended, and shows their "
    "events and\noutput. JOB is a file, or - for standard input.\n\n"
    "Ctrl-C stops the tasks with their kill_signal and, after their "
    "kill_timeout,\nkills what is left; a second one kills at once.\n\n"
    "Exit status: 0, or the code of the first task that failed (128 + n when "
    "signal n\nended it), 125 when drover itself could not do it, 130 when it "
    "was interrupted.\n\n"
    "The files of the newest 20 runs are kept in the data directory, "
    "/var/lib/drover\nfor root, else $XDG_STATE_HOME/drover or "
    "~/.local/state/drover.\n";

namespace {

constexpr size_t kRunsToKeep = 20;

struct RunOptions {
  std::string data_dir;
  std::vector<KeyValue> client_options;
  std::vector<KeyValue> variables;
  std::vector<std::string> variable_files;
};

// A client option that nothing acts on is a mistake worth an error.
absl::StatusOr<std::map<std::string, std::string>> ReadClientOptions(
    const std::vector<KeyValue>& pairs) {
  const std::vector<std::string> known = {
      "driver.raw_exec.enable", "driver.raw_exec.no_cgroups",
      "env.allowlist",          "env.blacklist",
      "env.denylist",           "fingerprint.allowlist",
      "fingerprint.blacklist",  "fingerprint.cloud",
      "fingerprint.denylist",   "fingerprint.whitelist"};
  std::map<std::string, std::string> options;
  for (const auto& [key, value] : pairs) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      std::string text = absl::StrCat("unknown client option \"", key, "\"");
      if (const std::string nearest = base::NearestName(key, known);
          !nearest.empty()) {
        absl::StrAppend(&text, "; did you mean \"", nearest, "\"?");
      }
      return absl::InvalidArgumentError(text);
    }
    options[key] = value;
  }
  return options;
}

absl::StatusOr<std::string> DataDirectory(const std::string& wanted,
                                          const CommandContext& context) {
  if (wanted.empty()) {
    return DataDir::DefaultPath(geteuid() == 0, context.Getenv("HOME"),
                                context.Getenv("XDG_STATE_HOME"));
  }
  if (absl::StartsWith(wanted, "/")) return wanted;
  char buffer[PATH_MAX];
  if (getcwd(buffer, sizeof(buffer)) == nullptr) {
    return base::ErrnoStatus(errno, "cannot tell the current directory");
  }
  return absl::StrCat(buffer, "/", wanted);
}

// What a task is called on the screen: its name, if no other task of the job
// is called so; else with its group and the allocation's number.
std::string LabelOf(const Allocation& alloc, const std::string& task) {
  int64_t same = 0;
  for (const jobspec::TaskGroup& group : alloc.job->task_groups) {
    for (const jobspec::Task& other : group.tasks) {
      if (other.name == task) same += group.count;
    }
  }
  if (same <= 1) return task;
  return absl::StrCat(alloc.group->name, "[", alloc.index, "].", task);
}

// The event above has said it in full.
std::string Shortened(absl::string_view reason) {
  constexpr size_t kLongest = 100;
  reason = reason.substr(0, reason.find('\n'));
  if (reason.size() <= kLongest) return std::string(reason);
  const size_t blank = reason.rfind(' ', kLongest);
  return absl::StrCat(
      reason.substr(0, blank == absl::string_view::npos ? kLongest : blank),
      " ...");
}

// One job from its first event to the exit status.
class JobRun : public Client::Listener {
 public:
  JobRun(base::EventLoop* loop, Console* console)
      : loop_(loop), console_(console) {}

  // Returns the exit status.
  int Run(const Client::Options& options,
          std::shared_ptr<const jobspec::Job> job, CommandContext& context);

  void OnAllocAdded(const AllocRunner& alloc) override;
  void OnTaskEvent(const AllocRunner& alloc, const TaskRunner& task,
                   const TaskEvent& event) override;
  void OnAllocEnded(const AllocRunner& alloc) override;

 private:
  struct Failure {
    std::string label;
    std::string reason;     // the last thing that was said about it
    std::string directory;  // of its allocation
    int exit_status;
  };

  void EndAbandonedRuns();
  absl::Status WatchSignals();
  void OnSignal();
  void Warn(absl::string_view text);

  base::EventLoop* const loop_;
  Console* const console_;
  base::UniqueFd signals_;
  std::unique_ptr<Client> client_;
  int interrupts_ = 0;
  std::set<std::string> followed_;                 // allocations
  std::map<std::string, DataDir::Run> records_;    // by allocation
  std::map<std::string, std::string> last_words_;  // by label
  std::vector<Failure> failures_;                  // the first one first
};

int JobRun::Run(const Client::Options& options,
                std::shared_ptr<const jobspec::Job> job,
                CommandContext& context) {
  if (const absl::Status status = WatchSignals(); !status.ok()) {
    return context.Fail(status.message());
  }
  absl::StatusOr<std::unique_ptr<Client>> client =
      Client::Create(loop_, options, this);
  if (!client.ok()) return context.Fail(client.status().message());
  client_ = *std::move(client);
  EndAbandonedRuns();
  if (const absl::Status status = client_->Add(std::move(job)); !status.ok()) {
    return context.Fail(status.message());
  }
  if (client_->running() > 0) {
    loop_->Run();
  } else {
    console_->Say("drover: the job has nothing to run");
  }
  for (auto& [id, record] : records_) {
    if (const absl::Status status = record.Finish(); !status.ok()) {
      Warn(status.message());
    }
  }
  records_.clear();
  if (const absl::Status status =
          client_->data_dir().RemoveOldRuns(kRunsToKeep);
      !status.ok()) {
    Warn(absl::StrCat("cannot remove old runs: ", status.message()));
  }
  for (const Failure& failure : failures_) {
    console_->Say(absl::StrCat("drover: task \"", failure.label,
                               "\" failed: ", Shortened(failure.reason),
                               "\n        its files are in ",
                               failure.directory));
  }
  console_->Finish();
  if (interrupts_ > 0) return kExitInterrupted;
  return failures_.empty() ? kExitOk : failures_[0].exit_status;
}

// A run that was killed could not end its tasks: this one does it.
void JobRun::EndAbandonedRuns() {
  absl::StatusOr<std::vector<DataDir::Abandoned>> runs =
      client_->data_dir().AbandonedRuns();
  if (!runs.ok()) {
    Warn(runs.status().message());
    return;
  }
  for (DataDir::Abandoned& run : *runs) {
    absl::Status status = client_->EndTasksOf(run.alloc_id);
    if (status.ok()) status = run.record.Finish();
    if (status.ok()) {
      console_->Say(absl::StrCat(
          "drover: ended what a run that was killed had left (allocation ",
          run.alloc_id, ")"));
    } else {
      Warn(
          absl::StrCat("cannot end what a run that was killed has left "
                       "(allocation ",
                       run.alloc_id, "): ", status.message()));
    }
  }
}

absl::Status JobRun::WatchSignals() {
  sigset_t wanted;
  (void)sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    (void)sigaddset(&wanted, signal);
  }
  // RunJob() has blocked them; here they become readable.
  base::UniqueFd fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return base::ErrnoStatus(errno, "cannot watch for signals");
  RETURN_IF_ERROR(
      loop_->Watch(fd.get(), EPOLLIN, [this](uint32_t) { OnSignal(); }));
  signals_ = std::move(fd);
  return absl::OkStatus();
}

void JobRun::OnSignal() {
  signalfd_siginfo info;
  while (read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    ++interrupts_;
    if (interrupts_ == 1) {
      console_->Say(
          "drover: stopping the tasks; once more to kill them at once");
      client_->StopAll();
    } else if (interrupts_ == 2) {
      console_->Say("drover: killing the tasks");
      client_->StopAllNow();
    }
  }
}

void JobRun::OnAllocAdded(const AllocRunner& alloc) {
  const Allocation& allocation = alloc.allocation();
  for (const jobspec::Task& task : allocation.group->tasks) {
    console_->AddTask(allocation.id, task.name, LabelOf(allocation, task.name));
  }
  absl::StatusOr<DataDir::Run> record =
      client_->data_dir().BeginRun(allocation.id);
  if (record.ok()) {
    records_.emplace(allocation.id, *std::move(record));
  } else {
    Warn(absl::StrCat(record.status().message(), "; ", alloc.directory().root(),
                      " will have to be removed by hand"));
  }
}

void JobRun::OnTaskEvent(const AllocRunner& alloc, const TaskRunner& task,
                         const TaskEvent& event) {
  const std::string& id = alloc.allocation().id;
  console_->ShowEvent(id, task.task().name, event);
  if (event.type == kEventStarted && followed_.insert(id).second) {
    console_->FollowLogs(id, alloc.directory().Logs());
  }
  const std::string label = LabelOf(alloc.allocation(), task.task().name);
  // Not Restarting only says that the policy has had enough: what came before
  // it is the reason.
  if (event.type != kEventNotRestarting) last_words_[label] = event.message;
  if (!event.fails_task) return;
  int status = kExitDroverFailed;
  if (task.last_result().has_value() && task.last_result()->exit_code >= 0) {
    status = task.last_result()->exit_code;
  }
  failures_.push_back(
      {label, last_words_[label], alloc.directory().root(), status});
}

void JobRun::OnAllocEnded(const AllocRunner&) {
  if (client_->running() == 0) loop_->Stop();
}

void JobRun::Warn(absl::string_view text) {
  console_->Say(absl::StrCat("drover: warning: ", text));
}

int RunJob(const RunOptions& options, const std::string& path,
           CommandContext& context) {
  absl::StatusOr<std::map<std::string, std::string>> client_options =
      ReadClientOptions(options.client_options);
  if (!client_options.ok()) {
    return context.Fail(client_options.status().message());
  }
  absl::StatusOr<std::string> data_dir =
      DataDirectory(options.data_dir, context);
  if (!data_dir.ok()) return context.Fail(data_dir.status().message());
  absl::StatusOr<JobFile> file = ReadJobFile(
      path, {options.variables, options.variable_files, context.environment});
  if (!file.ok()) return context.Fail(file.status().message());
  if (!file->diagnostics.empty()) context.err->Line(file->diagnostics);
  if (file->job == nullptr) return kExitDroverFailed;

  // Before the first thread, so that all threads have them blocked.
  sigset_t blocked;
  (void)sigemptyset(&blocked);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    (void)sigaddset(&blocked, signal);
  }
  (void)pthread_sigmask(SIG_BLOCK, &blocked, nullptr);

  Client::Options client;
  client.data_dir = *data_dir;
  client.client_options = *client_options;
  client.environment = context.environment;
  client.driver = driver::ConfigFromOptions(*client_options);
  // Whoever runs a job by hand asks for exactly that.
  if (client_options->count("driver.raw_exec.enable") == 0) {
    client.driver.enabled = true;
  }
  absl::StatusOr<std::unique_ptr<base::EventLoop>> loop =
      base::EventLoop::Create();
  if (!loop.ok()) return context.Fail(loop.status().message());
  absl::StatusOr<std::unique_ptr<Console>> console =
      Console::Create(*context.out, *context.err);
  if (!console.ok()) return context.Fail(console.status().message());
  JobRun run(loop->get(), console->get());
  return run.Run(client, file->job, context);
}

}  // namespace

CommandBody BindRun(FlagSet& flags) {
  const auto options = std::make_shared<RunOptions>();
  flags.Text("data-dir", "DIR", "Where state, files and logs are kept.",
             &options->data_dir);
  flags.KeyValues("option", "KEY=VALUE",
                  "A client option, such as driver.raw_exec.no_cgroups=1.",
                  &options->client_options);
  flags.KeyValues("var", "NAME=VALUE", "A value for a variable of the job.",
                  &options->variables);
  flags.List("var-file", "FILE", "A file with values for variables.",
             &options->variable_files);
  return [options](CommandContext& context,
                   const std::vector<std::string>& arguments) {
    return RunJob(*options, arguments[0], context);
  };
}

}  // namespace agent
