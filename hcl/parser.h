// Text to syntax tree.
//
//   Diagnostics diagnostics;
//   FilePtr file = ParseFile(Source::FromText("job.hcl", text), &diagnostics);
//   if (diagnostics.HasErrors()) ...;
//   file->body().Content(schema, &diagnostics);
//
// HCL native syntax, or HCL's JSON profile if the first character that is not
// a space is `{`.
//
// Errors:     never fails otherwise: even a broken text gives a body with what
//             could be read, so that more can be said about it.
// Limits:     nesting of 500 levels, texts of 64 MiB (source.h).
// Spec:       hclsyntax/spec.md and json/spec.md of the language.

#ifndef DROVER_HCL_PARSER_H_
#define DROVER_HCL_PARSER_H_

#include <memory>

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/expression.h"
#include "hcl/source.h"

namespace hcl {

// A parsed text. Everything found in it is valid as long as the file.
class File {
 public:
  File(std::shared_ptr<const Source> source, BodyPtr body, bool is_json)
      : source_(std::move(source)), body_(std::move(body)), json_(is_json) {}

  const Source& source() const { return *source_; }
  const Body& body() const { return *body_; }
  const BodyPtr& body_ptr() const { return body_; }
  bool is_json() const { return json_; }

 private:
  std::shared_ptr<const Source> source_;
  BodyPtr body_;
  bool json_;
};
using FilePtr = std::shared_ptr<const File>;

// Never null.
FilePtr ParseFile(std::shared_ptr<const Source> source,
                  Diagnostics* diagnostics);

// One expression in native syntax that fills the whole text; line breaks are
// allowed as inside parentheses. The result owns its source. Null on errors.
ExpressionPtr ParseExpression(std::shared_ptr<const Source> source,
                              Diagnostics* diagnostics);

// A template without quotes around it, as in JSON strings: literal text with
// ${...} and %{...}; no backslash escapes. The result owns its source. Null on
// errors.
ExpressionPtr ParseTemplate(std::shared_ptr<const Source> source,
                            Diagnostics* diagnostics);

}  // namespace hcl

#endif  // DROVER_HCL_PARSER_H_
