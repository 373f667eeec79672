// Runs kernel tests in guests with other cgroup trees than this machine's.
//
//   kernel_matrix [--guests=legacy,none] <test program>...
//
// Programs are paths below the runfiles; all guests run unless some are named.
//
// Each guest boots Debian's cloud kernel in QEMU, without hardware support so
// that it works anywhere, from one initramfs that holds the programs. Their
// cases become cases of this test:
// "unified/group_kernel_test.GroupTest.Kill...". A case that was skipped in
// every guest fails: it would have gone quiet.

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "conformance/guests/guest_image.h"
#include "conformance/guests/guest_results.h"
#include "gtest/gtest.h"

extern char** environ;

namespace conformance {
namespace {

constexpr absl::Duration kGuestPatience = absl::Minutes(4);
constexpr char kQemu[] = "/usr/bin/qemu-system-x86_64";
constexpr char kInit[] = "conformance/guests/guest_init";

struct GuestKind {
  const char* name;
  const char* kernel_options;
};
constexpr GuestKind kGuests[] = {
    {"unified", "cgroup_no_v1=all"},
    {"legacy", "cgroup_no_v1=named"},
    {"hybrid", ""},
    {"none", ""},
};

// What tests start by name. Those that this machine lacks are left out.
constexpr const char* kPrograms[] = {
    "/bin/bash",     "/bin/cat",        "/bin/chmod",    "/bin/cp",
    "/bin/date",     "/bin/dd",         "/bin/echo",     "/bin/false",
    "/bin/grep",     "/bin/kill",       "/bin/ln",       "/bin/ls",
    "/bin/mkdir",    "/bin/mktemp",     "/bin/ps",       "/bin/pwd",
    "/bin/rm",       "/bin/sed",        "/bin/sh",       "/bin/sleep",
    "/bin/stty",     "/bin/touch",      "/bin/true",     "/usr/bin/cut",
    "/usr/bin/env",  "/usr/bin/head",   "/usr/bin/id",   "/usr/bin/printf",
    "/usr/bin/seq",  "/usr/bin/setsid", "/usr/bin/sort", "/usr/bin/stat",
    "/usr/bin/tail", "/usr/bin/tr",     "/usr/bin/wc",   "/usr/bin/yes"};

constexpr const char* kConfigFiles[] = {"/etc/passwd", "/etc/group",
                                        "/etc/nsswitch.conf"};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

// The newest of Debian's cloud kernels; empty when none is installed.
std::string FindKernel() {
  glob_t found = {};
  std::string kernel;
  if (glob("/boot/vmlinuz-*-cloud-amd64", 0, nullptr, &found) == 0) {
    kernel = found.gl_pathv[found.gl_pathc - 1];  // sorted by name
  }
  globfree(&found);
  return kernel;
}

absl::Status BuildImage(const std::vector<std::string>& programs,
                        const std::string& file) {
  GuestImage image;
  for (const char* directory : {"proc", "sys", "dev", "run", "root", "etc"}) {
    image.AddDirectory(directory);
  }
  image.AddDirectory("tmp", 01777);
  RETURN_IF_ERROR(image.AddCopy("init", kInit));
  for (const char* program : kPrograms) {
    if (access(program, X_OK) != 0) continue;
    RETURN_IF_ERROR(image.AddCopy(program, program));
  }
  for (const char* config : kConfigFiles) {
    RETURN_IF_ERROR(image.AddCopy(config, config));
  }
  RETURN_IF_ERROR(image.AddTree("runfiles/drover", "."));
  std::string plan;
  for (const std::string& program : programs) {
    absl::StrAppend(&plan, "/runfiles/drover/", program, "\n");
  }
  image.AddFile("plan", plan, 0644);
  return image.WriteTo(file);
}

// Runs QEMU to its end. DeadlineExceeded when it had to be killed.
absl::Status RunQemu(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& one : arguments) {
    argv.push_back(const_cast<char*>(one.c_str()));
  }
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (const int error =
          posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ);
      error != 0) {
    return base::ErrnoStatus(error, absl::StrCat("cannot run ", argv[0]));
  }
  const base::UniqueFd process(
      static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd ended = {process.get(), POLLIN, 0};
  const int n = poll(
      &ended, 1, static_cast<int>(absl::ToInt64Milliseconds(kGuestPatience)));
  if (n != 1) (void)kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (n != 1) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the guest ran longer than ", absl::FormatDuration(kGuestPatience)));
  }
  if (status != 0) {
    return absl::UnknownError(
        absl::StrCat("QEMU ended with wait status ", status));
  }
  return absl::OkStatus();
}

std::vector<GuestCase> RunGuest(const GuestKind& kind,
                                const std::string& kernel,
                                const std::string& image,
                                const std::string& directory,
                                const std::vector<std::string>& programs) {
  const std::string console =
      absl::StrCat(directory, "/", kind.name, ".console");
  const std::string results =
      absl::StrCat(directory, "/", kind.name, ".results");
  const absl::Time begin = absl::Now();
  const absl::Status ran =
      RunQemu({kQemu,
               "-accel",
               "tcg,thread=multi",
               "-cpu",
               "max",
               "-smp",
               "2",
               "-m",
               "1024",
               "-nodefaults",
               "-display",
               "none",
               "-no-reboot",
               "-kernel",
               kernel,
               "-initrd",
               image,
               "-append",
               absl::StrCat("console=ttyS0 quiet panic=-1 guest=", kind.name,
                            " ", kind.kernel_options),
               "-serial",
               absl::StrCat("file:", console),
               "-serial",
               absl::StrCat("file:", results)});
  (void)printf("guest %s: %s\n", kind.name,
               absl::FormatDuration(absl::Now() - begin).c_str());
  std::vector<std::string> absolute;
  for (const std::string& program : programs) {
    absolute.push_back(absl::StrCat("/runfiles/drover/", program));
  }
  std::vector<GuestCase> cases =
      ParseGuestResults(base::ReadFile(results).value_or(""), absolute);
  if (!ran.ok()) {
    cases.push_back({"guest", "Boots", GuestCase::Outcome::kFailed,
                     absl::StrCat(ran.ToString(), "\n",
                                  base::ReadFile(console).value_or(""))});
  }
  return cases;
}

// One case of a guest as a case of this program.
class ReportedTest : public testing::Test {
 public:
  explicit ReportedTest(GuestCase reported) : reported_(std::move(reported)) {}
  void TestBody() override {
    switch (reported_.outcome) {
      case GuestCase::Outcome::kPassed:
        return;
      case GuestCase::Outcome::kSkipped:
        GTEST_SKIP() << reported_.message;
      case GuestCase::Outcome::kFailed:
        FAIL() << reported_.message;
    }
  }

 private:
  const GuestCase reported_;
};

void Register(const std::string& suite, const GuestCase& reported) {
  testing::RegisterTest(suite.c_str(), reported.name.c_str(), nullptr, nullptr,
                        __FILE__, __LINE__, [reported]() -> ReportedTest* {
                          return new ReportedTest(reported);
                        });
}

void RegisterAll(const std::vector<std::string>& programs,
                 const std::set<std::string>& guests) {
  const std::string kernel = FindKernel();
  if (kernel.empty() || access(kQemu, X_OK) != 0) {
    Register(
        "guest",
        {"", "CanBeBooted",
         base::KernelTestsAreRequired() ? GuestCase::Outcome::kFailed
                                        : GuestCase::Outcome::kSkipped,
         absl::StrCat(kernel.empty() ? "/boot/vmlinuz-*-cloud-amd64" : kQemu,
                      " is not there; install what "
                      "third_party/packages.txt lists")});
    return;
  }
  const std::string scratch = Environment("TEST_TMPDIR");
  const std::string image = scratch + "/guest.cpio";
  if (const absl::Status built = BuildImage(programs, image); !built.ok()) {
    Register("guest",
             {"", "HasAnImage", GuestCase::Outcome::kFailed, built.ToString()});
    return;
  }
  const std::string outputs = Environment("TEST_UNDECLARED_OUTPUTS_DIR");
  std::map<std::string, bool> ran;  // by name: in some guest?
  for (const GuestKind& kind : kGuests) {
    if (!guests.empty() && guests.count(kind.name) == 0) continue;
    for (const GuestCase& reported :
         RunGuest(kind, kernel, image, outputs.empty() ? scratch : outputs,
                  programs)) {
      bool& somewhere = ran[reported.FullName()];
      somewhere = somewhere || reported.outcome != GuestCase::Outcome::kSkipped;
      Register(absl::StrCat(kind.name, "/", reported.suite), reported);
    }
  }
  if (!guests.empty()) return;
  std::string quiet;
  for (const auto& [name, somewhere] : ran) {
    if (!somewhere) absl::StrAppend(&quiet, name, "\n");
  }
  Register("matrix", {"", "EveryCaseRanInSomeGuest",
                      quiet.empty() ? GuestCase::Outcome::kPassed
                                    : GuestCase::Outcome::kFailed,
                      absl::StrCat("skipped in every guest:\n", quiet)});
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::vector<std::string> programs;
  std::set<std::string> guests;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--guests=")) {
      guests = absl::StrSplit(argument, ',');
    } else {
      programs.emplace_back(argument);
    }
  }
  conformance::RegisterAll(programs, guests);
  return RUN_ALL_TESTS();
}
