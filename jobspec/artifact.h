// `artifact {}`: what a task downloads before it starts.

#ifndef DROVER_JOBSPEC_ARTIFACT_H_
#define DROVER_JOBSPEC_ARTIFACT_H_

#include <map>
#include <string>

namespace jobspec {

// All text may hold `${...}` that the client replaces before the download.
struct Artifact {
  std::string source;  // URL, required
  // `options {}`, or `options = {}` as of old: checksum, archive, depth, ref,
  // sshkey, ... Becomes the query of the source.
  std::map<std::string, std::string> options;
  std::map<std::string, std::string> headers;  // of http(s) requests
  std::string mode = "any";                    // file, dir
  bool insecure = false;                       // do not check TLS certificates
  // Relative to the task's directory: "local/", or with mode "file" local/ and
  // the last path element of the source.
  std::string destination = "local/";
  bool chown = false;  // give the files to the task's user
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_ARTIFACT_H_
