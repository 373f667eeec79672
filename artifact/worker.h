// Who does the dangerous half of a fetch: talking to servers, and reading what
// they sent.
//
// There are two: this process, and a helper process that may touch nothing but
// the directory it was given (helper.h). What they leave there is not believed
// by the other half: it is verified and inspected.
//
// Threads:  one thread per worker.

#ifndef DROVER_ARTIFACT_WORKER_H_
#define DROVER_ARTIFACT_WORKER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "artifact/archive_type.h"
#include "artifact/getter.h"
#include "artifact/transfer.h"
#include "artifact/unpack.h"

namespace artifact {

class Worker {
 public:
  virtual ~Worker() = default;

  // Runs the getter of the source in the open directory (getter.h).
  virtual absl::StatusOr<Fetched> Get(const GetRequest& request, int directory,
                                      Transfer& transfer) = 0;

  // Unpacks an open archive: into the new directory `name` if it is a tar or
  // zip, else into the new file `name`.
  virtual absl::StatusOr<Unpacked> Unpack(int archive, const ArchiveType& type,
                                          int directory,
                                          const std::string& name,
                                          Transfer& transfer) = 0;
};

// The one that does all of it in this process.
std::unique_ptr<Worker> NewLocalWorker();

}  // namespace artifact

#endif  // DROVER_ARTIFACT_WORKER_H_
