#include "artifact/fetcher.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "artifact/beneath.h"
#include "artifact/checksum_list.h"
#include "artifact/commit.h"
#include "artifact/digest.h"
#include "artifact/directory.h"
#include "artifact/inspect.h"
#include "artifact/subdirectory.h"
#include "base/file.h"
#include "base/status.h"

namespace artifact {
namespace {

// What is merged into the place.
constexpr char kResult[] = "result";
// Where a checksum list is fetched to.
constexpr char kList[] = "list";
constexpr int64_t kMaxListBytes = int64_t{16} << 20;

// What unpacking and moving may take besides the transfer: as Nomad has it,
// all together end a minute after the longest of the timeouts.
absl::Duration OverallTimeout(const Options& options) {
  absl::Duration longest = absl::Minutes(30);
  for (const absl::Duration timeout :
       {options.http_read_timeout, options.git_timeout, options.hg_timeout,
        options.s3_timeout, options.gcs_timeout}) {
    if (timeout <= absl::ZeroDuration()) return absl::InfiniteDuration();
    longest = std::max(longest, timeout);
  }
  return longest + absl::Minutes(1);
}

std::pair<std::string, std::string> SplitLast(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

Fetcher::Fetcher(const Request& request, const Options& options,
                 const Control& control)
    : request_(request),
      options_(options),
      transfer_(options, control.cancellation, control.progress),
      worker_(NewLocalWorker()) {}

std::string Fetcher::FinalPath() const {
  const std::string destination = plan_.destination.path();
  if (plan_.mode != Mode::kAny || plan_.file_name.empty() || fetched_.is_tree) {
    return destination;
  }
  return absl::StrCat(destination, absl::EndsWith(destination, "/") ? "" : "/",
                      plan_.file_name);
}

std::string Fetcher::DestinationName() const {
  return PathParts(plan_.destination.relative).back();
}

absl::Status Fetcher::CheckDestination() const {
  struct stat status;
  if (IsIntoParent() && place_.missing.empty() &&
      fstatat(place_.anchor.get(), DestinationName().c_str(), &status,
              AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISDIR(status.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("open ", plan_.destination.path(), ": is a directory"));
  }
  if (plan_.mode == Mode::kAny && plan_.is_plain_file() &&
      plan_.source.url.path.empty() && plan_.file_name.empty() &&
      place_.missing.empty() && !plan_.getter->only_trees()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "open ", plan_.destination.path(),
        ": is a directory, and the source has no path to name a file after"));
  }
  return absl::OkStatus();
}

bool Fetcher::IsInPlace() const {
  if (!expected_.has_value() || !plan_.is_plain_file() ||
      !place_.missing.empty()) {
    return false;
  }
  const std::string name = IsIntoParent() ? DestinationName() : plan_.file_name;
  if (name.empty()) return false;
  // A FIFO would not let go of us.
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

absl::Status Fetcher::LearnChecksum(int staging) {
  const std::string& text = plan_.checksum.list_source;
  constexpr absl::string_view kInvalid = "invalid checksum: ";
  absl::StatusOr<Source> source = ParseSource(text, {});
  if (!source.ok()) return base::Prefixed(kInvalid, source.status());
  absl::StatusOr<const Getter*> getter = FindGetter(source->getter, options_);
  if (!getter.ok()) {
    return base::Prefixed(
        absl::StrCat(kInvalid, "Error downloading checksum file: "),
        getter.status());
  }
  GetRequest get;
  get.source = *std::move(source);
  get.want = GetRequest::Want::kFile;
  // What the user says to one server is not for another.
  if (get.source.url.SameOrigin(plan_.source.url)) {
    get.headers = request_.headers;
    get.insecure = request_.insecure;
  }
  get.max_bytes = kMaxListBytes;
  (void)RemoveTreeAt(staging, kList);  // of a fetch that was killed
  ASSIGN_OR_RETURN(const base::UniqueFd directory,
                   MakeDirectoriesBeneath(staging, kList));
  const absl::StatusOr<Fetched> list =
      worker_->Get(get, directory.get(), transfer_);
  if (!list.ok()) {
    return base::Prefixed(
        absl::StrCat(kInvalid, "Error downloading checksum file: "),
        list.status());
  }
  ASSIGN_OR_RETURN(const std::string lines,
                   base::ReadFileAt(directory.get(), kPartFile, kMaxListBytes));
  expected_ = FindInChecksumList(
      lines, NamesInChecksumList(get.source.url.path, plan_.source.url.path));
  if (!expected_.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kInvalid, "no checksum found in: ", RedactSource(text)));
  }
  return absl::OkStatus();
}

absl::Status Fetcher::Verify(const Fetched& fetched) const {
  if (!expected_.has_value()) return absl::OkStatus();
  if (!fetched.digest.has_value()) {
    return absl::InvalidArgumentError(
        "checksum cannot be specified for directory download");
  }
  if (*fetched.digest == *expected_) return absl::OkStatus();
  return Mismatch(absl::CHexEscape(FinalPath()), *expected_, *fetched.digest);
}

absl::Status Fetcher::Download(int directory) {
  GetRequest get;
  get.source = plan_.source;
  get.headers = request_.headers;
  get.insecure = request_.insecure;
  get.max_bytes = options_.http_max_size;
  if (expected_.has_value()) get.digest = expected_->type;
  if (plan_.archive.has_value() || plan_.mode == Mode::kFile) {
    get.want = GetRequest::Want::kFile;
  } else if (plan_.mode == Mode::kDirectory) {
    get.want = GetRequest::Want::kTree;
  }
  ASSIGN_OR_RETURN(fetched_, worker_->Get(get, directory, transfer_));
  result_.attempts += fetched_.requests;
  absl::Status verified = Verify(fetched_);
  if (!verified.ok()) {
    // Nothing of it may be taken for a part to go on with.
    (void)unlinkat(directory, kPartFile, 0);
  }
  if (!verified.ok() && fetched_.resumed) {
    // The pieces do not fit: the file changed and the server did not tell.
    ASSIGN_OR_RETURN(fetched_, worker_->Get(get, directory, transfer_));
    result_.attempts += fetched_.requests;
    verified = Verify(fetched_);
  }
  RETURN_IF_ERROR(verified);
  result_.bytes = fetched_.bytes;
  return absl::OkStatus();
}

absl::Status Fetcher::Obtain(int staging) {
  const bool is_cacheable = !options_.cache_dir.empty() &&
                            expected_.has_value() && Cache::Keeps(*expected_);
  if (is_cacheable) {
    const absl::StatusOr<Cache> cache = Cache::Open(
        options_.cache_dir, options_.cache_max_bytes, request_.cache_scope);
    // A cache that cannot be used is not worth failing for.
    if (cache.ok()) return ObtainThroughCache(*cache, staging);
  }
  return Download(staging);
}

absl::Status Fetcher::ObtainThroughCache(const Cache& cache, int staging) {
  absl::StatusOr<base::UniqueFd> found = cache.Find(*expected_);
  if (!found.ok()) {
    ASSIGN_OR_RETURN(Cache::Download download,
                     cache.Begin(*expected_, transfer_));
    // Somebody else may have fetched it meanwhile.
    found = cache.Find(*expected_);
    if (found.ok()) {
      result_.from_cache = true;
    } else {
      RETURN_IF_ERROR(Download(download.directory()));
      found = cache.Insert(*expected_, std::move(download));
      RETURN_IF_ERROR(found.status());
    }
  } else {
    result_.from_cache = true;
  }
  struct stat status;
  if (fstat(found->get(), &status) == 0) result_.bytes = status.st_size;
  if (plan_.archive.has_value()) {
    cached_ = *std::move(found);
    return absl::OkStatus();
  }
  const base::UniqueFd copy(
      openat(staging, kPartFile,
             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!copy.valid()) return base::ErrnoStatus(errno, "cannot create part");
  return CopyFile(found->get(), copy.get(), transfer_);
}

absl::Status Fetcher::ArrangeFile(int staging, const std::string& from) {
  std::string name;
  if (IsIntoParent()) {
    name = DestinationName();
  } else {
    if (plan_.file_name.empty()) plan_.file_name = fetched_.suggested_name;
    name = plan_.file_name;
    if (name.empty() || name == "." || name == ".." ||
        absl::StrContains(name, '\0')) {
      return absl::FailedPreconditionError(
          "the source has no path to name the file after, and the server did "
          "not name it; use mode = \"file\" or the option filename");
    }
  }
  const auto [directory, base_name] = SplitLast(name);
  ASSIGN_OR_RETURN(
      const base::UniqueFd into,
      MakeDirectoriesBeneath(staging, absl::StrCat(kResult, "/", directory)));
  if (renameat(staging, from.c_str(), into.get(), base_name.c_str()) != 0) {
    const int error = errno;
    if (error == ENAMETOOLONG) {
      return absl::FailedPreconditionError(absl::StrCat(
          "open ", absl::CHexEscape(name), ": file name too long"));
    }
    return base::ErrnoStatus(
        error, absl::StrCat("open ", absl::CHexEscape(FinalPath())));
  }
  return absl::OkStatus();
}

absl::Status Fetcher::ArrangeTree(int staging) {
  std::string path = kTreeDirectory;
  ASSIGN_OR_RETURN(const base::UniqueFd tree,
                   OpenBeneath(staging, path, O_RDONLY | O_DIRECTORY));
  if (!plan_.source.subdirectory.empty()) {
    ASSIGN_OR_RETURN(const std::string sub,
                     FindSubdirectory(tree.get(), plan_.source.subdirectory,
                                      /*may_be_file=*/IsIntoParent()));
    path = absl::StrCat(path, "/", sub);
  }
  if (!IsIntoParent()) {
    if (renameat(staging, path.c_str(), staging, kResult) != 0) {
      return base::ErrnoStatus(errno, "cannot move the result");
    }
    return absl::OkStatus();
  }
  // Mode file: there is one file in it, however deep.
  std::string file;
  std::vector<std::string> ahead = {path};
  while (!ahead.empty()) {
    const std::string at = std::move(ahead.back());
    ahead.pop_back();
    struct stat status;
    if (fstatat(staging, at.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return base::ErrnoStatus(errno, "cannot stat what was unpacked");
    }
    if (S_ISDIR(status.st_mode)) {
      ASSIGN_OR_RETURN(const base::UniqueFd directory,
                       OpenBeneath(staging, at, O_RDONLY | O_DIRECTORY));
      ASSIGN_OR_RETURN(const std::vector<std::string> names,
                       EntriesOf(directory.get()));
      for (const std::string& name : names) {
        ahead.push_back(absl::StrCat(at, "/", name));
      }
    } else if (!file.empty() || !S_ISREG(status.st_mode)) {
      return absl::FailedPreconditionError(
          "expected a single file, got multiple: mode is \"file\"");
    } else {
      file = at;
    }
  }
  if (file.empty()) {
    return absl::FailedPreconditionError(
        "expected a single file, got none: mode is \"file\"");
  }
  return ArrangeFile(staging, file);
}

absl::Status Fetcher::Arrange(int staging) {
  if (plan_.archive.has_value()) {
    base::UniqueFd archive = std::move(cached_);
    if (!archive.valid()) {
      archive = base::UniqueFd(
          openat(staging, kPartFile, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!archive.valid()) {
      return base::ErrnoStatus(errno, "cannot open what was downloaded");
    }
    const bool is_file = plan_.archive->is_single_file();
    const std::string name = is_file ? "file" : kTreeDirectory;
    const auto unpacked = worker_->Unpack(archive.get(), *plan_.archive,
                                          staging, name, transfer_);
    RETURN_IF_ERROR(unpacked.status());
    (void)unlinkat(staging, kPartFile, 0);
    if (is_file) return ArrangeFile(staging, name);
    fetched_.is_tree = true;
  }
  if (fetched_.is_tree) return ArrangeTree(staging);
  return ArrangeFile(staging, kPartFile);
}

absl::Status Fetcher::PutInPlace(int staging) {
  const bool has_subdirectory = !plan_.source.subdirectory.empty();
  const bool is_repository = plan_.getter->only_trees();
  InspectRules rules;
  rules.owner = request_.chown;
  rules.allows_links = !(is_repository && has_subdirectory);
  rules.checks_links =
      plan_.archive.has_value() || !options_.disable_artifact_inspection;
  {
    ASSIGN_OR_RETURN(const base::UniqueFd result,
                     OpenBeneath(staging, kResult, O_RDONLY | O_DIRECTORY));
    RETURN_IF_ERROR(InspectTree(result.get(), rules));
    if (!IsIntoParent() && !place_.missing.empty() && rules.owner.has_value() &&
        fchown(result.get(), rules.owner->uid, rules.owner->gid) != 0) {
      return base::ErrnoStatus(errno, "cannot change the owner");
    }
    // A file was synced when it came; of a tree that is cheaper at once.
    if (fetched_.is_tree && options_.sync && syncfs(result.get()) != 0) {
      return base::ErrnoStatus(errno, "cannot sync the file system");
    }
  }
  RETURN_IF_ERROR(transfer_.Check());
  if (has_subdirectory && !IsIntoParent()) {
    // A subdirectory replaces what was there.
    return Commit(staging, kResult, place_,
                  [](absl::string_view name) { return !IsStagingName(name); });
  }
  if (is_repository && !IsIntoParent()) {
    // Nothing of another repository may live on in this one.
    return Commit(staging, kResult, place_, [](absl::string_view name) {
      return absl::EqualsIgnoreCase(name, ".git") ||
             absl::EqualsIgnoreCase(name, ".hg");
    });
  }
  return Commit(staging, kResult, place_);
}

absl::StatusOr<Result> Fetcher::Run() {
  ASSIGN_OR_RETURN(plan_, MakePlan(request_, options_));
  transfer_.SetTimeout(plan_.getter->Timeout(options_));
  RETURN_IF_ERROR(transfer_.Check());
  ASSIGN_OR_RETURN(place_, OpenPlace(plan_.destination, IsIntoParent()));
  RETURN_IF_ERROR(CheckDestination());

  expected_ = plan_.checksum.checksum;
  if (!IsInPlace()) {
    // The key tells what can be resumed; it holds no secrets in clear.
    Digest key(DigestType::kSha256);
    key.Update(
        absl::StrCat(plan_.source.ToString(), "\n", plan_.destination.path()));
    ASSIGN_OR_RETURN(Staging staging,
                     Staging::Create(place_, /*beside=*/!IsIntoParent(),
                                     key.Finish().Hex()));
    if (!plan_.checksum.list_source.empty()) {
      RETURN_IF_ERROR(LearnChecksum(staging.fd()));
    }
    if (!IsInPlace()) {
      RETURN_IF_ERROR(Obtain(staging.fd()));
      transfer_.SetTimeout(OverallTimeout(options_));
      RETURN_IF_ERROR(Arrange(staging.fd()));
      RETURN_IF_ERROR(PutInPlace(staging.fd()));
      RETURN_IF_ERROR(staging.Remove());
      result_.path = FinalPath();
      result_.is_directory = fetched_.is_tree && !IsIntoParent();
      return result_;
    }
  }
  result_.path = FinalPath();
  result_.from_cache = true;
  return result_;
}

}  // namespace artifact
