// The groups of functions, one file each, and what they have in common.
// Private to functions.cc and the groups.

#ifndef DROVER_HCL_FUNCTION_GROUPS_H_
#define DROVER_HCL_FUNCTION_GROUPS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "hcl/functions.h"
#include "hcl/value.h"

namespace hcl {

void AddNumberFunctions(FunctionTable* table);
void AddStringFunctions(FunctionTable* table);
void AddFormatFunctions(FunctionTable* table);
void AddCollectionFunctions(FunctionTable* table);
void AddSetFunctions(FunctionTable* table);
void AddEncodingFunctions(FunctionTable* table);
void AddYamlFunctions(FunctionTable* table);
void AddCryptoFunctions(FunctionTable* table);
void AddDateFunctions(FunctionTable* table);
void AddCidrFunctions(FunctionTable* table);
// The names of AddFileFunctions(), which all fail.
void AddDisabledFileFunctions(FunctionTable* table);

using Arguments = absl::Span<const Value>;
using Result = absl::StatusOr<Value>;

// Strings that a function makes may not be longer.
constexpr size_t kMaxStringBytes = size_t{8} << 20;

inline Parameter StringParameter(absl::string_view name) {
  return {std::string(name), Type::String(), false};
}
inline Parameter NumberParameter(absl::string_view name) {
  return {std::string(name), Type::Number(), false};
}
// Any type, but not null.
inline Parameter AnyParameter(absl::string_view name) {
  return {std::string(name), Type::Dynamic(), false};
}

// A function that takes exactly `parameters`. `body` is called with the
// arguments and, if it wants it, the budget.
template <typename Callable>
Function::Body BodyOf(Callable body) {
  if constexpr (std::is_invocable_v<Callable, Arguments, Budget&>) {
    return body;
  } else {
    return [body](Arguments arguments, Budget&) { return body(arguments); };
  }
}

template <typename Callable>
void Add(FunctionTable* table, absl::string_view name,
         std::vector<Parameter> parameters, Callable body) {
  Function function;
  function.parameters = std::move(parameters);
  function.body = BodyOf(body);
  table->Add(name, std::move(function));
}

// The same with any number of further arguments.
template <typename Callable>
void AddVariadic(FunctionTable* table, absl::string_view name,
                 std::vector<Parameter> parameters, Parameter variadic,
                 Callable body) {
  Function function;
  function.parameters = std::move(parameters);
  function.variadic = std::move(variadic);
  function.body = BodyOf(body);
  table->Add(name, std::move(function));
}

// Argument `index` as a whole number in the range of int.
absl::StatusOr<int> IntArgument(Arguments arguments, int index);

// Takes from the budget what a string of `bytes` costs, and refuses strings
// above kMaxStringBytes: to be asked before the string is made.
absl::Status PayForString(size_t bytes, Budget& budget);
// Takes steps for elements that are about to be made.
absl::Status PayForElements(size_t count, Budget& budget);

}  // namespace hcl

#endif  // DROVER_HCL_FUNCTION_GROUPS_H_
