// Templates.

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/nodes.h"

namespace hcl {

namespace {

constexpr char kSummary[] = "Invalid template interpolation value";

// Appends the text of one part. False: there was an error, or the part is
// unknown.
bool AppendPart(const Value& part, const Range& range, std::string* out,
                Diagnostics* diagnostics) {
  if (part.IsNull()) {
    diagnostics->Error(range, kSummary,
                       "The expression result is null. Cannot include a null "
                       "value in a string template.");
    return false;
  }
  if (part.IsString()) {
    *out += part.AsString();
    return true;
  }
  const absl::StatusOr<Value> text = Convert(part, Type::String());
  if (!text.ok()) {
    diagnostics->Error(
        range, kSummary,
        absl::StrCat("Cannot include the given value in a string template: ",
                     text.status().message(), "."));
    return false;
  }
  if (!text->IsKnown()) return false;
  *out += text->AsString();
  return true;
}

bool PayForText(const std::string& text, const EvalContext& context,
                const Range& range, Diagnostics* diagnostics) {
  return SpendSteps(context, static_cast<int64_t>(text.size() / 64), range,
                    diagnostics);
}

}  // namespace

Value TemplateNode::DoEval(const EvalContext& context,
                           Diagnostics* diagnostics) const {
  std::string text;
  bool known = true;
  for (const NodePtr& part : parts_) {
    const Value value = part->Eval(context, diagnostics);
    const size_t before = text.size();
    if (!AppendPart(value, part->range(), &text, diagnostics)) known = false;
    // Paid for part by part, so that no string can grow without end.
    if (!SpendSteps(context, static_cast<int64_t>((text.size() - before) / 64),
                    range(), diagnostics)) {
      return Value::Unknown(Type::String());
    }
  }
  return known ? Value::String(text) : Value::Unknown(Type::String());
}

Value TemplateJoinNode::DoEval(const EvalContext& context,
                               Diagnostics* diagnostics) const {
  const Value tuple = tuple_->Eval(context, diagnostics);
  if (!tuple.IsSequence()) return Value::Unknown(Type::String());
  std::string text;
  for (const Value& part : tuple.AsList()) {
    if (!AppendPart(part, range(), &text, diagnostics)) {
      return Value::Unknown(Type::String());
    }
  }
  if (!PayForText(text, context, range(), diagnostics)) {
    return Value::Unknown(Type::String());
  }
  return Value::String(text);
}

}  // namespace hcl
