// URLs, taken apart and put together the way Nomad's users see them.
//
// Sources of artifacts were always read with Go's net/url, and job files
// depend on its choices: what is an error and how it is worded, which bytes
// are escaped again, how a query is sorted. This is that reading.
//
// What it leaves to others: what a URL means as a source (source.h).
//
// Threads:  values; free functions without state.
// Errors:   InvalidArgument: `parse "http://%zz/": invalid URL escape "%zz"`.
// Follows:  RFC 3986, where net/url does.

#ifndef DROVER_ARTIFACT_URL_H_
#define DROVER_ARTIFACT_URL_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace artifact {

// A query as its pairs, decoded, in the order of the text.
class Query {
 public:
  // Pairs with a bad escape or a ';' in them are lost.
  static Query Parse(absl::string_view text);

  // The first value of that name.
  std::optional<std::string> Get(absl::string_view name) const;
  // Replaces all values of that name.
  void Set(absl::string_view name, absl::string_view value);
  void Remove(absl::string_view name);
  bool empty() const { return pairs_.empty(); }

  // Sorted by name, values of one name in their order; space becomes '+'.
  std::string Encode() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

struct Url {
  std::string scheme;  // lower case
  // What follows "scheme:" if that is not a '/': then there is no host and no
  // path.
  std::string opaque;
  std::optional<std::string> user;  // decoded
  std::optional<std::string> password;
  std::string host;      // with the port, and the brackets of an IPv6 address
  std::string path;      // decoded
  std::string raw_path;  // as written; counts if it says the same as `path`
  std::string raw_query;
  std::string fragment;  // decoded

  static absl::StatusOr<Url> Parse(absl::string_view text);

  std::string ToString() const;
  // The same, with "xxxxx" for a password: for messages.
  std::string Redacted() const;

  // `path` with its escapes.
  std::string EscapedPath() const;
  // Host without port and brackets; port as text or empty.
  std::string HostName() const;
  std::string Port() const;
  // Port, or the default of http and https; 0 if there is none.
  int EffectivePort() const;
  // Same scheme, host and port: what may see the same credentials.
  bool SameOrigin(const Url& other) const;
  // What a Location header that was received from here means (RFC 3986, 5.2).
  absl::StatusOr<Url> Resolve(absl::string_view reference) const;
};

// A query with the values of keys and tokens replaced by "redacted".
std::string RedactQuery(absl::string_view text);

enum class EscapeFor { kPath, kPathSegment, kQuery, kUserInfo, kFragment };
std::string Escape(absl::string_view text, EscapeFor where);
// In a query '+' is a space. InvalidArgument: `invalid URL escape "%zz"`.
absl::StatusOr<std::string> Unescape(absl::string_view text, EscapeFor where);

}  // namespace artifact

#endif  // DROVER_ARTIFACT_URL_H_
