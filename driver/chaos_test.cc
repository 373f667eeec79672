// Kill loops: 50 tasks with trees of children that hide, while the process
// that holds the driver, shims and main processes are killed at random moments
// and everything is recovered. Afterwards nothing may be left, every exit must
// have been told right, every byte of output be there, no run have overlapped
// another of its slot, and no descriptor be lost.
//
//   bazel test //driver:chaos_test                               a few seconds
//   bazel test //driver:chaos_test --test_arg=--minutes=10       the long run
//
// The test executes itself with --agent as the process that is killed. What
// that one does it writes to a journal, one write(2) a line, so a line is there
// or not: "start ID SHIM MAIN" and "exit ID CODE SIGNAL LOST". A slot's runs
// follow one another; a run's id says how it should end.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "base/unique_fd.h"
#include "cgroups/group_factory.h"
#include "cgroups/hierarchy.h"
#include "driver/driver.h"

namespace driver {
namespace {

constexpr int kSlots = 50;

int minutes = 0;

// Everything that both roles must know.
struct Place {
  std::string root;
  bool no_cgroups = false;

  std::string journal() const { return root + "/journal"; }
  std::string finish() const { return root + "/finish"; }
  std::string parent() const {
    return absl::StrCat("drover-chaos-", root.substr(root.rfind('.') + 1),
                        ".slice");
  }
  std::string slot(int i) const { return absl::StrCat(root, "/slot", i); }
  // 36 characters, as an allocation's id has.
  std::string alloc_id(int i) const {
    std::string tag = root.substr(root.rfind('.') + 1);
    uint32_t hash = 2166136261U;
    for (const char c : tag)
      hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return absl::StrFormat("%08x-0000-4000-8000-%012x", hash, i);
  }
};

// "<slot>.<number>.<end>": how a run should end is part of its name.
std::string RunName(int slot, int number, const std::string& end) {
  return absl::StrCat(slot, ".", number, ".", end);
}

// ----- The process that is killed ------------------------------------------

class Agent {
 public:
  explicit Agent(Place place) : place_(std::move(place)), random_(getpid()) {
    journal_.Reset(open(place_.journal().c_str(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  }

  int Run() {
    auto driver = RawExecDriver::Create({place_.root + "/state", {}});
    if (!driver.ok()) return Fail(driver.status());
    driver_ = *std::move(driver);
    Config config;
    config.enabled = true;
    config.no_cgroups = place_.no_cgroups;
    config.cgroup_parent = place_.parent();
    if (const auto status = driver_->SetConfig(config); !status.ok()) {
      return Fail(status);
    }
    if (const auto status = WarmUp(); !status.ok()) return Fail(status);
    const int descriptors = CountDescriptors();
    if (const auto status = Recover(); !status.ok()) return Fail(status);
    while (access(place_.finish().c_str(), F_OK) != 0) {
      for (int slot = 0; slot < kSlots; ++slot) {
        if (busy_.count(slot) == 0) Start(slot);
      }
      WaitForSomething();
      if (const auto status = Settle(); !status.ok()) return Fail(status);
      StopSomebody();
    }
    for (const auto& [slot, id] : busy_) {
      (void)driver_->BeginStop(id, absl::ZeroDuration(), "");
    }
    while (!busy_.empty()) {
      WaitForSomething();
      if (const auto status = Settle(); !status.ok()) return Fail(status);
    }
    if (const int now = CountDescriptors(); now != descriptors) {
      Write(absl::StrCat("error ", now - descriptors,
                         " descriptors more than at the start"));
    }
    return 0;
  }

 private:
  int Fail(const absl::Status& status) {
    Write(absl::StrCat("error ", status.ToString()));
    return 1;
  }

  void Write(const std::string& line) {
    const std::string text = line + "\n";
    (void)!write(journal_.get(), text.data(), text.size());
  }

  static int CountDescriptors() {
    return static_cast<int>(base::ListDirectory("/proc/self/fd")->size());
  }

  // What the driver opens once and keeps is open afterwards.
  absl::Status WarmUp() {
    TaskConfig task;
    task.alloc_id = place_.alloc_id(kSlots);
    task.name = "warm-up";
    task.id = absl::StrCat("warm-up.", getpid());
    task.command = "/bin/true";
    task.task_dir = place_.root;
    RETURN_IF_ERROR(driver_->StartTask(task).status());
    RETURN_IF_ERROR(driver_->WaitTask(task.id).status());
    return driver_->DestroyTask(task.id, /*force=*/false);
  }

  absl::Status Recover() {
    ASSIGN_OR_RETURN(const std::vector<TaskHandle> handles,
                     driver_->ListTasks());
    for (const TaskHandle& handle : handles) {
      RETURN_IF_ERROR(driver_->RecoverTask(handle));
      int slot = 0;
      const std::vector<std::string> parts =
          absl::StrSplit(handle.task_id(), '.');
      if (parts[0] == "warm-up") {  // we were shot during it
        RETURN_IF_ERROR(driver_->DestroyTask(handle.task_id(), true));
        continue;
      }
      if (!absl::SimpleAtoi(parts[0], &slot)) {
        return absl::InternalError("a task of nobody: " + handle.task_id());
      }
      // Two live runs of a slot would be one too many.
      if (!busy_.emplace(slot, handle.task_id()).second) {
        return absl::InternalError("two runs of slot " + parts[0]);
      }
      Watch(handle.task_id());
    }
    return absl::OkStatus();
  }

  void Watch(const std::string& id) {
    (void)driver_->OnExit(id, [this, id](const ExitResult& result) {
      base::MutexLock lock(&mutex_);
      ended_.emplace_back(id, result);
      changed_.Signal();
    });
  }

  void Start(int slot) {
    // The next number of the slot, also after a restart.
    const std::string counter = place_.slot(slot) + "/next";
    int number = 0;
    (void)absl::SimpleAtoi(base::ReadFile(counter).value_or("0"), &number);
    (void)base::WriteFileAtomically(counter, absl::StrCat(number + 1));

    const char* const kEnds[] = {"0", "7", "42", "-15", "-9", "forever"};
    const std::string end = kEnds[random_() % 6];
    TaskConfig task;
    task.alloc_id = place_.alloc_id(slot);
    task.name = "chaos";
    task.id = RunName(slot, number, end);
    task.command = place_.root + "/chaos_task";
    task.args = {task.id,
                 place_.slot(slot) + "/lock",
                 place_.slot(slot) + "/overlap",
                 absl::StrCat(random_() % 200),
                 absl::StrCat(random_() % 400),
                 end};
    task.task_dir = place_.slot(slot);
    task.env = {"NOMAD_ALLOC_ID=" + task.alloc_id, "NOMAD_TASK_NAME=chaos"};
    task.output.directory = place_.slot(slot) + "/logs";
    task.output.prefix = "chaos";
    task.output.max_files = 1'000'000;
    task.output.max_file_bytes = 20'000;
    const absl::StatusOr<TaskHandle> handle = driver_->StartTask(task);
    if (!handle.ok()) {
      // Somebody shot the shim while it started: that may happen.
      Write(absl::StrCat("refused ", task.id, " ", handle.status().ToString()));
      return;
    }
    Write(absl::StrCat("start ", task.id, " ", handle->shim_pid(), " ",
                       handle->pid()));
    busy_[slot] = task.id;
    Watch(task.id);
  }

  void WaitForSomething() {
    base::MutexLock lock(&mutex_);
    if (ended_.empty()) (void)changed_.WaitFor(&mutex_, absl::Milliseconds(50));
  }

  absl::Status Settle() {
    std::vector<std::pair<std::string, ExitResult>> ended;
    {
      base::MutexLock lock(&mutex_);
      ended.swap(ended_);
    }
    for (const auto& [id, result] : ended) {
      Write(absl::StrCat("exit ", id, " ", result.exit_code, " ", result.signal,
                         " ", result.lost ? 1 : 0));
      RETURN_IF_ERROR(driver_->DestroyTask(id, /*force=*/false));
      int slot = 0;
      (void)absl::SimpleAtoi(
          std::vector<std::string>(absl::StrSplit(id, '.'))[0], &slot);
      busy_.erase(slot);
    }
    return absl::OkStatus();
  }

  // Some of those that would run for ever.
  void StopSomebody() {
    for (const auto& [slot, id] : busy_) {
      if (absl::EndsWith(id, ".forever") && random_() % 4 == 0) {
        (void)driver_->BeginStop(id, absl::Milliseconds(random_() % 300),
                                 "SIGTERM");
      }
    }
  }

  const Place place_;
  std::mt19937 random_;
  base::UniqueFd journal_;
  std::map<int, std::string> busy_;  // slot to task id
  base::Mutex mutex_;
  base::CondVar changed_;
  std::vector<std::pair<std::string, ExitResult>> ended_
      ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<RawExecDriver> driver_;  // last: its callbacks use the rest
};

// ----- The one that kills and checks ---------------------------------------

struct TaskRun {
  int shim = 0;
  int main = 0;
  bool shim_killed = false;
  bool main_killed = false;
  bool stopped = false;
  std::vector<std::string> exits;  // "CODE SIGNAL LOST"
};

class ChaosTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    place_.root = dir_.path();
    place_.no_cgroups = GetParam();
    for (int slot = 0; slot < kSlots; ++slot) {
      ASSERT_OK(base::MakeDirectories(place_.slot(slot) + "/logs", 0777));
    }
    const std::string program = *base::ReadFile("testdata/chaos_task");
    ASSERT_OK(
        base::WriteFileAtomically(dir_.path() + "/chaos_task", program, 0755));
    const int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(self, 0);
    self_.Reset(self);
  }

  pid_t StartAgent() {
    const pid_t pid = fork();
    if (pid == 0) {
      const std::string path = absl::StrCat("/proc/self/fd/", self_.get());
      execl(path.c_str(), "chaos_agent", "--agent", place_.root.c_str(),
            place_.no_cgroups ? "1" : "0", nullptr);
      _exit(127);
    }
    return pid;
  }

  void ReadJournal() {
    const std::string text =
        base::ReadFile(place_.journal(), size_t{1} << 30).value_or("");
    runs_in_journal_.clear();
    errors_.clear();
    for (const absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words[0] == "error") errors_.emplace_back(line);
      if (words.size() == 4 && words[0] == "start") {
        TaskRun& run = runs_in_journal_[words[1]];
        (void)absl::SimpleAtoi(words[2], &run.shim);
        (void)absl::SimpleAtoi(words[3], &run.main);
      }
      if (words.size() == 5 && words[0] == "exit") {
        runs_in_journal_[words[1]].exits.push_back(
            absl::StrCat(words[2], " ", words[3], " ", words[4]));
      }
    }
  }

  // Kills `pid` if it is what it should be: its command line or environment
  // holds `mark`.
  bool KillIf(pid_t pid, const char* file, const std::string& mark) {
    const base::UniqueFd pidfd(
        static_cast<int>(syscall(SYS_pidfd_open, pid, 0U)));
    if (!pidfd.valid()) return false;
    const auto text = base::ReadFile(absl::StrCat("/proc/", pid, "/", file));
    if (!text.ok() || !absl::StrContains(*text, mark)) return false;
    return syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0U) ==
           0;
  }

  void KillSomething(std::mt19937& random) {
    ReadJournal();
    std::vector<std::string> alive;
    for (const auto& [id, run] : runs_in_journal_) {
      if (run.exits.empty()) alive.push_back(id);
    }
    if (alive.empty()) return;
    const std::string& id = alive[random() % alive.size()];
    const TaskRun& run = runs_in_journal_[id];
    int slot = 0;
    (void)absl::SimpleAtoi(std::vector<std::string>(absl::StrSplit(id, '.'))[0],
                           &slot);
    if (random() % 2 == 0) {
      if (KillIf(run.shim, "cmdline", place_.alloc_id(slot))) {
        shims_killed_.insert(id);
        ++kills_;
      }
    } else if (KillIf(run.main, "environ", place_.alloc_id(slot))) {
      mains_killed_.insert(id);
      ++kills_;
    }
  }

  std::vector<int> ProcessesOfOurs() {
    std::vector<int> found;
    const std::string mark = place_.alloc_id(0).substr(0, 24);
    const std::vector<std::string> names = *base::ListDirectory("/proc");
    for (const std::string& name : names) {
      int pid = 0;
      if (!absl::SimpleAtoi(name, &pid)) continue;
      for (const char* file : {"environ", "cmdline"}) {
        const auto text =
            base::ReadFile(absl::StrCat("/proc/", pid, "/", file));
        if (text.ok() && absl::StrContains(*text, mark)) {
          found.push_back(pid);
          break;
        }
      }
    }
    return found;
  }

  void CheckExits() {
    ReadJournal();
    EXPECT_EQ(errors_, std::vector<std::string>());
    EXPECT_GT(runs_in_journal_.size(), static_cast<size_t>(kSlots));
    for (const auto& [id, run] : runs_in_journal_) {
      SCOPED_TRACE(id);
      ASSERT_FALSE(run.exits.empty()) << "its end was never told";
      const std::string end = id.substr(id.rfind('.') + 1);
      std::set<std::string> allowed;
      if (end == "forever") {
        allowed.insert("137 9 0");   // stopped
        allowed.insert("143 15 0");  // before it had learnt to ignore that
      } else if (end[0] == '-') {
        const int signal = -std::stoi(end);
        allowed.insert(absl::StrCat(128 + signal, " ", signal, " 0"));
      } else {
        allowed.insert(end + " 0 0");
      }
      // At the end of the test all are stopped.
      if (last_runs_.count(id) > 0 || mains_killed_.count(id) > 0) {
        allowed.insert("137 9 0");
      }
      if (shims_killed_.count(id) > 0) allowed.insert("-1 0 1");
      // The agent was killed while it started this one: it may never have run.
      if (run.main == 0) allowed.insert("-1 0 1");
      for (const std::string& exit : run.exits) {
        EXPECT_EQ(allowed.count(exit), 1U)
            << exit << "; main killed " << mains_killed_.count(id)
            << ", shim killed " << shims_killed_.count(id);
      }
    }
  }

  // Every run's lines are there from the first on without a gap, and to the end
  // for those that ended by themselves.
  void CheckOutput() {
    for (int slot = 0; slot < kSlots; ++slot) {
      std::map<int, std::string> files;
      const std::vector<std::string> names =
          *base::ListDirectory(place_.slot(slot) + "/logs");
      for (const std::string& name : names) {
        int number = 0;
        if (absl::StartsWith(name, "chaos.stdout.") &&
            absl::SimpleAtoi(name.substr(13), &number)) {
          files[number] = *base::ReadFile(place_.slot(slot) + "/logs/" + name);
        }
      }
      std::string all;
      for (const auto& [number, text] : files) all += text;
      std::map<std::string, int> next;  // -1: ended
      for (const absl::string_view line :
           absl::StrSplit(all, '\n', absl::SkipEmpty())) {
        const std::vector<std::string> words = absl::StrSplit(line, ' ');
        const std::string& id = words[0];
        if (words.size() == 2 && words[1] == "begin") {
          ASSERT_EQ(next.count(id), 0U) << line;
          next[id] = 0;
        } else if (words.size() == 2 && words[1] == "end") {
          next[id] = -1;
        } else if (words.size() == 3) {
          int number = 0;
          // The last line of a killed run may be cut short.
          if (!absl::SimpleAtoi(words[2], &number)) continue;
          EXPECT_EQ(number, next[id]) << line;
          next[id] = number + 1;
        }
      }
      for (const auto& [id, run] : runs_in_journal_) {
        if (!absl::StartsWith(id, absl::StrCat(slot, "."))) continue;
        if (mains_killed_.count(id) + shims_killed_.count(id) +
                last_runs_.count(id) >
            0)
          continue;
        if (absl::EndsWith(id, ".forever")) continue;  // stopped on its way
        // Cut off in its start, see CheckExits().
        if (run.main == 0 && run.exits[0] == "-1 0 1") continue;
        EXPECT_EQ(next[id], -1) << id << " ended by itself but not in its log";
      }
    }
  }

  void CheckNothingIsLeft() {
    EXPECT_EQ(ProcessesOfOurs(), std::vector<int>());
    EXPECT_EQ(*base::ListDirectory(place_.root + "/state"),
              std::vector<std::string>());
    for (int slot = 0; slot < kSlots; ++slot) {
      EXPECT_FALSE(base::ReadFile(place_.slot(slot) + "/overlap").ok())
          << "two runs of slot " << slot << " at the same time";
    }
    const cgroups::Hierarchy host = cgroups::Detect();
    if (place_.no_cgroups || !host.CanCreate().yes) return;
    auto factory = cgroups::GroupFactory::Make(host, place_.parent());
    ASSERT_OK(factory);
    const auto orphans = (*factory)->Reconcile({});
    ASSERT_OK(orphans);
    EXPECT_TRUE(orphans->empty()) << orphans->front().name;
    EXPECT_OK((*factory)->RemoveParents());
  }

  base::TempDir dir_;
  Place place_;
  base::UniqueFd self_;
  int kills_ = 0;
  std::map<std::string, TaskRun> runs_in_journal_;
  std::vector<std::string> errors_;
  std::set<std::string> shims_killed_;
  std::set<std::string> mains_killed_;
  std::set<std::string> last_runs_;
};

INSTANTIATE_TEST_SUITE_P(Tracked, ChaosTest, testing::Values(false, true),
                         [](const auto& info) {
                           return info.param ? "ByTree" : "ByGroup";
                         });

TEST_P(ChaosTest, NothingIsLostLeftOrDoubledWhateverIsKilled) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const absl::Time end = absl::Now() + (minutes > 0 ? absl::Minutes(minutes) / 2
                                                    : absl::Seconds(6));
  int agents_killed = 0;
  pid_t agent = StartAgent();
  while (absl::Now() < end) {
    (void)poll(nullptr, 0, static_cast<int>(random() % 60));
    if (random() % 8 != 0) {
      KillSomething(random);
      continue;
    }
    ASSERT_EQ(kill(agent, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(agent, &status, 0), agent);
    ASSERT_TRUE(WIFSIGNALED(status))
        << "the agent ended by itself, status " << status;
    ++agents_killed;
    ++kills_;
    if (random() % 2 == 0) KillSomething(random);  // while nobody listens
    agent = StartAgent();
  }
  ReadJournal();
  for (const auto& [id, run] : runs_in_journal_) {
    if (run.exits.empty()) last_runs_.insert(id);
  }
  ASSERT_OK(base::WriteFileAtomically(place_.finish(), ""));
  int status = 0;
  ASSERT_EQ(waitpid(agent, &status, 0), agent);
  EXPECT_EQ(status, 0);
  // Runs that were started between the look and the finish.
  {
    const auto before = runs_in_journal_;
    ReadJournal();
    for (const auto& [id, run] : runs_in_journal_) {
      if (before.count(id) == 0) last_runs_.insert(id);
    }
  }
  CheckExits();
  CheckOutput();
  CheckNothingIsLeft();
  printf("%d kills (%d of the agent, %zu of shims, %zu of tasks), %zu runs\n",
         kills_, agents_killed, shims_killed_.size(), mains_killed_.size(),
         runs_in_journal_.size());
}

}  // namespace
}  // namespace driver

int main(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "--agent") == 0) {
    driver::Place place;
    place.root = argv[2];
    place.no_cgroups = strcmp(argv[3], "1") == 0;
    return driver::Agent(place).Run();
  }
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--minutes=")) {
      (void)absl::SimpleAtoi(argument, &driver::minutes);
    }
  }
  return RUN_ALL_TESTS();
}
