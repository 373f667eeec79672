// One fetch from its plan to the files in their place: the order of the steps
// that artifact.h lists.
//
// Threads:  one thread per object; used once.

#ifndef DROVER_ARTIFACT_FETCHER_H_
#define DROVER_ARTIFACT_FETCHER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "artifact/artifact.h"
#include "artifact/cache.h"
#include "artifact/checksum.h"
#include "artifact/plan.h"
#include "artifact/staging.h"
#include "artifact/transfer.h"
#include "artifact/worker.h"

namespace artifact {

class Fetcher {
 public:
  Fetcher(const Request& request, const Options& options,
          const Control& control);

  absl::StatusOr<Result> Run();

 private:
  bool IsIntoParent() const { return plan_.mode == Mode::kFile; }
  // The file or directory, where it will be.
  std::string FinalPath() const;
  // The last part of the destination, for mode file.
  std::string DestinationName() const;
  // What would be certain to fail at the end fails now.
  absl::Status CheckDestination() const;
  // Whether the final file is there with the right contents.
  bool IsInPlace() const;

  absl::Status LearnChecksum(int staging);
  // Gets the source into the staging directory, or the cache.
  absl::Status Obtain(int staging);
  absl::Status ObtainThroughCache(const Cache& cache, int staging);
  absl::Status Download(int directory);
  absl::Status Verify(const Fetched& fetched) const;

  // Makes `result` in the staging directory out of what was obtained.
  absl::Status Arrange(int staging);
  absl::Status ArrangeFile(int staging, const std::string& from);
  absl::Status ArrangeTree(int staging);
  absl::Status PutInPlace(int staging);

  const Request& request_;
  const Options& options_;
  Transfer transfer_;
  std::unique_ptr<Worker> worker_;

  Plan plan_;
  Place place_;
  std::optional<Checksum> expected_;
  Fetched fetched_;
  // The archive, if it is in the cache and not in the staging directory.
  base::UniqueFd cached_;
  Result result_;
};

}  // namespace artifact

#endif  // DROVER_ARTIFACT_FETCHER_H_
