// Functions that expressions may call.
//
//   FunctionTable table = StandardFunctions();          // the pure ones
//   AddFileFunctions({.base_dir = "/jobs"}, &table);    // command line only
//   context.set_functions(&table);
//
// Each group has its own file (functions_number.cc, functions_string.cc, ...).
//
// Threads:    a table is immutable after it was filled.

#ifndef DROVER_HCL_FUNCTIONS_H_
#define DROVER_HCL_FUNCTIONS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "hcl/eval.h"
#include "hcl/value.h"

namespace hcl {

struct Parameter {
  std::string name;
  Type type;                // arguments are converted; dynamic takes all
  bool allow_null = false;  // otherwise a null argument is an error
};

struct Function {
  // How arguments reach the function. The special forms look at expressions
  // and are evaluated by the evaluator itself: try, can, convert.
  enum class Form { kOrdinary, kTry, kCan, kConvert };

  // Arguments have their parameters' types, and are wholly known: unknown
  // arguments give an unknown result without a call. The error's text
  // continues `Call to function "x" failed: `; ArgumentError() names the
  // argument that is to blame.
  using Body = std::function<absl::StatusOr<Value>(
      absl::Span<const Value> arguments, Budget& budget)>;

  std::vector<Parameter> parameters;
  absl::optional<Parameter> variadic;  // any number of further arguments
  Body body;
  Form form = Form::kOrdinary;
};

// An error that points at argument `index` (from 0).
absl::Status ArgumentError(int index, absl::string_view message);
// The index that ArgumentError() stored, or -1.
int ArgumentIndex(const absl::Status& status);

class FunctionTable {
 public:
  void Add(absl::string_view name, Function function);
  const Function* Find(absl::string_view name) const;  // null if unknown
  std::vector<std::string> Names() const;

 private:
  absl::btree_map<std::string, Function> functions_;
};

// All functions without access to files. File functions are in the table too
// and fail with "filesystem function disabled", until AddFileFunctions().
FunctionTable StandardFunctions();

struct FileFunctionOptions {
  std::string base_dir;  // relative paths start here; empty: current directory
};
void AddFileFunctions(const FileFunctionOptions& options, FunctionTable* table);

}  // namespace hcl

#endif  // DROVER_HCL_FUNCTIONS_H_
