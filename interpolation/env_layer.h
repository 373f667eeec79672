// One layer of a task's environment: lines whose values may refer to each
// other, resolved in the order of their dependencies. Inside this folder only;
// task_env.h is for everybody else.
//
// A reference means, in this order: a name of the node, another line of this
// layer by any spelling of its name, what stands above the layer. A line that
// names itself gets what is above.
//
// Ownership:  lines point into texts that the caller keeps; values that had to
//             be made are kept here.
// Threads:    thread-compatible.
// Limits:     the depth of references costs memory, not stack.

#ifndef DROVER_INTERPOLATION_ENV_LAYER_H_
#define DROVER_INTERPOLATION_ENV_LAYER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "interpolation/node.h"
#include "interpolation/task_env.h"

namespace interpolation {

class EnvLayer {
 public:
  struct Line {
    absl::string_view key;          // as the job has it, for messages
    absl::string_view name;         // of the variable, as written
    absl::string_view second_name;  // of the same value; may be empty
    absl::string_view text;

    // What Resolve() finds.
    absl::string_view value;
    bool secret = false;  // contains a secret
  };

  // `kind` is what messages call a line: `env` for `env "A"`.
  explicit EnvLayer(absl::string_view kind) : kind_(kind) {}

  void Add(Line line) { lines_.push_back(line); }
  // Keeps a text for as long as the layer lives.
  absl::string_view Keep(std::string text) {
    return kept_.emplace_back(std::move(text));
  }

  // What a name means above this layer; sets `secret` when that is one.
  using Above = absl::FunctionRef<std::optional<absl::string_view>(
      absl::string_view name, bool* secret)>;

  // Finds the value of every line. References in a circle are an error that
  // names the lines, or else stay as written. Those that nothing has are added
  // to `unresolved`, where that is given.
  absl::Status Resolve(const Node& node, Above above, bool circles_are_errors,
                       std::vector<Unresolved>* unresolved);

  const std::vector<Line>& lines() const { return lines_; }
  std::string Describe(const Line& line) const;

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };
  struct Step {
    size_t line;
    std::vector<size_t> needs;
    size_t next = 0;
  };

  void IndexNames();
  Step Open(size_t index, const Node& node);
  absl::Status Circle(const std::vector<Step>& path, size_t needed) const;
  void Evaluate(size_t index, const Node& node, Above above,
                std::vector<Unresolved>* unresolved);

  absl::string_view kind_;
  std::vector<Line> lines_;
  std::vector<State> states_;
  absl::flat_hash_map<absl::string_view, size_t> by_name_;
  std::deque<std::string> kept_;
};

}  // namespace interpolation

#endif  // DROVER_INTERPOLATION_ENV_LAYER_H_
