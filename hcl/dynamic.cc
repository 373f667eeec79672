#include "hcl/dynamic.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"

namespace hcl {

namespace {

constexpr char kDynamic[] = "dynamic";
// What one generated block takes from the budget: it is bigger than a value.
constexpr int64_t kStepsPerBlock = 100;

// The iterators that are bound around a generated block, the outermost first.
struct Iteration {
  std::vector<std::pair<std::string, Value>> iterators;

  void BindIn(EvalContext* scope) const {
    for (const auto& [name, value] : iterators) scope->Set(name, value);
  }
};
using IterationPtr = std::shared_ptr<const Iteration>;  // null: none

// An expression of a generated block: evaluates with the iterators.
class BoundExpression : public Expression {
 public:
  BoundExpression(ExpressionPtr inner, IterationPtr iteration)
      : inner_(std::move(inner)), iteration_(std::move(iteration)) {}

  Value Evaluate(const EvalContext* context,
                 Diagnostics* diagnostics) const override {
    EvalContext scope(context);
    iteration_->BindIn(&scope);
    return inner_->Evaluate(&scope, diagnostics);
  }

  std::vector<Traversal> Variables() const override {
    std::vector<Traversal> names;
    for (Traversal& t : inner_->Variables()) {
      const bool bound = std::any_of(
          iteration_->iterators.begin(), iteration_->iterators.end(),
          [&](const auto& iterator) { return iterator.first == t.root; });
      if (!bound) names.push_back(std::move(t));
    }
    return names;
  }

  Range range() const override { return inner_->range(); }
  Range value_range() const override { return inner_->value_range(); }
  absl::optional<Traversal> AsTraversal() const override {
    return inner_->AsTraversal();
  }
  absl::optional<Call> AsCall() const override {
    absl::optional<Call> call = inner_->AsCall();
    if (call.has_value()) {
      for (ExpressionPtr& a : call->arguments) a = Bind(a);
    }
    return call;
  }
  absl::optional<std::vector<ExpressionPtr>> AsList() const override {
    absl::optional<std::vector<ExpressionPtr>> list = inner_->AsList();
    if (list.has_value()) {
      for (ExpressionPtr& e : *list) e = Bind(e);
    }
    return list;
  }
  absl::optional<std::vector<Pair>> AsPairs() const override {
    absl::optional<std::vector<Pair>> pairs = inner_->AsPairs();
    if (pairs.has_value()) {
      for (Pair& p : *pairs) {
        p.key = Bind(p.key);
        p.value = Bind(p.value);
      }
    }
    return pairs;
  }

 private:
  ExpressionPtr Bind(const ExpressionPtr& inner) const {
    return std::make_shared<BoundExpression>(inner, iteration_);
  }

  const ExpressionPtr inner_;
  const IterationPtr iteration_;
};

class ExpandedBody : public Body {
 public:
  // `expand`: false inside of free-form bodies, which only see the iterators.
  ExpandedBody(BodyPtr inner, const EvalContext* context,
               IterationPtr iteration, bool expand)
      : inner_(std::move(inner)),
        context_(context),
        iteration_(std::move(iteration)),
        expand_(expand) {}

  BodyContent PartialContent(const BodySchema& schema, BodyPtr* rest,
                             Diagnostics* diagnostics) const override;
  void ReportLeftovers(const BodySchema& schema,
                       Diagnostics* diagnostics) const override;
  std::vector<Attribute> JustAttributes(
      Diagnostics* diagnostics) const override;
  std::vector<BodyItem> Items(Diagnostics* diagnostics) const override;
  Range MissingItemRange() const override { return inner_->MissingItemRange(); }
  Range range() const override { return inner_->range(); }

 private:
  Attribute Bound(Attribute attribute) const {
    if (iteration_ != nullptr) {
      attribute.expression = std::make_shared<BoundExpression>(
          std::move(attribute.expression), iteration_);
    }
    return attribute;
  }
  BodyPtr Nested(BodyPtr body, bool expand) const {
    return std::make_shared<ExpandedBody>(std::move(body), context_, iteration_,
                                          expand);
  }
  // Appends the blocks that `dynamic` stands for.
  void Expand(const Block& dynamic, const BlockSchema& schema,
              std::vector<Block>* blocks, Diagnostics* diagnostics) const;
  bool Labels(const Attribute& attribute, const BlockSchema& schema,
              const EvalContext& scope, Block* block,
              Diagnostics* diagnostics) const;

  const BodyPtr inner_;
  const EvalContext* const context_;
  const IterationPtr iteration_;
  const bool expand_;
  // In a body of leftovers: the dynamic blocks that nobody wanted. They are no
  // longer part of inner_ then.
  std::vector<Block> pending_;
};

BodyContent ExpandedBody::PartialContent(const BodySchema& schema,
                                         BodyPtr* rest,
                                         Diagnostics* diagnostics) const {
  BodySchema extended = schema;
  if (expand_) extended.blocks.push_back({kDynamic, {"type"}});
  BodyPtr inner_rest;
  BodyContent found =
      inner_->PartialContent(extended, &inner_rest, diagnostics);
  auto remaining = std::make_shared<ExpandedBody>(
      std::move(inner_rest), context_, iteration_, expand_);
  BodyContent content;
  content.missing_item_range = found.missing_item_range;
  for (Attribute& a : found.attributes) {
    content.attributes.push_back(Bound(std::move(a)));
  }
  std::vector<Block> blocks = pending_;
  for (Block& b : found.blocks) blocks.push_back(std::move(b));
  for (Block& b : blocks) {
    if (!expand_ || b.type != kDynamic) {
      b.body = Nested(std::move(b.body), expand_);
      content.blocks.push_back(std::move(b));
      continue;
    }
    const auto wanted = std::find_if(
        schema.blocks.begin(), schema.blocks.end(),
        [&](const BlockSchema& s) { return s.type == b.labels[0]; });
    if (wanted == schema.blocks.end()) {
      remaining->pending_.push_back(std::move(b));
    } else {
      Expand(b, *wanted, &content.blocks, diagnostics);
    }
  }
  if (rest != nullptr) *rest = std::move(remaining);
  return content;
}

void ExpandedBody::ReportLeftovers(const BodySchema& schema,
                                   Diagnostics* diagnostics) const {
  if (expand_ && pending_.empty()) {
    // Without an earlier PartialContent() the dynamic blocks are still in
    // inner_, where they would look like blocks of the type "dynamic".
    BodyPtr rest;
    Diagnostics ignored;
    const BodySchema dynamic{{}, {{kDynamic, {"type"}}}};
    const BodyContent found = inner_->PartialContent(dynamic, &rest, &ignored);
    if (!found.blocks.empty()) {
      ExpandedBody body(std::move(rest), context_, iteration_, expand_);
      body.pending_ = found.blocks;
      body.ReportLeftovers(schema, diagnostics);
      return;
    }
  }
  inner_->ReportLeftovers(schema, diagnostics);
  std::vector<std::string> types;
  for (const BlockSchema& b : schema.blocks) types.push_back(b.type);
  for (const Block& b : pending_) {
    diagnostics->Error(b.label_ranges[0], "Unsupported block type",
                       absl::StrCat("Blocks of type \"", b.labels[0],
                                    "\" are not expected here.",
                                    DidYouMean(b.labels[0], types)));
  }
}

std::vector<Attribute> ExpandedBody::JustAttributes(
    Diagnostics* diagnostics) const {
  std::vector<Attribute> attributes = inner_->JustAttributes(diagnostics);
  for (Attribute& a : attributes) a = Bound(std::move(a));
  return attributes;
}

std::vector<BodyItem> ExpandedBody::Items(Diagnostics* diagnostics) const {
  std::vector<BodyItem> items = inner_->Items(diagnostics);
  if (iteration_ == nullptr) return items;
  for (BodyItem& item : items) {
    if (item.attribute != nullptr) {
      item.attribute = std::make_shared<Attribute>(Bound(*item.attribute));
    } else {
      auto block = std::make_shared<Block>(*item.block);
      block->body = Nested(std::move(block->body), /*expand=*/false);
      item.block = std::move(block);
    }
  }
  return items;
}

// Evaluates the labels of one generated block.
bool ExpandedBody::Labels(const Attribute& attribute, const BlockSchema& schema,
                          const EvalContext& scope, Block* block,
                          Diagnostics* diagnostics) const {
  const auto list = attribute.expression->AsList();
  if (!list.has_value()) {
    diagnostics->Error(attribute.expression->range(),
                       "Invalid dynamic block labels",
                       "The labels must be written as a list: [label, ...].");
    return false;
  }
  for (const ExpressionPtr& e : *list) {
    if (block->labels.size() == schema.labels.size()) {
      diagnostics->Error(
          e->range(), "Extraneous dynamic block label",
          absl::StrCat("Blocks of type \"", schema.type, "\" require ",
                       schema.labels.size(), " label(s)."));
      return false;
    }
    const Value given = e->Evaluate(&scope, diagnostics);
    absl::StatusOr<Value> label = Convert(given, Type::String());
    std::string problem;
    if (given.IsNull()) {
      problem = "Cannot use a null value as a dynamic block label.";
    } else if (!label.ok()) {
      problem = absl::StrCat("Cannot use this value as a dynamic block label: ",
                             label.status().message(), ".");
    }
    if (!problem.empty()) {
      diagnostics->Error(e->value_range(), "Invalid dynamic block label",
                         problem);
      return false;
    }
    if (!label->IsKnown()) return false;  // has been reported
    block->labels.push_back(label->AsString());
    block->label_ranges.push_back(e->range());
  }
  if (block->labels.size() < schema.labels.size()) {
    diagnostics->Error(
        attribute.expression->range(), "Insufficient dynamic block labels",
        absl::StrCat("Blocks of type \"", schema.type, "\" require ",
                     schema.labels.size(), " label(s)."));
    return false;
  }
  return true;
}

void ExpandedBody::Expand(const Block& dynamic, const BlockSchema& schema,
                          std::vector<Block>* blocks,
                          Diagnostics* diagnostics) const {
  BodySchema dynamic_schema{{{"for_each", true}, {"iterator", false}},
                            {{"content", {}}}};
  if (!schema.labels.empty()) {
    dynamic_schema.attributes.push_back({"labels", true});
  }
  const size_t errors_before = diagnostics->error_count();
  const BodyContent spec = dynamic.body->Content(dynamic_schema, diagnostics);
  if (spec.blocks.empty()) {
    diagnostics->Error(spec.missing_item_range, "Missing dynamic content block",
                       "A dynamic block must have a nested block of type "
                       "\"content\" to describe the body of each generated "
                       "block.");
  } else if (spec.blocks.size() > 1) {
    diagnostics->Error(spec.blocks[1].type_range,
                       "Extraneous dynamic content block",
                       "Only one nested content block is allowed for each "
                       "dynamic block.");
  }
  std::string iterator = schema.type;
  if (const Attribute* a = spec.Find("iterator")) {
    iterator = a->expression->AsKeyword();
    if (iterator.empty()) {
      diagnostics->Error(a->expression->range(),
                         "Invalid dynamic iterator name",
                         "Dynamic iterator must be a single variable name.");
    }
  }
  if (diagnostics->error_count() != errors_before) return;

  EvalContext outer(context_);
  if (iteration_ != nullptr) iteration_->BindIn(&outer);
  const Expression& for_each = *spec.Find("for_each")->expression;
  const Value collection = for_each.Evaluate(&outer, diagnostics);
  if (diagnostics->error_count() != errors_before) return;
  if (!collection.IsSequence() && !collection.IsMapping()) {
    diagnostics->Error(
        for_each.value_range(), "Invalid dynamic for_each value",
        collection.IsNull()
            ? std::string("Cannot use a null value in for_each.")
            : absl::StrCat("Cannot use a ", collection.type().FriendlyName(),
                           " value in for_each. An iterable collection is "
                           "required."));
    return;
  }

  const Attribute* const labels = spec.Find("labels");
  const Block& content = spec.blocks[0];
  const auto generate = [&](const Value& key, const Value& value) {
    if (outer.budget().spent()) return false;
    if (!outer.budget().Spend(kStepsPerBlock)) {
      diagnostics->Error(for_each.range(), "Too many generated blocks",
                         "The dynamic blocks of this file would make more "
                         "blocks than the limit for one file allows.");
      return false;
    }
    auto iteration = std::make_shared<Iteration>();
    if (iteration_ != nullptr) *iteration = *iteration_;
    iteration->iterators.emplace_back(
        iterator, Value::Object({{"key", key}, {"value", value}}));
    EvalContext scope(context_);
    iteration->BindIn(&scope);
    Block block;
    block.type = schema.type;
    block.type_range = dynamic.label_ranges[0];
    block.header_range = dynamic.header_range;
    block.open_brace_range = content.open_brace_range;
    if (labels != nullptr &&
        !Labels(*labels, schema, scope, &block, diagnostics)) {
      return false;  // would be said again for every element
    }
    block.body = std::make_shared<ExpandedBody>(
        content.body, context_, std::move(iteration), /*expand=*/true);
    blocks->push_back(std::move(block));
    return true;
  };
  if (collection.IsMapping()) {
    for (const auto& [name, value] : collection.AsMap()) {
      if (!generate(Value::String(name), value)) return;
    }
    return;
  }
  const bool set = collection.type().kind() == Type::Kind::kSet;
  int64_t index = 0;
  for (const Value& value : collection.AsList()) {
    if (!generate(set ? value : Value::Int(index), value)) return;
    ++index;
  }
}

}  // namespace

BodyPtr ExpandDynamic(BodyPtr body, const EvalContext* context) {
  return std::make_shared<ExpandedBody>(std::move(body), context,
                                        /*iteration=*/nullptr,
                                        /*expand=*/true);
}

}  // namespace hcl
