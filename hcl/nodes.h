// The syntax tree of native-syntax expressions. Private to parser and
// evaluator; everybody else sees hcl::Expression.
//
// Each node evaluates itself. An error is added to the diagnostics once, where
// it happens, and the node's value is then unknown; an unknown operand makes
// an unknown result without another message.
//
// Every node knows how deep its subtree is: the parser refuses trees that are
// too deep for recursion, whatever shape they have.

#ifndef DROVER_HCL_NODES_H_
#define DROVER_HCL_NODES_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hcl/eval.h"
#include "hcl/expression.h"
#include "hcl/value.h"

namespace hcl {

// Collects the names that come from outside, see Expression::Variables().
class VariableCollector {
 public:
  void Add(const Traversal& traversal);
  void Bind(const std::string& name) { bound_.push_back(name); }
  void Unbind(size_t count) { bound_.resize(bound_.size() - count); }
  std::vector<Traversal> Take() { return std::move(found_); }

 private:
  std::vector<std::string> bound_;
  std::vector<Traversal> found_;
};

class Node;
using NodePtr = std::unique_ptr<Node>;

class Node : public Expression {
 public:
  explicit Node(const Range& range) : range_(range) {}

  Value Evaluate(const EvalContext* context,
                 Diagnostics* diagnostics) const final;
  std::vector<Traversal> Variables() const final;
  Range range() const final { return range_; }

  // Evaluates after taking a step from the budget.
  Value Eval(const EvalContext& context, Diagnostics* diagnostics) const;
  virtual void Collect(VariableCollector* collector) const = 0;

  int depth() const { return depth_; }

 protected:
  virtual Value DoEval(const EvalContext& context,
                       Diagnostics* diagnostics) const = 0;
  // Constructors call this for every child.
  void Above(const Node* child) {
    if (child != nullptr) depth_ = std::max(depth_, child->depth_ + 1);
  }

  Range range_;

 private:
  int depth_ = 1;
};

// Takes `steps` from the budget; an error on the first refusal.
bool SpendSteps(const EvalContext& context, int64_t steps, const Range& range,
                Diagnostics* diagnostics);

// What one error that nobody will see (in try, can, the branch not taken) takes
// from the budget: its message was made nevertheless.
constexpr int64_t kStepsPerHiddenError = 100;

// An expression handed out without ownership; see the lifetime rule of File.
ExpressionPtr Borrow(const Expression* expression);

class LiteralNode : public Node {
 public:
  LiteralNode(const Range& range, Value value, bool keyword = false)
      : Node(range), value_(std::move(value)), keyword_(keyword) {}

  const Value& value() const { return value_; }
  void Collect(VariableCollector*) const override {}
  absl::optional<Traversal> AsTraversal() const override;

 protected:
  Value DoEval(const EvalContext&, Diagnostics*) const override {
    return value_;
  }

 private:
  const Value value_;
  const bool keyword_;  // true, false, null
};

// A name and constant steps.
class TraversalNode : public Node {
 public:
  explicit TraversalNode(Traversal traversal)
      : Node(traversal.range), traversal_(std::move(traversal)) {}

  const Traversal& traversal() const { return traversal_; }
  void AddStep(Traversal::Step step);
  // The reference is all there is between ${ and }: this is its text.
  void set_verbatim(std::string verbatim) { verbatim_ = std::move(verbatim); }

  void Collect(VariableCollector* collector) const override;
  absl::optional<Traversal> AsTraversal() const override { return traversal_; }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  Traversal traversal_;
  std::string verbatim_;  // empty: "${" + text + "}"
};

// Constant steps on any other expression: f(x).y
class StepsNode : public Node {
 public:
  StepsNode(NodePtr source, Traversal::Step step)
      : Node(Range::Between(source->range(), step.range)),
        source_(std::move(source)) {
    Above(source_.get());
    steps_.push_back(std::move(step));
  }
  void AddStep(Traversal::Step step);
  void Collect(VariableCollector* collector) const override {
    source_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  NodePtr source_;
  std::vector<Traversal::Step> steps_;
};

// collection[key]
class IndexNode : public Node {
 public:
  IndexNode(NodePtr collection, NodePtr key, const Range& brackets)
      : Node(Range::Between(collection->range(), brackets)),
        brackets_(brackets),
        collection_(std::move(collection)),
        key_(std::move(key)) {
    Above(collection_.get());
    Above(key_.get());
  }
  void Collect(VariableCollector* collector) const override {
    collection_->Collect(collector);
    key_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  const Range brackets_;
  NodePtr collection_;
  NodePtr key_;
};

// The element that a splat is at.
class SplatItemNode : public Node {
 public:
  using Node::Node;
  // No identifier can be spelt like this.
  static constexpr char kName[] = "*";
  void Collect(VariableCollector*) const override {}

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;
};

// source[*].each and source.*.each
class SplatNode : public Node {
 public:
  SplatNode(const Range& range, const Range& marker, NodePtr source,
            NodePtr each)
      : Node(range),
        marker_(marker),
        source_(std::move(source)),
        each_(std::move(each)) {
    Above(source_.get());
    Above(each_.get());
  }
  void Collect(VariableCollector* collector) const override {
    source_->Collect(collector);
    each_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  const Range marker_;
  NodePtr source_;
  NodePtr each_;
};

class UnaryNode : public Node {
 public:
  enum class Op : uint8_t { kNegate, kNot };
  UnaryNode(const Range& range, Op op, NodePtr operand)
      : Node(range), op_(op), operand_(std::move(operand)) {
    Above(operand_.get());
  }
  void Collect(VariableCollector* collector) const override {
    operand_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  const Op op_;
  NodePtr operand_;
};

class BinaryNode : public Node {
 public:
  enum class Op : uint8_t {
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kModulo,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kEqual,
    kNotEqual,
    kAnd,
    kOr,
  };
  BinaryNode(Op op, NodePtr left, NodePtr right)
      : Node(Range::Between(left->range(), right->range())),
        op_(op),
        left_(std::move(left)),
        right_(std::move(right)) {
    Above(left_.get());
    Above(right_.get());
  }
  void Collect(VariableCollector* collector) const override {
    left_->Collect(collector);
    right_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  const Op op_;
  NodePtr left_;
  NodePtr right_;
};

class ConditionalNode : public Node {
 public:
  ConditionalNode(const Range& range, NodePtr condition, NodePtr if_true,
                  NodePtr if_false)
      : Node(range),
        condition_(std::move(condition)),
        if_true_(std::move(if_true)),
        if_false_(std::move(if_false)) {
    Above(condition_.get());
    Above(if_true_.get());
    Above(if_false_.get());
  }
  void Collect(VariableCollector* collector) const override {
    condition_->Collect(collector);
    if_true_->Collect(collector);
    if_false_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  NodePtr condition_;
  NodePtr if_true_;
  NodePtr if_false_;
};

class TupleNode : public Node {
 public:
  TupleNode(const Range& range, std::vector<NodePtr> elements)
      : Node(range), elements_(std::move(elements)) {
    for (const NodePtr& e : elements_) Above(e.get());
  }
  void Collect(VariableCollector* collector) const override {
    for (const NodePtr& e : elements_) e->Collect(collector);
  }
  absl::optional<std::vector<ExpressionPtr>> AsList() const override;

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  std::vector<NodePtr> elements_;
};

// The key of an object item: a bare name stands for itself.
class ObjectKeyNode : public Node {
 public:
  ObjectKeyNode(NodePtr wrapped, bool force_expression)
      : Node(wrapped->range()),
        wrapped_(std::move(wrapped)),
        force_expression_(force_expression) {
    Above(wrapped_.get());
  }
  void Collect(VariableCollector* collector) const override;
  absl::optional<Traversal> AsTraversal() const override {
    return force_expression_ ? absl::nullopt : wrapped_->AsTraversal();
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  NodePtr wrapped_;
  const bool force_expression_;
};

class ObjectNode : public Node {
 public:
  struct Item {
    NodePtr key;
    NodePtr value;
  };
  ObjectNode(const Range& range, std::vector<Item> items)
      : Node(range), items_(std::move(items)) {
    for (const Item& i : items_) {
      Above(i.key.get());
      Above(i.value.get());
    }
  }
  void Collect(VariableCollector* collector) const override {
    for (const Item& i : items_) {
      i.key->Collect(collector);
      i.value->Collect(collector);
    }
  }
  absl::optional<std::vector<Pair>> AsPairs() const override;

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  std::vector<Item> items_;
};

// [for k, v in collection: value if condition] and, with a key,
// {for k, v in collection: key => value... if condition}
class ForNode : public Node {
 public:
  struct Parts {
    std::string key_name;  // may be empty
    std::string value_name;
    NodePtr collection;
    NodePtr key;  // null: a tuple
    NodePtr value;
    NodePtr condition;  // may be null
    bool group = false;
  };
  ForNode(const Range& range, Parts parts)
      : Node(range), parts_(std::move(parts)) {
    Above(parts_.collection.get());
    Above(parts_.key.get());
    Above(parts_.value.get());
    Above(parts_.condition.get());
  }
  void Collect(VariableCollector* collector) const override;

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  class Result;
  // False: stop, there was an error that every further element would repeat.
  bool Step(const EvalContext& scope, Result* result,
            Diagnostics* diagnostics) const;

  Parts parts_;
};

class CallNode : public Node {
 public:
  CallNode(const Range& range, std::string name, const Range& name_range,
           std::vector<NodePtr> arguments, bool expand_last)
      : Node(range),
        name_(std::move(name)),
        name_range_(name_range),
        arguments_(std::move(arguments)),
        expand_last_(expand_last) {
    for (const NodePtr& a : arguments_) Above(a.get());
  }
  void Collect(VariableCollector* collector) const override {
    for (const NodePtr& a : arguments_) a->Collect(collector);
  }
  absl::optional<Call> AsCall() const override;

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  Value EvalTry(const EvalContext& context, Diagnostics* diagnostics) const;
  Value EvalCan(const EvalContext& context, Diagnostics* diagnostics) const;
  Value EvalConvert(const EvalContext& context, Diagnostics* diagnostics) const;

  const std::string name_;
  const Range name_range_;
  std::vector<NodePtr> arguments_;
  const bool expand_last_;
};

// Literal and interpolated parts joined to a string.
class TemplateNode : public Node {
 public:
  // `content` is the range without quotes or heredoc markers.
  TemplateNode(const Range& range, const Range& content,
               std::vector<NodePtr> parts)
      : Node(range), content_(content), parts_(std::move(parts)) {
    for (const NodePtr& p : parts_) Above(p.get());
  }
  Range value_range() const override { return content_; }
  void Collect(VariableCollector* collector) const override {
    for (const NodePtr& p : parts_) p->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  const Range content_;
  std::vector<NodePtr> parts_;
};

// "${x}" and nothing else: the value of x as it is.
class TemplateWrapNode : public Node {
 public:
  TemplateWrapNode(const Range& range, const Range& content, NodePtr wrapped)
      : Node(range), content_(content), wrapped_(std::move(wrapped)) {
    Above(wrapped_.get());
  }
  Range value_range() const override { return content_; }
  void Collect(VariableCollector* collector) const override {
    wrapped_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override {
    return wrapped_->Eval(context, diagnostics);
  }

 private:
  const Range content_;
  NodePtr wrapped_;
};

// A string without any sequence in it.
class StringNode : public LiteralNode {
 public:
  StringNode(const Range& range, const Range& content, Value value)
      : LiteralNode(range, std::move(value)), content_(content) {}
  Range value_range() const override { return content_; }

 private:
  const Range content_;
};

// %{ for }: the strings that a for expression made, joined.
class TemplateJoinNode : public Node {
 public:
  explicit TemplateJoinNode(NodePtr tuple)
      : Node(tuple->range()), tuple_(std::move(tuple)) {
    Above(tuple_.get());
  }
  void Collect(VariableCollector* collector) const override {
    tuple_->Collect(collector);
  }

 protected:
  Value DoEval(const EvalContext& context,
               Diagnostics* diagnostics) const override;

 private:
  NodePtr tuple_;
};

}  // namespace hcl

#endif  // DROVER_HCL_NODES_H_
