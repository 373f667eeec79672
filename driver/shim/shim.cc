#include "driver/shim/shim.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>

#include "driver/shim/child.h"
#include "driver/shim/descendants.h"
#include "driver/shim/exit_record.h"
#include "driver/shim/groups.h"
#include "driver/shim/log_stream.h"
#include "driver/shim/plan_view.h"
#include "driver/shim/protocol.h"

namespace driver::shim {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kNever = INT64_MAX;

// How long after the end of a task something that cannot be killed (a process
// in an uninterruptible sleep, one of another user) may hold up its result.
constexpr int64_t kPatience = 15 * kSecond;

// How long after a start everything else can wait: it would compete for the CPU
// with the first steps of the task and with the agent, which has just been
// answered. That is the spawner's fork of our successor, and making log files,
// which takes a busy disk a millisecond. Output is moved at once.
constexpr int64_t kSettled = 2 * kMillisecond;

int64_t Nanos(clockid_t clock) {
  timespec now;
  (void)clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * kSecond + now.tv_nsec;
}

int64_t Now() { return Nanos(CLOCK_MONOTONIC); }

void CloseUnlessStandard(int fd) {
  if (fd > STDERR_FILENO) (void)close(fd);
}

// A connected agent. While it runs an exec session, that is its only use.
struct Connection {
  int fd = -1;
  pid_t exec_pid = 0;
};

class Shim {
 public:
  int Run(FdSet fds, const Surroundings& surroundings);

 private:
  static constexpr int kMaxConnections = 48;
  enum Stream { kStdout = 0, kStderr = 1 };

  // The table of contents of a task's life.
  Step Start(int* error, uint32_t* detail);
  void Serve();
  int Finish();

  // Starting.
  Step OpenOutput(const PlanView& plan, ChildPlan* child, int* error);
  int Listen();
  void JoinGroups(ChildPlan* child) const;
  void SetTitle(const char* title);
  void AskForSuccessor();

  // Serving.
  void Wait();
  void Accept();
  void Receive(Connection& connection);
  void Handle(Connection& connection, const Message& message, FdSet& fds);
  void StartExec(Connection& connection, const Message& message, FdSet& fds);
  void Close(Connection& connection);
  void Reap();
  void PumpOutput(bool only_due);
  bool OutputPending() const;
  void CheckDeadlines();

  // Ending.
  void MainHasEnded(const siginfo_t& info);
  void BeginKill();
  void KillRound();
  bool HasChildren() const;
  bool EverythingIsGone();
  Message ExitMessage() const;

  void Broadcast(const Message& message);
  void Send(const Connection& connection, const Message& message);
  Message StatusMessage() const;

  FdSet fds_;
  Surroundings surroundings_ = {};
  Groups groups_;
  LogStream logs_[2];
  bool log_open_[2] = {};
  bool log_blocked_[2] = {};
  int64_t log_retry_ = kNever;
  int listener_ = -1;
  Connection connections_[kMaxConnections];

  pid_t main_pid_ = 0;
  bool main_alive_ = false;
  int64_t started_ = 0;
  int64_t finished_ = 0;
  int exit_status_ = 0;
  int exit_signal_ = 0;
  bool core_dumped_ = false;
  uint32_t oom_kills_ = 0;
  uint32_t survivors_ = 0;

  bool stopping_ = false;    // somebody asked for the end
  bool whole_tree_ = false;  // and everybody may use the time that is left
  int64_t stop_deadline_ = kNever;
  bool killing_ = false;
  bool group_killed_ = false;  // by cgroup.kill, which needs no repetition
  int64_t next_kill_ = kNever;
  int64_t give_up_ = kNever;
  bool gone_ = false;  // nothing is left but output to be moved
  bool told_ = false;  // that is done too: the result is out
  int64_t output_deadline_ = kNever;
  bool forget_ = false;

  int64_t settled_ = kNever;  // when the start is over for all; kNever: it is
};

int Shim::Run(FdSet fds, const Surroundings& surroundings) {
  fds_ = fds;
  surroundings_ = surroundings;
  connections_[0].fd = fds_[FdUse::kControl];
  fds_[FdUse::kControl] = -1;

  Message status = {};
  status.step = Start(&status.error, &status.detail);
  if (status.error != 0) {
    (void)groups_.Remove();
    status.type = MessageType::kStatus;
    status.version = kProtocolVersion;
    Broadcast(status);
    AskForSuccessor();
    return 1;
  }
  Broadcast(StatusMessage());
  settled_ = Now() + kSettled;
  Serve();
  const int result = Finish();
  if (settled_ != kNever) AskForSuccessor();
  return result;
}

void Shim::AskForSuccessor() {
  const pid_t pid = getpid();
  (void)!write(surroundings_.taken, &pid, sizeof(pid));
  (void)close(surroundings_.taken);
}

Step Shim::Start(int* error, uint32_t* detail) {
  PlanView view;
  if ((*error = view.Map(fds_[FdUse::kPlan])) != 0) return Step::kPlan;
  fds_.Close(FdUse::kPlan);
  const Plan& plan = view.plan();
  for (uint32_t i = 0; i < plan.cgroup_count; ++i) {
    const PlanGroup& group = plan.cgroups[i];
    if (fds_.group(i) < 0 ||
        !groups_.Add(group.kind, fds_.group(i), view.Text(group.path),
                     group.counts_oom != 0)) {
      *error = EBADMSG;
      return Step::kPlan;
    }
  }
  SetTitle(view.Text(plan.title));

  ChildPlan child = {};
  view.FillChild(&child);
  JoinGroups(&child);
  child.set_oom_score = child.oom_score_adj != surroundings_.oom_score_adj;
  child.network_namespace = fds_[FdUse::kNetworkNamespace];
  if (const Step step = OpenOutput(view, &child, error); *error != 0) {
    return step;
  }

  ChildReport report = {};
  main_pid_ = StartChild(child, &report);
  if (main_pid_ < 0 && report.step == Step::kClone && child.into_group >= 0 &&
      (report.error == ENOSYS || report.error == EINVAL ||
       report.error == E2BIG)) {
    // Before Linux 5.7: born outside, then moved.
    child.join[child.join_count] = child.into_group;
    child.join_index[child.join_count++] = 0;
    child.into_group = -1;
    main_pid_ = StartChild(child, &report);
  }
  for (const int fd : child.stdio) CloseUnlessStandard(fd);
  fds_.Close(FdUse::kNetworkNamespace);
  if (main_pid_ < 0) {
    *error = report.error;
    *detail = report.detail;
    return report.step;
  }
  main_alive_ = true;
  started_ = Nanos(CLOCK_REALTIME);
  if ((*error = Listen()) != 0) {
    // Nobody could ever find this task again: better none.
    (void)kill(main_pid_, SIGKILL);
    BeginKill();
    while (!gone_) Wait();
    return Step::kStateDir;
  }
  return Step::kNone;
}

void Shim::JoinGroups(ChildPlan* child) const {
  child->into_group = groups_.unified();
  child->join_count = 0;
  for (uint32_t i = 0; i < groups_.count(); ++i) {
    if (groups_.kind(i) == GroupKind::kUnified) continue;
    child->join[child->join_count] = groups_.directory(i);
    child->join_index[child->join_count++] = i;
  }
}

// Leaves three descriptors for the child in child->stdio. Those above 2 are
// owned by the caller; ours are /dev/null, and so are the child's without
// others.
Step Shim::OpenOutput(const PlanView& view, ChildPlan* child, int* error) {
  const FdUse given[3] = {FdUse::kStdin, FdUse::kStdout, FdUse::kStderr};
  for (int i = 0; i < 3; ++i) {
    child->stdio[i] = fds_[given[i]] >= 0 ? fds_[given[i]] : i;
    fds_[given[i]] = -1;
  }
  const Plan& plan = view.plan();
  for (uint32_t i = 0; i < plan.log_count; ++i) {
    const PlanLog& log = plan.logs[i];
    LogStream::Options options;
    options.directory = fds_[FdUse::kLogDir];
    options.name = view.Text(log.name);
    options.index = log.index;
    options.oldest = log.oldest;
    options.max_files = log.max_files;
    options.max_bytes = log.max_bytes;
    if ((*error = logs_[i].SetFiles(options)) != 0) return Step::kOpenLog;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      *error = errno;
      return Step::kPipe;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    logs_[i].TakePipe(ends[0]);
    log_open_[i] = true;
    CloseUnlessStandard(child->stdio[i + 1]);
    child->stdio[i + 1] = ends[1];
  }
  return Step::kNone;
}

int Shim::Listen() {
  const int fd =
      socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  // By way of /proc, since a state directory may be deeper than 108 bytes.
  int directory = fds_[FdUse::kStateDir];
  char digits[12];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + directory % 10);
    directory /= 10;
  } while (directory != 0);
  char* out = address.sun_path;
  memcpy(out, "/proc/self/fd/", 14);
  out += 14;
  while (count > 0) *out++ = digits[--count];
  *out++ = '/';
  memcpy(out, kSocketName, sizeof(kSocketName));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(fd, 16) != 0) {
    const int error = errno;
    (void)close(fd);
    return error;
  }
  listener_ = fd;
  return 0;
}

void Shim::SetTitle(const char* title) {
  (void)prctl(PR_SET_NAME, "drover-shim");
  if (surroundings_.title_size < 32) return;
  memset(surroundings_.title, 0, surroundings_.title_size);
  memcpy(surroundings_.title, "drover-shim ", 12);
  (void)strncpy(surroundings_.title + 12, title, surroundings_.title_size - 13);
}

void Shim::Serve() {
  while (!gone_) Wait();
  // The tree is gone, so the pipes get no more; what is in them must come out.
  PumpOutput(/*only_due=*/false);
  if (stopping_) output_deadline_ = Now() + kSecond;
  while (OutputPending() && Now() < output_deadline_) Wait();
}

int Shim::Finish() {
  told_ = true;
  Broadcast(ExitMessage());
  while (!forget_) {
    const Message message = ExitMessage();
    if (WriteExitRecord(fds_[FdUse::kStateDir], message, main_pid_, started_) ==
        0) {
      break;
    }
    // A full disk: stay, so that the status is not lost, and try again.
    output_deadline_ = Now() + kSecond;
    Wait();
  }
  return 0;
}

// One round: sleep until something happens, then deal with it.
void Shim::Wait() {
  pollfd polled[5 + kMaxConnections];
  Connection* polled_connections[5 + kMaxConnections] = {};
  nfds_t count = 0;
  const auto add = [&](int fd, short events) -> nfds_t {
    polled[count] = {fd, events, 0};
    return count++;
  };
  add(surroundings_.signals, POLLIN);
  if (listener_ >= 0) add(listener_, POLLIN);
  const nfds_t first_log = count;
  for (int i = 0; i < 2; ++i) {
    if (log_open_[i] && !log_blocked_[i]) add(logs_[i].pipe(), POLLIN);
  }
  const nfds_t first_connection = count;
  for (Connection& connection : connections_) {
    if (connection.fd < 0) continue;
    polled_connections[add(connection.fd, POLLIN)] = &connection;
  }
  const nfds_t last_connection = count;
  if (killing_ && !gone_ && groups_.Events() >= 0) {
    add(groups_.Events(), POLLPRI);
  }

  int64_t deadline = stop_deadline_;
  const int64_t others[] = {log_retry_, next_kill_, output_deadline_, settled_};
  for (const int64_t other : others) {
    if (other < deadline) deadline = other;
  }
  timespec timeout = {};
  if (deadline != kNever) {
    const int64_t left = deadline - Now();
    if (left > 0) timeout = {left / kSecond, left % kSecond};
  }
  if (ppoll(polled, count, deadline == kNever ? nullptr : &timeout, nullptr) <
      0) {
    return;  // EINTR cannot happen with all signals blocked; go round again
  }

  if (polled[0].revents != 0) {
    signalfd_siginfo ignored[4];
    (void)!read(surroundings_.signals, ignored, sizeof(ignored));
    Reap();
  }
  for (nfds_t i = first_log; i < first_connection; ++i) {
    if (polled[i].revents != 0) {
      PumpOutput(/*only_due=*/false);
      break;
    }
  }
  for (nfds_t i = first_connection; i < last_connection; ++i) {
    if (polled[i].revents != 0) Receive(*polled_connections[i]);
  }
  if (listener_ >= 0 && polled[1].revents != 0) Accept();
  CheckDeadlines();
  if (killing_ && !gone_) KillRound();
}

void Shim::Accept() {
  const int fd =
      accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (Connection& connection : connections_) {
    if (connection.fd >= 0) continue;
    connection.fd = fd;
    connection.exec_pid = 0;
    return;
  }
  (void)close(fd);  // the other end sees the connection end
}

void Shim::Receive(Connection& connection) {
  Message message = {};
  int received[kMaxFds];
  size_t count = 0;
  const ssize_t n = ReceiveWithFds(connection.fd, &message, sizeof(message),
                                   MSG_DONTWAIT, received, &count);
  if (n == -EAGAIN) return;
  FdSet fds;
  const bool fits = fds.Assign(message.present, received, count);
  if (n <= 0) {
    Close(connection);
  } else if (static_cast<size_t>(n) >= offsetof(Message, reserved) && fits) {
    Handle(connection, message, fds);
  }
  fds.CloseAll();
}

void Shim::Handle(Connection& connection, const Message& message, FdSet& fds) {
  switch (message.type) {
    case MessageType::kHello:
      // Not before the last output is in its file: the next run goes on there.
      Send(connection, told_ ? ExitMessage() : StatusMessage());
      return;
    case MessageType::kSignal: {
      Message answer = {};
      answer.type = MessageType::kDone;
      answer.error = !main_alive_                           ? ESRCH
                     : kill(main_pid_, message.signal) != 0 ? errno
                                                            : 0;
      Send(connection, answer);
      return;
    }
    case MessageType::kStop: {
      stopping_ = true;
      if (gone_) {
        // Only output holds us up: a full disk must not hold up a stop.
        const int64_t soon = Now() + kSecond;
        if (soon < output_deadline_) output_deadline_ = soon;
      }
      if (killing_) return;
      if (message.timeout_nanos <= 0) {
        BeginKill();
        return;
      }
      const int64_t now = Now();
      const int64_t deadline = message.timeout_nanos > kNever - now
                                   ? kNever - 1
                                   : now + message.timeout_nanos;
      if (deadline < stop_deadline_) stop_deadline_ = deadline;
      if (message.whole_tree != 0) {
        whole_tree_ = true;
        SignalTree(0, message.signal);
      } else {
        (void)kill(main_pid_, message.signal);
      }
      return;
    }
    case MessageType::kExec:
      StartExec(connection, message, fds);
      return;
    case MessageType::kForget:
      forget_ = told_;
      return;
    default:
      return;  // of a newer agent; it sees from `version` that we cannot
  }
}

void Shim::StartExec(Connection& connection, const Message&, FdSet& fds) {
  Message answer = {};
  answer.type = MessageType::kExecStarted;
  PlanView view;
  ChildPlan child = {};
  if (!main_alive_ || killing_ || connection.exec_pid != 0) {
    answer.step = Step::kPlan;
    answer.error = main_alive_ && !killing_ ? EBUSY : ESRCH;
  } else if ((answer.error = view.Map(fds[FdUse::kPlan])) != 0) {
    answer.step = Step::kPlan;
  } else {
    view.FillChild(&child);
    JoinGroups(&child);
    child.set_oom_score = child.oom_score_adj != surroundings_.oom_score_adj;
    child.network_namespace = fds[FdUse::kNetworkNamespace];
    child.stdio[0] = fds[FdUse::kStdin];
    child.stdio[1] = fds[FdUse::kStdout];
    child.stdio[2] = fds[FdUse::kStderr];
    ChildReport report = {};
    const pid_t pid = StartChild(child, &report);
    answer.step = report.step;
    answer.error = report.error;
    answer.detail = report.detail;
    answer.pid = pid;
    if (pid > 0) connection.exec_pid = pid;
  }
  Send(connection, answer);
}

// An exec session ends with its connection.
void Shim::Close(Connection& connection) {
  (void)close(connection.fd);
  connection.fd = -1;
  if (connection.exec_pid > 0) SignalTree(connection.exec_pid, SIGKILL);
  connection.exec_pid = 0;
}

void Shim::Reap() {
  while (true) {
    siginfo_t info = {};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) {
      return;
    }
    if (info.si_pid == main_pid_ && main_alive_) {
      MainHasEnded(info);
      continue;
    }
    for (Connection& connection : connections_) {
      if (connection.fd < 0 || connection.exec_pid != info.si_pid) continue;
      Message message = {};
      message.type = MessageType::kExecExited;
      message.pid = info.si_pid;
      (info.si_code == CLD_EXITED ? message.exit_status : message.exit_signal) =
          info.si_status;
      Send(connection, message);
      connection.exec_pid = 0;
    }
    // Anybody else is an orphan of the task that ended by itself.
  }
}

void Shim::MainHasEnded(const siginfo_t& info) {
  main_alive_ = false;
  finished_ = Nanos(CLOCK_REALTIME);
  (info.si_code == CLD_EXITED ? exit_status_ : exit_signal_) = info.si_status;
  core_dumped_ = info.si_code == CLD_DUMPED;
  // The whole tree was asked to end and may use the rest of the time.
  if (whole_tree_ && stop_deadline_ != kNever) {
    next_kill_ = Now();
    return;
  }
  BeginKill();
}

void Shim::PumpOutput(bool only_due) {
  bool blocked = false;
  for (int i = 0; i < 2; ++i) {
    if (!log_open_[i]) continue;
    if (log_blocked_[i] && !only_due) {
      blocked = true;
      continue;
    }
    LogStream::Progress progress = LogStream::Progress::kMore;
    // A few rounds for one wake-up; not for ever, others wait too.
    for (int round = 0; round < 16; ++round) {
      progress = logs_[i].Pump();
      if (progress != LogStream::Progress::kMore) break;
    }
    Message message = {};
    message.detail = static_cast<uint32_t>(i) + 1;
    if (progress == LogStream::Progress::kBlocked) {
      blocked = true;
      if (log_blocked_[i]) continue;
      log_blocked_[i] = true;
      message.type = MessageType::kOutputBlocked;
      message.error = logs_[i].error();
      Broadcast(message);
      continue;
    }
    if (log_blocked_[i]) {
      log_blocked_[i] = false;
      message.type = MessageType::kOutputResumed;
      Broadcast(message);
    }
    if (progress == LogStream::Progress::kEnded ||
        (gone_ && progress == LogStream::Progress::kDrained)) {
      logs_[i].Close();
      log_open_[i] = false;
    }
  }
  // No event tells of free space: look again every half second, only then.
  log_retry_ = blocked ? Now() + 500 * kMillisecond : kNever;
}

bool Shim::OutputPending() const { return log_open_[0] || log_open_[1]; }

void Shim::CheckDeadlines() {
  const int64_t now = Now();
  if (now >= settled_) {
    settled_ = kNever;
    AskForSuccessor();
    PumpOutput(/*only_due=*/false);
  }
  if (now >= log_retry_) PumpOutput(/*only_due=*/true);
  if (now >= stop_deadline_) {
    stop_deadline_ = kNever;
    if (!killing_) BeginKill();
  }
  if (whole_tree_ && !main_alive_ && !killing_) {
    // Main has ended; has everybody else?
    if (!HasChildren() && !groups_.Populated()) {
      BeginKill();
    } else {
      next_kill_ = now + 20 * kMillisecond;
    }
  }
}

void Shim::BeginKill() {
  killing_ = true;
  stop_deadline_ = kNever;
  next_kill_ = Now();
  give_up_ = next_kill_ + kPatience;
  oom_kills_ = groups_.OomKills();
  (void)groups_.Events();
  KillRound();
}

bool Shim::HasChildren() const {
  siginfo_t info = {};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool Shim::EverythingIsGone() { return !HasChildren() && !groups_.Populated(); }

void Shim::KillRound() {
  if (EverythingIsGone()) {
    oom_kills_ = groups_.OomKills();
    if (groups_.Remove() == 0 || Now() >= give_up_) {
      gone_ = true;
      next_kill_ = kNever;
      return;
    }
    next_kill_ = Now() + 2 * kMillisecond;
    return;
  }
  const int64_t now = Now();
  if (now >= give_up_) {
    survivors_ = static_cast<uint32_t>(SignalChildren(SIGKILL));
    gone_ = true;
    next_kill_ = kNever;
    return;
  }
  if (groups_.Populated()) {
    if (!group_killed_ || now >= next_kill_) group_killed_ = groups_.Kill();
  } else {
    group_killed_ = false;
  }
  // Without a group, and for whoever has left it.
  if (!group_killed_ || now >= next_kill_) (void)SignalChildren(SIGKILL);
  // Deaths and cgroup.events wake us; this is for whoever slipped through.
  next_kill_ = now + (group_killed_ ? 100 : 10) * kMillisecond;
}

Message Shim::StatusMessage() const {
  Message message = {};
  message.type = MessageType::kStatus;
  message.version = kProtocolVersion;
  message.pid = main_pid_;
  message.shim_pid = getpid();
  message.started_nanos = started_;
  return message;
}

Message Shim::ExitMessage() const {
  Message message = StatusMessage();
  message.type = MessageType::kExited;
  message.finished_nanos = finished_;
  message.exit_status = exit_status_;
  message.exit_signal = exit_signal_;
  message.core_dumped = core_dumped_;
  message.oom_kills = oom_kills_;
  message.survivors = survivors_;
  for (const LogStream& log : logs_) message.lost_bytes += log.pending();
  return message;
}

void Shim::Broadcast(const Message& message) {
  for (const Connection& connection : connections_) {
    if (connection.fd >= 0) Send(connection, message);
  }
}

void Shim::Send(const Connection& connection, const Message& message) {
  // An agent that does not read loses the message, not us; its next kHello
  // tells it everything that still counts.
  (void)send(connection.fd, &message, sizeof(message),
             MSG_NOSIGNAL | MSG_DONTWAIT);
}

Shim shim;

}  // namespace

int RunShim(FdSet fds, const Surroundings& surroundings) {
  return shim.Run(fds, surroundings);
}

}  // namespace driver::shim
