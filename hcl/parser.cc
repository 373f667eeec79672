#include "hcl/parser.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "hcl/native_parser.h"
#include "hcl/scanner.h"

namespace hcl {

namespace {

// An expression together with the text that it refers to.
struct OwnedExpression {
  std::shared_ptr<const Source> source;
  NodePtr expression;
};

ExpressionPtr Own(std::shared_ptr<const Source> source, NodePtr expression) {
  if (expression == nullptr) return nullptr;
  auto owned = std::make_shared<OwnedExpression>();
  owned->source = std::move(source);
  owned->expression = std::move(expression);
  const Expression* const view = owned->expression.get();
  return ExpressionPtr(std::move(owned), view);
}

}  // namespace

FilePtr ParseFile(std::shared_ptr<const Source> source,
                  Diagnostics* diagnostics) {
  NativeParser parser(source, ScanNative(*source, diagnostics), diagnostics);
  BodyPtr body = parser.ParseFileBody();
  return std::make_shared<File>(std::move(source), std::move(body), false);
}

ExpressionPtr ParseExpression(std::shared_ptr<const Source> source,
                              Diagnostics* diagnostics) {
  const size_t errors_before = diagnostics->error_count();
  NativeParser parser(source, ScanNative(*source, diagnostics), diagnostics);
  NodePtr expression = parser.ParseWholeExpression();
  if (diagnostics->error_count() != errors_before) return nullptr;
  return Own(std::move(source), std::move(expression));
}

ExpressionPtr ParseTemplate(std::shared_ptr<const Source> source,
                            Diagnostics* diagnostics) {
  const size_t errors_before = diagnostics->error_count();
  NativeParser parser(source, ScanTemplate(*source, diagnostics), diagnostics);
  NodePtr expression = parser.ParseWholeTemplate();
  if (diagnostics->error_count() != errors_before) return nullptr;
  return Own(std::move(source), std::move(expression));
}

}  // namespace hcl
