#include "artifact/getter.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "artifact/http_getter.h"

namespace artifact {

absl::StatusOr<const Getter*> FindGetter(absl::string_view name,
                                         const Options&) {
  static const HttpGetter* const kHttp = new HttpGetter;
  if (name == "http" || name == "https") return kHttp;
  return absl::InvalidArgumentError(
      absl::StrCat("download not supported for scheme '", name, "'"));
}

}  // namespace artifact
