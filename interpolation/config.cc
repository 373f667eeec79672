#include "interpolation/config.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "hcl/parser.h"
#include "hcl/source.h"
#include "interpolation/config_functions.h"
#include "interpolation/config_scope.h"

namespace interpolation {
namespace {

constexpr size_t kMaxQuotedBytes = 120;
constexpr size_t kMaxErrors = 20;
constexpr int64_t kMaxSteps = 1'000'000;  // some 100 ms

// Escapes too: they are the parser's to undo.
bool IsTemplate(absl::string_view text) {
  return absl::StrContains(text, "${") || absl::StrContains(text, "%{");
}

std::string Quoted(absl::string_view text) {
  if (text.size() <= kMaxQuotedBytes) return absl::StrCat("\"", text, "\"");
  return absl::StrCat("\"", text.substr(0, kMaxQuotedBytes), "\"...");
}

class Evaluator {
 public:
  explicit Evaluator(const TaskEnv& env) : scope_(env) {
    context_.set_functions(&ConfigFunctions());
    context_.set_budget(kMaxSteps);
    context_.set_undefined(
        [this](const hcl::Traversal& traversal, absl::string_view) {
          absl::optional<hcl::Value> value = scope_.Resolve(traversal);
          // Whether this is an error the evaluator knows: in the branch of a
          // condition that is not taken it is none. If it is, what it says at
          // this place is replaced by what we know.
          if (!value) unknown_.try_emplace(traversal.range.begin, traversal);
          return value;
        });
  }

  hcl::Value Walk(const hcl::Value& value, const std::string& where,
                  int level) {
    if (!value.HasValue()) return value;
    if (value.IsString()) return Template(value.AsString(), where);
    if (value.IsSequence()) {
      hcl::ValueList elements;
      elements.reserve(value.size());
      for (const hcl::Value& element : value.AsList()) {
        elements.push_back(Walk(element,
                                absl::StrCat(where, "[", elements.size(), "]"),
                                level + 1));
      }
      return hcl::Value::Tuple(std::move(elements));
    }
    if (value.IsMapping()) {
      hcl::ValueMap members;
      for (const auto& [key, member] : value.AsMap()) {
        const std::string name =
            where.empty() ? key : absl::StrCat(where, ".", key);
        // The first level are the driver's arguments, which have fixed names.
        std::string new_key = level == 0 ? key : Key(key, name);
        members.insert_or_assign(std::move(new_key),
                                 Walk(member, name, level + 1));
      }
      return hcl::Value::Object(std::move(members));
    }
    return value;
  }

  hcl::Value Template(const std::string& text, absl::string_view where) {
    if (!IsTemplate(text)) return hcl::Value::String(text);
    unknown_.clear();
    hcl::Diagnostics diagnostics;
    const std::shared_ptr<const hcl::Source> source =
        hcl::Source::FromText(where, text);
    const hcl::ExpressionPtr expression =
        hcl::ParseTemplate(source, &diagnostics);
    hcl::Value value;
    if (expression != nullptr && !diagnostics.HasErrors()) {
      value = expression->Evaluate(&context_, &diagnostics);
    }
    for (const hcl::Diagnostic& diagnostic : diagnostics.list()) {
      if (diagnostic.severity != hcl::Diagnostic::Severity::kError) continue;
      Report(diagnostic, text, where);
    }
    return value;
  }

  absl::Status status() const {
    if (errors_.empty()) return absl::OkStatus();
    std::string text = absl::StrJoin(errors_, "\n");
    if (dropped_ > 0) absl::StrAppend(&text, "\nand ", dropped_, " more");
    return absl::InvalidArgumentError(text);
  }

 private:
  std::string Key(const std::string& key, absl::string_view where) {
    if (!IsTemplate(key)) return key;
    const hcl::Value value = Template(key, absl::StrCat("the key of ", where));
    if (value.IsString()) return value.AsString();
    if (value.HasValue()) {
      Fail(absl::StrCat("the key of ", where, ": ", Quoted(key), " gives ",
                        value.type().FriendlyName(), "; a key is a string"));
    }
    return key;
  }

  void Report(const hcl::Diagnostic& diagnostic, absl::string_view text,
              absl::string_view where) {
    std::string what;
    const auto unknown = diagnostic.has_subject
                             ? unknown_.find(diagnostic.start.byte)
                             : unknown_.end();
    if (unknown != unknown_.end()) {
      what = scope_.DescribeUnknown(unknown->second);
    } else {
      what = absl::StrCat(diagnostic.summary, ": ", diagnostic.detail);
      if (absl::StrContains(diagnostic.summary, "unknown function")) {
        absl::StrAppend(&what, " A config may call ",
                        absl::StrJoin(ConfigFunctions().Names(), ", "), ".");
      }
    }
    const bool lines = absl::StrContains(text, "\n");
    Fail(absl::StrCat(
        where.empty() ? "" : absl::StrCat(where, ": "), "in ", Quoted(text),
        lines && diagnostic.has_subject
            ? absl::StrCat(", line ", diagnostic.start.line, " column ",
                           diagnostic.start.column)
            : "",
        ": ", what, "; where \"",
        "${\" or \"%{\" is meant as text, write \"$${\" or \"%%{\""));
  }

  void Fail(std::string error) {
    if (errors_.size() < kMaxErrors) {
      errors_.push_back(std::move(error));
    } else {
      ++dropped_;
    }
  }

  ConfigScope scope_;
  hcl::EvalContext context_;
  // References of the template at hand that nothing has, by where they stand.
  absl::flat_hash_map<uint32_t, hcl::Traversal> unknown_;
  std::vector<std::string> errors_;
  size_t dropped_ = 0;
};

}  // namespace

absl::StatusOr<hcl::Value> EvaluateConfig(const hcl::Value& config,
                                          const TaskEnv& env) {
  Evaluator evaluator(env);
  hcl::Value value = evaluator.Walk(config, "", 0);
  if (absl::Status status = evaluator.status(); !status.ok()) return status;
  return value;
}

absl::StatusOr<hcl::Value> EvaluateTemplate(absl::string_view text,
                                            absl::string_view where,
                                            const TaskEnv& env) {
  Evaluator evaluator(env);
  hcl::Value value = evaluator.Template(std::string(text), where);
  if (absl::Status status = evaluator.status(); !status.ok()) return status;
  return value;
}

}  // namespace interpolation
