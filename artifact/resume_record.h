// What is remembered beside a part of a download, so that another process can
// go on with it.
//
// Stored as JSON in `<part>.resume`:
//   {"boot_id": "...", "request_digest": "...", "etag": "...",
//    "validator": "...", "accepts_ranges": true, "total_bytes": 10000}
// URL and headers are kept as a digest: they may hold passwords.
//
// Threads:  free functions; one thread per directory.

#ifndef DROVER_ARTIFACT_RESUME_RECORD_H_
#define DROVER_ARTIFACT_RESUME_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace artifact {

struct ResumeRecord {
  std::string boot_id;
  std::string request_digest;  // of all that the reply may depend on
  std::string etag;            // as sent, also a weak one
  std::string validator;       // for If-Range; empty if there is no strong one
  bool accepts_ranges = false;
  std::optional<int64_t> total_bytes;
};

absl::StatusOr<ResumeRecord> ReadResumeRecord(int directory,
                                              const std::string& part);
absl::Status WriteResumeRecord(int directory, const std::string& part,
                               const ResumeRecord& record);
// No error if there is none.
void RemoveResumeRecord(int directory, const std::string& part);

// Of this boot of the machine; empty if it cannot be read.
const std::string& CurrentBootId();

}  // namespace artifact

#endif  // DROVER_ARTIFACT_RESUME_RECORD_H_
