// Native-syntax text to tokens. Private to the parser.
//
// All tokens of a text are made at once, because what a character means
// depends on where templates and heredocs begin and end, and that is known
// without parsing. A literal in a quoted template is one token; in a heredoc
// every line is a token of its own, line break included, because trim markers
// and the indentation of `<<-` work line by line.
//
// Comments are left out, except that a # or // comment ends with a line break.
//
// Errors:     "Invalid character" and its like, in the diagnostics; scanning
//             goes on after each.

#ifndef DROVER_HCL_SCANNER_H_
#define DROVER_HCL_SCANNER_H_

#include <cstdint>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/source.h"

namespace hcl {

enum class TokenType : uint8_t {
  kEnd,  // of the text
  kNewline,
  kIdentifier,
  kNumber,
  kOpenQuote,
  kCloseQuote,
  kOpenHeredoc,     // <<EOT or <<-EOT with its line break
  kCloseHeredoc,    // the terminator without its line break
  kLiteral,         // text inside a template
  kInterpolation,   // ${ or ${~
  kControl,         // %{ or %{~
  kTemplateSeqEnd,  // } or ~}
  kOpenBrace,
  kCloseBrace,
  kOpenBracket,
  kCloseBracket,
  kOpenParen,
  kCloseParen,
  kDot,
  kComma,
  kColon,
  kDoubleColon,
  kQuestion,
  kAssign,
  kFatArrow,
  kEllipsis,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kBang,
  kInvalid,  // reported by the scanner
};

struct Token {
  TokenType type = TokenType::kEnd;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// A file or an expression.
std::vector<Token> ScanNative(const Source& source, Diagnostics* diagnostics);

// A template without quotes: literals and sequences. Ends with kEnd.
std::vector<Token> ScanTemplate(const Source& source, Diagnostics* diagnostics);

}  // namespace hcl

#endif  // DROVER_HCL_SCANNER_H_
