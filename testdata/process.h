// A program under test: started, signalled, waited for, its output kept.
//
//   testdata::Process::Options options;
//   options.arguments = {path, "run", "job.hcl"};
//   testdata::Process drover(options);
//   ASSERT_TRUE(drover.WaitForText("Started"));
//   drover.Signal(SIGINT);
//   EXPECT_EQ(drover.Wait(), 130);
//
// Ownership:  owns the process; the destructor kills it.
// Threads:    thread-compatible; it reads the output on threads of its own.

#ifndef DROVER_TESTDATA_PROCESS_H_
#define DROVER_TESTDATA_PROCESS_H_

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace testdata {

class Process {
 public:
  struct Options {
    std::vector<std::string> arguments;  // the first is the program's path
    // The whole environment; PATH is always there.
    std::map<std::string, std::string> environment;
    std::string directory;       // where it starts; empty: here
    std::string standard_input;  // what it reads there
    std::optional<uid_t> user;   // and the group of the same number, no others
    // Leads a session of its own, so that it can be signalled alone.
    bool own_session = true;
  };

  // Aborts the test program when nothing can be started at all.
  explicit Process(const Options& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int number) const;

  // Until standard output or standard error contains the text; false when the
  // process ends, or a minute passes, without it.
  bool WaitForText(const std::string& text);

  // Its exit status, or 1000 + n when signal n ended it; -1 when it has not
  // ended after a minute (it is killed then).
  int Wait();

  // What it has written so far; all of it after Wait().
  std::string out() const;
  std::string err() const;
  // Both, in the order in which it came.
  std::string output() const;

 private:
  void Read(int fd, std::string* text);

  pid_t pid_ = -1;
  std::optional<int> status_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_;
  std::string err_;
  std::string both_;
  int open_ = 2;  // pipes that are not at their end
  std::vector<std::thread> readers_;
};

// Whether a process with that pid is there and is no zombie.
bool IsAlive(pid_t pid);

// Waits until it holds; false after half a minute.
bool Eventually(const std::function<bool()>& holds);

}  // namespace testdata

#endif  // DROVER_TESTDATA_PROCESS_H_
