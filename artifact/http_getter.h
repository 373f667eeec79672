// Files from web servers: the getters "http" and "https".
//
// Threads:  as Getter says.
// Errors:   FailedPrecondition for anything but a file: HTTP knows no
//           directories, and servers may not name other sources.

#ifndef DROVER_ARTIFACT_HTTP_GETTER_H_
#define DROVER_ARTIFACT_HTTP_GETTER_H_

#include "artifact/getter.h"

namespace artifact {

class HttpGetter : public Getter {
 public:
  absl::StatusOr<Fetched> Get(const GetRequest& request, int staging,
                              Transfer& transfer) const override;
  absl::Duration Timeout(const Options& options) const override {
    return options.http_read_timeout;
  }
};

// The file name in a Content-Disposition header; "" if there is none.
std::string DispositionFileName(absl::string_view header);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_HTTP_GETTER_H_
