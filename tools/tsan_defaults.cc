// What ThreadSanitizer is told in every program of --config=tsan.
//
// Debian's Abseil is not built with it, so it does not see the atomic counter
// by which copies of an absl::Status share their text: the last owner's delete
// looks like a race with a read by an earlier one.

extern "C" const char* __tsan_default_suppressions() {
  return "race:absl::debian3::Status::UnrefNonInlined\n";
}
