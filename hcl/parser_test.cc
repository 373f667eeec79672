#include "hcl/parser.h"

#include <string>

#include "gtest/gtest.h"
#include "hcl/eval.h"
#include "hcl/functions.h"

namespace hcl {
namespace {

constexpr char kJob[] = R"(# A job as people write them.
job "sleep" {
  datacenters = ["dc1"]
  type        = "batch"   // comment
  group "g" {
    count = 1 + 1
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["1", "${NOMAD_TASK_DIR}/x", "$${HOME}"]
      }
      env = { A = "b", "c.d" = 5 }
      template {
        data = <<-EOT
          hello
            there
        EOT
      }
      artifact { source = "http://x/y" }
    }
  }
}
)";

TEST(ParseFile, ReadsAJob) {
  Diagnostics diagnostics;
  const FilePtr file =
      ParseFile(Source::FromText("job.hcl", kJob), &diagnostics);
  ASSERT_TRUE(diagnostics.empty()) << diagnostics.Render();
  EvalContext context;
  context.set_undefined(KeepUndefinedNames);

  const BodySchema schema{{}, {{"job", {"name"}}}};
  const BodyContent content = file->body().Content(schema, &diagnostics);
  ASSERT_EQ(content.blocks.size(), 1u);
  EXPECT_EQ(content.blocks[0].labels[0], "sleep");

  const BodySchema job_schema{{{"datacenters"}, {"type"}},
                              {{"group", {"name"}}}};
  const BodyContent job =
      content.blocks[0].body->Content(job_schema, &diagnostics);
  EXPECT_EQ(job.Find("datacenters")
                ->expression->Evaluate(&context, &diagnostics)
                .DebugString(),
            R"(["dc1"])");
  const BodySchema group_schema{{{"count", true}}, {{"task", {"name"}}}};
  const BodyContent group =
      job.blocks[0].body->Content(group_schema, &diagnostics);
  EXPECT_EQ(group.Find("count")
                ->expression->Evaluate(&context, &diagnostics)
                .DebugString(),
            "2");
  std::string seen;
  for (const BodyItem& item : group.blocks[0].body->Items(&diagnostics)) {
    if (item.attribute != nullptr) {
      seen += item.attribute->name + " = " +
              item.attribute->expression->Evaluate(&context, &diagnostics)
                  .DebugString() +
              "\n";
      continue;
    }
    seen += item.block->type + "\n";
    for (const Attribute& a : item.block->body->JustAttributes(&diagnostics)) {
      seen += "  " + a.name + " = " +
              a.expression->Evaluate(&context, &diagnostics).DebugString() +
              "\n";
    }
  }
  EXPECT_EQ(seen, R"(driver = "raw_exec"
config
  command = "/bin/sleep"
  args = ["1", "${NOMAD_TASK_DIR}/x", "${HOME}"]
env = {A = "b", c.d = 5}
template
  data = "hello\n  there\n"
artifact
  source = "http://x/y"
)");
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.Render();
}

TEST(ParseFile, SaysWhatIsWrongWhereAndWhatWouldBeRight) {
  Diagnostics diagnostics;
  const FilePtr file =
      ParseFile(Source::FromText("job.hcl", "driver = \"x\"\n  drivr = 1\n"),
                &diagnostics);
  const BodySchema schema{{{"driver"}}, {}};
  (void)file->body().Content(schema, &diagnostics);
  EXPECT_EQ(diagnostics.Render(),
            "job.hcl:2:3: Unsupported argument; An argument named \"drivr\" is "
            "not expected here. Did you mean \"driver\"?\n"
            "  2 |   drivr = 1\n"
            "    |   ^^^^^\n");
}

TEST(ParseFile, GoesOnBehindAMistake) {
  Diagnostics diagnostics;
  const FilePtr file =
      ParseFile(Source::FromText(
                    "f", "a = [1 2\n]\nb = }\nc {\n  d = 1 e = 2\n}\nf = 1\n"),
                &diagnostics);
  std::string all;
  for (const Diagnostic& d : diagnostics.list()) {
    all += std::to_string(d.start.line) + " " + d.summary + "\n";
  }
  EXPECT_EQ(all,
            "1 Missing item separator\n"
            "3 Invalid expression\n"
            "5 Missing newline after argument\n");
}

TEST(ParseFile, ShowsALineWithoutItsControlCharacters) {
  Diagnostics diagnostics;
  ParseFile(Source::FromText("job.hcl", "a = \x1b[2J\xc2\x9b \x7f\n"),
            &diagnostics);
  const std::string shown = diagnostics.Render();
  EXPECT_NE(shown.find("a = ?[2J? ?"), std::string::npos) << shown;
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace hcl
