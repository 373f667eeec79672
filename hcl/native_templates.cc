// Strings, heredocs and templates; see native_parser.h.
//
// A template is first read as a flat list of parts. Trim markers (~) change
// the literal parts next to them while the list is made, <<- then removes
// indentation, and only after that do if and for directives become a tree.

#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "hcl/native_parser.h"
#include "hcl/text.h"

namespace hcl {

NodePtr NativeParser::ParseQuoted() {
  const Token open = Read();
  return ParseTemplateUntil(TokenType::kCloseQuote, open, /*unindent=*/false);
}

NodePtr NativeParser::ParseHeredoc() {
  const Token open = Read();
  const bool unindent = absl::StartsWith(TextOf(open), "<<-");
  return ParseTemplateUntil(TokenType::kCloseHeredoc, open, unindent);
}

NodePtr NativeParser::ParseWholeTemplate() {
  return ParseTemplateUntil(TokenType::kEnd, tokens_[0], /*unindent=*/false);
}

NodePtr NativeParser::ParseTemplateUntil(TokenType close, const Token& open,
                                         bool unindent) {
  const Level level(this);
  if (TooDeep(open)) return nullptr;
  const uint32_t content_begin =
      close == TokenType::kEnd ? open.begin : open.end;
  std::vector<TemplatePart> parts;
  if (!ReadParts(close, open, &parts)) return nullptr;
  const Range range = RangeFrom(open);
  const Range content{source_.get(), content_begin, tokens_[at_ - 1].begin};
  if (unindent) Unindent(&parts);
  const Range end{source_.get(), content.end, content.end};
  if (parts.size() == 1 &&
      parts[0].kind == TemplatePart::Kind::kInterpolation) {
    return Checked(std::make_unique<TemplateWrapNode>(
        range, content, std::move(parts[0].expression)));
  }
  bool literal = true;
  for (const TemplatePart& p : parts) {
    literal &= p.kind == TemplatePart::Kind::kLiteral;
  }
  if (literal) {
    std::string text;
    for (const TemplatePart& p : parts) text += p.text;
    return std::make_unique<StringNode>(range, content,
                                        Value::String(NormalizeNfc(text)));
  }
  TemplatePart last;
  last.range = end;
  parts.push_back(std::move(last));
  std::vector<NodePtr> nodes;
  size_t at = 0;
  if (!BuildParts(&parts, &at, &nodes)) return nullptr;
  if (parts[at].kind != TemplatePart::Kind::kEnd) {
    const absl::string_view name =
        parts[at].kind == TemplatePart::Kind::kElse    ? "else"
        : parts[at].kind == TemplatePart::Kind::kEndIf ? "endif"
                                                       : "endfor";
    return Fail(parts[at].range,
                absl::StrCat("Unexpected ", name, " directive"),
                absl::StrCat("The control directives within this template are "
                             "unbalanced: there is no open directive that "
                             "this ",
                             name, " belongs to."));
  }
  return Checked(
      std::make_unique<TemplateNode>(range, content, std::move(nodes)));
}

bool NativeParser::ReadParts(TokenType close, const Token& open,
                             std::vector<TemplatePart>* parts) {
  bool trim_next = false;
  while (true) {
    // Line breaks of the text are inside of literals; mode does not matter.
    const Token token = tokens_[at_];
    if (token.type == close) {
      last_end_ = token.end;
      ++at_;
      // The end of the text is nobody's to read over; see ParseTemplateUntil.
      return true;
    }
    Read();
    const bool trim = trim_next;
    trim_next = false;
    switch (token.type) {
      case TokenType::kLiteral: {
        TemplatePart part;
        part.kind = TemplatePart::Kind::kLiteral;
        part.range = RangeOf(token);
        if (!DecodeLiteral(token, close == TokenType::kCloseQuote,
                           &part.text)) {
          return false;
        }
        if (trim) part.text = std::string(TrimLeftSpace(part.text));
        parts->push_back(std::move(part));
        break;
      }
      case TokenType::kInterpolation:
      case TokenType::kControl: {
        const bool interpolation = token.type == TokenType::kInterpolation;
        if (token.end - token.begin == 3 && !parts->empty() &&
            parts->back().kind == TemplatePart::Kind::kLiteral) {
          std::string& text = parts->back().text;
          text.resize(TrimRightSpace(text).size());
        }
        if (interpolation ? !ReadInterpolation(token, parts, &trim_next)
                          : !ReadControl(token, parts, &trim_next)) {
          return false;
        }
        break;
      }
      case TokenType::kInvalid:
        return false;
      case TokenType::kEnd:
        FailAt(open, "Unterminated template string",
               open.end > open.begin && TextOf(open)[0] == '<'
                   ? "No closing marker was found for the string: a line that "
                     "holds nothing but the marker, and ends with a line "
                     "break."
                   : "No closing marker was found for the string.");
        return false;
      default:
        FailAt(token, "Unterminated template string",
               "No closing marker was found for the string.");
        return false;
    }
  }
}

// Reads the } or ~} that ends a sequence.
bool NativeParser::CloseSequence(const Token& open, absl::string_view what,
                                 bool* trim) {
  const Token close = Peek();
  if (close.type == TokenType::kTemplateSeqEnd) {
    Read();
    *trim = close.end - close.begin == 2;
    return true;
  }
  const bool interpolation = open.type == TokenType::kInterpolation;
  switch (close.type) {
    case TokenType::kEnd:
    case TokenType::kCloseQuote:
    case TokenType::kCloseHeredoc:
      FailAt(open,
             interpolation ? "Unclosed template interpolation sequence"
                           : "Unclosed template directive",
             absl::StrCat("There is no closing brace for this ", what,
                          " before the end of the text."));
      return false;
    case TokenType::kInvalid:
      return false;
    default:
      break;
  }
  if (interpolation) {
    FailAt(close, "Extra characters after interpolation expression",
           close.type == TokenType::kColon
               ? "Template interpolation doesn't expect a colon at this "
                 "location. Did you intend this to be a literal sequence to "
                 "be processed as part of another language? If so, you can "
                 "escape it by starting with \"$${\" instead of just \"${\"."
               : "Expected a closing brace to end the interpolation "
                 "expression, but found extra characters. If you intended "
                 "this to be a literal sequence to be processed as part of "
                 "another language, you can escape it by starting with "
                 "\"$${\" instead of just \"${\".");
  } else {
    FailAt(close, absl::StrCat("Extra characters in ", what),
           "Expected a closing brace to end the directive, but found extra "
           "characters.");
  }
  return false;
}

bool NativeParser::ReadInterpolation(const Token& open,
                                     std::vector<TemplatePart>* parts,
                                     bool* trim_next) {
  const NewlineMode mode(this, true);
  // A line break right behind ${ is a token here: it counts below.
  const bool same_line = tokens_[at_].type != TokenType::kNewline;
  TemplatePart part;
  part.kind = TemplatePart::Kind::kInterpolation;
  part.expression = ParseExpression();
  if (part.expression == nullptr) return false;
  const uint32_t expression_end = last_end_;
  const bool closes_directly = tokens_[at_].type == TokenType::kTemplateSeqEnd;
  if (!CloseSequence(open, "interpolation sequence", trim_next)) return false;
  part.range = RangeFrom(open);
  // A reference with nothing but blanks around it can be given back exactly as
  // it was written.
  if (auto* traversal = dynamic_cast<TraversalNode*>(part.expression.get());
      traversal != nullptr && same_line && closes_directly &&
      open.end - open.begin == 2 && traversal->range().end == expression_end) {
    const absl::string_view text = source_->text();
    const absl::string_view before =
        text.substr(open.end, traversal->range().begin - open.end);
    absl::string_view after = text.substr(expression_end);
    after = after.substr(0, after.find_first_not_of(' '));
    if (before.find_first_not_of(' ') == absl::string_view::npos) {
      traversal->set_verbatim(absl::StrCat(
          text.substr(open.begin, expression_end - open.begin), after, "}"));
    }
  }
  parts->push_back(std::move(part));
  return true;
}

bool NativeParser::ReadControl(const Token& open,
                               std::vector<TemplatePart>* parts,
                               bool* trim_next) {
  const NewlineMode mode(this, true);
  if (!At(TokenType::kIdentifier)) {
    if (!At(TokenType::kInvalid)) {
      FailAt(Peek(), "Invalid template directive",
             "A template directive keyword (\"if\", \"for\", etc) is expected "
             "at the beginning of a %{ sequence.");
    }
    return false;
  }
  const Token keyword = Read();
  const absl::string_view name = TextOf(keyword);
  TemplatePart part;
  if (name == "if") {
    part.kind = TemplatePart::Kind::kIf;
    part.expression = ParseExpression();
    if (part.expression == nullptr) return false;
  } else if (name == "for") {
    part.kind = TemplatePart::Kind::kFor;
    if (!ReadForDirective(open, &part)) return false;
  } else if (name == "else") {
    part.kind = TemplatePart::Kind::kElse;
  } else if (name == "endif") {
    part.kind = TemplatePart::Kind::kEndIf;
  } else if (name == "endfor") {
    part.kind = TemplatePart::Kind::kEndFor;
  } else {
    static const auto* const kKeywords =
        new std::vector<std::string>{"if", "else", "endif", "for", "endfor"};
    FailAt(
        keyword, "Invalid template control keyword",
        absl::StrCat("\"", name, "\" is not a valid template control keyword.",
                     name == "elseif" || name == "elif"
                         ? " Use an if directive inside of an else."
                         : DidYouMean(name, *kKeywords)));
    return false;
  }
  if (!CloseSequence(open, absl::StrCat(name, " directive"), trim_next)) {
    return false;
  }
  part.range = RangeFrom(open);
  parts->push_back(std::move(part));
  return true;
}

bool NativeParser::ReadForDirective(const Token&, TemplatePart* part) {
  constexpr char kSummary[] = "Invalid 'for' directive";
  if (!At(TokenType::kIdentifier)) {
    FailAt(Peek(), kSummary,
           "For directive requires variable name after 'for'.");
    return false;
  }
  part->value_name = std::string(TextOf(Read()));
  if (At(TokenType::kComma)) {
    Read();
    if (!At(TokenType::kIdentifier)) {
      FailAt(Peek(), kSummary,
             "For directive requires value variable name after comma.");
      return false;
    }
    part->key_name = std::move(part->value_name);
    part->value_name = std::string(TextOf(Read()));
  }
  if (!AtKeyword("in")) {
    FailAt(Peek(), kSummary,
           "For directive requires 'in' keyword after names.");
    return false;
  }
  Read();
  part->expression = ParseExpression();
  return part->expression != nullptr;
}

// ----- literals

bool NativeParser::DecodeLiteral(const Token& token, bool quoted,
                                 std::string* text) {
  absl::string_view rest = TextOf(token);
  if (rest.find_first_of(quoted ? "\\$%" : "$%") == absl::string_view::npos) {
    text->append(rest.data(), rest.size());
    return true;
  }
  while (!rest.empty()) {
    const char c = rest[0];
    if (quoted && c == '\\') {
      if (!DecodeEscape(token, &rest, text)) return false;
      continue;
    }
    if ((c == '$' || c == '%') && rest.size() >= 3 && rest[1] == c &&
        rest[2] == '{') {
      rest.remove_prefix(1);  // one of the two
      text->push_back(c);
      text->push_back('{');
      rest.remove_prefix(2);
      continue;
    }
    text->push_back(c);
    rest.remove_prefix(1);
  }
  return true;
}

// At a backslash.
bool NativeParser::DecodeEscape(const Token& token, absl::string_view* rest,
                                std::string* text) {
  const auto begin = static_cast<uint32_t>(token.end - rest->size());
  const auto fail = [&](size_t length, absl::string_view detail) {
    length = std::min(length, rest->size());
    // Whole characters only.
    while (length < rest->size() &&
           (static_cast<unsigned char>((*rest)[length]) & 0xC0) == 0x80) {
      ++length;
    }
    Fail({source_.get(), begin, begin + static_cast<uint32_t>(length)},
         "Invalid escape sequence", detail);
    return false;
  };
  const char selector = rest->size() > 1 ? (*rest)[1] : '\0';
  size_t digits = 0;
  switch (selector) {
    case 'n':
      text->push_back('\n');
      break;
    case 'r':
      text->push_back('\r');
      break;
    case 't':
      text->push_back('\t');
      break;
    case '"':
      text->push_back('"');
      break;
    case '\\':
      text->push_back('\\');
      break;
    case 'u':
      digits = 4;
      break;
    case 'U':
      digits = 8;
      break;
    default:
      return fail(2, absl::StrCat("The symbol \"", rest->substr(1, 1),
                                  "\" is not a valid escape sequence "
                                  "selector; valid are \\n, \\r, \\t, \\\", "
                                  "\\\\, \\uXXXX and \\UXXXXXXXX."));
  }
  if (digits == 0) {
    rest->remove_prefix(2);
    return true;
  }
  uint32_t code_point = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = rest->size() > 2 + i ? (*rest)[2 + i] : '\0';
    uint32_t digit;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = static_cast<uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return fail(2 + i, absl::StrCat("The \\", std::string(1, selector),
                                      " escape sequence must be followed by ",
                                      digits, " hexadecimal digits."));
    }
    code_point = code_point << 4 | digit;
  }
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
    return fail(2 + digits,
                "This is not a Unicode character: surrogates and values above "
                "10FFFF are not allowed.");
  }
  AppendUtf8(code_point, text);
  rest->remove_prefix(2 + digits);
  return true;
}

// <<-: removes from every line the indentation that all lines share. Lines of
// nothing but white space are left alone, and a line that begins with a
// sequence has no indentation.
void NativeParser::Unindent(std::vector<TemplatePart>* parts) {
  constexpr size_t kNone = std::numeric_limits<size_t>::max();
  size_t smallest = kNone;
  std::vector<TemplatePart*> lines;
  bool line_start = true;
  for (TemplatePart& part : *parts) {
    const bool literal = part.kind == TemplatePart::Kind::kLiteral;
    if (line_start) {
      line_start = false;
      size_t spaces = 0;
      if (literal) {
        const absl::string_view text = part.text;
        const absl::string_view trimmed = TrimLeftSpace(text);
        if (trimmed.empty() && absl::EndsWith(text, "\n")) {
          spaces = kNone;
        } else {
          spaces = CountGraphemes(text.substr(0, text.size() - trimmed.size()));
          lines.push_back(&part);
        }
      }
      smallest = std::min(smallest, spaces);
    }
    if (literal && absl::EndsWith(part.text, "\n")) line_start = true;
  }
  for (TemplatePart* part : lines) {
    absl::string_view text = part->text;
    for (size_t i = 0; i < smallest && !text.empty(); ++i) {
      text.remove_prefix(GraphemeLength(text));
    }
    part->text = std::string(text);
  }
}

// ----- the tree of directives

bool NativeParser::BuildParts(std::vector<TemplatePart>* parts, size_t* at,
                              std::vector<NodePtr>* nodes) {
  using Kind = TemplatePart::Kind;
  const Level level(this);
  if (level_ > kMaxDepth) {
    Fail((*parts)[*at].range, "Nested too deeply",
         "Template directives are nested too deeply.");
    return false;
  }
  while (true) {
    TemplatePart& part = (*parts)[*at];
    switch (part.kind) {
      case Kind::kLiteral: {
        // Lines of a heredoc become one literal again.
        std::string text = std::move(part.text);
        Range range = part.range;
        while ((*parts)[*at + 1].kind == Kind::kLiteral) {
          ++*at;
          text += (*parts)[*at].text;
          range.end = (*parts)[*at].range.end;
        }
        ++*at;
        nodes->push_back(std::make_unique<LiteralNode>(
            range, Value::String(NormalizeNfc(text))));
        break;
      }
      case Kind::kInterpolation:
        ++*at;
        nodes->push_back(std::move(part.expression));
        break;
      case Kind::kIf: {
        NodePtr node = BuildIf(parts, at);
        if (node == nullptr) return false;
        nodes->push_back(std::move(node));
        break;
      }
      case Kind::kFor: {
        NodePtr node = BuildFor(parts, at);
        if (node == nullptr) return false;
        nodes->push_back(std::move(node));
        break;
      }
      case Kind::kElse:
      case Kind::kEndIf:
      case Kind::kEndFor:
      case Kind::kEnd:
        return true;  // the caller's
    }
  }
}

NodePtr NativeParser::BuildIf(std::vector<TemplatePart>* parts, size_t* at) {
  using Kind = TemplatePart::Kind;
  TemplatePart& open = (*parts)[*at];
  ++*at;
  std::vector<NodePtr> if_true, if_false;
  if (!BuildParts(parts, at, &if_true)) return nullptr;
  if ((*parts)[*at].kind == Kind::kElse) {
    ++*at;
    if (!BuildParts(parts, at, &if_false)) return nullptr;
  }
  TemplatePart& close = (*parts)[*at];
  if (close.kind == Kind::kElse) {
    return Fail(close.range, "Unexpected else directive",
                "The if directive has an else clause already.");
  }
  if (close.kind == Kind::kEndFor) {
    return Fail(close.range, "Unexpected endfor directive",
                "Expecting an endif directive for the if directive that is "
                "open.");
  }
  if (close.kind == Kind::kEnd) {
    return Fail(open.range, "Unexpected end of template",
                "The if directive is missing its corresponding endif "
                "directive.");
  }
  ++*at;
  const Range range = Range::Between(open.range, close.range);
  return Checked(std::make_unique<ConditionalNode>(
      range, std::move(open.expression),
      std::make_unique<TemplateNode>(range, range, std::move(if_true)),
      std::make_unique<TemplateNode>(range, range, std::move(if_false))));
}

NodePtr NativeParser::BuildFor(std::vector<TemplatePart>* parts, size_t* at) {
  using Kind = TemplatePart::Kind;
  TemplatePart& open = (*parts)[*at];
  ++*at;
  std::vector<NodePtr> content;
  if (!BuildParts(parts, at, &content)) return nullptr;
  TemplatePart& close = (*parts)[*at];
  if (close.kind == Kind::kElse) {
    return Fail(close.range, "Unexpected else directive",
                "An else clause is not expected for a for directive.");
  }
  if (close.kind == Kind::kEndIf) {
    return Fail(close.range, "Unexpected endif directive",
                "Expecting an endfor directive for the for directive that is "
                "open.");
  }
  if (close.kind == Kind::kEnd) {
    return Fail(open.range, "Unexpected end of template",
                "The for directive is missing its corresponding endfor "
                "directive.");
  }
  ++*at;
  const Range range = Range::Between(open.range, close.range);
  ForNode::Parts loop;
  loop.key_name = open.key_name;
  loop.value_name = open.value_name;
  loop.collection = std::move(open.expression);
  loop.value = std::make_unique<TemplateNode>(range, range, std::move(content));
  return Checked(std::make_unique<TemplateJoinNode>(
      std::make_unique<ForNode>(range, std::move(loop))));
}

}  // namespace hcl
