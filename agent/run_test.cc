// `drover run` from outside: the real binary, real processes, real files.

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/drover_test_support.h"
#include "base/file.h"
#include "base/kernel_test.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testdata/http_server.h"
#include "testdata/process.h"

namespace agent {
namespace {

using testdata::Eventually;
using testdata::IsAlive;
using testdata::Process;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr uid_t kNobody = 65534;

class RunTest : public DroverTest {
 protected:
  int RunFile(const std::string& file, std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"run", "-data-dir", data_dir()});
    flags.push_back(DataFile(file));
    return RunDrover(flags);
  }
};

TEST_F(RunTest, HelloShowsItsEventsAndItsOutput) {
  ASSERT_EQ(RunFile("testdata/jobs/hello.nomad.hcl"), 0) << err();
  EXPECT_THAT(out(), ContainsRegex("^hello \\| Hello from hello, allocation "
                                   "[0-9a-f]{8}\\.\n$"));
  EXPECT_THAT(err(), ContainsRegex("Received .*Task received by client\n"
                                   ".*Task Setup .*Building Task Directory\n"
                                   ".*Started .*Task started by client\n"
                                   ".*Terminated .*Exit Code: 0\n$"));
}

TEST_F(RunTest, ThePagesFirstExampleSleepsForASecond) {
  const absl::Time before = absl::Now();
  ASSERT_EQ(RunFile("testdata/jobs/sleep.nomad.hcl"), 0) << err();
  EXPECT_GE(absl::Now() - before, absl::Seconds(1));
  EXPECT_THAT(err(), HasSubstr("Exit Code: 0"));
}

// --- The page's second example.

class ArtifactRunTest : public RunTest {
 protected:
  // SHA-256 of the script below, by sha256sum(1).
  static constexpr char kScript[] = "#!/bin/sh\necho fetched and run\n";
  std::string checksum_;

  void SetUp() override {
    ASSERT_OK(base::WriteFileAtomically(directory() + "/script", kScript));
    Process::Options options;
    options.arguments = {"/usr/bin/sha256sum", directory() + "/script"};
    Process sum(options);
    ASSERT_EQ(sum.Wait(), 0);
    checksum_ = sum.out().substr(0, 64);
  }

  testdata::HttpServer server_{[](const testdata::HttpRequest&) {
    testdata::HttpReply reply;
    reply.body = kScript;
    return reply;
  }};

  int RunWithChecksum(const std::string& checksum) {
    return RunFile("testdata/jobs/artifact.nomad.hcl",
                   {"-var", "source=" + server_.Url("/name-of-my-binary"),
                    "-var", "checksum=sha256:" + checksum});
  }
};

TEST_F(ArtifactRunTest, ThePagesSecondExampleRunsWhatItFetched) {
  ASSERT_EQ(RunWithChecksum(checksum_), 0) << err();
  EXPECT_THAT(err(), HasSubstr("Downloading Artifacts"));
  EXPECT_EQ(out(), "example | fetched and run\n");
}

TEST_F(ArtifactRunTest, AWrongChecksumStartsNothingAndLeavesNothing) {
  const std::string wrong(64, 'a');
  EXPECT_EQ(RunWithChecksum(wrong), 125);
  EXPECT_EQ(out(), "");
  EXPECT_THAT(err(), AllOf(HasSubstr("Failed Artifact Download"),
                           HasSubstr(checksum_), HasSubstr(wrong)));
  EXPECT_THAT(err(), Not(HasSubstr("Started")));
  ASSERT_THAT(Allocations(), SizeIs(1));
  EXPECT_THAT(*base::ListDirectory(Allocations()[0] + "/example/local"),
              IsEmpty());
}

// --- Exit status.

TEST_F(RunTest, ExitsAsTheTaskDid) {
  const std::string exit_with = Program("exit_with");
  const struct {
    const char* why;
    const char* argument;
    int status;
    const char* event;
  } kCases[] = {
      {"success", "0", 0, "Exit Code: 0\n"},
      {"failure", "7", 7, "Exit Code: 7\n"},
      {"the highest code", "255", 255, "Exit Code: 255\n"},
      {"death by a signal", "-9", 137, "Exit Code: 137, Signal: 9\n"},
      {"by one that it could have caught", "-15", 143,
       "Exit Code: 143, Signal: 15\n"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(RunJob(CommandJob(exit_with, {c.argument})), c.status) << err();
    EXPECT_THAT(err(), HasSubstr(c.event));
    if (c.status != 0) {
      EXPECT_THAT(err(), HasSubstr("drover: task \"t\" failed: Exit Code: "));
      EXPECT_THAT(err(), HasSubstr("its files are in " + data_dir()));
    }
  }
}

TEST_F(RunTest, TheFirstTaskThatFailsDecides) {
  const std::string sh = R"(
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "COMMAND"]
      })";
  const auto task = [&sh](const std::string& name, const std::string& line) {
    return absl::StrCat("task \"", name, "\" {",
                        absl::StrReplaceAll(sh, {{"COMMAND", line}}), "\n}\n");
  };
  const std::string job = absl::StrCat(
      "job \"j\" {\n type = \"batch\"\n group \"a\" {\n restart { attempts = 0 "
      "}\n",
      task("late", "sleep 1; exit 3"),
      "}\n group \"b\" {\n restart { attempts = 0 }\n", task("early", "exit 4"),
      "}\n group \"c\" {\n", task("fine", "exit 0"), "}\n}\n");
  EXPECT_EQ(RunJob(job), 4) << err();
}

TEST_F(RunTest, AMissingCommandSaysSoAndIsOurFailure) {
  EXPECT_EQ(RunJob(CommandJob("/no/such/binary")), 125);
  EXPECT_THAT(err(),
              AllOf(HasSubstr("Driver Failure"), HasSubstr("/no/such/binary")));
}

// --- Output.

TEST_F(RunTest, EveryLineIsShownInOrderOnItsOwnStream) {
  const std::string lines =
      "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; "
      "echo other $i >&2; done; printf last";
  EXPECT_EQ(RunJob(TaskJob(absl::StrCat("command = \"/bin/sh\"\nargs = "
                                        "[\"-c\", \"",
                                        lines, "\"]"))),
            0)
      << err();
  std::string want;
  for (int i = 1; i <= 2000; ++i) absl::StrAppend(&want, "t | line ", i, "\n");
  EXPECT_EQ(out(), want + "t | last\n");
  EXPECT_THAT(err(), HasSubstr("t | other 2000\n"));
  EXPECT_LT(err().find("t | other 2000\n"), err().find("Terminated"));
}

TEST_F(RunTest, TasksOfOneNameAreToldApart) {
  std::string job = CommandJob("/bin/echo", {"me"});
  absl::StrReplaceAll({{"group \"g\" {", "group \"g\" {\n count = 2\n"}}, &job);
  ASSERT_EQ(RunJob(job), 0) << err();
  EXPECT_THAT(out(), HasSubstr("g[0].t | me\n"));
  EXPECT_THAT(out(), HasSubstr("g[1].t | me\n"));
}

TEST_F(RunTest, HasNoColoursWhereNobodyLooks) {
  ASSERT_EQ(RunFile("testdata/jobs/hello.nomad.hcl"), 0);
  EXPECT_THAT(out() + err(), Not(HasSubstr("\x1b[")));
}

TEST_F(RunTest, AReaderThatGoesAwayDoesNotEndTheTask) {
  const std::string marker = directory() + "/done";
  // A shell whose reader leaves after one line.
  Process::Options options;
  options.arguments = {"/bin/sh", "-c",
                       absl::StrCat(DataFile("agent/agent"), " run -data-dir ",
                                    data_dir(), " - | head -n 1")};
  options.standard_input = CommandJob(
      "/bin/sh",
      {"-c",
       absl::StrCat("echo a; sleep 0.3; echo b; echo c; touch ", marker)});
  Process shell(options);
  EXPECT_EQ(shell.Wait(), 0);
  EXPECT_EQ(access(marker.c_str(), F_OK), 0) << shell.output();
}

// --- Nothing is left.

class LeftoverTest : public RunTest,
                     public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    mode_ = GetParam();
    if (mode_ == "user") {
      SKIP_UNLESS(geteuid() == 0, "needs root to become somebody else");
      BecomeUser(kNobody);
    }
    if (mode_ == "no_cgroups") {
      flags_ = {"-option", "driver.raw_exec.no_cgroups=1"};
    }
  }
  std::string mode_;
  std::vector<std::string> flags_;
};

TEST_P(LeftoverTest, NothingOfATaskThatDaemonisedIsLeftAfterItsEnd) {
  const std::string pids = directory() + "/pids";
  const std::string job = CommandJob(
      Program("leave_behind"), {pids, "1000", "child", "session", "daemon"});
  ASSERT_EQ(RunJob(job, flags_), 0) << err();
  ASSERT_THAT(PidsIn(pids), SizeIs(3));
  for (const pid_t pid : PidsIn(pids)) EXPECT_FALSE(IsAlive(pid)) << pid;
}

TEST_P(LeftoverTest, NothingIsLeftAfterCtrlC) {
  const std::string pids = directory() + "/pids";
  const std::string job =
      CommandJob(Program("leave_behind"),
                 {pids, "1000", "child", "session", "daemon", "stay"});
  const auto drover = StartJob(job, flags_);
  ASSERT_TRUE(Eventually([&] { return PidsIn(pids).size() == 3; }))
      << drover->output();
  drover->Signal(SIGINT);
  EXPECT_EQ(drover->Wait(), 130) << drover->output();
  for (const pid_t pid : PidsIn(pids)) EXPECT_FALSE(IsAlive(pid)) << pid;
}

INSTANTIATE_TEST_SUITE_P(Tracking, LeftoverTest,
                         testing::Values("cgroups", "no_cgroups", "user"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

// --- Signals.

TEST_F(RunTest, CtrlCStopsTheTasksAndExitsWith130) {
  const auto drover = StartJob(CommandJob("/bin/sleep", {"1000"}));
  ASSERT_TRUE(drover->WaitForText("Started"));
  drover->Signal(SIGINT);
  EXPECT_EQ(drover->Wait(), 130);
  EXPECT_THAT(drover->err(),
              ContainsRegex("Killing .*Sent interrupt. Waiting 5s before force "
                            "killing\n.*Terminated .*Exit Code: 130, Signal: "
                            "2\n.*Killed .*Task successfully killed\n"));
}

TEST_F(RunTest, SigtermDoesTheSameWithTheJobsOwnSignal) {
  const auto drover =
      StartJob(CommandJob("/bin/sleep", {"1000"}, "kill_signal = \"SIGTERM\""));
  ASSERT_TRUE(drover->WaitForText("Started"));
  drover->Signal(SIGTERM);
  EXPECT_EQ(drover->Wait(), 130);
  EXPECT_THAT(drover->err(), HasSubstr("Exit Code: 143, Signal: 15"));
}

TEST_F(RunTest, WhatIgnoresTheSignalIsKilledAfterKillTimeout) {
  const std::string ready = directory() + "/ready";
  const auto drover = StartJob(CommandJob(Program("ignore_signals"), {ready},
                                          "kill_timeout = \"300ms\""));
  ASSERT_TRUE(Eventually([&] { return access(ready.c_str(), F_OK) == 0; }))
      << drover->output();
  const absl::Time before = absl::Now();
  drover->Signal(SIGINT);
  EXPECT_EQ(drover->Wait(), 130);
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(300));
  EXPECT_THAT(drover->err(), HasSubstr("Exit Code: 137, Signal: 9"));
}

TEST_F(RunTest, ASecondCtrlCKillsAtOnce) {
  const std::string ready = directory() + "/ready";
  const auto drover = StartJob(
      CommandJob(Program("ignore_signals"), {ready}, "kill_timeout = \"29s\""));
  ASSERT_TRUE(Eventually([&] { return access(ready.c_str(), F_OK) == 0; }))
      << drover->output();
  const absl::Time before = absl::Now();
  drover->Signal(SIGINT);
  ASSERT_TRUE(drover->WaitForText("Killing"));
  drover->Signal(SIGINT);
  EXPECT_EQ(drover->Wait(), 130);
  EXPECT_LT(absl::Now() - before, absl::Seconds(20));
  EXPECT_THAT(drover->err(), HasSubstr("Exit Code: 137, Signal: 9"));
}

TEST_F(RunTest, ASlowDownloadDoesNotHoldUpCtrlC) {
  testdata::HttpServer server([](const testdata::HttpRequest&) {
    testdata::HttpReply reply;
    reply.claimed_length = 1 << 20;
    reply.stream = [](const testdata::WriteBody& write) {
      while (write("x")) usleep(50'000);
    };
    return reply;
  });
  const auto drover = StartJob(TaskJob(
      "command = \"x\"",
      absl::StrCat("artifact { source = \"", server.Url("/x"), "\" }")));
  ASSERT_TRUE(drover->WaitForText("Downloading Artifacts"));
  drover->Signal(SIGINT);
  EXPECT_EQ(drover->Wait(), 130) << drover->output();
}

// --- What a run that was killed leaves, the next one ends.

TEST_F(RunTest, TheNextRunEndsWhatAKilledOneLeft) {
  const std::string pids = directory() + "/pids";
  const auto killed = StartJob(
      CommandJob(Program("leave_behind"), {pids, "1000", "daemon", "stay"}));
  ASSERT_TRUE(Eventually([&] { return PidsIn(pids).size() == 1; }))
      << killed->output();
  killed->Signal(SIGKILL);
  EXPECT_EQ(killed->Wait(), 1000 + SIGKILL);
  ASSERT_EQ(RunJob(CommandJob("/bin/true")), 0) << err();
  EXPECT_THAT(err(), HasSubstr("ended what a run that was killed had left"));
  for (const pid_t pid : PidsIn(pids)) EXPECT_FALSE(IsAlive(pid));
  ASSERT_EQ(RunJob(CommandJob("/bin/true")), 0);
  EXPECT_THAT(err(), Not(HasSubstr("was killed"))) << "once is enough";
}

// --- Wrong input.

TEST_F(RunTest, AMissingOrUnreadableJobFileIsNamed) {
  EXPECT_EQ(RunDrover({"run", "nowhere.hcl"}), 125);
  EXPECT_THAT(err(), AllOf(HasSubstr("drover: cannot open \"nowhere.hcl\": "),
                           HasSubstr("No such file or directory")));
  EXPECT_EQ(RunDrover({"run", "/etc"}), 125);
  EXPECT_THAT(err(), HasSubstr("/etc"));
  EXPECT_EQ(out(), "");
}

TEST_F(RunTest, AJobFileThatMayNotBeReadIsNamed) {
  SKIP_UNLESS(geteuid() == 0, "needs root to become somebody else");
  const std::string file = directory() + "/secret.hcl";
  ASSERT_OK(base::WriteFileAtomically(file, "x", 0600));
  BecomeUser(kNobody);
  EXPECT_EQ(RunDrover({"run", "-data-dir", data_dir(), file}), 125);
  EXPECT_THAT(err(), AllOf(HasSubstr(file), HasSubstr("Permission denied")));
}

TEST_F(RunTest, ASyntaxErrorInTheMiddleOfAFileIsPointedAt) {
  const std::string file = directory() + "/broken.nomad.hcl";
  std::string text = CommandJob("/bin/true");
  absl::StrReplaceAll({{"driver = \"raw_exec\"", "driver = = \"raw_exec\""}},
                      &text);
  ASSERT_OK(base::WriteFileAtomically(file, text));
  EXPECT_EQ(RunDrover({"run", "-data-dir", data_dir(), file}), 125);
  EXPECT_THAT(err(), ContainsRegex("^" + file + ":8:16: .*; "));
  EXPECT_THAT(Allocations(), IsEmpty());
}

TEST_F(RunTest, AnUnknownDriverIsRefusedBeforeAnythingStarts) {
  std::string job = CommandJob("/bin/true");
  absl::StrReplaceAll({{"raw_exec", "raw_exce"}}, &job);
  EXPECT_EQ(RunJob(job), 125);
  EXPECT_THAT(err(), AllOf(HasSubstr("Unknown driver"), HasSubstr("raw_exce"),
                           HasSubstr("id you mean \"raw_exec\"?")));
  EXPECT_THAT(Allocations(), IsEmpty());
}

TEST_F(RunTest, RawExecCanBeSwitchedOffAndSaysSo) {
  EXPECT_EQ(
      RunJob(CommandJob("/bin/true"), {"-option", "driver.raw_exec.enable=0"}),
      125);
  EXPECT_THAT(err(), HasSubstr("raw_exec is disabled"));
}

TEST_F(RunTest, AnOptionThatNothingActsOnIsAMistake) {
  EXPECT_EQ(RunJob(CommandJob("/bin/true"),
                   {"-option", "driver.raw_exec.no_cgroup=1"}),
            125);
  EXPECT_THAT(err(), HasSubstr("did you mean \"driver.raw_exec.no_cgroups\"?"));
}

// --- Variables.

TEST_F(RunTest, VariablesComeFromFlagsFilesAndTheEnvironment) {
  const std::string job = absl::StrCat(
      "variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\n",
      TaskJob("command = \"/bin/echo\"\nargs = [var.a, var.b, var.c]"));
  ASSERT_OK(base::WriteFileAtomically(directory() + "/vars.hcl",
                                      "b = \"file\"\na = \"file\"\n"));
  environment_["NOMAD_VAR_c"] = "environment";
  environment_["NOMAD_VAR_b"] = "environment";
  ASSERT_EQ(RunJob(job, {"-var", "a=flag", "-var-file=vars.hcl"}), 0) << err();
  EXPECT_EQ(out(), "t | flag file environment\n");
}

// --- The data directory.

TEST_F(RunTest, KeepsTheNewestTwentyRuns) {
  for (int i = 0; i < 22; ++i) {
    ASSERT_EQ(RunJob(CommandJob("/bin/true")), 0) << err();
  }
  EXPECT_THAT(Allocations(), SizeIs(20));
}

TEST_F(RunTest, UsesTheUsersStateDirectoryByDefault) {
  SKIP_UNLESS(geteuid() == 0, "needs root to become somebody else");
  BecomeUser(kNobody);
  environment_["HOME"] = directory() + "/home";
  ASSERT_OK(base::WriteFileAtomically(directory() + "/job.hcl",
                                      CommandJob("/bin/true")));
  ASSERT_EQ(RunDrover({"run", "job.hcl"}), 0) << err();
  EXPECT_EQ(
      access((directory() + "/home/.local/state/drover/alloc").c_str(), F_OK),
      0);
  environment_["XDG_STATE_HOME"] = directory() + "/xdg";
  ASSERT_EQ(RunDrover({"run", "job.hcl"}), 0) << err();
  EXPECT_EQ(access((directory() + "/xdg/drover/alloc").c_str(), F_OK), 0);
}

TEST_F(RunTest, RelativePathsAreRelativeToWhereTheUserIs) {
  ASSERT_OK(base::WriteFileAtomically(directory() + "/job.hcl",
                                      CommandJob("/bin/true")));
  // As under `bazel run`: the program starts elsewhere.
  environment_["BUILD_WORKING_DIRECTORY"] = directory();
  Process::Options options;
  options.arguments = {DataFile("agent/agent"), "run", "-data-dir", "here",
                       "job.hcl"};
  options.environment = environment_;
  options.directory = "/";
  Process drover(options);
  ASSERT_EQ(drover.Wait(), 0) << drover.output();
  EXPECT_EQ(access((directory() + "/here/alloc").c_str(), F_OK), 0);
}

// --- The command line.

TEST_F(RunTest, HelpAndVersionGoToStandardOutput) {
  const struct {
    std::vector<std::string> arguments;
    const char* text;
  } kCases[] = {
      {{"help"}, "usage: drover COMMAND"},
      {{"-h"}, "usage: drover COMMAND"},
      {{"--help"}, "usage: drover COMMAND"},
      {{"help", "run"}, "usage: drover run [flags] JOB"},
      {{"run", "-h"}, "-option KEY=VALUE"},
      {{"version"}, "drover "},
      {{"--version"}, "drover "},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(RunDrover(c.arguments), 0);
    EXPECT_THAT(out(), HasSubstr(c.text));
    EXPECT_EQ(err(), "");
  }
}

TEST_F(RunTest, UnknownCommandsAndFlagsNameTheNearest) {
  const struct {
    const char* why;
    std::vector<std::string> arguments;
    const char* text;
  } kCases[] = {
      {"command",
       {"rnu", "x"},
       "unknown command \"rnu\"; did you mean "
       "\"drover run\"?"},
      {"far from all", {"zzzzz"}, "\"drover help\" lists the commands"},
      {"flag", {"run", "-vra", "x=y", "x"}, "did you mean \"-var\"?"},
      {"no job", {"run"}, "too few arguments; usage: drover run [flags] JOB"},
      {"two jobs", {"run", "a", "b"}, "too many arguments"},
      {"help for nothing", {"help", "rnu"}, "did you mean"},
      {"the agent", {}, "the agent is not there yet"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(RunDrover(c.arguments), 125);
    EXPECT_THAT(err(), HasSubstr(c.text));
    EXPECT_EQ(out(), "");
  }
}

}  // namespace
}  // namespace agent
