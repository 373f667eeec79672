// What a guest reports of its tests, turned into single cases.
//
// The stream of a guest is a record for each test program and a last line:
//
//   TEST <program> <wait status> <processes left> <groups left> <n> <m>\n
//   <n bytes: GoogleTest's JSON report><m bytes: what the program printed>
//   ...
//   DONE\n
//
// A guest that dies leaves a stream that ends early: that is a case too.
//
// Threads:  free functions without state.
// Errors:   none: whatever is wrong with a stream becomes a failed case.

#ifndef DROVER_CONFORMANCE_GUESTS_GUEST_RESULTS_H_
#define DROVER_CONFORMANCE_GUESTS_GUEST_RESULTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace conformance {

struct GuestCase {
  enum class Outcome { kPassed, kFailed, kSkipped };

  std::string suite;  // "group_kernel_test.GroupTest"
  std::string name;   // "RX_118_KillEndsAForkStorm"
  Outcome outcome = Outcome::kPassed;
  std::string message;  // why it failed or was skipped

  std::string FullName() const { return suite + "." + name; }
};

// The cases of one guest, in order. For each program that should have run there
// are at least the cases "Ends" and "LeavesNothingBehind".
std::vector<GuestCase> ParseGuestResults(
    absl::string_view stream, const std::vector<std::string>& programs);

}  // namespace conformance

#endif  // DROVER_CONFORMANCE_GUESTS_GUEST_RESULTS_H_
