// The template engine over any bytes: text without templates stays byte for
// byte, text that is escaped comes back as it was, and whatever else happens is
// a value or an error with words.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "interpolation/config.h"
#include "interpolation/task_env.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

const interpolation::TaskEnv& Env() {
  static const interpolation::TaskEnv* const env = [] {
    interpolation::NodeVariables node;
    node.name = "n1";
    node.attributes = {{"kernel.name", "linux"},
                       {"driver.java", "1"},
                       {"driver.java.version", "17"}};
    interpolation::TaskEnvInput input;
    input.node = std::make_shared<interpolation::Node>(node);
    input.job_id = "j1";
    input.task_name = "t";
    input.job_env = {{"A", "1"}, {"a.b", "2"}, {"a", "3"}, {"c..d", "4"}};
    input.secrets = {{"x.y", "hush"}};
    return new interpolation::TaskEnv(*interpolation::BuildTaskEnv(input));
  }();
  return *env;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = interpolation::EvaluateTemplate(text, "here", Env());
  if (!value.ok()) {
    Require(absl::StartsWith(value.status().message(), "here: in \""));
  }
  if (!absl::StrContains(text, "${") && !absl::StrContains(text, "%{")) {
    Require(value.ok() && value->AsString() == text);
  }
  // The language normalises other text (Unicode, and in JSON's way of it).
  bool ascii = true;
  for (const char c : text) ascii = ascii && c > 0;
  if (ascii) {
    const std::string escaped =
        absl::StrReplaceAll(text, {{"${", "$${"}, {"%{", "%%{"}});
    const auto back = interpolation::EvaluateTemplate(escaped, "here", Env());
    Require(back.ok() && back->IsString() && back->AsString() == text);
  }
  return 0;
}
