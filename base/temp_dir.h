// A directory for one test, under TEST_TMPDIR, removed with the object.

#ifndef DROVER_BASE_TEMP_DIR_H_
#define DROVER_BASE_TEMP_DIR_H_

#include <string>

namespace base {

class TempDir {
 public:
  TempDir();   // aborts when the directory cannot be made
  ~TempDir();  // removes the tree; what cannot be removed fails the test
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  // Absolute, without a slash at the end.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace base

#endif  // DROVER_BASE_TEMP_DIR_H_
