#include "jobspec/variables.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "hcl/convert.h"

namespace jobspec {
namespace {

const hcl::BodySchema& VariableSchema() {
  static const auto* const schema = new hcl::BodySchema{
      .attributes = {{"type"}, {"default"}, {"description"}},
      .blocks = {{"validation", {}}}};
  return *schema;
}

const hcl::BodySchema& ValidationSchema() {
  static const auto* const schema = new hcl::BodySchema{
      .attributes = {{"condition", true}, {"error_message", true}},
      .blocks = {}};
  return *schema;
}

bool IsIdentifier(absl::string_view name) {
  if (name.empty() || absl::ascii_isdigit(name[0]) || name[0] == '-') {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

// Types whose values are written without quotes in -var and the environment.
bool IsPlainText(const absl::optional<hcl::Type>& type) {
  return !type.has_value() || type->kind() == hcl::Type::Kind::kString ||
         type->kind() == hcl::Type::Kind::kNumber;
}

}  // namespace

void Variables::Declare(const hcl::BodyContent& content) {
  for (const hcl::Block& block : content.blocks) {
    if (block.type == "variable") {
      DeclareOne(block);
    } else if (block.type == "variables") {
      for (const hcl::Attribute& attribute :
           block.body->JustAttributes(diagnostics_)) {
        Variable* variable = New(attribute.name, attribute.name_range);
        if (variable != nullptr) ReadDefault(attribute, *variable);
      }
    }
  }
}

Variables::Variable* Variables::New(absl::string_view name,
                                    const hcl::Range& range) {
  if (!IsIdentifier(name)) {
    diagnostics_->Error(
        range, "Invalid variable name",
        "A variable's name begins with a letter or underscore "
        "and has only letters, digits, underscores and dashes.");
    return nullptr;
  }
  const auto [entry, is_new] = variables_.try_emplace(std::string(name));
  if (!is_new) {
    const hcl::Range& first = entry->second.range;
    diagnostics_->Error(range, "Duplicate variable",
                        absl::StrCat("The variable \"", name,
                                     "\" has already been declared in line ",
                                     first.Start().line, "."));
    return nullptr;
  }
  entry->second.name = std::string(name);
  entry->second.range = range;
  return &entry->second;
}

void Variables::DeclareOne(const hcl::Block& block) {
  const hcl::BodyContent content =
      block.body->Content(VariableSchema(), diagnostics_);
  if (block.labels.empty()) return;  // has been reported
  Variable* variable =
      New(block.labels[0], block.label_ranges.empty() ? block.header_range
                                                      : block.label_ranges[0]);
  if (variable == nullptr) return;
  if (const hcl::Attribute* type = content.Find("type")) {
    ReadType(*type, *variable);
  }
  if (const hcl::Attribute* value = content.Find("default")) {
    ReadDefault(*value, *variable);
  }
  if (const hcl::Attribute* description = content.Find("description")) {
    const hcl::Value text =
        description->expression->Evaluate(nullptr, diagnostics_);
    if (text.IsKnown() && !text.IsString()) {
      diagnostics_->Error(description->expression->range(),
                          "Unsuitable value type",
                          "A description is a string.");
    }
  }
  for (const hcl::Block& validation : content.blocks) {
    ReadValidation(validation, *variable);
  }
}

void Variables::ReadType(const hcl::Attribute& attribute, Variable& variable) {
  variable.type = hcl::EvaluateTypeExpression(
      *attribute.expression, /*allow_any=*/false, diagnostics_);
}

void Variables::ReadDefault(const hcl::Attribute& attribute,
                            Variable& variable) {
  const hcl::Value value =
      attribute.expression->Evaluate(nullptr, diagnostics_);
  if (!value.IsWhollyKnown()) return;  // has been reported
  const hcl::Range where = attribute.expression->value_range();
  // Without a type, the default's own is the type of all later values.
  if (!variable.type.has_value()) variable.type = value.type();
  const absl::StatusOr<hcl::Value> converted =
      hcl::Convert(value, *variable.type);
  if (!converted.ok()) {
    diagnostics_->Error(
        where, "Invalid default value for variable",
        absl::StrCat("This default is not compatible with the type ",
                     variable.type->ToString(), ": ",
                     converted.status().message(), "."));
    return;
  }
  variable.value = *converted;
  variable.origin = "default";
  variable.value_range = where;
}

void Variables::ReadValidation(const hcl::Block& block, Variable& variable) {
  const hcl::BodyContent content =
      block.body->Content(ValidationSchema(), diagnostics_);
  const hcl::Attribute* condition = content.Find("condition");
  const hcl::Attribute* message = content.Find("error_message");
  if (condition == nullptr || message == nullptr) return;  // reported

  bool refers_to_itself = false;
  for (const hcl::Traversal& reference : condition->expression->Variables()) {
    const bool is_itself = reference.root == "var" &&
                           !reference.steps.empty() &&
                           reference.steps[0].name == variable.name;
    if (!is_itself) {
      diagnostics_->Error(
          reference.range, "Invalid reference in variable validation",
          absl::StrCat("A condition can only refer to the variable that it "
                       "checks: var.",
                       variable.name, "."));
      return;
    }
    refers_to_itself = true;
  }
  if (!refers_to_itself) {
    diagnostics_->Error(
        condition->expression->range(), "Invalid variable validation condition",
        absl::StrCat("The condition must refer to var.", variable.name,
                     ", or it would say the same for every value."));
    return;
  }
  variable.validations.push_back({condition->expression, message->expression,
                                  condition->expression->range()});
}

void Variables::Assign(const ParseOptions& options) {
  for (const auto& [key, text] : options.environment) {
    if (!absl::StartsWith(key, "NOMAD_VAR_")) continue;
    const auto found = variables_.find(key.substr(strlen("NOMAD_VAR_")));
    if (found == variables_.end()) continue;  // may be meant for another file
    AssignText(found->second, "env", text);
  }
  for (const VariableFile& file : options.variable_files) {
    AssignFile(file, options.strict);
  }
  for (const std::string& assignment : options.variables) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
      diagnostics_->Warning(
          hcl::Range(), "Variable without value",
          absl::StrCat("\"-var ", assignment,
                       "\" is ignored; write -var NAME=VALUE."));
      continue;
    }
    const std::string name = assignment.substr(0, equals);
    const auto found = variables_.find(name);
    if (found == variables_.end()) {
      ReportUndeclared(name, "-var", hcl::Range(), options.strict);
      continue;
    }
    AssignText(found->second, "-var", assignment.substr(equals + 1));
  }
  for (const auto& [name, variable] : variables_) {
    if (!variable.value.has_value()) {
      if (diagnostics_->HasErrors()) continue;  // a value may have been wrong
      diagnostics_->Error(
          variable.range, "Unset variable",
          absl::StrCat("The variable \"", name,
                       "\" has no default and was given no value; give one "
                       "with -var ",
                       name, "=VALUE, a -var-file, or NOMAD_VAR_", name,
                       " in the environment."));
      continue;
    }
    Validate(variable);
  }
}

void Variables::AssignText(Variable& variable, absl::string_view origin,
                           absl::string_view text) {
  const auto source = hcl::Source::FromText(
      absl::StrCat("<value of var.", variable.name, " from ", origin, ">"),
      std::string(text));
  const hcl::Range whole = {source.get(), 0,
                            static_cast<uint32_t>(source->text().size())};
  if (IsPlainText(variable.type)) {
    SetValue(variable, origin, hcl::Value::String(text), whole);
    return;
  }
  const hcl::ExpressionPtr expression =
      hcl::ParseExpression(source, diagnostics_);
  if (expression == nullptr) return;
  values_.push_back(expression);
  SetValue(variable, origin, expression->Evaluate(nullptr, diagnostics_),
           whole);
}

void Variables::AssignFile(const VariableFile& file, bool strict) {
  const hcl::FilePtr parsed =
      hcl::ParseFile(hcl::Source::FromText(file.name, file.text), diagnostics_);
  files_.push_back(parsed);
  static const auto* const schema =
      new hcl::BodySchema{.attributes = {}, .blocks = {{"variable", {"name"}}}};
  hcl::BodyPtr rest;
  const hcl::BodyContent content =
      parsed->body().PartialContent(*schema, &rest, diagnostics_);
  for (const hcl::Block& block : content.blocks) {
    diagnostics_->Error(
        block.type_range, "Variable declaration in a .var file",
        "A file of values has only lines like name = \"value\"; variable "
        "blocks belong into the job file.");
  }
  if (rest == nullptr) return;
  for (const hcl::Attribute& attribute : rest->JustAttributes(diagnostics_)) {
    const auto found = variables_.find(attribute.name);
    if (found == variables_.end()) {
      ReportUndeclared(attribute.name, "varfile", attribute.name_range, strict);
      continue;
    }
    SetValue(found->second, "varfile",
             attribute.expression->Evaluate(nullptr, diagnostics_),
             attribute.expression->value_range());
  }
}

void Variables::SetValue(Variable& variable, absl::string_view origin,
                         const hcl::Value& value, const hcl::Range& range) {
  if (!value.IsWhollyKnown()) return;  // has been reported
  const hcl::Type type = variable.type.value_or(hcl::Type::String());
  const absl::StatusOr<hcl::Value> converted = hcl::Convert(value, type);
  if (!converted.ok()) {
    diagnostics_->Error(
        range, absl::StrCat("Invalid argument value for ", origin, " variable"),
        absl::StrCat("The value for var.", variable.name,
                     " is not compatible with its type ", type.ToString(), ": ",
                     converted.status().message(), "."));
    return;
  }
  variable.value = *converted;
  variable.origin = std::string(origin == "-var" ? "cmd" : origin);
  variable.value_range = range;
}

void Variables::ReportUndeclared(absl::string_view name,
                                 absl::string_view origin,
                                 const hcl::Range& range, bool strict) {
  std::vector<std::string> declared;
  for (const auto& [known, variable] : variables_) declared.push_back(known);
  const std::string summary = absl::StrCat("Undefined ", origin, " variable");
  const std::string detail =
      absl::StrCat("The file does not declare a variable \"", name, "\".",
                   hcl::DidYouMean(name, declared));
  if (strict) {
    diagnostics_->Error(range, summary, detail);
  } else {
    diagnostics_->Warning(range, summary, detail);
  }
}

void Variables::Validate(const Variable& variable) {
  for (const Validation& validation : variable.validations) {
    hcl::EvalContext scope;
    scope.Set("var", hcl::Value::Object({{variable.name, *variable.value}}));
    scope.set_functions(functions_);
    const hcl::Value result =
        validation.condition->Evaluate(&scope, diagnostics_);
    const hcl::Value message =
        validation.message->Evaluate(nullptr, diagnostics_);
    if (!result.IsKnown() || !message.IsKnown()) continue;  // reported
    if (!message.IsString() ||
        absl::StripAsciiWhitespace(message.AsString()).empty()) {
      diagnostics_->Error(validation.message->range(),
                          "Invalid validation error message",
                          "The error message is a string that is not blank.");
      continue;
    }
    const absl::StatusOr<hcl::Value> holds =
        hcl::Convert(result, hcl::Type::Bool());
    if (!holds.ok() || !holds->IsBool()) {
      diagnostics_->Error(validation.range,
                          "Invalid variable validation result",
                          "The condition must be true or false.");
      continue;
    }
    if (holds->AsBool()) continue;
    diagnostics_->Error(
        variable.value_range,
        absl::StrCat("Invalid value for ", variable.origin, " variable"),
        absl::StrCat(message.AsString(), " (This was checked by the rule in ",
                     "line ", validation.range.Start().line, " for var.",
                     variable.name, ".)"));
  }
}

hcl::Value Variables::ToObject() const {
  hcl::ValueMap values;
  for (const auto& [name, variable] : variables_) {
    if (variable.value.has_value()) values[name] = *variable.value;
  }
  return hcl::Value::Object(std::move(values));
}

}  // namespace jobspec
