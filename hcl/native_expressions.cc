// Expressions of the native syntax; see native_parser.h.

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "hcl/native_parser.h"

namespace hcl {

namespace {

struct Operator {
  int level = 0;  // higher binds first; 0: not a binary operator
  BinaryNode::Op op = BinaryNode::Op::kAdd;
};

constexpr int kHighestLevel = 6;

Operator BinaryOperator(TokenType type) {
  switch (type) {
    case TokenType::kOr:
      return {1, BinaryNode::Op::kOr};
    case TokenType::kAnd:
      return {2, BinaryNode::Op::kAnd};
    case TokenType::kEqual:
      return {3, BinaryNode::Op::kEqual};
    case TokenType::kNotEqual:
      return {3, BinaryNode::Op::kNotEqual};
    case TokenType::kLess:
      return {4, BinaryNode::Op::kLess};
    case TokenType::kLessEqual:
      return {4, BinaryNode::Op::kLessEqual};
    case TokenType::kGreater:
      return {4, BinaryNode::Op::kGreater};
    case TokenType::kGreaterEqual:
      return {4, BinaryNode::Op::kGreaterEqual};
    case TokenType::kPlus:
      return {5, BinaryNode::Op::kAdd};
    case TokenType::kMinus:
      return {5, BinaryNode::Op::kSubtract};
    case TokenType::kStar:
      return {kHighestLevel, BinaryNode::Op::kMultiply};
    case TokenType::kSlash:
      return {kHighestLevel, BinaryNode::Op::kDivide};
    case TokenType::kPercent:
      return {kHighestLevel, BinaryNode::Op::kModulo};
    default:
      return {};
  }
}

}  // namespace

NodePtr NativeParser::Checked(NodePtr node) {
  if (node != nullptr && node->depth() > kMaxDepth) {
    return Fail(
        node->range(), "Nested too deeply",
        absl::StrCat("Expressions may be nested ", kMaxDepth, " levels deep."));
  }
  return node;
}

NodePtr NativeParser::ParseWholeExpression() {
  const NewlineMode mode(this, true);
  NodePtr expression = ParseExpression();
  if (expression == nullptr) return nullptr;
  if (!At(TokenType::kEnd)) {
    if (At(TokenType::kInvalid)) return nullptr;
    return FailAt(Peek(), "Extra characters after expression",
                  "An expression was successfully parsed, but extra characters "
                  "were found after it.");
  }
  return expression;
}

NodePtr NativeParser::ParseExpression() {
  const Level level(this);
  if (TooDeep(Peek())) return nullptr;
  return ParseConditional();
}

NodePtr NativeParser::ParseConditional() {
  const Token first = Peek();
  NodePtr condition = ParseBinary(1);
  if (condition == nullptr || !At(TokenType::kQuestion)) return condition;
  Read();
  NodePtr if_true = ParseExpression();
  if (if_true == nullptr) return nullptr;
  if (!At(TokenType::kColon)) {
    return FailAt(Peek(), "Missing false expression in conditional",
                  "The conditional operator (...?...:...) requires a false "
                  "expression, delimited by a colon.");
  }
  Read();
  NodePtr if_false = ParseExpression();
  if (if_false == nullptr) return nullptr;
  return Checked(std::make_unique<ConditionalNode>(
      RangeFrom(first), std::move(condition), std::move(if_true),
      std::move(if_false)));
}

// Operators of `level` and above. One loop for all levels: a recursion per
// level would make plain values expensive.
NodePtr NativeParser::ParseBinary(int level) {
  NodePtr left = ParseOperand();
  while (left != nullptr) {
    const Operator op = BinaryOperator(Peek().type);
    if (op.level < level || op.level == 0) break;
    Read();
    const Level deeper(this);
    if (TooDeep(Peek())) return nullptr;
    NodePtr right = ParseBinary(op.level + 1);
    if (right == nullptr) return nullptr;
    left = Checked(
        std::make_unique<BinaryNode>(op.op, std::move(left), std::move(right)));
  }
  return left;
}

NodePtr NativeParser::ParseOperand() {
  const Token first = Peek();
  if (first.type != TokenType::kMinus && first.type != TokenType::kBang) {
    NodePtr term = ParseTerm();
    return term == nullptr ? nullptr : ParseSteps(std::move(term));
  }
  const Level level(this);
  if (TooDeep(first)) return nullptr;
  Read();
  NodePtr operand = ParseOperand();
  if (operand == nullptr) return nullptr;
  return Checked(std::make_unique<UnaryNode>(RangeFrom(first),
                                             first.type == TokenType::kMinus
                                                 ? UnaryNode::Op::kNegate
                                                 : UnaryNode::Op::kNot,
                                             std::move(operand)));
}

NodePtr NativeParser::ParseTerm() {
  const Token first = Peek();
  switch (first.type) {
    case TokenType::kNumber:
      return ParseNumber();
    case TokenType::kIdentifier:
      return ParseName();
    case TokenType::kOpenQuote:
      return ParseQuoted();
    case TokenType::kOpenHeredoc:
      return ParseHeredoc();
    case TokenType::kOpenBracket:
      return ParseTuple();
    case TokenType::kOpenBrace:
      return ParseObject();
    case TokenType::kOpenParen: {
      Read();
      NodePtr inner;
      {
        const NewlineMode mode(this, true);
        inner = ParseExpression();
        if (inner == nullptr) return nullptr;
        if (!At(TokenType::kCloseParen)) {
          return FailAt(Peek(), "Unbalanced parentheses",
                        "Expected a closing parenthesis to terminate the "
                        "expression.");
        }
        Read();
      }
      return inner;
    }
    case TokenType::kInvalid:
      Read();
      return nullptr;  // the scanner has said what is wrong
    default:
      return FailAt(first, "Invalid expression",
                    "Expected the start of an expression, but found an invalid "
                    "expression token.");
  }
}

NodePtr NativeParser::ParseNumber() {
  const Token token = Read();
  absl::StatusOr<Number> number = Number::FromLiteral(TextOf(token));
  if (!number.ok()) {
    return FailAt(token, "Invalid number literal",
                  absl::StrCat("Failed to recognize the value of this number "
                               "literal: ",
                               number.status().message(), "."));
  }
  return std::make_unique<LiteralNode>(RangeOf(token), Value::Number(*number));
}

NodePtr NativeParser::ParseName() {
  const Token token = Read();
  const absl::string_view name = TextOf(token);
  if (At(TokenType::kOpenParen) || At(TokenType::kDoubleColon)) {
    return ParseCall(token, std::string(name));
  }
  if (name == "true" || name == "false") {
    return std::make_unique<LiteralNode>(
        RangeOf(token), Value::Bool(name == "true"), /*keyword=*/true);
  }
  if (name == "null") {
    return std::make_unique<LiteralNode>(RangeOf(token), Value::Null(),
                                         /*keyword=*/true);
  }
  Traversal traversal;
  traversal.root = std::string(name);
  traversal.root_range = RangeOf(token);
  traversal.range = RangeOf(token);
  return std::make_unique<TraversalNode>(std::move(traversal));
}

NodePtr NativeParser::ParseCall(const Token& first, std::string name) {
  while (At(TokenType::kDoubleColon)) {
    Read();
    if (!At(TokenType::kIdentifier)) {
      return FailAt(Peek(), "Missing function name",
                    "Function scope resolution symbol :: must be followed by "
                    "a function name in this scope.");
    }
    absl::StrAppend(&name, "::", TextOf(Read()));
  }
  const Range name_range = RangeFrom(first);
  if (!At(TokenType::kOpenParen)) {
    return FailAt(Peek(), "Missing open parenthesis",
                  "Function selector must be followed by an open parenthesis "
                  "to begin the function call.");
  }
  Read();
  std::vector<NodePtr> arguments;
  bool expand = false;
  {
    const NewlineMode mode(this, true);
    while (!At(TokenType::kCloseParen)) {
      if (At(TokenType::kEnd)) {
        return Fail(RangeFrom(first), "Unterminated function call",
                    "There is no closing parenthesis for this function call "
                    "before the end of the file. This may be caused by "
                    "incorrect parenthesis nesting elsewhere in this file.");
      }
      NodePtr argument = ParseExpression();
      if (argument == nullptr) return nullptr;
      arguments.push_back(std::move(argument));
      if (At(TokenType::kCloseParen)) break;
      if (At(TokenType::kEllipsis)) {
        expand = true;
        Read();
        if (!At(TokenType::kCloseParen)) {
          return FailAt(Peek(), "Missing closing parenthesis",
                        "An expanded function argument (with ...) must be "
                        "immediately followed by closing parentheses.");
        }
        break;
      }
      if (!At(TokenType::kComma)) {
        return FailAt(Peek(), "Missing argument separator",
                      "A comma is required to separate each function argument "
                      "from the next.");
      }
      Read();
    }
    Read();  // )
  }
  return Checked(std::make_unique<CallNode>(RangeFrom(first), std::move(name),
                                            name_range, std::move(arguments),
                                            expand));
}

// ----- what may follow a term

NodePtr NativeParser::ParseSteps(NodePtr source) {
  while (source != nullptr) {
    const Token next = Peek();
    if (next.type == TokenType::kDot) {
      Read();
      source = ParseDotStep(std::move(source), next);
    } else if (next.type == TokenType::kOpenBracket) {
      Read();
      source = ParseBracketStep(std::move(source), next);
    } else {
      break;
    }
  }
  return source;
}

NodePtr NativeParser::WithStep(NodePtr source, Traversal::Step step) {
  if (auto* traversal = dynamic_cast<TraversalNode*>(source.get())) {
    traversal->AddStep(std::move(step));
    return source;
  }
  if (auto* steps = dynamic_cast<StepsNode*>(source.get())) {
    steps->AddStep(std::move(step));
    return source;
  }
  return Checked(
      std::make_unique<StepsNode>(std::move(source), std::move(step)));
}

NodePtr NativeParser::ParseDotStep(NodePtr source, const Token& dot) {
  const Token token = Peek();
  Traversal::Step step;
  switch (token.type) {
    case TokenType::kIdentifier:
      Read();
      step.kind = Traversal::Step::Kind::kAttribute;
      step.name = std::string(TextOf(token));
      step.range = RangeFrom(dot);
      return WithStep(std::move(source), std::move(step));
    case TokenType::kNumber: {
      // x.0, from before there was x[0].
      Read();
      const absl::string_view digits = TextOf(token);
      int64_t index = 0;
      if (digits.find_first_not_of("0123456789") != absl::string_view::npos) {
        return FailAt(token, "Invalid legacy index syntax",
                      "When using the legacy index syntax, chaining two "
                      "indexes together is not permitted. Use the proper index "
                      "syntax instead, like [0][0].");
      }
      if (!absl::SimpleAtoi(digits, &index)) {
        return FailAt(token, "Invalid legacy index syntax",
                      "This number is too large for an index.");
      }
      step.kind = Traversal::Step::Kind::kIndex;
      step.key = Value::Int(index);
      step.range = RangeFrom(dot);
      return WithStep(std::move(source), std::move(step));
    }
    case TokenType::kStar:
      Read();
      return ParseAttributeSplat(std::move(source), dot);
    default:
      return FailAt(token.type == TokenType::kEnd ? dot : token,
                    "Invalid attribute name",
                    "An attribute name is required after a dot.");
  }
}

// source.*: takes only the .name and .0 that follow.
NodePtr NativeParser::ParseAttributeSplat(NodePtr source, const Token& dot) {
  const Range marker = RangeFrom(dot);
  NodePtr each = std::make_unique<SplatItemNode>(marker);
  while (each != nullptr && At(TokenType::kDot)) {
    const Token next_dot = Read();
    if (At(TokenType::kStar)) {
      return FailAt(Peek(), "Nested splat expression not allowed",
                    "A splat expression (*) cannot be used inside another "
                    "attribute-only splat expression.");
    }
    each = ParseDotStep(std::move(each), next_dot);
  }
  if (each == nullptr) return nullptr;
  const Range range = Range::Between(source->range(), each->range());
  return Checked(std::make_unique<SplatNode>(range, marker, std::move(source),
                                             std::move(each)));
}

NodePtr NativeParser::ParseBracketStep(NodePtr source, const Token& open) {
  const Level level(this);
  if (TooDeep(open)) return nullptr;
  NodePtr key;
  bool splat = false;
  {
    const NewlineMode mode(this, true);
    if (At(TokenType::kStar)) {
      Read();
      splat = true;
    } else {
      key = ParseExpression();
      if (key == nullptr) return nullptr;
    }
    if (!At(TokenType::kCloseBracket)) {
      return FailAt(Peek(),
                    splat ? "Missing close bracket on splat index"
                          : "Missing close bracket on index",
                    splat ? "The star for a full splat operator must be "
                            "immediately followed by a closing bracket "
                            "(\"]\")."
                          : "The index operator must end with a closing "
                            "bracket (\"]\").");
    }
    Read();
  }
  const Range brackets = RangeFrom(open);
  if (splat) {
    NodePtr each = ParseSteps(std::make_unique<SplatItemNode>(brackets));
    if (each == nullptr) return nullptr;
    const Range range = Range::Between(source->range(), each->range());
    return Checked(std::make_unique<SplatNode>(
        range, brackets, std::move(source), std::move(each)));
  }
  if (const auto* literal = dynamic_cast<const LiteralNode*>(key.get());
      literal != nullptr &&
      (literal->value().IsString() || literal->value().IsNumber())) {
    Traversal::Step step;
    step.kind = Traversal::Step::Kind::kIndex;
    step.key = literal->value();
    step.range = brackets;
    return WithStep(std::move(source), std::move(step));
  }
  return Checked(
      std::make_unique<IndexNode>(std::move(source), std::move(key), brackets));
}

// ----- collections

NodePtr NativeParser::ParseTuple() {
  const Token open = Read();
  const NewlineMode mode(this, true);
  if (AtKeyword("for")) return ParseFor(open);
  std::vector<NodePtr> elements;
  while (!At(TokenType::kCloseBracket)) {
    if (At(TokenType::kEnd)) {
      return FailAt(open, "Unterminated tuple constructor expression",
                    "There is no corresponding closing bracket before the end "
                    "of the file. This may be caused by incorrect bracket "
                    "nesting elsewhere in this file.");
    }
    NodePtr element = ParseExpression();
    if (element == nullptr) return nullptr;
    elements.push_back(std::move(element));
    if (At(TokenType::kCloseBracket)) break;
    if (!At(TokenType::kComma)) {
      if (At(TokenType::kEnd)) continue;
      return FailAt(Peek(), "Missing item separator",
                    "Expected a comma to mark the beginning of the next item.");
    }
    Read();
  }
  Read();
  return Checked(
      std::make_unique<TupleNode>(RangeFrom(open), std::move(elements)));
}

NodePtr NativeParser::ParseObject() {
  const Token open = Read();
  {
    const NewlineMode mode(this, true);
    const size_t before = at_;
    if (AtKeyword("for")) return ParseFor(open);
    at_ = before;
  }
  // Line breaks separate items, so they are not skipped here.
  const NewlineMode mode(this, false);
  std::vector<ObjectNode::Item> items;
  const auto unterminated = [&] {
    return FailAt(open, "Unterminated object constructor expression",
                  "There is no corresponding closing brace before the end of "
                  "the file. This may be caused by incorrect brace nesting "
                  "elsewhere in this file.");
  };
  while (true) {
    while (At(TokenType::kNewline)) Read();
    if (At(TokenType::kCloseBrace)) break;
    if (At(TokenType::kEnd)) return unterminated();
    const bool parenthesized = At(TokenType::kOpenParen);
    NodePtr key = ParseExpression();
    if (key == nullptr) return nullptr;
    if (!At(TokenType::kAssign) && !At(TokenType::kColon)) {
      switch (Peek().type) {
        case TokenType::kNewline:
        case TokenType::kComma:
        case TokenType::kCloseBrace:
          return FailAt(Peek(), "Missing attribute value",
                        "Expected an attribute value, introduced by an equals "
                        "sign (\"=\").");
        case TokenType::kIdentifier:
          return FailAt(Peek(), "Missing key/value separator",
                        "Expected an equals sign (\"=\") to mark the beginning "
                        "of the attribute value. If you intended to given an "
                        "attribute name containing periods or spaces, write "
                        "the name in quotes to create a string literal.");
        case TokenType::kEnd:
          return unterminated();
        case TokenType::kInvalid:
          return nullptr;
        default:
          return FailAt(Peek(), "Missing key/value separator",
                        "Expected an equals sign (\"=\") to mark the beginning "
                        "of the attribute value.");
      }
    }
    Read();
    NodePtr value = ParseExpression();
    if (value == nullptr) return nullptr;
    items.push_back(
        {std::make_unique<ObjectKeyNode>(std::move(key), parenthesized),
         std::move(value)});
    if (At(TokenType::kCloseBrace)) break;
    if (At(TokenType::kEnd)) return unterminated();
    if (!At(TokenType::kComma) && !At(TokenType::kNewline)) {
      if (At(TokenType::kInvalid)) return nullptr;
      return FailAt(Peek(), "Missing attribute separator",
                    "Expected a newline or comma to mark the beginning of the "
                    "next attribute.");
    }
    Read();
  }
  Read();
  return Checked(
      std::make_unique<ObjectNode>(RangeFrom(open), std::move(items)));
}

namespace {

constexpr char kInvalidFor[] = "Invalid 'for' expression";

}  // namespace

// Behind the opening bracket or brace, at "for". Newlines are skipped.
NodePtr NativeParser::ParseFor(const Token& open) {
  Read();  // for
  ForNode::Parts parts;
  if (!At(TokenType::kIdentifier)) {
    return FailAt(Peek(), kInvalidFor,
                  "For expression requires a variable name after 'for'.");
  }
  parts.value_name = std::string(TextOf(Read()));
  if (At(TokenType::kComma)) {
    Read();
    if (!At(TokenType::kIdentifier)) {
      return FailAt(Peek(), kInvalidFor,
                    "For expression requires a value variable name after the "
                    "comma.");
    }
    parts.key_name = std::move(parts.value_name);
    parts.value_name = std::string(TextOf(Read()));
  }
  if (!AtKeyword("in")) {
    return FailAt(Peek(), kInvalidFor,
                  "For expression requires the 'in' keyword after its name "
                  "declarations.");
  }
  Read();
  parts.collection = ParseExpression();
  if (parts.collection == nullptr) return nullptr;
  if (!At(TokenType::kColon)) {
    return FailAt(Peek(), kInvalidFor,
                  "For expression requires a colon after the collection "
                  "expression.");
  }
  Read();
  return ParseForTail(open, std::move(parts));
}

NodePtr NativeParser::ParseForTail(const Token& open, ForNode::Parts parts) {
  const bool makes_object = open.type == TokenType::kOpenBrace;
  parts.value = ParseExpression();
  if (parts.value == nullptr) return nullptr;
  if (At(TokenType::kFatArrow)) {
    if (!makes_object) {
      return FailAt(Peek(), kInvalidFor,
                    "Key expression is not valid when building a tuple.");
    }
    Read();
    parts.key = std::move(parts.value);
    parts.value = ParseExpression();
    if (parts.value == nullptr) return nullptr;
  } else if (makes_object) {
    return FailAt(Peek(), kInvalidFor,
                  "Key expression is required when building an object: "
                  "{for ... : key => value}.");
  }
  if (At(TokenType::kEllipsis)) {
    if (!makes_object) {
      return FailAt(Peek(), kInvalidFor,
                    "Grouping ellipsis (...) cannot be used when building a "
                    "tuple.");
    }
    parts.group = true;
    Read();
  }
  if (AtKeyword("if")) {
    Read();
    parts.condition = ParseExpression();
    if (parts.condition == nullptr) return nullptr;
  }
  const TokenType close =
      makes_object ? TokenType::kCloseBrace : TokenType::kCloseBracket;
  if (!At(close)) {
    return FailAt(Peek(), kInvalidFor,
                  "Extra characters after the end of the 'for' expression.");
  }
  Read();
  return Checked(std::make_unique<ForNode>(RangeFrom(open), std::move(parts)));
}

}  // namespace hcl
