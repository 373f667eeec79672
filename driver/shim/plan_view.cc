#include "driver/shim/plan_view.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace driver::shim {

int PlanView::Map(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  if (status.st_size < static_cast<off_t>(sizeof(Plan)) ||
      status.st_size > off_t{1} << 30) {
    return EBADMSG;
  }
  size_ = static_cast<size_t>(status.st_size);
  // Private and writable: the pointers are filled in here.
  void* mapped =
      mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) return errno;
  base_ = static_cast<char*>(mapped);
  plan_ = static_cast<Plan*>(mapped);
  if (!Check()) return EBADMSG;
  FillPointers();
  return 0;
}

void PlanView::Unmap() {
  if (base_ != nullptr) (void)munmap(base_, size_);
  base_ = nullptr;
  plan_ = nullptr;
}

bool PlanView::Holds(uint32_t offset, uint64_t count, uint64_t size) const {
  return count <= size_ / size && offset <= size_ &&
         count * size <= size_ - offset;
}

bool PlanView::IsText(uint32_t offset) const {
  return offset < size_ &&
         memchr(base_ + offset, '\0', size_ - offset) != nullptr;
}

bool PlanView::Check() const {
  const Plan& plan = *plan_;
  if (plan.size != size_ || plan.log_count > 2 ||
      plan.cgroup_count > kMaxGroups || !IsText(plan.title) ||
      !IsText(plan.path) || !IsText(plan.cwd) || plan.arguments % 4 != 0 ||
      plan.variables % 4 != 0 || plan.supplementary % 4 != 0 ||
      plan.pointers % sizeof(char*) != 0 ||
      !Holds(plan.arguments, plan.argument_count, 4) ||
      !Holds(plan.variables, plan.variable_count, 4) ||
      !Holds(plan.supplementary, plan.group_count, 4) ||
      !Holds(plan.pointers,
             uint64_t{plan.argument_count} + plan.variable_count + 2,
             sizeof(char*))) {
    return false;
  }
  for (uint32_t i = 0; i < plan.log_count; ++i) {
    if (!IsText(plan.logs[i].name)) return false;
  }
  for (uint32_t i = 0; i < plan.cgroup_count; ++i) {
    if (!IsText(plan.cgroups[i].path)) return false;
  }
  const auto all_text = [this](uint32_t list, uint32_t count) {
    const auto* offsets = reinterpret_cast<const uint32_t*>(base_ + list);
    for (uint32_t i = 0; i < count; ++i) {
      if (offsets[i] >= size_) return false;
    }
    return true;
  };
  // One check for the end serves all of them: the last byte is NUL.
  return base_[size_ - 1] == '\0' &&
         all_text(plan.arguments, plan.argument_count) &&
         all_text(plan.variables, plan.variable_count);
}

void PlanView::FillPointers() {
  char** out = reinterpret_cast<char**>(base_ + plan_->pointers);
  const auto fill = [&](uint32_t list, uint32_t count) {
    const auto* offsets = reinterpret_cast<const uint32_t*>(base_ + list);
    for (uint32_t i = 0; i < count; ++i) *out++ = base_ + offsets[i];
    *out++ = nullptr;
  };
  fill(plan_->arguments, plan_->argument_count);
  fill(plan_->variables, plan_->variable_count);
}

const char* PlanView::Text(uint32_t offset) const {
  return offset == 0 ? "" : base_ + offset;
}

void PlanView::FillChild(ChildPlan* child) const {
  const Plan& plan = *plan_;
  char** pointers = reinterpret_cast<char**>(base_ + plan.pointers);
  child->path = Text(plan.path);
  child->argv = pointers;
  child->envp = pointers + plan.argument_count + 1;
  child->cwd = Text(plan.cwd);
  child->oom_score_adj = plan.oom_score_adj;
  child->oom_required = plan.oom_required != 0;
  child->terminal = plan.terminal != 0;
  child->switch_user = plan.switch_user != 0;
  child->uid = plan.uid;
  child->gid = plan.gid;
  child->group_count = plan.group_count;
  child->groups = reinterpret_cast<const gid_t*>(base_ + plan.supplementary);
}

}  // namespace driver::shim
