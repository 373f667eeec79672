#include "artifact/url.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace artifact {
namespace {

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

// Which bytes stand for themselves besides the unreserved ones.
absl::string_view AlsoLiteral(EscapeFor where) {
  switch (where) {
    case EscapeFor::kPath:
      return "$&+/:=@";
    case EscapeFor::kPathSegment:
      return "$&+=:@";
    case EscapeFor::kQuery:
      return "";
    case EscapeFor::kUserInfo:
      return "$&+,;=";
    case EscapeFor::kFragment:
      return "$&+,/:;=?@!()*";
  }
  return "";
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

absl::Status BadEscape(absl::string_view rest) {
  return absl::InvalidArgumentError(absl::StrCat(
      "invalid URL escape \"", absl::CHexEscape(rest.substr(0, 3)), "\""));
}

// Whether an escaped path can be kept as it was written.
bool IsValidEncodedPath(absl::string_view path) {
  for (const char c : path) {
    if (IsUnreserved(c) || c == '%' ||
        absl::StrContains("$&+,/:;=@!'()*[]", c)) {
      continue;
    }
    return false;
  }
  return true;
}

absl::Status CheckHost(absl::string_view host) {
  for (size_t i = 0; i < host.size(); ++i) {
    const char c = host[i];
    if (c == '%') return BadEscape(host.substr(i));
    if (c == ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' ||
        c == '`' || c == '{' || c == '|' || c == '}') {
      return absl::InvalidArgumentError(absl::StrCat(
          "invalid character \"", absl::string_view(&c, 1), "\" in host name"));
    }
  }
  // The port: whatever follows the last ':' outside brackets.
  absl::string_view port;
  if (absl::StartsWith(host, "[")) {
    const size_t end = host.rfind(']');
    if (end == absl::string_view::npos) {
      return absl::InvalidArgumentError("missing ']' in host");
    }
    port = host.substr(end + 1);
  } else if (const size_t colon = host.find(':');
             colon != absl::string_view::npos) {
    port = host.substr(colon);
  }
  if (port.empty()) return absl::OkStatus();
  const bool digits = port[0] == ':' &&
                      std::all_of(port.begin() + 1, port.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) {
    return absl::InvalidArgumentError(
        absl::StrCat("invalid port \"", port, "\" after host"));
  }
  return absl::OkStatus();
}

absl::Status ParseAuthority(absl::string_view authority, Url* url) {
  const size_t at = authority.rfind('@');
  absl::string_view host = authority;
  if (at != absl::string_view::npos) {
    host = authority.substr(at + 1);
    const absl::string_view info = authority.substr(0, at);
    for (const char c : info) {
      if (!IsUnreserved(c) &&
          !absl::StrContains("!$&'()*+,;=:%@", absl::string_view(&c, 1))) {
        return absl::InvalidArgumentError("net/url: invalid userinfo");
      }
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(info, absl::MaxSplits(':', 1));
    ASSIGN_OR_RETURN(url->user, Unescape(parts.first, EscapeFor::kUserInfo));
    if (absl::StrContains(info, ":")) {
      ASSIGN_OR_RETURN(url->password,
                       Unescape(parts.second, EscapeFor::kUserInfo));
    }
  }
  RETURN_IF_ERROR(CheckHost(host));
  url->host = std::string(host);
  return absl::OkStatus();
}

// Splits "scheme:rest". An empty scheme is no error; ":x" is one.
absl::Status SplitScheme(absl::string_view text, std::string* scheme,
                         absl::string_view* rest) {
  *rest = text;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (absl::ascii_isalpha(static_cast<unsigned char>(c))) continue;
    if (absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '+' ||
        c == '-' || c == '.') {
      if (i == 0) return absl::OkStatus();
      continue;
    }
    if (c == ':') {
      if (i == 0) {
        return absl::InvalidArgumentError("missing protocol scheme");
      }
      *scheme = absl::AsciiStrToLower(text.substr(0, i));
      *rest = text.substr(i + 1);
    }
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status ParseInto(absl::string_view text, Url* url) {
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      return absl::InvalidArgumentError(
          "net/url: invalid control character in URL");
    }
  }
  if (const size_t hash = text.find('#'); hash != absl::string_view::npos) {
    ASSIGN_OR_RETURN(url->fragment,
                     Unescape(text.substr(hash + 1), EscapeFor::kFragment));
    text = text.substr(0, hash);
  }
  if (text.empty()) return absl::InvalidArgumentError("empty url");
  absl::string_view rest;
  RETURN_IF_ERROR(SplitScheme(text, &url->scheme, &rest));
  if (const size_t question = rest.find('?');
      question != absl::string_view::npos) {
    url->raw_query = std::string(rest.substr(question + 1));
    rest = rest.substr(0, question);
  }
  if (!absl::StartsWith(rest, "/")) {
    if (!url->scheme.empty()) {
      url->opaque = std::string(rest);
      return absl::OkStatus();
    }
    if (absl::StrContains(rest.substr(0, rest.find('/')), ":")) {
      return absl::InvalidArgumentError(
          "first path segment in URL cannot contain colon");
    }
  }
  if (absl::StartsWith(rest, "//") &&
      (!url->scheme.empty() || !absl::StartsWith(rest, "///"))) {
    rest.remove_prefix(2);
    const size_t slash = std::min(rest.find('/'), rest.size());
    RETURN_IF_ERROR(ParseAuthority(rest.substr(0, slash), url));
    rest = rest.substr(slash);
  }
  ASSIGN_OR_RETURN(url->path, Unescape(rest, EscapeFor::kPath));
  url->raw_path = std::string(rest);
  return absl::OkStatus();
}

// "a/./b/../c" to "a/c", without climbing above the root.
std::string RemoveDotSegments(absl::string_view path) {
  std::vector<absl::string_view> kept;
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "." || parts[i] == "..") {
      if (parts[i] == ".." && kept.size() > 1) kept.pop_back();
      if (last) kept.push_back("");
    } else {
      kept.push_back(parts[i]);
    }
  }
  return absl::StrJoin(kept, "/");
}

}  // namespace

std::string Escape(absl::string_view text, EscapeFor where) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const absl::string_view literal = AlsoLiteral(where);
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || absl::StrContains(literal, c)) {
      result.push_back(c);
    } else if (c == ' ' && where == EscapeFor::kQuery) {
      result.push_back('+');
    } else {
      const unsigned char byte = static_cast<unsigned char>(c);
      result.push_back('%');
      result.push_back(kHex[byte >> 4]);
      result.push_back(kHex[byte & 15]);
    }
  }
  return result;
}

absl::StatusOr<std::string> Unescape(absl::string_view text, EscapeFor where) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || HexValue(text[i + 1]) < 0 ||
          HexValue(text[i + 2]) < 0) {
        return BadEscape(text.substr(i));
      }
      result.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 +
                                         HexValue(text[i + 2])));
      i += 2;
    } else if (text[i] == '+' && where == EscapeFor::kQuery) {
      result.push_back(' ');
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

Query Query::Parse(absl::string_view text) {
  Query query;
  for (const absl::string_view pair : absl::StrSplit(text, '&')) {
    if (pair.empty() || absl::StrContains(pair, ";")) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    const auto name = Unescape(parts.first, EscapeFor::kQuery);
    const auto value = Unescape(parts.second, EscapeFor::kQuery);
    if (name.ok() && value.ok()) query.pairs_.emplace_back(*name, *value);
  }
  return query;
}

std::optional<std::string> Query::Get(absl::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

void Query::Set(absl::string_view name, absl::string_view value) {
  Remove(name);
  pairs_.emplace_back(name, value);
}

void Query::Remove(absl::string_view name) {
  pairs_.erase(
      std::remove_if(pairs_.begin(), pairs_.end(),
                     [name](const auto& pair) { return pair.first == name; }),
      pairs_.end());
}

std::string Query::Encode() const {
  std::vector<std::pair<std::string, std::string>> sorted = pairs_;
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  return absl::StrJoin(sorted, "&", [](std::string* out, const auto& pair) {
    absl::StrAppend(out, Escape(pair.first, EscapeFor::kQuery), "=",
                    Escape(pair.second, EscapeFor::kQuery));
  });
}

absl::StatusOr<Url> Url::Parse(absl::string_view text) {
  Url url;
  if (const absl::Status status = ParseInto(text, &url); !status.ok()) {
    return base::Prefixed(
        absl::StrCat("parse \"", absl::CHexEscape(text), "\": "), status);
  }
  return url;
}

std::string Url::EscapedPath() const {
  if (!raw_path.empty() && IsValidEncodedPath(raw_path)) {
    const auto decoded = Unescape(raw_path, EscapeFor::kPath);
    if (decoded.ok() && *decoded == path) return raw_path;
  }
  return Escape(path, EscapeFor::kPath);
}

std::string Url::ToString() const {
  std::string result;
  if (!scheme.empty()) absl::StrAppend(&result, scheme, ":");
  if (!opaque.empty()) {
    absl::StrAppend(&result, opaque);
  } else {
    if (!scheme.empty() || !host.empty() || user.has_value()) {
      if (!host.empty() || !path.empty() || user.has_value()) {
        absl::StrAppend(&result, "//");
      }
      if (user.has_value()) {
        absl::StrAppend(&result, Escape(*user, EscapeFor::kUserInfo));
        if (password.has_value()) {
          absl::StrAppend(&result, ":",
                          Escape(*password, EscapeFor::kUserInfo));
        }
        absl::StrAppend(&result, "@");
      }
      absl::StrAppend(&result, host);
    }
    absl::StrAppend(&result, EscapedPath());
  }
  if (!raw_query.empty()) absl::StrAppend(&result, "?", raw_query);
  if (!fragment.empty()) {
    absl::StrAppend(&result, "#", Escape(fragment, EscapeFor::kFragment));
  }
  return result;
}

std::string RedactQuery(absl::string_view text) {
  Query query = Query::Parse(text);
  bool has_secret = false;
  for (const char* name : {"sshkey", "aws_access_key_id",
                           "aws_access_key_secret", "aws_access_token"}) {
    if (!query.Get(name).has_value()) continue;
    query.Set(name, "redacted");
    has_secret = true;
  }
  return has_secret ? query.Encode() : std::string(text);
}

std::string Url::Redacted() const {
  Url copy = *this;
  if (copy.password.has_value()) copy.password = "xxxxx";
  copy.raw_query = RedactQuery(raw_query);
  return copy.ToString();
}

std::string Url::HostName() const {
  absl::string_view name = host;
  if (absl::ConsumePrefix(&name, "[")) {
    return std::string(name.substr(0, name.rfind(']')));
  }
  return std::string(name.substr(0, name.rfind(':')));
}

std::string Url::Port() const {
  const size_t colon = host.rfind(':');
  if (colon == std::string::npos || absl::EndsWith(host, "]")) return "";
  return host.substr(colon + 1);
}

int Url::EffectivePort() const {
  if (int port = 0; absl::SimpleAtoi(Port(), &port)) return port;
  if (scheme == "http") return 80;
  if (scheme == "https") return 443;
  return 0;
}

bool Url::SameOrigin(const Url& other) const {
  return scheme == other.scheme &&
         absl::EqualsIgnoreCase(HostName(), other.HostName()) &&
         EffectivePort() == other.EffectivePort();
}

absl::StatusOr<Url> Url::Resolve(absl::string_view reference) const {
  std::string scheme_text;
  absl::string_view rest;
  const bool has_scheme =
      SplitScheme(reference, &scheme_text, &rest).ok() && !scheme_text.empty();
  if (has_scheme) return Parse(reference);
  if (absl::StartsWith(reference, "//")) {
    return Parse(absl::StrCat(scheme, ":", reference));
  }
  Url result = *this;
  result.fragment.clear();
  if (const size_t hash = reference.find('#');
      hash != absl::string_view::npos) {
    reference = reference.substr(0, hash);
  }
  if (reference.empty()) return result;
  const size_t question = reference.find('?');
  const absl::string_view path_text = reference.substr(0, question);
  result.raw_query = question == absl::string_view::npos
                         ? ""
                         : std::string(reference.substr(question + 1));
  if (!path_text.empty()) {
    const std::string directory =
        absl::StartsWith(path_text, "/")
            ? ""
            : EscapedPath().substr(0, EscapedPath().rfind('/') + 1);
    result.raw_path = RemoveDotSegments(absl::StrCat(
        directory.empty() && !absl::StartsWith(path_text, "/") ? "/" : "",
        directory, path_text));
    ASSIGN_OR_RETURN(result.path, Unescape(result.raw_path, EscapeFor::kPath));
  }
  // Read it again, so that what a server sent obeys the same rules.
  return Parse(result.ToString());
}

}  // namespace artifact
