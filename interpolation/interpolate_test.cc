#include "interpolation/interpolate.h"

#include <map>
#include <string>
#include <vector>

#include "base/string_view.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace interpolation {
namespace {

using Env = std::map<std::string, std::string>;

std::string Replace(absl::string_view text, const Env& env,
                    std::vector<std::string>* unknown = nullptr) {
  return Interpolate(
      text,
      [&env](absl::string_view name) -> std::optional<absl::string_view> {
        const auto found = env.find(std::string(name));
        if (found == env.end()) return std::nullopt;
        return found->second;
      },
      unknown);
}

TEST(Interpolate, ReplacesWhatItKnowsAndLeavesTheRestAsWritten) {
  const Env env = {
      {"NOMAD_IP", "127.0.0.1"},
      {"NOMAD.PERIOD", "period"},
      {"NOMAD-DASH", "dash"},
      {"NOMAD_PORT_WEB", ":80"},
      {"meta.instance", "t2"},
      {"node.unique.name", "test node"},
      {"attr.arch", "amd64"},
      {"node.class", "test class"},
      {"NOMAD_JOB_ID", "j1"},
      {"NOMAD_TASK_NAME", "t"},
      {"NOMAD_GROUP_NAME", "g"},
      {"A", "1"},
      {"EMPTY", ""},
      {"meta.trap", "${NOMAD_JOB_ID}"},
      {"attr.kernel.name", "lin"},
  };
  const struct {
    const char* why;
    const char* text;
    const char* want;
  } kCases[] = {
      {"IP-001 unknown name", "${FOO}", "${FOO}"},
      {"IP-002 text around it", "\"${NOMAD_IP}\"!", "\"127.0.0.1\"!"},
      {"IP-003 a dot in the name", "\"${NOMAD.PERIOD}\"!", "\"period\"!"},
      {"IP-004 a dash in the name", "\"${NOMAD-DASH}\"!", "\"dash\"!"},
      {"IP-005 two in a row", "${NOMAD_IP}${NOMAD_PORT_WEB}", "127.0.0.1:80"},
      {"IP-008 a node's meta", "${meta.instance}", "t2"},
      {"IP-009 node and attribute", "${node.unique.name}${attr.arch}",
       "test nodeamd64"},
      {"IP-010 environment and node", "${NOMAD_PORT_WEB}${node.class}",
       ":80test class"},
      {"IP-012 no escape", "$${NOMAD_JOB_ID}", "$j1"},
      {"IP-013 braces are needed", "$NOMAD_JOB_ID", "$NOMAD_JOB_ID"},
      {"IP-014 a blank before", "${ NOMAD_JOB_ID }", "${ NOMAD_JOB_ID }"},
      {"IP-014 a blank after", "${NOMAD_JOB_ID }", "${NOMAD_JOB_ID }"},
      {"IP-015 never closed", "${NOMAD_JOB_ID", "${NOMAD_JOB_ID"},
      {"IP-016 no name", "${}", "${}"},
      {"IP-017 the inner one only", "${${NOMAD_TASK_NAME}}", "${t}"},
      {"IP-018 the inner one only", "${A${NOMAD_JOB_ID}}", "${Aj1}"},
      {"IP-019 a brace stays", "$${NOMAD_JOB_ID}}", "$j1}"},
      {"IP-020 no shell default", "${NOMAD_JOB_ID:-d}", "${NOMAD_JOB_ID:-d}"},
      {"IP-021 case counts", "${nomad_job_id}", "${nomad_job_id}"},
      {"IP-022 only dots", "${..}", "${..}"},
      {"IP-022 only a dash", "${-}", "${-}"},
      {"IP-023 not ASCII", "${\xC3\xA9}", "${\xC3\xA9}"},
      {"IP-024 no index", "${env[\"A\"]}", "${env[\"A\"]}"},
      {"IP-025 text between", "a${NOMAD_JOB_ID}b${NOMAD_GROUP_NAME}c",
       "aj1bgc"},
      {"IP-026 over lines", "x\n${NOMAD_JOB_ID}", "x\nj1"},
      {"IP-027 no directives", "%{x} %%{", "%{x} %%{"},
      {"an empty value is a value", "<${EMPTY}>", "<>"},
      {"a value is not read again", "${meta.trap}", "${NOMAD_JOB_ID}"},
      {"dollars before it", "$$$${A}", "$$$1"},
      {"a dollar at the end", "${A}$", "1$"},
      {"an open brace at the end", "${A}${", "1${"},
      {"empty text", "", ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Replace(c.text, env), c.want);
  }
}

TEST(Interpolate, KeepsNulBytesInTheText) {
  const std::string text("a\0${A}\0b", 8);
  EXPECT_EQ(Replace(text, {{"A", "1"}}), std::string("a\0001\0b", 5));
}

TEST(Interpolate, CollectsEachUnknownNameOnce) {
  std::vector<std::string> unknown;
  EXPECT_EQ(Replace("${b}${A}${a}${b}", {{"A", "1"}}, &unknown),
            "${b}1${a}${b}");
  EXPECT_EQ(unknown, (std::vector<std::string>{"b", "a"}));
}

TEST(HasReference, IsTrueForTheShapeAndNothingElse) {
  EXPECT_TRUE(HasReference("test-${env_var}"));  // IP-006
  for (const char* text :
       {"test", "test-$", "test-${asdf", "test-{asdf}", "$test"}) {  // IP-007
    EXPECT_FALSE(HasReference(text)) << text;
  }
}

TEST(InterpolateInPlace, DoesNotTouchTextWithNothingToReplace) {
  std::string text = "a text that is too long for the small string ${nope}";
  const char* const before = text.data();
  EXPECT_FALSE(InterpolateInPlace(
      &text, [](absl::string_view) { return std::nullopt; }));
  EXPECT_EQ(text.data(), before);
}

TEST(InterpolateInPlace, StopsBeforeTheTextGrowsWithoutBounds) {
  const std::string value(1 << 20, 'x');
  std::string text;
  for (int i = 0; i < 64; ++i) text += "${A}";
  std::vector<std::string> unknown;
  InterpolateInPlace(
      &text, [&value](absl::string_view) { return absl::string_view(value); },
      &unknown);
  EXPECT_LE(text.size(), kMaxInterpolatedBytes + 64 * 4);
  EXPECT_EQ(unknown, std::vector<std::string>{"A"});
}

// The pattern in the header is the definition; RE2 is the judge.
TEST(FindReference, AgreesWithRe2OnAllTextsOfAFewBytes) {
  const re2::RE2 pattern(R"(\$\{[A-Za-z0-9_\-.]+\})", re2::RE2::Latin1);
  const std::string alphabet = "${}a-\xC3";
  std::vector<size_t> digits;
  for (size_t length = 0; length <= 7; ++length) {
    digits.assign(length, 0);
    while (true) {
      std::string text;
      for (const size_t digit : digits) text += alphabet[digit];
      re2::StringPiece match;
      const bool found =
          pattern.Match(text, 0, text.size(), re2::RE2::UNANCHORED, &match, 1);
      const auto ours = FindReference(text);
      ASSERT_EQ(ours.has_value(), found) << text;
      if (found) {
        ASSERT_EQ(ours->offset, static_cast<size_t>(match.data() - text.data()))
            << text;
        ASSERT_EQ(ours->size, match.size()) << text;
      }
      size_t i = 0;
      while (i < length && ++digits[i] == alphabet.size()) digits[i++] = 0;
      if (i == length) break;
    }
  }
}

}  // namespace
}  // namespace interpolation
