// Recursive-descent parser of the native syntax. Private to parser.cc.
//
// Functions that parse return null after they have reported an error; nobody
// reports it again. A broken body item is skipped to the end of its line, so
// that one mistake gives one message and the next one is found as well.
//
// native_parser.cc has bodies, native_expressions.cc expressions,
// native_templates.cc strings, heredocs and templates.

#ifndef DROVER_HCL_NATIVE_PARSER_H_
#define DROVER_HCL_NATIVE_PARSER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/native_body.h"
#include "hcl/nodes.h"
#include "hcl/scanner.h"
#include "hcl/source.h"

namespace hcl {

class NativeParser {
 public:
  // How deep blocks, and how deep expressions, may be nested.
  static constexpr int kMaxDepth = 500;

  NativeParser(std::shared_ptr<const Source> source, std::vector<Token> tokens,
               Diagnostics* diagnostics)
      : source_(std::move(source)),
        tokens_(std::move(tokens)),
        diagnostics_(diagnostics) {}

  // Each reads the whole text.
  BodyPtr ParseFileBody();
  NodePtr ParseWholeExpression();
  NodePtr ParseWholeTemplate();

 private:
  // ----- tokens
  // Inside of brackets and ${} line breaks are white space.
  class NewlineMode {
   public:
    NewlineMode(NativeParser* parser, bool skip)
        : parser_(parser), before_(parser->skip_newlines_) {
      parser_->skip_newlines_ = skip;
    }
    ~NewlineMode() { parser_->skip_newlines_ = before_; }
    NewlineMode(const NewlineMode&) = delete;
    NewlineMode& operator=(const NewlineMode&) = delete;

   private:
    NativeParser* const parser_;
    const bool before_;
  };

  const Token& Peek();
  Token Read();
  bool At(TokenType type) { return Peek().type == type; }
  bool AtKeyword(absl::string_view word);
  Range RangeOf(const Token& token) const {
    return {source_.get(), token.begin, token.end};
  }
  Range RangeFrom(const Token& first) const;  // to the last token read
  absl::string_view TextOf(const Token& token) const {
    return source_->text().substr(token.begin, token.end - token.begin);
  }
  // Reports and returns null.
  std::nullptr_t Fail(const Range& range, absl::string_view summary,
                      absl::string_view detail);
  std::nullptr_t FailAt(const Token& token, absl::string_view summary,
                        absl::string_view detail) {
    return Fail(RangeOf(token), summary, detail);
  }

  // ----- bodies
  BodyPtr ParseBody(TokenType end, const Token& opener);
  BodyPtr ParseOneLineBody(const Token& opener);
  bool ParseItem(NativeBodyData* body, bool one_line);
  bool ParseAttribute(const Token& name, NativeBodyData* body, bool one_line);
  bool ParseBlock(const Token& type, NativeBodyData* body);
  bool ParseLabel(Block* block);
  // Moves behind the item that began at token `start`.
  void SkipItem(size_t start);

  // ----- expressions
  NodePtr ParseExpression();
  NodePtr ParseConditional();
  NodePtr ParseBinary(int level);
  NodePtr ParseOperand();
  NodePtr ParseTerm();
  NodePtr ParseSteps(NodePtr source);
  NodePtr ParseDotStep(NodePtr source, const Token& dot);
  NodePtr ParseBracketStep(NodePtr source, const Token& open);
  NodePtr ParseAttributeSplat(NodePtr source, const Token& dot);
  NodePtr ParseNumber();
  NodePtr ParseName();
  NodePtr ParseCall(const Token& first, std::string name);
  NodePtr ParseTuple();
  NodePtr ParseObject();
  NodePtr ParseFor(const Token& open);
  NodePtr ParseForTail(const Token& open, ForNode::Parts parts);
  NodePtr WithStep(NodePtr source, Traversal::Step step);
  // Null with an error if the tree has become too deep.
  NodePtr Checked(NodePtr node);

  // ----- templates
  struct TemplatePart {
    enum class Kind : uint8_t {
      kLiteral,
      kInterpolation,
      kIf,
      kElse,
      kEndIf,
      kFor,
      kEndFor,
      kEnd,
    };
    Kind kind = Kind::kEnd;
    Range range;
    std::string text;        // kLiteral
    NodePtr expression;      // kInterpolation, kIf, kFor
    std::string key_name;    // kFor
    std::string value_name;  // kFor
  };
  NodePtr ParseQuoted();
  NodePtr ParseHeredoc();
  // Reads parts up to the closing token, and builds the expression.
  NodePtr ParseTemplateUntil(TokenType close, const Token& open, bool unindent);
  bool ReadParts(TokenType close, const Token& open,
                 std::vector<TemplatePart>* parts);
  bool ReadInterpolation(const Token& open, std::vector<TemplatePart>* parts,
                         bool* trim_next);
  bool ReadControl(const Token& open, std::vector<TemplatePart>* parts,
                   bool* trim_next);
  bool ReadForDirective(const Token& open, TemplatePart* part);
  bool CloseSequence(const Token& open, absl::string_view what, bool* trim);
  // Literal text with its escapes replaced; false after an error.
  bool DecodeLiteral(const Token& token, bool quoted, std::string* text);
  bool DecodeEscape(const Token& token, absl::string_view* rest,
                    std::string* text);
  static void Unindent(std::vector<TemplatePart>* parts);
  // Turns parts from *at on into nodes, until one of the closing kinds.
  bool BuildParts(std::vector<TemplatePart>* parts, size_t* at,
                  std::vector<NodePtr>* nodes);
  NodePtr BuildIf(std::vector<TemplatePart>* parts, size_t* at);
  NodePtr BuildFor(std::vector<TemplatePart>* parts, size_t* at);

  // Counts a level of recursion while in scope.
  class Level {
   public:
    explicit Level(NativeParser* parser) : parser_(parser) {
      ++parser_->level_;
    }
    ~Level() { --parser_->level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    NativeParser* const parser_;
  };
  bool TooDeep(const Token& token);

  const std::shared_ptr<const Source> source_;
  const std::vector<Token> tokens_;
  Diagnostics* const diagnostics_;
  size_t at_ = 0;
  uint32_t last_end_ = 0;  // end of the last token read
  bool skip_newlines_ = false;
  int level_ = 0;
  int blocks_open_ = 0;
};

}  // namespace hcl

#endif  // DROVER_HCL_NATIVE_PARSER_H_
