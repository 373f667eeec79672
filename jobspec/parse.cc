#include "jobspec/parse.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hcl/dynamic.h"
#include "hcl/eval.h"
#include "hcl/functions.h"
#include "hcl/parser.h"
#include "jobspec/decode.h"
#include "jobspec/finish.h"
#include "jobspec/node.h"
#include "jobspec/normalize.h"
#include "jobspec/schema.h"
#include "jobspec/variables.h"

namespace jobspec {
namespace {

const hcl::BodySchema& FileSchema() {
  static const auto* const schema =
      new hcl::BodySchema{.attributes = {},
                          .blocks = {{"variables", {}},
                                     {"variable", {"name"}},
                                     {"locals", {}},
                                     {"job", {"name"}},
                                     {"group", {"name"}},
                                     {"task", {"name"}}}};
  return *schema;
}

// The label as name and ID, unless the block has its own.
void NameJob(const hcl::Block& block, Node& job) {
  if (block.labels.empty()) return;  // has been reported
  for (const char* field : {"ID", "Name"}) {
    if (!job[field].IsNull()) continue;
    job[field] = Node(block.labels[0]);
    if (!block.label_ranges.empty()) {
      job[field].set_range(block.label_ranges[0]);
    }
  }
}

Node DecodeJobBlock(const hcl::Block& block, const DecodeContext& context) {
  Node job = DecodeBody(*hcl::ExpandDynamic(block.body, context.scope),
                        SchemaOf<Job>(), context);
  job.set_range(block.header_range);
  NameJob(block, job);
  return job;
}

// A batch job of the groups and tasks that stand in the file by themselves,
// named after the first.
Node DecodeBareBlocks(const hcl::BodyContent& content,
                      const DecodeContext& context) {
  Node job = Node::Empty(SchemaOf<Job>());
  job["Type"] = Node("batch");
  for (const hcl::Block& block : content.blocks) {
    const bool is_task = block.type == "task";
    if (!is_task && block.type != "group") continue;
    Node node =
        DecodeBody(*hcl::ExpandDynamic(block.body, context.scope),
                   is_task ? SchemaOf<Task>() : SchemaOf<TaskGroup>(), context);
    node.set_range(block.header_range);
    if (!block.labels.empty()) node["Name"] = Node(block.labels[0]);
    if (job["ID"].IsNull()) job.set_range(block.header_range);
    NameJob(block, job);
    Node& list = job[is_task ? "task" : "TaskGroups"];
    list.Default(Node(Node::List()));
    list.As<Node::List>()->push_back(std::move(node));
  }
  return job;
}

// The one job of the file, as it is written; null after errors that leave
// nothing to look at.
Node DecodeFile(const hcl::BodyContent& content, const DecodeContext& context) {
  const auto jobs = content.BlocksOfType("job");
  for (size_t i = 1; i < jobs.size(); ++i) {
    context.diagnostics->Error(jobs[i]->type_range, "Duplicate job block",
                               "A file describes one job.");
  }
  bool has_bare_blocks = false;
  for (const hcl::Block& block : content.blocks) {
    if (block.type != "task" && block.type != "group") continue;
    has_bare_blocks = true;
    if (jobs.empty()) continue;
    context.diagnostics->Error(
        block.type_range, "Unsupported block type",
        absl::StrCat("A ", block.type,
                     " block belongs inside the job block of the file."));
  }
  if (!jobs.empty()) return DecodeJobBlock(*jobs[0], context);
  if (has_bare_blocks) return DecodeBareBlocks(content, context);
  context.diagnostics->Error(hcl::Range(), "Missing job block",
                             "A job file needs a block job \"NAME\" { ... }.");
  return Node();
}

hcl::FunctionTable Functions(const ParseOptions& options) {
  hcl::FunctionTable functions = hcl::StandardFunctions();
  if (options.file_functions) {
    hcl::AddFileFunctions({.base_dir = options.base_dir}, &functions);
  }
  return functions;
}

// Everything from the text to the tree as it is written. The file, which the
// tree's places refer to, is kept by the caller.
Node DecodeText(const hcl::File& file, const ParseOptions& options,
                hcl::Diagnostics* diagnostics) {
  const hcl::BodyContent content =
      file.body().Content(FileSchema(), diagnostics);
  const hcl::FunctionTable functions = Functions(options);
  Variables variables(&functions, diagnostics);
  variables.Declare(content);
  variables.Assign(options);

  hcl::EvalContext scope;
  scope.set_functions(&functions);
  scope.set_undefined(hcl::KeepUndefinedNames);
  scope.Set("var", variables.ToObject());
  scope.Set("local", EvaluateLocals(content, scope, diagnostics));
  // Whatever is wrong with a name would be reported again at each use of it.
  if (diagnostics->HasErrors()) return Node();

  Node job = DecodeFile(content, {&scope, file.is_json(), diagnostics});
  if (!job.IsNull()) NormalizeJob(job, diagnostics);
  return job;
}

}  // namespace

ParseResult ParseJob(absl::string_view text, absl::string_view filename,
                     const ParseOptions& options) {
  ParseResult result;
  hcl::Diagnostics* diagnostics = &result.diagnostics;
  const hcl::FilePtr file = hcl::ParseFile(
      hcl::Source::FromText(filename, std::string(text)), diagnostics);
  if (!diagnostics->HasErrors()) {
    Node job = DecodeText(*file, options, diagnostics);
    if (!job.IsNull()) FinishJob(std::move(job), options, &result);
  }
  diagnostics->SortByPosition();
  return result;
}

}  // namespace jobspec
