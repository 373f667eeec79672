// What to fetch and where to: one `artifact` block, ready to be carried out.
//
// Threads:  plain values.

#ifndef DROVER_ARTIFACT_REQUEST_H_
#define DROVER_ARTIFACT_REQUEST_H_

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace artifact {

enum class Mode {
  kAny,        // a file goes into the destination, an archive is unpacked there
  kFile,       // the destination is the file
  kDirectory,  // the source must be an archive, a repository or a prefix
};

// "any", "file", "dir"; an empty text is any. InvalidArgument otherwise:
// `invalid artifact mode "foo"; must be one of: any, file, dir`.
absl::StatusOr<Mode> ParseMode(absl::string_view text);
absl::string_view ModeName(Mode mode);

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};

// One `artifact` block, with every `${...}` already replaced.
struct Request {
  // A URL, a shorthand such as "github.com/user/repo", or either of them with
  // a getter in front: "git::https://...".
  std::string source;

  // A directory for modes any and dir, a file for mode file. See
  // destination.h for what it is relative to.
  std::string destination;

  Mode mode = Mode::kAny;

  // Become query parameters of the source and win over those that it has:
  // checksum, archive, filename, ref, sshkey, depth, rev, region, ...
  std::map<std::string, std::string> options;

  // Sent with the request; http and https only.
  std::map<std::string, std::string> headers;

  // Leaves the server's certificate unchecked; https only.
  bool insecure = false;

  // Whom the fetched files belong to; the calling user if absent.
  std::optional<Owner> chown;

  // The task's directory, and the directory that the tasks of an allocation
  // share. Relative destinations start at task_dir, and the result cannot lie
  // outside these two. Both empty: the destination is a path that the caller
  // trusts, as on the command line.
  std::string task_dir;
  std::string shared_dir;

  // Who may share cached files: fetches with the same scope (such as the
  // namespace of the job). Somebody who knows only a digest thus cannot read
  // what was fetched with another's credentials.
  std::string cache_scope;
};

}  // namespace artifact

#endif  // DROVER_ARTIFACT_REQUEST_H_
