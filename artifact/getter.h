// What fetches the bytes of one kind of source.
//
// A getter puts one of two things into the staging directory: the file `part`,
// or the directory `tree`. It makes no other choice: names, checksums,
// unpacking and the destination are dealt with around it (fetch.cc).
//
// To add one: a class here, a line in getter.cc, a row in its test.
//
// Threads:  getters have no state; Get() blocks and may run on several threads
//           at once.

#ifndef DROVER_ARTIFACT_GETTER_H_
#define DROVER_ARTIFACT_GETTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "artifact/checksum.h"
#include "artifact/source.h"
#include "artifact/transfer.h"

namespace artifact {

constexpr char kPartFile[] = "part";
constexpr char kTreeDirectory[] = "tree";

struct GetRequest {
  Source source;
  // Must be a file, a tree, or may be what is there.
  enum class Want { kEither, kFile, kTree } want = Want::kEither;
  std::map<std::string, std::string> headers;
  bool insecure = false;
  // Computed if set, to be compared with one that is known.
  std::optional<DigestType> digest;
  int64_t max_bytes = 0;  // of a file; 0 is no limit
};

struct Fetched {
  bool is_tree = false;
  int64_t bytes = 0;
  int requests = 0;
  bool resumed = false;
  std::optional<Checksum> digest;
  // What the server calls the file; may be hostile.
  std::string suggested_name;
};

class Getter {
 public:
  virtual ~Getter() = default;
  virtual absl::StatusOr<Fetched> Get(const GetRequest& request, int staging,
                                      Transfer& transfer) const = 0;
  // Whether the source is always a tree, as a repository is.
  virtual bool only_trees() const { return false; }
  virtual absl::Duration Timeout(const Options& options) const = 0;
};

// The getter of that name; InvalidArgument
// `download not supported for scheme 'ftp'`.
absl::StatusOr<const Getter*> FindGetter(absl::string_view name,
                                         const Options& options);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_GETTER_H_
