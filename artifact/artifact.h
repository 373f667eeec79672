// A source to verified files inside a directory.
//
//   artifact::Request request;
//   request.source = "https://internal.file.server/name-of-my-binary";
//   request.destination = "local/";
//   request.options["checksum"] = "sha256:a948904f...";
//   request.task_dir = "/var/lib/drover/alloc/8ba.../web";
//   artifact::Cancellation stop;
//   absl::StatusOr<artifact::Result> result =
//       artifact::Fetch(request, options, {.cancellation = &stop});
//
// A fetch goes through these steps, and each is a file of this folder:
//
//   source.h       what the text in `source` means: getter, URL, subdirectory
//   checksum.h     what digest is expected; bad syntax ends here, offline
//   destination.h  which file or directory is meant, and that it may be
//   staging.h      a private directory beside it, where all else happens
//   getter.h       bytes arrive: http.h, git.h, s3.h, gcs.h, hg.h, local.h
//   archive.h      and are unpacked
//   inspect.h      and looked through for what may not be there
//   commit.h       and appear under their final names, by rename
//
// Nothing that was not verified is ever visible under a final name, and when a
// fetch fails or is cancelled the destination is as it was before.
//
// The network and the archives are handled by a helper process under Landlock
// if Options::helper_command is set (helper.h), else inside this process.
//
// What it leaves to others: interpolation of `${...}`, defaults that depend on
// the job, restarts of the task, events. It knows no job and no agent.
//
// Ownership:  all state is on disk and in the arguments; nothing is kept.
// Threads:    every function here may be called from any thread, also several
//             at once for the same destination or the same cache directory.
//             Fetch() blocks until all is done; progress is reported on the
//             thread that called it.
// Units:      bytes; absl::Duration; an infinite duration or 0 bytes is "no
//             limit".
// Errors:     what failed, on what, why. InvalidArgument: the request can
//             never work. FailedPrecondition: refused by policy. DataLoss: the
//             bytes are not what they should be (checksum, broken archive).
//             ResourceExhausted: a limit. Cancelled; DeadlineExceeded;
//             Unavailable: the network, worth trying again later; NotFound.
//             Messages do not repeat the source: callers put something like
//             `failed to download artifact "...": ` in front. None holds a
//             password or a raw control character but newline.
// Follows:    the `artifact` block of Nomad 2.0.5 and the sources, options and
//             rules that its library go-getter understands.

#ifndef DROVER_ARTIFACT_ARTIFACT_H_
#define DROVER_ARTIFACT_ARTIFACT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/cancellation.h"
#include "artifact/options.h"
#include "artifact/request.h"
#include "artifact/transfer.h"

namespace artifact {

// What a caller may watch and stop. Both may be absent.
struct Control {
  // Cancel() ends the fetch at once, with kCancelled.
  const Cancellation* cancellation = nullptr;

  // Called at most once a second while bytes arrive, and once at the end.
  ProgressCallback progress = nullptr;
};

struct Result {
  std::string path;  // the file, or the directory that was filled
  bool is_directory = false;
  int64_t bytes = 0;        // downloaded or copied from the cache
  bool from_cache = false;  // or already in place: no transfer was needed
  int attempts = 0;         // requests for the artifact itself
};

// Fetches one artifact. Blocks.
absl::StatusOr<Result> Fetch(const Request& request, const Options& options,
                             const Control& control = {});

// Fetches several, up to Options::max_parallel at once, and tries all even if
// one fails. The results are in the order of the requests. Where several
// requests write the same path the last one to finish wins, file by file.
// `done` is called on this thread as each finishes.
std::vector<absl::StatusOr<Result>> FetchAll(
    const std::vector<Request>& requests, const Options& options,
    const Cancellation* cancellation = nullptr,
    const std::function<void(size_t index, const absl::StatusOr<Result>&)>&
        done = nullptr);

// What can be said about a request before it runs, as when a job is
// registered; values that still hold "${" are not looked at. Fetch() accepts
// more forms of a checksum in the query of `source` (checksum.h).
absl::Status Validate(const Request& request);

// What a job gets that names no destination: "local/", or in mode file
// "local/" and the last part of the source's path.
std::string DefaultDestination(absl::string_view source, Mode mode);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_ARTIFACT_H_
