#include "hcl/functions.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "hcl/function_groups.h"

namespace hcl {

namespace {

constexpr char kArgumentUrl[] = "hcl/argument";

}  // namespace

absl::Status ArgumentError(int index, absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kArgumentUrl, absl::Cord(absl::StrCat(index)));
  return status;
}

int ArgumentIndex(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kArgumentUrl);
  int index = -1;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &index)) {
    return -1;
  }
  return index;
}

void FunctionTable::Add(absl::string_view name, Function function) {
  functions_.insert_or_assign(std::string(name), std::move(function));
}

const Function* FunctionTable::Find(absl::string_view name) const {
  const auto it = functions_.find(name);
  return it == functions_.end() ? nullptr : &it->second;
}

std::vector<std::string> FunctionTable::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : functions_) names.push_back(name);
  return names;
}

absl::StatusOr<int> IntArgument(Arguments arguments, int index) {
  const Number& number = arguments[static_cast<size_t>(index)].AsNumber();
  const absl::optional<int64_t> value = number.AsInt64();
  if (!value.has_value()) {
    return ArgumentError(index, number.IsInteger()
                                    ? "this number is out of range"
                                    : "a whole number is required");
  }
  if (*value < std::numeric_limits<int>::min() ||
      *value > std::numeric_limits<int>::max()) {
    return ArgumentError(index, "this number is out of range");
  }
  return static_cast<int>(*value);
}

absl::Status PayForString(size_t bytes, Budget& budget) {
  if (bytes > kMaxStringBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the resulting string would be longer than ",
                     kMaxStringBytes, " bytes"));
  }
  if (!budget.Spend(static_cast<int64_t>(bytes / 64))) {
    return absl::ResourceExhaustedError("the evaluation budget is spent");
  }
  return absl::OkStatus();
}

absl::Status PayForElements(size_t count, Budget& budget) {
  constexpr size_t kMany = size_t{1} << 40;
  if (!budget.Spend(static_cast<int64_t>(std::min(count, kMany)))) {
    return absl::ResourceExhaustedError("the evaluation budget is spent");
  }
  return absl::OkStatus();
}

FunctionTable StandardFunctions() {
  FunctionTable table;
  for (const auto& [name, form] :
       {std::make_pair("try", Function::Form::kTry),
        std::make_pair("can", Function::Form::kCan),
        std::make_pair("convert", Function::Form::kConvert)}) {
    Function function;
    function.form = form;
    table.Add(name, std::move(function));
  }
  AddNumberFunctions(&table);
  AddStringFunctions(&table);
  AddCollectionFunctions(&table);
  AddSetFunctions(&table);
  AddDisabledFileFunctions(&table);
  return table;
}

}  // namespace hcl
