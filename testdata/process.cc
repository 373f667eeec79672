#include "testdata/process.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace testdata {
namespace {

constexpr auto kLongest = std::chrono::seconds(60);

void Check(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::abort();
}

}  // namespace

Process::Process(const Options& options) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : options.environment) {
    environment.push_back(name + "=" + value);
  }
  if (options.environment.count("PATH") == 0) {
    environment.push_back("PATH=/usr/local/bin:/usr/bin:/bin");
  }
  std::vector<char*> argv;
  for (const std::string& argument : options.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (std::string& variable : environment) envp.push_back(variable.data());
  envp.push_back(nullptr);

  int in[2];
  int out[2];
  int err[2];
  Check(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
            pipe2(err, O_CLOEXEC) == 0,
        "pipe2");
  pid_ = fork();
  Check(pid_ >= 0, "fork");
  if (pid_ == 0) {
    // Only calls that are safe after a fork of a program with threads.
    if (options.own_session) (void)setsid();
    (void)dup2(in[0], 0);
    (void)dup2(out[1], 1);
    (void)dup2(err[1], 2);
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) {
      _exit(99);
    }
    if (options.user.has_value() &&
        (setgroups(0, nullptr) != 0 || setgid(*options.user) != 0 ||
         setuid(*options.user) != 0)) {
      _exit(98);
    }
    (void)execve(argv[0], argv.data(), envp.data());
    _exit(97);
  }
  (void)close(in[0]);
  (void)close(out[1]);
  (void)close(err[1]);
  readers_.emplace_back([this, fd = out[0]] { Read(fd, &out_); });
  readers_.emplace_back([this, fd = err[0]] { Read(fd, &err_); });
  // Not more than fits into a pipe, or somebody must read.
  const std::string& text = options.standard_input;
  (void)!write(in[1], text.data(), text.size());
  (void)close(in[1]);
}

Process::~Process() {
  if (!status_.has_value()) {
    Signal(SIGKILL);
    (void)Wait();
  }
}

void Process::Read(int fd, std::string* text) {
  char buffer[16384];
  while (true) {
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (size <= 0) {
      --open_;
      changed_.notify_all();
      break;
    }
    text->append(buffer, static_cast<size_t>(size));
    both_.append(buffer, static_cast<size_t>(size));
    changed_.notify_all();
  }
  (void)close(fd);
}

void Process::Signal(int number) const { (void)kill(pid_, number); }

bool Process::WaitForText(const std::string& text) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto has_it = [&] { return both_.find(text) != std::string::npos; };
  (void)changed_.wait_for(lock, kLongest,
                          [&] { return has_it() || open_ == 0; });
  return has_it();
}

int Process::Wait() {
  if (status_.has_value()) return *status_;
  bool late = false;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    late = !changed_.wait_for(lock, kLongest, [&] { return open_ == 0; });
  }
  if (late) Signal(SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  for (std::thread& reader : readers_) reader.join();
  readers_.clear();
  status_ = late                  ? -1
            : WIFSIGNALED(status) ? 1000 + WTERMSIG(status)
                                  : WEXITSTATUS(status);
  return *status_;
}

std::string Process::out() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return out_;
}

std::string Process::err() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return err_;
}

std::string Process::output() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return both_;
}

bool IsAlive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return false;
  const size_t after_name = line.rfind(')');
  return after_name != std::string::npos && after_name + 2 < line.size() &&
         line[after_name + 2] != 'Z' && line[after_name + 2] != 'X';
}

bool Eventually(const std::function<bool()>& holds) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace testdata
