// Shorthands: sources that are no URL but that everybody understands.
//
//   github.com/user/repo[/sub]      git::https://github.com/user/repo.git
//   gitlab.com/user/repo[/sub]      the same there
//   bitbucket.org/user/repo[/sub]   the same there
//   git@host:path                   git::ssh://git@host/path
//   bucket.s3-REGION.amazonaws.com  s3::https://...
//   www.googleapis.com/storage/...  gcs::https://...
//   /absolute/path                  file:///absolute/path
//
// Bitbucket is not asked which kind of repository it holds: since 2020 it has
// only git.
//
// Threads:  free function without state.
// Errors:   InvalidArgument: a shorthand with parts missing, or none at all.

#ifndef DROVER_ARTIFACT_DETECT_H_
#define DROVER_ARTIFACT_DETECT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace artifact {

// The URL that `text` is short for, with "getter::" in front and "//sub" in
// it where they follow from it.
absl::StatusOr<std::string> DetectSource(absl::string_view text);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_DETECT_H_
