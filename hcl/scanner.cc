#include "hcl/scanner.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hcl/text.h"

namespace hcl {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Scanner {
 public:
  Scanner(const Source& source, Diagnostics* diagnostics)
      : source_(source), text_(source.text()), diagnostics_(diagnostics) {}

  std::vector<Token> Native() {
    if (!TooLong()) {
      if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
      modes_.push_back({Mode::Kind::kNormal});
      Run();
    }
    Emit(TokenType::kEnd, at_);
    return std::move(tokens_);
  }

  std::vector<Token> Template() {
    if (!TooLong()) {
      modes_.push_back({Mode::Kind::kBare});
      Run();
    }
    Emit(TokenType::kEnd, at_);
    return std::move(tokens_);
  }

 private:
  // What the next character means. Modes nest: "a ${ "b" } c" is a quoted
  // template, in it normal text, in that another quoted template.
  struct Mode {
    enum class Kind : uint8_t { kNormal, kQuoted, kHeredoc, kBare };
    Kind kind;
    int braces = 0;                 // kNormal: open { } inside
    absl::string_view marker = {};  // kHeredoc
    bool line_start = false;        // kHeredoc
  };

  bool TooLong() {
    if (text_.size() <= Source::kMaxBytes) return false;
    Error(0, 0, "Text too long",
          absl::StrCat("The limit is ", Source::kMaxBytes, " bytes."));
    return true;
  }

  void Run() {
    while (at_ < text_.size()) {
      switch (modes_.back().kind) {
        case Mode::Kind::kNormal:
          Normal();
          break;
        case Mode::Kind::kQuoted:
          Quoted();
          break;
        case Mode::Kind::kHeredoc:
          Heredoc();
          break;
        case Mode::Kind::kBare:
          Bare();
          break;
      }
    }
  }

  bool StartsWith(absl::string_view prefix) const {
    return text_.substr(at_, prefix.size()) == prefix;
  }

  char Peek(size_t offset = 0) const {
    return at_ + offset < text_.size() ? text_[at_ + offset] : '\0';
  }

  // The token from at_ to `end`, which becomes the new position.
  void Emit(TokenType type, size_t end) {
    tokens_.push_back(
        {type, static_cast<uint32_t>(at_), static_cast<uint32_t>(end)});
    at_ = end;
  }

  void Error(size_t begin, size_t end, absl::string_view summary,
             absl::string_view detail) {
    diagnostics_->Error(
        {&source_, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)},
        summary, detail);
  }

  // Bytes that are not UTF-8; reported once for a file.
  void BadEncoding() {
    size_t end = at_ + 1;
    while (end < text_.size() && Utf8SequenceLength(text_.substr(end)) == 0) {
      ++end;
    }
    if (!encoding_reported_) {
      encoding_reported_ = true;
      Error(at_, end, "Invalid character encoding",
            "All input files must be UTF-8 encoded. Ensure that UTF-8 "
            "encoding is selected in your editor.");
    }
    Emit(TokenType::kInvalid, end);
  }

  // ----- outside of templates

  void Normal() {
    const char c = Peek();
    switch (c) {
      case ' ':
      case '\t':
        ++at_;
        return;
      case '\n':
        Emit(TokenType::kNewline, at_ + 1);
        return;
      case '\r':
        if (Peek(1) == '\n') {
          Emit(TokenType::kNewline, at_ + 2);
          return;
        }
        break;
      case '#':
        LineComment();
        return;
      case '/':
        if (Peek(1) == '/') {
          LineComment();
          return;
        }
        if (Peek(1) == '*' && !no_comment_end_) {
          const size_t close = text_.find("*/", at_ + 2);
          if (close != absl::string_view::npos) {
            at_ = close + 2;
            return;
          }
          no_comment_end_ = true;  // searching again would take forever
        }
        Emit(TokenType::kSlash, at_ + 1);
        return;
      case '"':
        Emit(TokenType::kOpenQuote, at_ + 1);
        modes_.push_back({Mode::Kind::kQuoted});
        return;
      case '{':
        ++modes_.back().braces;
        Emit(TokenType::kOpenBrace, at_ + 1);
        return;
      case '}':
        CloseBrace(at_ + 1);
        return;
      case '~':
        if (Peek(1) == '}' && modes_.size() > 1 && modes_.back().braces == 0) {
          CloseBrace(at_ + 2);
          return;
        }
        break;
      case '<':
        if (Peek(1) == '<' && OpenHeredoc()) return;
        break;
      default:
        break;
    }
    if (Punctuation(c)) return;
    if (IsDigit(c)) {
      NumberToken();
      return;
    }
    Word();
  }

  void CloseBrace(size_t end) {
    Mode& mode = modes_.back();
    if (mode.braces == 0 && modes_.size() > 1) {
      modes_.pop_back();
      Emit(TokenType::kTemplateSeqEnd, end);
      return;
    }
    if (mode.braces > 0) --mode.braces;
    Emit(TokenType::kCloseBrace, end);
  }

  void LineComment() {
    const size_t end = text_.find('\n', at_);
    at_ = end == absl::string_view::npos ? text_.size() : end;
    if (at_ < text_.size()) Emit(TokenType::kNewline, at_ + 1);
  }

  bool Punctuation(char c) {
    static constexpr struct {
      char text[4];
      TokenType type;
    } kLong[] = {
        {"...", TokenType::kEllipsis},    {"==", TokenType::kEqual},
        {"!=", TokenType::kNotEqual},     {"<=", TokenType::kLessEqual},
        {">=", TokenType::kGreaterEqual}, {"&&", TokenType::kAnd},
        {"||", TokenType::kOr},           {"=>", TokenType::kFatArrow},
        {"::", TokenType::kDoubleColon},
    };
    if (static_cast<unsigned char>(c) < 0x80) {
      for (const auto& p : kLong) {
        if (c == p.text[0] && StartsWith(p.text)) {
          Emit(p.type, at_ + absl::string_view(p.text).size());
          return true;
        }
      }
    }
    TokenType type = TokenType::kInvalid;
    switch (c) {
      case '[':
        type = TokenType::kOpenBracket;
        break;
      case ']':
        type = TokenType::kCloseBracket;
        break;
      case '(':
        type = TokenType::kOpenParen;
        break;
      case ')':
        type = TokenType::kCloseParen;
        break;
      case '.':
        type = TokenType::kDot;
        break;
      case ',':
        type = TokenType::kComma;
        break;
      case ':':
        type = TokenType::kColon;
        break;
      case '?':
        type = TokenType::kQuestion;
        break;
      case '=':
        type = TokenType::kAssign;
        break;
      case '+':
        type = TokenType::kPlus;
        break;
      case '-':
        type = TokenType::kMinus;
        break;
      case '*':
        type = TokenType::kStar;
        break;
      case '%':
        type = TokenType::kPercent;
        break;
      case '<':
        type = TokenType::kLess;
        break;
      case '>':
        type = TokenType::kGreater;
        break;
      case '!':
        type = TokenType::kBang;
        break;
      default:
        return false;
    }
    Emit(type, at_ + 1);
    return true;
  }

  // Greedy over digits, points and exponents, so that 1.2.3 is one bad number
  // and not two good ones; but a point only counts if a digit or an exponent
  // follows it.
  void NumberToken() {
    size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      const char next = end + 1 < text_.size() ? text_[end + 1] : '\0';
      if (IsDigit(c)) {
        ++end;
      } else if (c == '.' && IsDigit(next)) {
        ++end;
      } else if (const size_t e = end + (c == '.' ? 1 : 0);
                 e < text_.size() && (text_[e] == 'e' || text_[e] == 'E')) {
        size_t digits = e + 1;
        if (digits < text_.size() &&
            (text_[digits] == '+' || text_[digits] == '-')) {
          ++digits;
        }
        if (digits >= text_.size() || !IsDigit(text_[digits])) break;
        end = digits;
      } else {
        break;
      }
    }
    Emit(TokenType::kNumber, end);
  }

  void Word() {
    if (Utf8SequenceLength(text_.substr(at_)) == 0) {
      BadEncoding();
      return;
    }
    absl::string_view rest = text_.substr(at_);
    const uint32_t first = TakeCodePoint(&rest);
    if (!IsIdentifierStart(first)) {
      InvalidCharacter(text_.size() - rest.size());
      return;
    }
    while (!rest.empty()) {
      absl::string_view after = rest;
      if (!IsIdentifierPart(TakeCodePoint(&after))) break;
      rest = after;
    }
    Emit(TokenType::kIdentifier, text_.size() - rest.size());
  }

  void InvalidCharacter(size_t end) {
    const absl::string_view what = text_.substr(at_, end - at_);
    std::string detail = "This character is not used within the language.";
    const char* summary = "Invalid character";
    if (what == "&" || what == "|" || what == "^" || what == "~") {
      summary = "Unsupported operator";
      detail = what == "&"   ? "Bitwise operators are not supported. Did you "
                               "mean boolean AND (\"&&\")?"
               : what == "|" ? "Bitwise operators are not supported. Did you "
                               "mean boolean OR (\"||\")?"
                             : "Bitwise operators are not supported.";
    } else if (what == "'") {
      detail =
          "Single quotes are not valid. Use double quotes (\") to enclose "
          "strings.";
    } else if (what == "`") {
      detail =
          "The \"`\" character is not valid. To create a multi-line string, "
          "use the \"heredoc\" syntax, like \"<<EOT\".";
    } else if (what == ";") {
      detail =
          "The \";\" character is not valid. Use newlines to separate "
          "arguments and blocks, and commas to separate items in collection "
          "values.";
    } else if (what == "\xE2\x80\x9C" || what == "\xE2\x80\x9D" ||
               what == "\xE2\x80\x98" || what == "\xE2\x80\x99") {
      detail =
          "\"Curly quotes\" are not valid here. These can sometimes be "
          "inadvertently introduced when sharing code via documents or "
          "discussion forums. It might help to replace the character with a "
          "\"straight quote\".";
    }
    // A run of the same thing is one mistake.
    while (text_.substr(end, what.size()) == what) end += what.size();
    Error(at_, end, summary, detail);
    Emit(TokenType::kInvalid, end);
  }

  // <<EOT or <<-EOT up to its line break.
  bool OpenHeredoc() {
    size_t start = at_ + 2;
    if (start < text_.size() && text_[start] == '-') ++start;
    absl::string_view rest = text_.substr(start);
    if (rest.empty()) return false;
    absl::string_view after = rest;
    if (!IsIdentifierStart(TakeCodePoint(&after))) return false;
    while (!after.empty()) {
      absl::string_view next = after;
      if (!IsIdentifierPart(TakeCodePoint(&next))) break;
      after = next;
    }
    const absl::string_view marker = rest.substr(0, rest.size() - after.size());
    size_t end = text_.size() - after.size();
    if (after.substr(0, 2) == "\r\n") {
      end += 2;
    } else if (after.substr(0, 1) == "\n") {
      end += 1;
    } else {
      return false;
    }
    Emit(TokenType::kOpenHeredoc, end);
    Mode mode{Mode::Kind::kHeredoc};
    mode.marker = marker;
    mode.line_start = true;
    modes_.push_back(mode);
    return true;
  }

  // ----- inside of templates

  // At ${ or %{ (also with ~): opens the sequence.
  bool OpenSequence() {
    const char c = Peek();
    if ((c != '$' && c != '%') || Peek(1) != '{') return false;
    modes_.back().line_start = false;
    Emit(c == '$' ? TokenType::kInterpolation : TokenType::kControl,
         at_ + (Peek(2) == '~' ? 3 : 2));
    modes_.push_back({Mode::Kind::kNormal});
    return true;
  }

  // Whether a template sequence begins at `i`; $${ and %%{ are skipped by
  // moving `i` over them.
  bool SequenceAt(size_t* i) const {
    const char c = text_[*i];
    if (c != '$' && c != '%') return false;
    const absl::string_view rest = text_.substr(*i, 3);
    if (rest.size() == 3 && rest[1] == c && rest[2] == '{') {
      *i += 2;  // at the brace, which is literal
      return false;
    }
    return rest.size() > 1 && rest[1] == '{';
  }

  void Quoted() {
    if (Peek() == '"') {
      modes_.pop_back();
      Emit(TokenType::kCloseQuote, at_ + 1);
      return;
    }
    if (OpenSequence()) return;
    size_t i = at_;
    while (i < text_.size()) {
      const char c = text_[i];
      if (c == '"' || c == '\n' || c == '\r' || SequenceAt(&i)) break;
      if (c == '\\' && i + 1 < text_.size() && text_[i + 1] != '\n' &&
          text_[i + 1] != '\r') {
        ++i;  // whatever it is, it ends neither string nor literal
      }
      const int length = Utf8SequenceLength(text_.substr(i));
      if (length == 0) break;
      i += length;
    }
    if (i > at_) {
      Emit(TokenType::kLiteral, i);
      return;
    }
    if (Peek() == '\n' || Peek() == '\r') {
      QuotedLineBreak();
      return;
    }
    BadEncoding();
  }

  // A string that was not closed on its line. Going on as if it had been
  // closed there keeps one forgotten quote from spoiling the rest of the file.
  void QuotedLineBreak() {
    const size_t end = at_ + (StartsWith("\r\n") ? 2 : 1);
    Error(at_, end, "Invalid multi-line string",
          "Quoted strings may not be split over multiple lines. To produce a "
          "multi-line string, either use the \\n escape to represent a newline "
          "character or use the \"heredoc\" multi-line template syntax.");
    if (Peek() == '\r' && end == at_ + 1) {
      Emit(TokenType::kInvalid, end);
      return;
    }
    modes_.pop_back();
    Emit(TokenType::kCloseQuote, at_);
  }

  void Heredoc() {
    Mode& mode = modes_.back();
    if (mode.line_start) {
      const size_t line_break = text_.find('\n', at_);
      if (line_break != absl::string_view::npos) {
        const absl::string_view line = text_.substr(at_, line_break - at_);
        const absl::string_view left = TrimLeftSpace(line);
        if (TrimRightSpace(left) == mode.marker) {
          size_t end = line_break;
          if (end > at_ && text_[end - 1] == '\r') --end;
          modes_.pop_back();
          Emit(TokenType::kCloseHeredoc, end);
          return;
        }
      }
      mode.line_start = false;
    }
    if (OpenSequence()) return;
    LineLiteral();
  }

  void Bare() {
    if (OpenSequence()) return;
    LineLiteral();
  }

  // Literal text up to a sequence or the end of the line.
  void LineLiteral() {
    size_t i = at_;
    while (i < text_.size()) {
      if (text_[i] == '\n') {
        ++i;
        modes_.back().line_start = true;
        break;
      }
      if (SequenceAt(&i)) break;
      const int length = Utf8SequenceLength(text_.substr(i));
      if (length == 0) break;
      i += length;
    }
    if (i > at_) {
      Emit(TokenType::kLiteral, i);
    } else {
      BadEncoding();
    }
  }

  const Source& source_;
  const absl::string_view text_;
  Diagnostics* const diagnostics_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
  std::vector<Mode> modes_;
  bool encoding_reported_ = false;
  bool no_comment_end_ = false;  // there is no further "*/" in the text
};

}  // namespace

std::vector<Token> ScanNative(const Source& source, Diagnostics* diagnostics) {
  return Scanner(source, diagnostics).Native();
}

std::vector<Token> ScanTemplate(const Source& source,
                                Diagnostics* diagnostics) {
  return Scanner(source, diagnostics).Template();
}

}  // namespace hcl
