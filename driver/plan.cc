#include "driver/plan.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"

namespace driver {
namespace {

constexpr size_t kMaxPlan = size_t{64} << 20;

class Buffer {
 public:
  Buffer() : bytes_(sizeof(shim::Plan), '\0') {}

  uint32_t Text(const std::string& text) {
    if (text.find('\0') != std::string::npos && bad_.empty()) {
      bad_ = text.substr(0, text.find('\0'));
    }
    const auto offset = static_cast<uint32_t>(bytes_.size());
    bytes_.append(text.c_str(), text.size() + 1);
    return offset;
  }

  uint32_t Numbers(const std::vector<uint32_t>& numbers) {
    const uint32_t offset = Align(sizeof(uint32_t));
    bytes_.append(reinterpret_cast<const char*>(numbers.data()),
                  numbers.size() * sizeof(uint32_t));
    return offset;
  }

  uint32_t Texts(const std::vector<std::string>& texts) {
    std::vector<uint32_t> offsets;
    offsets.reserve(texts.size());
    for (const std::string& text : texts) offsets.push_back(Text(text));
    return Numbers(offsets);
  }

  uint32_t Room(size_t size) {
    const uint32_t offset = Align(sizeof(char*));
    bytes_.append(size, '\0');
    return offset;
  }

  // The text (up to its NUL) that cannot be passed, or "".
  const std::string& bad() const { return bad_; }

  std::string Finish(shim::Plan* plan) {
    bytes_.push_back('\0');
    plan->size = static_cast<uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), plan, sizeof(*plan));
    return std::move(bytes_);
  }

  size_t size() const { return bytes_.size(); }

 private:
  uint32_t Align(size_t to) {
    bytes_.append((to - bytes_.size() % to) % to, '\0');
    return static_cast<uint32_t>(bytes_.size());
  }

  std::string bytes_;
  std::string bad_;
};

}  // namespace

absl::StatusOr<base::UniqueFd> WritePlan(const ProcessPlan& process) {
  shim::Plan plan = {};
  Buffer buffer;
  size_t total = 0;
  for (const auto* list : {&process.arguments, &process.environment}) {
    for (const std::string& text : *list) total += text.size() + 1;
  }
  if (total > kMaxPlan) {
    return absl::InvalidArgumentError(
        absl::StrCat("arguments and environment are ", total,
                     " bytes long, more than any program can be given"));
  }
  plan.title = buffer.Text(process.title);
  plan.path = buffer.Text(process.path);
  plan.cwd = buffer.Text(process.cwd);
  plan.argument_count = static_cast<uint32_t>(process.arguments.size());
  plan.arguments = buffer.Texts(process.arguments);
  plan.variable_count = static_cast<uint32_t>(process.environment.size());
  plan.variables = buffer.Texts(process.environment);
  plan.pointers =
      buffer.Room((process.arguments.size() + process.environment.size() + 2) *
                  sizeof(char*));
  plan.switch_user = process.user.switches ? 1 : 0;
  plan.uid = process.user.uid;
  plan.gid = process.user.gid;
  plan.group_count = static_cast<uint32_t>(process.user.groups.size());
  plan.supplementary =
      buffer.Numbers({process.user.groups.begin(), process.user.groups.end()});
  plan.oom_score_adj = process.oom_score_adj.value_or(0);
  plan.oom_required = process.oom_score_adj.has_value() ? 1 : 0;
  plan.terminal = process.terminal ? 1 : 0;
  for (const PlannedLog& log : process.logs) {
    plan.logs[plan.log_count++] = {buffer.Text(log.name), log.index, log.oldest,
                                   log.max_files, log.max_bytes};
  }
  for (const PlannedGroup& group : process.groups) {
    plan.cgroups[plan.cgroup_count++] = {group.kind, buffer.Text(group.path),
                                         group.counts_oom ? 1U : 0U};
  }
  if (!buffer.bad().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a NUL byte cannot be passed to a program; it follows \"",
                     buffer.bad(), "\" in an argument or a variable"));
  }
  const std::string bytes = buffer.Finish(&plan);

  base::UniqueFd fd(memfd_create("drover-plan", MFD_CLOEXEC));
  if (!fd.valid()) return base::ErrnoStatus(errno, "cannot make a memory file");
  RETURN_IF_ERROR(base::WriteAll(fd.get(), bytes));
  return fd;
}

}  // namespace driver
