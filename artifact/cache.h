// Downloads that were verified, kept by their digest.
//
//   <cache_dir>/                             0700
//     files/<scope>/sha256-<hex>             the bytes
//     files/<scope>/sha256-<hex>.verified    when and as what they were
//     parts/<scope>-sha256-<hex>/            a download that is under way, or
//                                            that waits to be resumed
//
// Only sha256 and sha512 count: a file whose md5 is known can be forged. What
// was fetched for one scope is not served to another.
//
// An entry is handed out as an open file to copy from (CopyFile), never as a
// hard link: a task may write to what it got. `.verified` holds size, inode,
// mtime and ctime of the file; while they are the same nobody has written to
// it. Otherwise it is hashed again, and removed if it is not what it should
// be.
//
// Two fetches of the same digest share one download: the directory in `parts`
// is locked (flock(2)) by the one that downloads, the other waits for the lock
// and then finds the entry. A killed process drops its lock.
//
// Beyond the size limit the entries that were not used for the longest time
// are removed. One that is being read stays readable until it is closed.
//
// Ownership:  all state is on disk; objects are cheap.
// Threads:    thread-safe, and safe between processes.

#ifndef DROVER_ARTIFACT_CACHE_H_
#define DROVER_ARTIFACT_CACHE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "artifact/checksum.h"
#include "artifact/transfer.h"
#include "base/unique_fd.h"

namespace artifact {

struct CacheEntry {
  std::string scope;  // as in the path
  Checksum checksum;
  int64_t bytes = 0;
  absl::Time used;
};

class Cache {
 public:
  // The right to download one digest, and the directory to do it in.
  class Download {
   public:
    Download(Download&&) noexcept = default;
    Download& operator=(Download&&) noexcept = default;
    ~Download();  // gives up the right; what was downloaded can be resumed

    int directory() const { return directory_.get(); }

   private:
    friend class Cache;
    Download(std::string name, base::UniqueFd directory)
        : name_(std::move(name)), directory_(std::move(directory)) {}
    std::string name_;
    base::UniqueFd directory_;
  };

  // Makes the directories. `scope` may be any text.
  static absl::StatusOr<Cache> Open(const std::string& directory,
                                    int64_t max_bytes,
                                    const std::string& scope);

  // Whether such a digest is kept at all.
  static bool Keeps(const Checksum& checksum);

  // The entry, open for reading; NotFound if there is none.
  absl::StatusOr<base::UniqueFd> Find(const Checksum& checksum) const;

  // Waits until nobody else downloads this digest. Look with Find() again
  // afterwards: the other one may have succeeded.
  absl::StatusOr<Download> Begin(const Checksum& checksum,
                                 const Transfer& transfer) const;

  // Makes the file `part` in the download's directory an entry, and removes
  // others if there are too many bytes. The caller has verified it.
  absl::StatusOr<base::UniqueFd> Insert(const Checksum& checksum,
                                        Download download) const;

  // Of all scopes, the least recently used first.
  absl::StatusOr<std::vector<CacheEntry>> List() const;
  absl::Status Remove(const CacheEntry& entry) const;
  // Hashes it; false if it was not what it should be and was removed.
  absl::StatusOr<bool> Verify(const CacheEntry& entry,
                              const Transfer& transfer) const;
  // Removes what is too much, and downloads that nobody went on with for a
  // week.
  absl::Status Evict() const;

 private:
  Cache(base::UniqueFd files, base::UniqueFd parts, base::UniqueFd scope,
        std::string scope_name, int64_t max_bytes)
      : files_(std::move(files)),
        parts_(std::move(parts)),
        scope_(std::move(scope)),
        scope_name_(std::move(scope_name)),
        max_bytes_(max_bytes) {}

  base::UniqueFd files_;
  base::UniqueFd parts_;
  base::UniqueFd scope_;
  std::string scope_name_;
  int64_t max_bytes_;
};

// The bytes of an open file into a new one: as a reflink where the file system
// can, else copied.
absl::Status CopyFile(int from, int to, const Transfer& transfer);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_CACHE_H_
