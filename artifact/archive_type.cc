#include "artifact/archive_type.h"

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace artifact {
namespace {

using Container = ArchiveType::Container;
using Compression = ArchiveType::Compression;

struct TypeRow {
  absl::string_view name;
  ArchiveType type;
};
// Longer suffixes before those that they end in.
constexpr TypeRow kTypes[] = {
    {"tar.gz", {Container::kTar, Compression::kGzip}},
    {"tgz", {Container::kTar, Compression::kGzip}},
    {"tar.bz2", {Container::kTar, Compression::kBzip2}},
    {"tbz2", {Container::kTar, Compression::kBzip2}},
    {"tar.xz", {Container::kTar, Compression::kXz}},
    {"txz", {Container::kTar, Compression::kXz}},
    {"tar.zst", {Container::kTar, Compression::kZstd}},
    {"tzst", {Container::kTar, Compression::kZstd}},
    {"tar", {Container::kTar, Compression::kNone}},
    {"zip", {Container::kZip, Compression::kNone}},
    {"gz", {Container::kNone, Compression::kGzip}},
    {"bz2", {Container::kNone, Compression::kBzip2}},
    {"xz", {Container::kNone, Compression::kXz}},
    {"zst", {Container::kNone, Compression::kZstd}},
};

bool EndsWithSuffix(absl::string_view file_name, absl::string_view suffix) {
  return absl::ConsumeSuffix(&file_name, suffix) &&
         absl::EndsWith(file_name, ".");
}

}  // namespace

absl::StatusOr<std::optional<ArchiveType>> ChooseArchiveType(
    const std::optional<std::string>& option, absl::string_view file_name) {
  if (option.has_value() && !option->empty()) {
    for (const char* no : {"0", "f", "F", "false", "False", "FALSE"}) {
      if (*option == no) return std::nullopt;
    }
    for (const TypeRow& row : kTypes) {
      if (row.name == *option) return row.type;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown archive type \"", absl::CHexEscape(*option),
        "\"; must be false or one of: tar, tar.gz, tgz, tar.bz2, tbz2, "
        "tar.xz, txz, tar.zst, tzst, zip, gz, bz2, xz, zst"));
  }
  for (const TypeRow& row : kTypes) {
    if (EndsWithSuffix(file_name, row.name)) return row.type;
  }
  return std::nullopt;
}

std::string WithoutCompressionSuffix(absl::string_view file_name) {
  for (const TypeRow& row : kTypes) {
    if (row.type.is_single_file() && EndsWithSuffix(file_name, row.name)) {
      const size_t rest = file_name.size() - row.name.size() - 1;
      if (rest > 0) return std::string(file_name.substr(0, rest));
    }
  }
  return std::string(file_name);
}

absl::string_view CompressionName(ArchiveType::Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kBzip2:
      return "bzip2";
    case Compression::kXz:
      return "xz";
    case Compression::kZstd:
      return "zstd";
  }
  return "none";
}

}  // namespace artifact
