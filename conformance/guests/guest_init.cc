// Process 1 of a test guest: mounts what the kind of guest has, runs the tests
// of /plan one after another, and sends what came out over the second serial
// port (see guest_results.h for the format).
//
// Statically linked and without the standard library's containers beyond
// strings: if this fails, nobody can say why. After each test it looks for what
// the test has left: processes, and groups in any cgroup tree.
//
// Kernel command line:  guest=unified|hybrid|legacy|none

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <net/if.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

constexpr int kTestSeconds = 90;

void Complain(const char* what, const char* on) {
  (void)fprintf(stderr, "guest_init: %s %s: %s\n", what, on, strerror(errno));
}

void Mount(const char* type, const std::string& where, const char* options) {
  (void)mkdir(where.c_str(), 0755);
  if (mount(type, where.c_str(), type, 0, options) != 0) {
    Complain("cannot mount", where.c_str());
  }
}

std::string ReadFile(const char* path) {
  std::string text;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  char buffer[4096];
  for (ssize_t n; fd >= 0 && (n = read(fd, buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<size_t>(n));
  }
  if (fd >= 0) (void)close(fd);
  return text;
}

void MountLegacy() {
  for (const char* controllers : {"cpu,cpuacct", "cpuset", "memory", "devices",
                                  "freezer", "blkio", "pids"}) {
    Mount("cgroup", std::string("/sys/fs/cgroup/") + controllers, controllers);
  }
}

void MountCgroups(const std::string& guest) {
  const char* root = "/sys/fs/cgroup";
  if (guest == "unified") {
    Mount("cgroup2", root, "nsdelegate");
  } else if (guest == "legacy") {
    Mount("tmpfs", root, "mode=755");
    MountLegacy();
  } else if (guest == "hybrid") {
    Mount("tmpfs", root, "mode=755");
    MountLegacy();
    Mount("cgroup2", std::string(root) + "/unified", nullptr);
  }
}

void MountAll(const std::string& guest) {
  Mount("sysfs", "/sys", nullptr);
  Mount("devtmpfs", "/dev", nullptr);
  Mount("devpts", "/dev/pts", "ptmxmode=666");
  Mount("tmpfs", "/dev/shm", "mode=1777");
  Mount("tmpfs", "/tmp", "mode=1777");
  Mount("tmpfs", "/run", "mode=755");
  MountCgroups(guest);
}

void BringUpLoopback() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request = {};
  (void)strcpy(request.ifr_name, "lo");
  if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0) {
    Complain("cannot find", "lo");
    return;
  }
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) Complain("cannot set up", "lo");
  (void)close(fd);
}

int groups_found;
int CountDirectory(const char* /*path*/, const struct stat* /*status*/,
                   int type, FTW* /*where*/) {
  groups_found += type == FTW_D ? 1 : 0;
  return 0;
}

int CountGroups() {
  groups_found = 0;
  (void)nftw("/sys/fs/cgroup", CountDirectory, 16, FTW_PHYS);
  return groups_found;
}

// Calls `function` with each process but this one and the kernel's threads,
// which have no command line. Zombies have none either and are not counted.
template <typename Function>
int ForEachProcess(Function function) {
  int count = 0;
  DIR* proc = opendir("/proc");
  while (const dirent* entry = proc == nullptr ? nullptr : readdir(proc)) {
    const int pid = atoi(entry->d_name);
    if (pid <= 1) continue;
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    const std::string command = ReadFile(path);
    if (command.empty()) continue;
    ++count;
    function(pid, command.c_str());
  }
  if (proc != nullptr) (void)closedir(proc);
  return count;
}

// Waits for `pid`, and reaps everybody else that ends meanwhile. Kills it when
// its time is over. The wait status.
int WaitFor(pid_t pid) {
  sigset_t child;
  (void)sigemptyset(&child);
  (void)sigaddset(&child, SIGCHLD);
  const time_t end = time(nullptr) + kTestSeconds;
  for (;;) {
    int status = 0;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (ended == pid) return status;
    }
    const time_t left = end - time(nullptr);
    if (left <= 0) (void)kill(-1, SIGKILL);
    const timespec step = {left <= 0 ? 1 : left, 0};
    (void)sigtimedwait(&child, nullptr, &step);
  }
}

pid_t Start(const std::string& program) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  sigset_t none;
  (void)sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
  (void)setsid();
  const int in = open("/dev/null", O_RDONLY);
  const int out =
      open("/run/output", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  (void)dup2(in, 0);
  (void)dup2(out, 1);
  (void)dup2(out, 2);
  (void)close(in);
  (void)close(out);
  (void)setenv("TEST_SRCDIR", "/runfiles", 1);
  (void)setenv("RUNFILES_DIR", "/runfiles", 1);
  (void)setenv("TEST_WORKSPACE", "drover", 1);
  (void)setenv("TEST_TMPDIR", "/tmp", 1);
  (void)setenv("GTEST_TMP_DIR", "/tmp", 1);
  (void)setenv("GTEST_OUTPUT", "json:/run/result.json", 1);
  (void)setenv("PATH", "/usr/bin:/bin", 1);
  (void)setenv("HOME", "/tmp", 1);
  if (chdir("/runfiles/drover") != 0) Complain("cannot enter", "/runfiles");
  (void)execl(program.c_str(), program.c_str(), static_cast<char*>(nullptr));
  Complain("cannot execute", program.c_str());
  _exit(127);
}

void Send(int port, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(port, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) done += static_cast<size_t>(n);
  }
}

void RunTest(const std::string& program, int port) {
  (void)unlink("/run/result.json");
  const int groups_before = CountGroups();
  const time_t begin = time(nullptr);
  const int status = WaitFor(Start(program));
  std::string output = ReadFile("/run/output");
  const std::string json = ReadFile("/run/result.json");
  const int processes = ForEachProcess([&](int pid, const char* command) {
    output +=
        "left behind: process " + std::to_string(pid) + " " + command + "\n";
    (void)kill(pid, SIGKILL);
  });
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  const int groups = CountGroups() - groups_before;
  (void)fprintf(stderr, "guest_init: %s: status %d, %lld s\n", program.c_str(),
                status, static_cast<long long>(time(nullptr) - begin));
  Send(port, "TEST " + program + " " + std::to_string(status) + " " +
                 std::to_string(processes) + " " + std::to_string(groups) +
                 " " + std::to_string(json.size()) + " " +
                 std::to_string(output.size()) + "\n" + json + output);
}

int OpenPort() {
  const int port = open("/dev/ttyS1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  termios settings;
  if (port < 0 || tcgetattr(port, &settings) != 0) {
    Complain("cannot open", "/dev/ttyS1");
    return port;
  }
  cfmakeraw(&settings);
  (void)tcsetattr(port, TCSANOW, &settings);
  return port;
}

}  // namespace

int main() {
  sigset_t all;
  (void)sigfillset(&all);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
  Mount("proc", "/proc", nullptr);
  const std::string command_line = ReadFile("/proc/cmdline");
  std::string guest;
  if (const size_t at = command_line.find("guest="); at != std::string::npos) {
    guest = command_line.substr(at + 6);
    guest.resize(guest.find_first_of(" \n") == std::string::npos
                     ? guest.size()
                     : guest.find_first_of(" \n"));
  }
  MountAll(guest);
  BringUpLoopback();
  const int port = OpenPort();
  std::string plan = ReadFile("/plan");
  for (size_t end; (end = plan.find('\n')) != std::string::npos;) {
    RunTest(plan.substr(0, end), port);
    plan.erase(0, end + 1);
  }
  Send(port, "DONE\n");
  (void)tcdrain(port);
  (void)reboot(RB_AUTOBOOT);  // with -no-reboot, the end of the machine
  return 1;
}
