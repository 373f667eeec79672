#include "artifact/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "artifact/digest.h"
#include "artifact/resume_record.h"
#include "artifact/retry.h"
#include "base/file.h"
#include "base/status.h"

namespace artifact {
namespace {

// A transfer that got at least this far since the last failure is alive: its
// failures are counted from the start again.
constexpr int64_t kProgressBytes = 1 << 20;

// Started early, the disk works while the network does; fsync then finds
// little left to write.
constexpr int64_t kWriteBehindBytes = 32 << 20;

// Requests that differ in this are for different bytes.
std::string Identity(const HttpRequest& http) {
  std::string text = http.url.ToString();
  for (const auto& [name, value] : http.headers) {
    absl::StrAppend(&text, "\n", name, ": ", value);
  }
  Digest digest(DigestType::kSha256);
  digest.Update(text);
  return digest.Finish().Hex();
}

// A validator that If-Range takes: a strong ETag, or a date that RFC 9110
// (8.8.2.2) calls strong because it was a minute old.
std::string StrongValidator(const HttpReply& reply) {
  const std::string etag = reply.Header("etag");
  if (!etag.empty()) return absl::StartsWith(etag, "W/") ? "" : etag;
  const std::string modified = reply.Header("last-modified");
  if (modified.empty()) return "";
  const time_t modified_at = curl_getdate(modified.c_str(), nullptr);
  const time_t sent_at = curl_getdate(reply.Header("date").c_str(), nullptr);
  return modified_at > 0 && sent_at >= modified_at + 60 ? modified : "";
}

// The file that grows, and its digest.
class PartFile : public HttpSink {
 public:
  PartFile(const DownloadRequest& request, int directory, std::string name,
           Transfer& transfer)
      : request_(request),
        directory_(directory),
        name_(std::move(name)),
        transfer_(transfer) {}

  // Takes over what an earlier process left, if it can be used.
  absl::Status Open();

  // What the next request has to ask for; empty for the whole file.
  std::map<std::string, std::string> RangeHeaders();

  absl::StatusOr<bool> Begin(const HttpReply& reply) override;
  absl::Status Write(absl::string_view bytes) override;

  absl::Status StartOver();
  absl::Status Finish(Download* download);

  int64_t size() const { return size_; }
  // An earlier process got all bytes, and only did not get to say so.
  bool is_complete() const { return size_ > 0 && record_.total_bytes == size_; }
  int64_t received() const { return received_; }
  bool resumed() const { return resumed_; }
  // The last reply was no answer to the range that was asked for.
  bool refused_range() const { return refused_range_; }
  std::optional<int64_t> total() const { return record_.total_bytes; }

 private:
  absl::Status HashFromStart();
  absl::Status CheckSize(int64_t size) const;
  absl::Status CheckSpace(int64_t size) const;

  const DownloadRequest& request_;
  const int directory_;
  const std::string name_;
  Transfer& transfer_;

  base::UniqueFd fd_;
  std::optional<Digest> digest_;
  int64_t size_ = 0;
  int64_t received_ = 0;  // by all requests together
  int64_t written_behind_ = 0;
  ResumeRecord record_;
  bool asked_for_range_ = false;
  bool refused_range_ = false;
  bool resumed_ = false;
};

absl::Status PartFile::Open() {
  fd_ = base::UniqueFd(openat(directory_, name_.c_str(),
                              O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd_.valid()) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot create ", name_));
  }
  struct stat status;
  if (fstat(fd_.get(), &status) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot stat ", name_));
  }
  absl::StatusOr<ResumeRecord> record = ReadResumeRecord(directory_, name_);
  if (!record.ok() || record->request_digest != Identity(request_.http) ||
      record->boot_id != CurrentBootId() || status.st_size == 0) {
    return StartOver();
  }
  record_ = *std::move(record);
  size_ = status.st_size;
  if (record_.total_bytes.has_value() && size_ > *record_.total_bytes) {
    return StartOver();
  }
  return HashFromStart();
}

absl::Status PartFile::HashFromStart() {
  digest_.reset();
  if (!request_.digest.has_value()) return absl::OkStatus();
  digest_.emplace(*request_.digest);
  std::string buffer(size_t{256} << 10, '\0');
  for (int64_t offset = 0; offset < size_;) {
    RETURN_IF_ERROR(transfer_.Check());
    const ssize_t got = pread(fd_.get(), buffer.data(), buffer.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return base::ErrnoStatus(errno, absl::StrCat("cannot read ", name_));
    }
    if (got == 0) return StartOver();  // it became shorter
    const size_t wanted =
        static_cast<size_t>(std::min<int64_t>(got, size_ - offset));
    digest_->Update({buffer.data(), wanted});
    offset += static_cast<int64_t>(wanted);
  }
  return absl::OkStatus();
}

absl::Status PartFile::StartOver() {
  RemoveResumeRecord(directory_, name_);
  record_ = ResumeRecord();
  if (ftruncate(fd_.get(), 0) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot truncate ", name_));
  }
  size_ = written_behind_ = 0;
  resumed_ = false;
  return HashFromStart();
}

std::map<std::string, std::string> PartFile::RangeHeaders() {
  asked_for_range_ = false;
  refused_range_ = false;
  if (size_ == 0) return {};
  const bool can_tell = !record_.validator.empty() ||
                        (request_.digest.has_value() && record_.accepts_ranges);
  if (!can_tell) return {};
  asked_for_range_ = true;
  std::map<std::string, std::string> headers = {
      {"Range", absl::StrCat("bytes=", size_, "-")}};
  if (!record_.validator.empty()) headers["If-Range"] = record_.validator;
  return headers;
}

absl::Status PartFile::CheckSize(int64_t size) const {
  if (request_.max_bytes <= 0 || size <= request_.max_bytes) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("file is larger than the limit ", request_.max_bytes_name,
                   ": ", request_.max_bytes, " bytes"));
}

absl::Status PartFile::CheckSpace(int64_t size) const {
  struct statvfs disk;
  if (fstatvfs(fd_.get(), &disk) != 0) return absl::OkStatus();
  const int64_t free =
      static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  if (size - size_ <= free) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("no space left on device: the file has ", size,
                   " bytes, the disk has room for ", free));
}

absl::StatusOr<bool> PartFile::Begin(const HttpReply& reply) {
  if (reply.status == 206 && asked_for_range_) {
    const auto range = ParseContentRange(reply.Header("content-range"));
    const std::string etag = reply.Header("etag");
    const bool fits =
        range.has_value() && range->first == size_ &&
        (!range->total.has_value() || !record_.total_bytes.has_value() ||
         range->total == record_.total_bytes) &&
        (etag.empty() || record_.etag.empty() || etag == record_.etag);
    refused_range_ = !fits;
    if (!fits) return false;
    if (range->total.has_value()) RETURN_IF_ERROR(CheckSize(*range->total));
    resumed_ = true;
    return true;
  }
  if (reply.status != 200) {
    refused_range_ = asked_for_range_ && reply.status == 416;
    return false;
  }
  RETURN_IF_ERROR(StartOver());
  record_.request_digest = Identity(request_.http);
  record_.boot_id = CurrentBootId();
  record_.etag = reply.Header("etag");
  record_.validator = StrongValidator(reply);
  record_.accepts_ranges =
      absl::EqualsIgnoreCase(reply.Header("accept-ranges"), "bytes");
  record_.total_bytes = reply.content_length;
  if (record_.total_bytes.has_value()) {
    RETURN_IF_ERROR(CheckSize(*record_.total_bytes));
    RETURN_IF_ERROR(CheckSpace(*record_.total_bytes));
  }
  // Small files come faster than a record of them would be written.
  if (record_.total_bytes.value_or(kProgressBytes) >= kProgressBytes) {
    RETURN_IF_ERROR(WriteResumeRecord(directory_, name_, record_));
  }
  return true;
}

absl::Status PartFile::Write(absl::string_view bytes) {
  const int64_t count = static_cast<int64_t>(bytes.size());
  RETURN_IF_ERROR(CheckSize(size_ + count));
  if (digest_.has_value()) digest_->Update(bytes);
  for (absl::string_view left = bytes; !left.empty();) {
    const ssize_t done =
        pwrite(fd_.get(), left.data(), left.size(),
               size_ + static_cast<int64_t>(bytes.size() - left.size()));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      return base::ErrnoStatus(errno, absl::StrCat("cannot write ", name_));
    }
    left.remove_prefix(static_cast<size_t>(done));
  }
  size_ += count;
  received_ += count;
  if (transfer_.options().sync &&
      size_ - written_behind_ >= kWriteBehindBytes) {
    (void)sync_file_range(fd_.get(), written_behind_, size_ - written_behind_,
                          SYNC_FILE_RANGE_WRITE);  // only a hint
    written_behind_ = size_;
  }
  transfer_.Report(size_, record_.total_bytes);
  return absl::OkStatus();
}

absl::Status PartFile::Finish(Download* download) {
  if (transfer_.options().sync && fdatasync(fd_.get()) != 0) {
    return base::ErrnoStatus(errno, absl::StrCat("cannot sync ", name_));
  }
  RemoveResumeRecord(directory_, name_);
  download->bytes = size_;
  download->resumed = resumed_;
  if (digest_.has_value()) download->digest = digest_->Finish();
  transfer_.Report(size_, size_, /*last=*/true);
  return absl::OkStatus();
}

// Seconds or a date.
absl::Duration RetryAfter(const HttpReply& reply) {
  const std::string text = reply.Header("retry-after");
  if (int seconds = 0; absl::SimpleAtoi(text, &seconds) && seconds >= 0) {
    return absl::Seconds(seconds);
  }
  const time_t at = text.empty() ? -1 : curl_getdate(text.c_str(), nullptr);
  if (at < 0) return absl::ZeroDuration();
  return std::max(absl::ZeroDuration(), absl::FromTimeT(at) - absl::Now());
}

// One request, made into a status that says whether the file is complete.
absl::Status Try(const DownloadRequest& request, PartFile& part,
                 const Transfer& transfer, Download* download) {
  do {
    if (part.refused_range()) RETURN_IF_ERROR(part.StartOver());
    HttpRequest http = request.http;
    for (auto& [name, value] : part.RangeHeaders()) {
      http.own_headers[name] = value;
    }
    ++download->requests;
    download->reply = HttpReply();
    ASSIGN_OR_RETURN(download->reply, HttpGet(http, transfer, part));
  } while (part.refused_range());  // the second time there is no range
  const int status = download->reply.status;
  const bool is_range = status == 206 && part.resumed();
  if (status != 200 && !is_range) return BadResponseCode(status);
  if (part.total().has_value() && part.size() != *part.total()) {
    const int64_t total = *part.total();
    const int64_t size = part.size();
    if (size > total) RETURN_IF_ERROR(part.StartOver());
    return absl::UnavailableError(
        absl::StrCat("unexpected EOF: got ", size, " of ", total, " bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<ContentRange> ParseContentRange(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "bytes ")) return std::nullopt;
  const size_t dash = text.find('-');
  const size_t slash = text.find('/');
  if (dash == absl::string_view::npos || slash == absl::string_view::npos ||
      slash < dash) {
    return std::nullopt;
  }
  ContentRange range;
  const absl::string_view total = text.substr(slash + 1);
  int64_t total_bytes = 0;
  if (!absl::SimpleAtoi(text.substr(0, dash), &range.first) ||
      !absl::SimpleAtoi(text.substr(dash + 1, slash - dash - 1), &range.last) ||
      range.first < 0 || range.last < range.first) {
    return std::nullopt;
  }
  if (total != "*") {
    if (!absl::SimpleAtoi(total, &total_bytes) || total_bytes <= range.last) {
      return std::nullopt;
    }
    range.total = total_bytes;
  }
  return range;
}

absl::StatusOr<Download> DownloadFile(const DownloadRequest& request,
                                      int directory, const std::string& part,
                                      Transfer& transfer) {
  const Options& options = transfer.options();
  PartFile file(request, directory, part, transfer);
  RETURN_IF_ERROR(file.Open());
  Download download;
  absl::BitGen random;
  int64_t received = 0;
  for (int failures = 1;; ++failures) {
    const absl::Status status = file.is_complete()
                                    ? absl::OkStatus()
                                    : Try(request, file, transfer, &download);
    if (status.ok()) {
      RETURN_IF_ERROR(file.Finish(&download));
      return download;
    }
    if (file.received() - received >= kProgressBytes) failures = 1;
    received = file.received();
    if (!IsWorthRetrying(status) || failures >= options.max_attempts) {
      return status;
    }
    const absl::Duration delay = std::max(
        RetryDelay(options, failures, absl::Uniform<double>(random, 0, 1)),
        std::min(RetryAfter(download.reply), options.max_retry_delay));
    // Waiting for nothing would only hide what went wrong.
    if (delay >= transfer.TimeLeft()) return status;
    RETURN_IF_ERROR(transfer.Sleep(delay));
  }
}

}  // namespace artifact
