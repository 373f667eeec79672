#include "hcl/functions.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

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
  return table;
}

}  // namespace hcl
