// A plan as the shim reads it: mapped, checked, offsets turned into pointers.
//
// The driver writes plans (driver/plan.h) and is trusted; the checks are there
// so that a mistake becomes an error and not a wild pointer.

#ifndef DROVER_DRIVER_SHIM_PLAN_VIEW_H_
#define DROVER_DRIVER_SHIM_PLAN_VIEW_H_

#include <cstddef>
#include <cstdint>

#include "driver/shim/child.h"
#include "driver/shim/protocol.h"

namespace driver::shim {

class PlanView {
 public:
  PlanView() = default;
  ~PlanView() { Unmap(); }
  PlanView(const PlanView&) = delete;
  PlanView& operator=(const PlanView&) = delete;

  // Maps the memory file privately. Returns 0 or an errno (EBADMSG for a plan
  // that does not hold together).
  int Map(int fd);
  void Unmap();

  const Plan& plan() const { return *plan_; }
  // The text at an offset; "" for 0.
  const char* Text(uint32_t offset) const;
  // Fills in what the plan decides of a child.
  void FillChild(ChildPlan* child) const;

 private:
  bool Holds(uint32_t offset, uint64_t count, uint64_t size) const;
  bool IsText(uint32_t offset) const;
  bool Check() const;
  void FillPointers();

  char* base_ = nullptr;
  size_t size_ = 0;
  Plan* plan_ = nullptr;
};

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_PLAN_VIEW_H_
