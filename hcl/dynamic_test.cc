#include "hcl/dynamic.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "hcl/functions.h"
#include "hcl/parser.h"

namespace hcl {
namespace {

// Reads groups with tasks, env blocks and free-form config out of a text, and
// writes what it saw: blocks with labels and body, and the first error.
class Reader {
 public:
  explicit Reader(const std::string& text)
      : file_(ParseFile(Source::FromText("f", text), &diagnostics_)) {
    context_.set_undefined(KeepUndefinedNames);
    context_.set_functions(&functions_);
  }

  std::string Read() {
    const std::string seen = Body(*ExpandDynamic(file_->body_ptr(), &context_));
    if (diagnostics_.empty()) return seen;
    return absl::StrCat("E: ", diagnostics_.list()[0].summary);
  }

 private:
  std::string Value(const Attribute& a) {
    return absl::StrCat(
        a.name, "=",
        a.expression->Evaluate(&context_, &diagnostics_).DebugString());
  }

  std::string Body(const hcl::Body& body) {
    static const auto* const kSchema = new BodySchema{
        {{"count"}, {"name"}},
        {{"group", {"name"}}, {"task", {"name"}}, {"env", {}}, {"config", {}}}};
    std::vector<std::string> out;
    const BodyContent content = body.Content(*kSchema, &diagnostics_);
    for (const Attribute& a : content.attributes) out.push_back(Value(a));
    for (const Block& b : content.blocks) {
      std::string header = b.type;
      for (const std::string& label : b.labels) {
        absl::StrAppend(&header, " ", label);
      }
      std::string inside;
      if (b.type == "env") {
        for (const Attribute& a : b.body->JustAttributes(&diagnostics_)) {
          absl::StrAppend(&inside, Value(a));
        }
      } else if (b.type == "config") {
        inside = FreeForm(*b.body);
      } else {
        inside = Body(*b.body);
      }
      out.push_back(absl::StrCat(header, "{", inside, "}"));
    }
    return absl::StrJoin(out, " ");
  }

  std::string FreeForm(const hcl::Body& body) {
    std::vector<std::string> out;
    for (const BodyItem& item : body.Items(&diagnostics_)) {
      out.push_back(item.attribute != nullptr
                        ? Value(*item.attribute)
                        : absl::StrCat(item.block->type, "{",
                                       FreeForm(*item.block->body), "}"));
    }
    return absl::StrJoin(out, " ");
  }

  Diagnostics diagnostics_;
  FilePtr file_;
  FunctionTable functions_ = StandardFunctions();
  EvalContext context_;
};

TEST(ExpandDynamic, MakesTheBlocksThatItStandsFor) {
  const struct {
    const char* why;
    const char* text;
    const char* want;
  } kCases[] = {
      {"JS-130", R"(dynamic "group" {
  for_each = ["a", "b"]
  labels = [group.value]
  content {
    count = group.key
  }
})",
       "group a{count=0} group b{count=1}"},
      {"JS-131 order of keys", R"(dynamic "env" {
  for_each = {b = "1", a = "2"}
  content {
    k = env.key
  }
})",
       R"(env{k="a"} env{k="b"})"},
      {"JS-131 nothing to do", R"(dynamic "env" {
  for_each = []
  content {}
})",
       ""},
      {"JS-131 a set has its values as keys", R"(dynamic "env" {
  for_each = convert(["b", "a"], set(string))
  content {
    k = "${env.key}${env.value}"
  }
})",
       R"(env{k="aa"} env{k="bb"})"},
      {"JS-131 string", "dynamic \"env\" {\nfor_each = \"x\"\ncontent {}\n}",
       "E: Invalid dynamic for_each value"},
      {"JS-131 null", "dynamic \"env\" {\nfor_each = null\ncontent {}\n}",
       "E: Invalid dynamic for_each value"},
      {"JS-131 undefined name",
       "dynamic \"env\" {\nfor_each = NOMAD_X\ncontent {}\n}",
       "E: Invalid dynamic for_each value"},
      {"JS-132 no labels", "dynamic \"group\" {\nfor_each = [1]\ncontent {}\n}",
       "E: Missing required argument"},
      {"JS-132 two labels",
       "dynamic \"group\" {\nfor_each = [1]\nlabels = [\"a\", "
       "\"b\"]\ncontent {}\n}",
       "E: Extraneous dynamic block label"},
      {"JS-132 null label",
       "dynamic \"group\" {\nfor_each = [1]\nlabels = [null]\ncontent {}\n}",
       "E: Invalid dynamic block label"},
      {"JS-132 a number becomes a string",
       "dynamic \"group\" {\nfor_each = [1]\nlabels = [5]\ncontent {}\n}",
       "group 5{}"},
      {"JS-132 labels where there are none",
       "dynamic \"env\" {\nfor_each = [1]\nlabels = [5]\ncontent {}\n}",
       "E: Unsupported argument"},
      {"JS-133 no content", "dynamic \"env\" {\nfor_each = [1]\n}",
       "E: Missing dynamic content block"},
      {"two contents",
       "dynamic \"env\" {\nfor_each = [1]\ncontent {}\ncontent {}\n}",
       "E: Extraneous dynamic content block"},
      {"JS-133 unknown type",
       "dynamic \"nope\" {\nfor_each = [1]\ncontent {}\n}",
       "E: Unsupported block type"},
      {"JS-134 order among siblings", R"(group "z" {}
dynamic "group" {
  for_each = [1]
  labels = ["a"]
  content {}
}
group "y" {}
)",
       "group z{} group a{} group y{}"},
      {"JS-134 nested, with the outer iterator in sight",
       R"(dynamic "group" {
  for_each = ["g", "h"]
  labels = [group.value]
  content {
    dynamic "task" {
      for_each = [1, 2]
      iterator = t
      labels = ["${group.value}${t.value}"]
      content {
        name = "${group.key}-${t.key}"
      }
    }
  }
})",
       R"(group g{task g1{name="0-0"} task g2{name="0-1"}} )"
       R"(group h{task h1{name="1-0"} task h2{name="1-1"}})"},
      {"JS-134 a body of plain arguments",
       "dynamic \"env\" {\nfor_each = [1]\ncontent {\nA = env.value\n}\n}",
       "env{A=1}"},
      {"an iterator by another name hides the default one",
       "dynamic \"env\" {\nfor_each = [1]\niterator = i\ncontent {\nA = "
       "env.value\nB = i.value\n}\n}",
       R"(env{A="${env.value}"B=1})"},
      {"iterator is a bare name",
       "dynamic \"env\" {\nfor_each = [1]\niterator = \"i\"\ncontent {}\n}",
       "E: Invalid dynamic iterator name"},
      {"a free-form body sees the iterator, deep inside as well",
       R"(dynamic "config" {
  for_each = ["x"]
  content {
    command = config.value
    mount {
      source = config.value
    }
  }
})",
       R"(config{command="x" mount{source="x"}})"},
      {"in a free-form body dynamic is data",
       "config {\ndynamic \"m\" {\nfor_each = [1]\ncontent {\na = "
       "m.value\n}\n}\n}",
       R"(config{dynamic{for_each=[1] content{a="${m.value}"}}})"},
      {"an argument beside content",
       "dynamic \"env\" {\nfor_each = [1]\nfoo = 1\ncontent {}\n}",
       "E: Unsupported argument"},
      {"more blocks than anybody needs",
       R"(dynamic "group" {
  for_each = range(1000)
  labels = ["a"]
  content {
    dynamic "task" {
      for_each = range(1000)
      labels = ["b"]
      content {}
    }
  }
})",
       "E: Too many generated blocks"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(Reader(c.text).Read(), c.want);
  }
}

TEST(ExpandDynamic, SuggestsTheRightBlockType) {
  Diagnostics diagnostics;
  const FilePtr file = ParseFile(
      Source::FromText("f",
                       "dynamic \"grup\" {\n  for_each = []\n  content {}\n}"),
      &diagnostics);
  const EvalContext context;
  (void)ExpandDynamic(file->body_ptr(), &context)
      ->Content({{}, {{"group", {}}}}, &diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1u);
  EXPECT_EQ(diagnostics.list()[0].OneLine(),
            "f:1:9: Unsupported block type; Blocks of type \"grup\" are not "
            "expected here. Did you mean \"group\"?");
}

}  // namespace
}  // namespace hcl
