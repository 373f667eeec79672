#include "artifact/artifact.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "artifact/checksum.h"
#include "artifact/fetcher.h"
#include "base/mutex.h"

namespace artifact {
namespace {

// No control character of a header or a name reaches a terminal.
absl::Status Printable(const absl::Status& status) {
  std::string text;
  for (const char c : status.message()) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      absl::StrAppendFormat(&text, "\\x%02x", byte);
    } else {
      text.push_back(c);
    }
  }
  return absl::Status(status.code(), text);
}

}  // namespace

absl::StatusOr<Result> Fetch(const Request& request, const Options& options,
                             const Control& control) {
  absl::StatusOr<Result> result = Fetcher(request, options, control).Run();
  if (!result.ok()) return Printable(result.status());
  return result;
}

std::vector<absl::StatusOr<Result>> FetchAll(
    const std::vector<Request>& requests, const Options& options,
    const Cancellation* cancellation,
    const std::function<void(size_t index, const absl::StatusOr<Result>&)>&
        done) {
  std::vector<absl::StatusOr<Result>> results(
      requests.size(), absl::UnknownError("not fetched"));
  base::Mutex mutex;
  base::CondVar changed;
  std::deque<size_t> finished;  // guarded by the mutex
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < requests.size(); i = next++) {
      results[i] = Fetch(requests[i], options, {.cancellation = cancellation});
      base::MutexLock lock(&mutex);
      finished.push_back(i);
      changed.Signal();
    }
  };
  std::vector<std::thread> threads(std::min<size_t>(
      requests.size(), static_cast<size_t>(std::max(1, options.max_parallel))));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (size_t count = 0; count < requests.size(); ++count) {
    size_t index = 0;
    {
      base::MutexLock lock(&mutex);
      while (finished.empty()) changed.Wait(&mutex);
      index = finished.front();
      finished.pop_front();
    }
    if (done) done(index, results[index]);
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

absl::Status Validate(const Request& request) {
  if (request.source.empty()) {
    return absl::InvalidArgumentError("source must be specified");
  }
  const auto checksum = request.options.find("checksum");
  if (checksum != request.options.end()) {
    return ValidateChecksumOption(checksum->second);
  }
  return absl::OkStatus();
}

std::string DefaultDestination(absl::string_view source, Mode mode) {
  if (mode != Mode::kFile) return "local/";
  source = source.substr(0, std::min(source.find('?'), source.size()));
  source = source.substr(0, std::min(source.find('#'), source.size()));
  while (absl::EndsWith(source, "/")) source.remove_suffix(1);
  return absl::StrCat("local/", source.substr(source.rfind('/') + 1));
}

}  // namespace artifact
