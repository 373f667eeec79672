#include "artifact/checksum.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace artifact {
namespace {

struct TypeRow {
  DigestType type;
  absl::string_view name;
  size_t bytes;
};
constexpr TypeRow kTypes[] = {
    {DigestType::kMd5, "md5", 16},
    {DigestType::kSha1, "sha1", 20},
    {DigestType::kSha256, "sha256", 32},
    {DigestType::kSha512, "sha512", 64},
};

const TypeRow& RowOf(DigestType type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == type) return row;
  }
  return kTypes[0];
}

absl::StatusOr<Checksum> ParseTyped(absl::string_view type_name,
                                    absl::string_view value,
                                    std::optional<DigestType> type) {
  if (!type.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unsupported checksum type: ", absl::CHexEscape(type_name),
                     "; must be one of: md5, sha1, sha256, sha512"));
  }
  absl::StatusOr<std::string> digest = ParseHexDigest(value);
  if (!digest.ok()) {
    return base::Prefixed("invalid checksum: ", digest.status());
  }
  if (digest->size() != DigestBytes(*type)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "invalid ", DigestName(*type), " checksum: ", value, ": it has ",
        value.size(), " hex digits, not ", 2 * DigestBytes(*type)));
  }
  return Checksum{*type, *std::move(digest)};
}

}  // namespace

absl::string_view DigestName(DigestType type) { return RowOf(type).name; }

size_t DigestBytes(DigestType type) { return RowOf(type).bytes; }

std::optional<DigestType> DigestTypeOfSize(size_t bytes) {
  for (const TypeRow& row : kTypes) {
    if (row.bytes == bytes) return row.type;
  }
  return std::nullopt;
}

std::optional<DigestType> DigestTypeOfName(absl::string_view name) {
  for (const TypeRow& row : kTypes) {
    if (absl::EqualsIgnoreCase(row.name, name)) return row.type;
  }
  return std::nullopt;
}

std::string Checksum::Hex() const { return absl::BytesToHexString(digest); }

std::string Checksum::ToString() const {
  return absl::StrCat(DigestName(type), ":", Hex());
}

absl::StatusOr<std::string> ParseHexDigest(absl::string_view text) {
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (absl::ascii_isxdigit(byte)) continue;
    return absl::InvalidArgumentError(
        absl::ascii_isprint(byte)
            ? absl::StrFormat("encoding/hex: invalid byte: U+%04X '%c'", byte,
                              c)
            : absl::StrFormat("encoding/hex: invalid byte: U+%04X", byte));
  }
  if (text.size() % 2 != 0) {
    return absl::InvalidArgumentError("encoding/hex: odd length hex string");
  }
  return absl::HexStringToBytes(text);
}

absl::StatusOr<ChecksumSource> ParseChecksum(absl::string_view text) {
  ChecksumSource result;
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) {
    absl::StatusOr<std::string> digest = ParseHexDigest(text);
    if (!digest.ok()) {
      return base::Prefixed("invalid checksum: invalid checksum: ",
                            digest.status());
    }
    const std::optional<DigestType> type = DigestTypeOfSize(digest->size());
    if (!type.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("invalid checksum: unknown type for checksum ", text,
                       ": no digest has ", text.size(), " hex digits"));
    }
    result.checksum = Checksum{*type, *std::move(digest)};
    return result;
  }
  const absl::string_view type_name = text.substr(0, colon);
  const absl::string_view value = text.substr(colon + 1);
  if (absl::EqualsIgnoreCase(type_name, "file")) {
    if (value.empty()) {
      return absl::InvalidArgumentError(
          "invalid checksum: \"file:\" names no checksum file");
    }
    result.list_source = std::string(value);
    return result;
  }
  absl::StatusOr<Checksum> checksum =
      ParseTyped(type_name, value, DigestTypeOfName(type_name));
  if (!checksum.ok()) {
    return base::Prefixed("invalid checksum: ", checksum.status());
  }
  result.checksum = *std::move(checksum);
  return result;
}

absl::Status ValidateChecksumOption(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) {
    return absl::InvalidArgumentError("checksum value cannot be empty");
  }
  if (absl::StrContains(text, "${")) return absl::OkStatus();
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("checksum must be given as \"type:value\"; got \"",
                     absl::CHexEscape(text), "\""));
  }
  std::optional<DigestType> type = DigestTypeOfName(parts[0]);
  // Here, unlike in a source, the name has one spelling.
  if (type.has_value() && DigestName(*type) != parts[0]) type.reset();
  return ParseTyped(parts[0], parts[1], type).status();
}

}  // namespace artifact
