// Putting a finished tree in its place, by renames.
//
// Each entry of the tree gets its final name with one rename(2). Where a
// directory of that name is there already, the two are merged; a file or link
// that is there already is replaced. If anything fails half way, all of it is
// taken back: what was replaced waits in `undo/` of the staging directory, and
// `journal` says what was done, so that after a crash the next fetch can take
// it back too.
//
// Entries that stood there before and have no place any more can be taken away
// in the same step.
//
// Existing links are never followed, only replaced, and by files only. An
// existing directory keeps its mode and owner.
//
// Threads:  blocks. Commits into the same directory by one process take turns;
//           those of other processes may interleave, file by file.
// Errors:   FailedPrecondition `mkdir x: not a directory` and `open x: is a
//           directory` where a file and a directory meet.

#ifndef DROVER_ARTIFACT_COMMIT_H_
#define DROVER_ARTIFACT_COMMIT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "artifact/destination.h"

namespace artifact {

// Moves the contents of the directory `result` in the staging directory into
// the place, whose missing directories it makes. Entries of the place for
// which `is_obsolete` says yes are removed; it may be null.
absl::Status Commit(
    int staging, const std::string& result, const Place& place,
    const std::function<bool(absl::string_view name)>& is_obsolete = nullptr);

// Takes back what a Commit() that was cut short has done; nothing if there was
// none.
absl::Status RollBack(int staging);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_COMMIT_H_
