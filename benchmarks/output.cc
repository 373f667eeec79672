// How fast a task's output gets into its log files: a task writes 2 GiB to its
// standard output as fast as it can, lines of 100 bytes in blocks of 64 KiB,
// and the shim moves them into rotated files (10 of 10 MiB, the defaults), in
// memory (tmpfs) and on the disk of $TMPDIR. Time runs from StartTask() until
// WaitTask() has the result, so every byte is in its file.
//
// The floor is the pipe's own limit: the same writer, and a reader that throws
// everything away with splice(2). "_read" is a reader that copies the bytes
// out with read(2) and forgets them, which is less than any logger does.
//
// Worrying: below 1 GB/s and far below _read. (Nobody writes so much for long;
// but what the shim cannot take, a task waits for.)

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "benchmarks/floor.h"
#include "benchmarks/race.h"
#include "benchmarks/workbench.h"

namespace benchmarks {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;

std::vector<std::string> Writer(int64_t bytes) {
  return {"write", absl::StrCat(bytes)};
}

absl::StatusOr<absl::Duration> WriteOurs(Workbench& bench, int64_t bytes) {
  ASSIGN_OR_RETURN(const driver::TaskConfig task,
                   bench.MakeTask(Writer(bytes)));
  const absl::Duration start = Now();
  RETURN_IF_ERROR(bench.driver().StartTask(task).status());
  ASSIGN_OR_RETURN(const driver::ExitResult result,
                   bench.driver().WaitTask(task.id));
  const absl::Duration taken = Now() - start;
  if (!result.Successful() || !result.message.empty()) {
    return absl::InternalError(
        absl::StrCat("the writer failed: ", result.message));
  }
  RETURN_IF_ERROR(bench.driver().DestroyTask(task.id, /*force=*/false));
  RETURN_IF_ERROR(bench.RemoveTaskFiles(task));
  return taken;
}

absl::StatusOr<absl::Duration> WriteToPipe(Workbench& bench, int64_t bytes,
                                           bool splice_it) {
  const auto bound = bench.Bind(Writer(bytes));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return base::ErrnoStatus(errno, "cannot make a pipe");
  }
  const base::UniqueFd reading(ends[0]);
  base::UniqueFd writing(ends[1]);
  const base::UniqueFd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  std::vector<char> buffer(size_t{64} << 10);
  const absl::Duration start = Now();
  ASSIGN_OR_RETURN(const pid_t pid, PosixSpawn(bound->program, writing.get()));
  writing.Reset();
  ssize_t n = 0;
  int64_t total = 0;
  while ((n = splice_it
                  ? splice(reading.get(), nullptr, null.get(), nullptr,
                           size_t{kMebibyte}, SPLICE_F_MOVE)
                  : read(reading.get(), buffer.data(), buffer.size())) > 0) {
    total += n;
  }
  (void)waitpid(pid, nullptr, 0);
  const absl::Duration taken = Now() - start;
  if (total != bytes) {
    return absl::InternalError(
        absl::StrCat("the pipe gave ", total, " bytes instead of ", bytes));
  }
  return taken;
}

void RegisterOutput(const std::string& name, const std::string& root) {
  const auto bench = std::make_shared<std::unique_ptr<Workbench>>();
  const auto bytes = static_cast<int64_t>(Size(2048, 16)) * kMebibyte;
  Race race;
  race.name = name;
  race.rounds = 5;
  race.bytes = static_cast<double>(bytes);
  race.prepare = [=]() -> absl::Status {
    ASSIGN_OR_RETURN(*bench, Workbench::Open(root));
    return absl::OkStatus();
  };
  race.finish = [bench]() -> absl::Status {
    const std::unique_ptr<Workbench> closing = std::move(*bench);
    return closing == nullptr ? absl::OkStatus() : closing->Close();
  };
  race.lanes = {{"", [=] { return WriteOurs(**bench, bytes); }},
                {"_floor", [=] { return WriteToPipe(**bench, bytes, true); }},
                {"_read", [=] { return WriteToPipe(**bench, bytes, false); }}};
  Register(std::move(race));
}

}  // namespace
}  // namespace benchmarks

int main(int argc, char** argv) {
  benchmarks::ParseFlags(&argc, argv);
  benchmarks::RegisterOutput("Output/tmpfs", "/dev/shm");
  benchmarks::RegisterOutput("Output/disk", "");
  return benchmarks::Main(argc, argv);
}
