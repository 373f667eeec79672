// How artifacts may be fetched on this machine: the agent's
// `client { artifact { ... } }` block, and what this library adds to it.
//
// A plain struct; the defaults are those of Nomad 2.0.5. config.h fills it
// from the texts of a configuration file.
//
// Units:  an infinite duration is no limit, and so is a limit of 0 bytes or
//         entries.

#ifndef DROVER_ARTIFACT_OPTIONS_H_
#define DROVER_ARTIFACT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace artifact {

struct Options {
  // --- Limits of transfers: each covers one artifact with all its retries.
  absl::Duration http_read_timeout = absl::Minutes(30);
  absl::Duration git_timeout = absl::Minutes(30);
  absl::Duration hg_timeout = absl::Minutes(30);
  absl::Duration s3_timeout = absl::Minutes(30);
  absl::Duration gcs_timeout = absl::Minutes(30);
  int64_t http_max_size = 100'000'000'000;  // of one body

  // --- Limits of archives, on what is really unpacked.
  int64_t decompression_size_limit = 100'000'000'000;
  int64_t decompression_file_count_limit = 4096;
  // Unpacked bytes for one byte of the archive, looked at from 64 MiB on; 0 is
  // no limit.
  int64_t decompression_ratio_limit = 0;

  // --- Isolation (helper.h).
  bool disable_filesystem_isolation = false;
  // "kind:mode:path": kind f or d, mode of the letters r w c x.
  std::vector<std::string> filesystem_isolation_extra_paths;
  bool disable_artifact_inspection = false;
  // Names of variables that git, hg and ssh inherit from this process.
  std::vector<std::string> set_environment_variables;
  // The program that runs as the helper, with its arguments, such as
  // {"/proc/self/exe", "artifact", "helper"}. It must call RunHelper(). Empty:
  // no helper, all is done in this process.
  std::vector<std::string> helper_command;

  // --- Trying again (retry.h): connections that fail or break, and the
  // answers 408, 425, 429 and 5xx.
  int max_attempts = 5;
  absl::Duration retry_delay = absl::Milliseconds(500);  // doubles each time
  absl::Duration max_retry_delay = absl::Seconds(30);
  // A transfer slower than this many bytes a second for this long is broken.
  int64_t low_speed_bytes_per_second = 1;
  absl::Duration low_speed_time = absl::Seconds(60);
  absl::Duration connect_timeout = absl::Seconds(30);

  // --- The network, all by configuration: the environment is not asked.
  std::string http_proxy;    // URL, for http sources
  std::string https_proxy;   // URL, for https sources
  std::string no_proxy;      // hosts and domains, separated by commas; "*"
  std::string ca_file;       // PEM bundle instead of the system's
  std::string netrc_file;    // read only if set; an unreadable one is ignored
  std::string s3_endpoint;   // replaces https://s3.<region>.amazonaws.com
  std::string gcs_endpoint;  // replaces https://storage.googleapis.com

  // --- Policy.
  // Directories from which local files may be fetched; none by default.
  std::vector<std::string> allowed_local_roots;
  // Refuses sources without a checksum that are not repositories.
  bool checksum_required = false;
  // Waits until the disk has the bytes before they get their final names.
  bool sync = true;

  // --- The cache of verified downloads (cache.h). Empty: none.
  std::string cache_dir;
  int64_t cache_max_bytes = 10'000'000'000;

  // --- FetchAll().
  int max_parallel = 3;
};

}  // namespace artifact

#endif  // DROVER_ARTIFACT_OPTIONS_H_
