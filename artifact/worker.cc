#include "artifact/worker.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "artifact/beneath.h"
#include "base/status.h"

namespace artifact {
namespace {

class LocalWorker : public Worker {
 public:
  absl::StatusOr<Fetched> Get(const GetRequest& request, int directory,
                              Transfer& transfer) override {
    ASSIGN_OR_RETURN(const Getter* const getter,
                     FindGetter(request.source.getter, transfer.options()));
    return getter->Get(request, directory, transfer);
  }

  absl::StatusOr<Unpacked> Unpack(int archive, const ArchiveType& type,
                                  int directory, const std::string& name,
                                  Transfer& transfer) override {
    if (type.is_single_file()) {
      return UnpackFile(archive, type.compression, directory, name, transfer);
    }
    if (mkdirat(directory, name.c_str(), 0755) != 0) {
      return base::ErrnoStatus(errno, absl::StrCat("cannot make ", name));
    }
    ASSIGN_OR_RETURN(const base::UniqueFd tree,
                     OpenBeneath(directory, name, O_RDONLY | O_DIRECTORY));
    return UnpackTree(archive, type, tree.get(), transfer);
  }
};

}  // namespace

std::unique_ptr<Worker> NewLocalWorker() {
  return std::make_unique<LocalWorker>();
}

}  // namespace artifact
