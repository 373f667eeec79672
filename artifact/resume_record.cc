#include "artifact/resume_record.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "nlohmann/json.hpp"

namespace artifact {
namespace {

using nlohmann::json;

std::string RecordName(const std::string& part) { return part + ".resume"; }

template <typename T>
T Field(const json& object, const char* name, T fallback) {
  const auto found = object.find(name);
  if (found == object.end()) return fallback;
  T value = fallback;
  try {
    value = found->get<T>();
  } catch (const json::exception&) {
    return fallback;  // not ours
  }
  return value;
}

}  // namespace

absl::StatusOr<ResumeRecord> ReadResumeRecord(int directory,
                                              const std::string& part) {
  ASSIGN_OR_RETURN(const std::string text,
                   base::ReadFileAt(directory, RecordName(part), 64 << 10));
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return absl::DataLossError(
        absl::StrCat(RecordName(part), " is no JSON object"));
  }
  ResumeRecord record;
  record.boot_id = Field<std::string>(object, "boot_id", "");
  record.request_digest = Field<std::string>(object, "request_digest", "");
  record.etag = Field<std::string>(object, "etag", "");
  record.validator = Field<std::string>(object, "validator", "");
  record.accepts_ranges = Field<bool>(object, "accepts_ranges", false);
  const int64_t total = Field<int64_t>(object, "total_bytes", -1);
  if (total >= 0) record.total_bytes = total;
  return record;
}

absl::Status WriteResumeRecord(int directory, const std::string& part,
                               const ResumeRecord& record) {
  json object = {{"boot_id", record.boot_id},
                 {"request_digest", record.request_digest},
                 {"etag", record.etag},
                 {"validator", record.validator},
                 {"accepts_ranges", record.accepts_ranges}};
  if (record.total_bytes.has_value()) {
    object["total_bytes"] = *record.total_bytes;
  }
  const std::string text =
      object.dump(-1, ' ', false, json::error_handler_t::replace);
  const std::string name = RecordName(part);
  const std::string temporary = name + ".new";
  base::UniqueFd fd(
      openat(directory, temporary.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot create ", temporary));
  }
  RETURN_IF_ERROR(base::WriteAll(fd.get(), text));
  if (renameat(directory, temporary.c_str(), directory, name.c_str()) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot rename ", temporary));
  }
  return absl::OkStatus();
}

void RemoveResumeRecord(int directory, const std::string& part) {
  (void)unlinkat(directory, RecordName(part).c_str(), 0);
}

const std::string& CurrentBootId() {
  static const std::string* const kBootId = [] {
    const auto text = base::ReadFile("/proc/sys/kernel/random/boot_id", 256);
    return new std::string(
        text.ok() ? std::string(absl::StripAsciiWhitespace(*text)) : "");
  }();
  return *kBootId;
}

}  // namespace artifact
