#include "artifact/http_getter.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "artifact/download.h"
#include "base/status.h"

namespace artifact {

absl::StatusOr<Fetched> HttpGetter::Get(const GetRequest& request, int staging,
                                        Transfer& transfer) const {
  const Url& url = request.source.url;
  if (url.scheme != "http" && url.scheme != "https") {
    return absl::InvalidArgumentError(
        absl::StrCat("unsupported protocol scheme \"", url.scheme, "\""));
  }
  if (request.want == GetRequest::Want::kTree ||
      absl::EndsWith(url.path, "/")) {
    return absl::FailedPreconditionError(
        absl::StrCat("directory download is not supported over HTTP: \"",
                     url.Redacted(), "\" must name a file or an archive"));
  }
  DownloadRequest download_request;
  download_request.http.url = url;
  download_request.http.headers = request.headers;
  download_request.http.insecure = request.insecure;
  download_request.digest = request.digest;
  download_request.max_bytes = request.max_bytes;
  ASSIGN_OR_RETURN(Download download, DownloadFile(download_request, staging,
                                                   kPartFile, transfer));
  Fetched fetched;
  fetched.bytes = download.bytes;
  fetched.requests = download.requests;
  fetched.resumed = download.resumed;
  fetched.digest = std::move(download.digest);
  fetched.suggested_name =
      DispositionFileName(download.reply.Header("content-disposition"));
  return fetched;
}

std::string DispositionFileName(absl::string_view header) {
  for (absl::string_view part : absl::StrSplit(header, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (!absl::StartsWithIgnoreCase(part, "filename=")) continue;
    part.remove_prefix(absl::string_view("filename=").size());
    part = absl::StripAsciiWhitespace(part);
    if (part.size() >= 2 && part.front() == '"' && part.back() == '"') {
      part = part.substr(1, part.size() - 2);
    }
    // Only its last part: the server does not choose directories.
    return std::string(part.substr(part.rfind('/') + 1));
  }
  return "";
}

}  // namespace artifact
