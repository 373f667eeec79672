#include "hcl/native_parser.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace hcl {

const Token& NativeParser::Peek() {
  if (skip_newlines_) {
    while (tokens_[at_].type == TokenType::kNewline) ++at_;
  }
  return tokens_[at_];
}

Token NativeParser::Read() {
  const Token token = Peek();
  if (token.type != TokenType::kEnd) ++at_;
  last_end_ = token.end;
  return token;
}

bool NativeParser::AtKeyword(absl::string_view word) {
  return At(TokenType::kIdentifier) && TextOf(Peek()) == word;
}

Range NativeParser::RangeFrom(const Token& first) const {
  return {source_.get(), first.begin, std::max(first.end, last_end_)};
}

std::nullptr_t NativeParser::Fail(const Range& range, absl::string_view summary,
                                  absl::string_view detail) {
  diagnostics_->Error(range, summary, detail);
  return nullptr;
}

bool NativeParser::TooDeep(const Token& token) {
  if (level_ <= kMaxDepth) return false;
  FailAt(token, "Nested too deeply",
         absl::StrCat("Blocks and expressions may be nested ", kMaxDepth,
                      " levels deep."));
  return true;
}

BodyPtr NativeParser::ParseFileBody() {
  return ParseBody(TokenType::kEnd, tokens_[0]);
}

BodyPtr NativeParser::ParseBody(TokenType end, const Token& opener) {
  const NewlineMode mode(this, false);
  auto data = std::make_shared<NativeBodyData>();
  data->source = source_;
  while (true) {
    while (At(TokenType::kNewline)) Read();
    if (At(end)) break;
    if (At(TokenType::kEnd)) {
      FailAt(opener, "Unclosed configuration block",
             "There is no closing brace for this block before the end of the "
             "file. This may be caused by incorrect brace nesting elsewhere "
             "in this file.");
      break;
    }
    const size_t start = at_;
    if (!ParseItem(data.get(), /*one_line=*/false)) SkipItem(start);
  }
  const Token close = Read();
  data->range = RangeFrom(opener);
  data->missing_item_range = RangeOf(close);
  return std::make_shared<NativeBody>(std::move(data));
}

// The body of `name { argument = value }`, behind the opening brace. Null
// after an error.
BodyPtr NativeParser::ParseOneLineBody(const Token& opener) {
  constexpr char kSummary[] = "Invalid single-argument block definition";
  auto data = std::make_shared<NativeBodyData>();
  data->source = source_;
  if (!ParseItem(data.get(), /*one_line=*/true)) return nullptr;
  switch (Peek().type) {
    case TokenType::kCloseBrace:
      break;
    case TokenType::kComma:
      return FailAt(Peek(), kSummary,
                    "Single-line block syntax can include only one argument "
                    "definition. To define multiple arguments, use the "
                    "multi-line block syntax with one argument definition per "
                    "line.");
    case TokenType::kNewline:
      return FailAt(Peek(), kSummary,
                    "An argument definition on the same line as its "
                    "containing block creates a single-line block definition, "
                    "which must also be closed on the same line. Place the "
                    "block's closing brace immediately after the argument "
                    "definition.");
    default:
      return FailAt(Peek(), kSummary,
                    "A single-line block definition must end with a closing "
                    "brace immediately after its single argument definition.");
  }
  const Token close = Read();
  data->range = RangeFrom(opener);
  data->missing_item_range = RangeOf(close);
  return std::make_shared<NativeBody>(std::move(data));
}

bool NativeParser::ParseItem(NativeBodyData* body, bool one_line) {
  const Token name = Peek();
  if (name.type == TokenType::kOpenQuote) {
    FailAt(name, "Invalid argument name", "Argument names must not be quoted.");
    return false;
  }
  if (name.type != TokenType::kIdentifier) {
    // A character that the scanner refused has its message already.
    if (name.type != TokenType::kInvalid) {
      FailAt(name, "Argument or block definition required",
             "An argument or block definition is required here.");
    }
    return false;
  }
  Read();
  switch (Peek().type) {
    case TokenType::kAssign:
      return ParseAttribute(name, body, one_line);
    case TokenType::kOpenBrace:
    case TokenType::kOpenQuote:
    case TokenType::kIdentifier:
      if (one_line) {
        FailAt(name, "Argument definition required",
               absl::StrCat(
                   "A single-line block definition can contain only a single "
                   "argument. If you want to define argument \"",
                   TextOf(name),
                   "\", use an equals sign to assign it a value. To define a "
                   "nested block, place it on a line of its own within its "
                   "parent block."));
        return false;
      }
      return ParseBlock(name, body);
    case TokenType::kInvalid:
      return false;
    default:
      FailAt(name, "Argument or block definition required",
             "An argument or block definition is required here. To set an "
             "argument, use the equals sign \"=\" to introduce the argument "
             "value.");
      return false;
  }
}

bool NativeParser::ParseAttribute(const Token& name, NativeBodyData* body,
                                  bool one_line) {
  Read();  // =
  NodePtr expression = ParseExpression();
  if (expression == nullptr) return false;
  Attribute attribute;
  attribute.name = std::string(TextOf(name));
  attribute.range = RangeFrom(name);
  attribute.name_range = RangeOf(name);
  attribute.expression = std::move(expression);
  const auto existing = body->attribute_index.find(attribute.name);
  const bool redefined = existing != body->attribute_index.end();
  if (redefined) {
    const Position before =
        body->attributes[existing->second].name_range.Start();
    FailAt(name, "Attribute redefined",
           absl::StrCat("The argument \"", attribute.name,
                        "\" was already set at ", source_->name(), ":",
                        before.line, ":", before.column,
                        ". Each argument may be set only once."));
  } else {
    body->attribute_index.emplace(attribute.name, body->attributes.size());
    body->order.push_back(static_cast<int64_t>(body->attributes.size()));
    body->attributes.push_back(std::move(attribute));
  }
  if (one_line) return true;  // the caller knows what must follow
  switch (Peek().type) {
    case TokenType::kNewline:
      Read();
      return true;
    case TokenType::kEnd:
      return true;
    case TokenType::kComma:
      FailAt(Peek(), "Unexpected comma after argument",
             "Argument definitions must be separated by newlines, not commas. "
             "An argument definition must end with a newline.");
      return false;
    case TokenType::kInvalid:
      return false;
    default:
      FailAt(Peek(), "Missing newline after argument",
             "An argument definition must end with a newline.");
      return false;
  }
}

bool NativeParser::ParseLabel(Block* block) {
  const Token first = Peek();
  if (first.type == TokenType::kIdentifier) {
    Read();
    block->labels.emplace_back(TextOf(first));
    block->label_ranges.push_back(RangeOf(first));
    return true;
  }
  Read();  // "
  std::string label;
  while (true) {
    const Token token = Read();
    switch (token.type) {
      case TokenType::kLiteral:
        if (!DecodeLiteral(token, /*quoted=*/true, &label)) return false;
        continue;
      case TokenType::kCloseQuote:
        block->labels.push_back(std::move(label));
        block->label_ranges.push_back(RangeFrom(first));
        return true;
      case TokenType::kInvalid:
        return false;
      case TokenType::kEnd:
        FailAt(first, "Unterminated string literal",
               "Unable to find the closing quote mark before the end of the "
               "file.");
        return false;
      default:
        FailAt(token, "Invalid string literal",
               "Template sequences are not allowed in this string. To include "
               "a literal \"$\", double it (as \"$$\") to escape it.");
        return false;
    }
  }
}

bool NativeParser::ParseBlock(const Token& type, NativeBodyData* body) {
  constexpr char kSummary[] = "Invalid block definition";
  const Level level(this);
  if (TooDeep(type)) return false;
  Block block;
  block.type = std::string(TextOf(type));
  block.type_range = RangeOf(type);
  while (At(TokenType::kOpenQuote) || At(TokenType::kIdentifier)) {
    if (!ParseLabel(&block)) return false;
  }
  block.header_range = RangeFrom(type);
  const Token brace = Peek();
  switch (brace.type) {
    case TokenType::kOpenBrace:
      break;
    case TokenType::kAssign:
      FailAt(brace, kSummary,
             "The equals sign \"=\" indicates an argument definition, and must "
             "not be used when defining a block.");
      return false;
    case TokenType::kNewline:
      FailAt(brace, kSummary,
             "A block definition must have block content delimited by \"{\" "
             "and \"}\", starting on the same line as the block header.");
      return false;
    case TokenType::kInvalid:
      return false;
    default:
      FailAt(brace, kSummary,
             "Either a quoted string block label or an opening brace (\"{\") "
             "is expected here.");
      return false;
  }
  Read();
  block.open_brace_range = RangeOf(brace);
  const bool one_line = !At(TokenType::kNewline) && !At(TokenType::kEnd) &&
                        !At(TokenType::kCloseBrace);
  if (one_line) {
    block.body = ParseOneLineBody(brace);
    if (block.body == nullptr) return false;
  } else {
    ++blocks_open_;
    block.body = ParseBody(TokenType::kCloseBrace, brace);
    --blocks_open_;
  }
  body->order.push_back(-1 - static_cast<int64_t>(body->blocks.size()));
  body->blocks.push_back(std::move(block));
  switch (Peek().type) {
    case TokenType::kNewline:
      Read();
      return true;
    case TokenType::kEnd:
      return true;
    default:
      FailAt(Peek(), "Missing newline after block definition",
             "A block definition must end with a newline.");
      return false;
  }
}

// Goes from the item's first token over whole brackets to the end of its line,
// at least as far as parsing has come; or in front of a closing brace that
// belongs to somebody outside.
void NativeParser::SkipItem(size_t start) {
  const NewlineMode mode(this, false);
  const size_t reached = std::max(at_, start);
  at_ = start;
  int open = 0;
  while (tokens_[at_].type != TokenType::kEnd) {
    switch (tokens_[at_].type) {
      case TokenType::kOpenBrace:
      case TokenType::kOpenBracket:
      case TokenType::kOpenParen:
      case TokenType::kOpenQuote:
      case TokenType::kOpenHeredoc:
      case TokenType::kInterpolation:
      case TokenType::kControl:
        ++open;
        break;
      case TokenType::kCloseBrace:
      case TokenType::kCloseBracket:
      case TokenType::kCloseParen:
      case TokenType::kCloseQuote:
      case TokenType::kCloseHeredoc:
      case TokenType::kTemplateSeqEnd:
        if (open == 0 && blocks_open_ > 0 && at_ >= reached && at_ > start) {
          return;
        }
        if (open > 0) --open;
        break;
      case TokenType::kNewline:
        if (open == 0 && at_ >= reached) {
          ++at_;
          return;
        }
        break;
      default:
        break;
    }
    ++at_;
  }
}

}  // namespace hcl
