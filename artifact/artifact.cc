#include "artifact/artifact.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "artifact/beneath.h"
#include "artifact/checksum.h"
#include "artifact/commit.h"
#include "artifact/digest.h"
#include "artifact/plan.h"
#include "artifact/staging.h"
#include "base/status.h"

namespace artifact {
namespace {

// What is to be merged into the place.
constexpr char kResult[] = "result";

// One fetch, from the plan to the result.
class Fetcher {
 public:
  Fetcher(const Request& request, const Options& options,
          const Control& control)
      : request_(request),
        options_(options),
        transfer_(options, control.cancellation, control.progress) {}

  absl::StatusOr<Result> Run();

 private:
  // The file or directory, where it will be.
  std::string FinalPath() const;
  // Whether the final file is there with the right contents.
  absl::StatusOr<bool> IsInPlace() const;
  absl::Status LearnChecksum(const Staging& staging);
  absl::Status Verify(const Fetched& fetched) const;
  // Makes `result` in the staging directory out of what was fetched.
  absl::Status Arrange(const Staging& staging, const Fetched& fetched);

  const Request& request_;
  const Options& options_;
  Transfer transfer_;
  Plan plan_;
  Place place_;
  std::optional<Checksum> expected_;
};

std::string Fetcher::FinalPath() const {
  const std::string destination = plan_.destination.path();
  if (plan_.mode != Mode::kAny || plan_.file_name.empty()) return destination;
  return absl::StrCat(destination, absl::EndsWith(destination, "/") ? "" : "/",
                      plan_.file_name);
}

absl::StatusOr<bool> Fetcher::IsInPlace() const {
  if (!expected_.has_value() || !plan_.is_plain_file() ||
      !place_.missing.empty()) {
    return false;
  }
  const std::string name = plan_.mode == Mode::kFile
                               ? PathParts(plan_.destination.relative).back()
                               : plan_.file_name;
  if (name.empty()) return false;
  // Not followed, and not opened for ever if it is a FIFO.
  const auto file = OpenBeneath(place_.anchor.get(), name,
                                O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;
  if (!file.ok() || fstat(file->get(), &status) != 0 ||
      !S_ISREG(status.st_mode)) {
    return false;
  }
  const auto digest = DigestOfFile(file->get(), expected_->type);
  return digest.ok() && *digest == *expected_;
}

absl::Status Fetcher::LearnChecksum(const Staging& staging) {
  expected_ = plan_.checksum.checksum;
  if (plan_.checksum.list_source.empty()) return absl::OkStatus();
  (void)staging;
  return absl::UnimplementedError(
      "invalid checksum: checksum files are not supported by this build");
}

absl::Status Fetcher::Verify(const Fetched& fetched) const {
  if (!expected_.has_value()) return absl::OkStatus();
  if (!fetched.digest.has_value()) {
    return absl::InvalidArgumentError(
        "checksum cannot be specified for directory download");
  }
  if (*fetched.digest == *expected_) return absl::OkStatus();
  return Mismatch(FinalPath(), *expected_, *fetched.digest);
}

absl::Status Fetcher::Arrange(const Staging& staging, const Fetched& fetched) {
  if (plan_.archive.has_value()) {
    return absl::UnimplementedError(
        "cannot unpack: archives are not supported by this build");
  }
  std::string name;
  if (plan_.mode == Mode::kFile) {
    name = PathParts(plan_.destination.relative).back();
  } else if (!plan_.file_name.empty()) {
    name = plan_.file_name;
  } else {
    name = plan_.file_name = fetched.suggested_name;
    if (name.empty() || name == "." || name == ".." || name[0] == '/') {
      return absl::FailedPreconditionError(
          "the source has no path to name the file after, and the server "
          "did not name it; use mode = \"file\" or the option filename");
    }
  }
  const size_t slash = name.rfind('/');
  const std::string directory = absl::StrCat(
      kResult, "/", slash == std::string::npos ? "" : name.substr(0, slash));
  ASSIGN_OR_RETURN(const base::UniqueFd into,
                   MakeDirectoriesBeneath(staging.fd(), directory));
  const std::string base =
      slash == std::string::npos ? name : name.substr(slash + 1);
  if (renameat(staging.fd(), kPartFile, into.get(), base.c_str()) != 0) {
    return base::ErrnoStatus(
        errno, absl::StrCat("open ", absl::CHexEscape(FinalPath())));
  }
  return absl::OkStatus();
}

absl::StatusOr<Result> Fetcher::Run() {
  ASSIGN_OR_RETURN(plan_, MakePlan(request_, options_));
  transfer_.SetTimeout(plan_.getter->Timeout(options_));
  RETURN_IF_ERROR(transfer_.Check());
  const bool into_parent = plan_.mode == Mode::kFile;
  ASSIGN_OR_RETURN(place_, OpenPlace(plan_.destination, into_parent));
  if (into_parent) {
    struct stat status;
    const std::string name = PathParts(plan_.destination.relative).back();
    if (place_.missing.empty() &&
        fstatat(place_.anchor.get(), name.c_str(), &status,
                AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(status.st_mode)) {
      return absl::FailedPreconditionError(
          absl::StrCat("open ", plan_.destination.path(), ": is a directory"));
    }
  }
  if (plan_.mode == Mode::kAny && plan_.file_name.empty() &&
      plan_.is_plain_file() && plan_.source.BaseName().empty() &&
      plan_.source.url.path.empty() && place_.missing.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "open ", plan_.destination.path(),
        ": is a directory, and the source has no path to name a file after"));
  }

  Result result;
  expected_ = plan_.checksum.checksum;
  ASSIGN_OR_RETURN(bool in_place, IsInPlace());
  if (in_place) {
    result.path = FinalPath();
    result.from_cache = true;
    return result;
  }
  ASSIGN_OR_RETURN(Staging staging,
                   Staging::Create(place_, /*beside=*/!into_parent,
                                   absl::StrCat(plan_.source.ToString(), "\n",
                                                plan_.destination.path())));
  if (!plan_.checksum.list_source.empty()) {
    RETURN_IF_ERROR(LearnChecksum(staging));
    ASSIGN_OR_RETURN(in_place, IsInPlace());
    if (in_place) {
      result.path = FinalPath();
      result.from_cache = true;
      return result;
    }
  }

  GetRequest get;
  get.source = plan_.source;
  get.headers = request_.headers;
  get.insecure = request_.insecure;
  get.is_verified = expected_.has_value();
  if (expected_.has_value()) get.digest = expected_->type;
  if (plan_.archive.has_value() || plan_.mode == Mode::kFile) {
    get.want = GetRequest::Want::kFile;
  } else if (plan_.mode == Mode::kDirectory) {
    get.want = GetRequest::Want::kTree;
  }
  ASSIGN_OR_RETURN(Fetched fetched,
                   plan_.getter->Get(get, staging.fd(), transfer_));
  result.attempts = fetched.requests;
  if (fetched.resumed && !Verify(fetched).ok()) {
    // The pieces do not fit: the file changed and the server did not tell.
    (void)unlinkat(staging.fd(), kPartFile, 0);
    ASSIGN_OR_RETURN(fetched, plan_.getter->Get(get, staging.fd(), transfer_));
    result.attempts += fetched.requests;
  }
  RETURN_IF_ERROR(Verify(fetched));
  RETURN_IF_ERROR(Arrange(staging, fetched));
  RETURN_IF_ERROR(transfer_.Check());
  RETURN_IF_ERROR(Commit(staging.fd(), kResult, place_));
  RETURN_IF_ERROR(staging.Remove());
  result.path = FinalPath();
  result.bytes = fetched.bytes;
  return result;
}

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

}  // namespace artifact
