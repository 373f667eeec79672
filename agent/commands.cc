#include "agent/commands.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/exit_status.h"
#include "agent/run_command.h"
#include "agent/version.h"
#include "base/nearest_name.h"

namespace agent {
namespace {

CommandBody BindAgent(FlagSet& flags) {
  const auto dev = std::make_shared<bool>(false);
  flags.Switch("dev", "Server and client in one, state in memory.", dev.get());
  return [dev](CommandContext& context, const std::vector<std::string>&) {
    return context.Fail(
        "the agent is not there yet: this version has only \"drover run\"");
  };
}

CommandBody BindVersion(FlagSet&) {
  return [](CommandContext& context, const std::vector<std::string>&) {
    context.out->Line(absl::StrCat("drover ", kVersion));
    return kExitOk;
  };
}

const Command* FindCommand(absl::string_view name) {
  for (const Command& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

int UnknownCommand(CommandContext& context, absl::string_view name) {
  std::vector<std::string> known;
  for (const Command& command : Commands()) known.emplace_back(command.name);
  std::string text = absl::StrCat("unknown command \"", name, "\"");
  if (const std::string nearest = base::NearestName(name, known);
      !nearest.empty()) {
    absl::StrAppend(&text, "; did you mean \"drover ", nearest, "\"?");
  } else {
    absl::StrAppend(&text, "; \"drover help\" lists the commands");
  }
  return context.Fail(text);
}

CommandBody BindHelp(FlagSet&) {
  return [](CommandContext& context, const std::vector<std::string>& names) {
    if (names.empty()) {
      context.out->Write(ProgramHelp());
      return kExitOk;
    }
    const std::string name = absl::StrJoin(names, " ");
    const Command* const command = FindCommand(name);
    if (command == nullptr) return UnknownCommand(context, name);
    context.out->Write(CommandHelp(*command));
    return kExitOk;
  };
}

int RunCommand(const Command& command, const std::vector<std::string>& args,
               CommandContext& context) {
  FlagSet flags;
  const CommandBody body = command.bind(flags);
  const absl::StatusOr<FlagSet::Parsed> parsed = flags.Parse(args);
  if (!parsed.ok()) {
    return context.Fail(absl::StrCat(parsed.status().message(),
                                     " (\"drover help ", command.name,
                                     "\" lists the flags)"));
  }
  if (parsed->help) {
    context.out->Write(CommandHelp(command));
    return kExitOk;
  }
  const int count = static_cast<int>(parsed->arguments.size());
  if (count < command.min_arguments ||
      (command.max_arguments >= 0 && count > command.max_arguments)) {
    return context.Fail(
        absl::StrCat(count < command.min_arguments ? "too few" : "too many",
                     " arguments; usage: drover ", command.name, " [flags] ",
                     command.arguments));
  }
  return body(context, parsed->arguments);
}

}  // namespace

std::string CommandContext::Getenv(const std::string& name) const {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

int CommandContext::Fail(absl::string_view text) {
  err->Line(absl::StrCat(err->Paint(Colour::kRed, "drover:"), " ", text));
  return kExitDroverFailed;
}

const std::vector<Command>& Commands() {
  static const auto* const commands = new std::vector<Command>{
      {"run", "JOB", 1, 1, "run a job file in the foreground", kRunHelp,
       &BindRun},
      {"agent", "", 0, 0, "run an agent with an HTTP API (not there yet)", "",
       &BindAgent},
      {"help", "[COMMAND]", 0, -1, "show what a command does", "", &BindHelp},
      {"version", "", 0, 0, "show the version", "", &BindVersion},
  };
  return *commands;
}

std::string ProgramHelp() {
  std::string text =
      "drover runs job files: plain processes, supervised, with their "
      "restarts,\nartifacts and logs.\n\nusage: drover COMMAND [flags] "
      "[arguments]\n\ncommands:\n";
  size_t width = 0;
  for (const Command& command : Commands()) {
    width = std::max(width, command.name.size());
  }
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "  ", command.name,
                    std::string(width - command.name.size() + 2, ' '),
                    command.synopsis, "\n");
  }
  absl::StrAppend(&text,
                  "\n\"drover help COMMAND\" shows the flags of one; without a "
                  "command it is\n\"drover agent -dev\".\n");
  return text;
}

std::string CommandHelp(const Command& command) {
  FlagSet flags;
  (void)command.bind(flags);
  const std::string flag_help = flags.Help();
  std::string text = absl::StrCat(
      "drover ", command.name, ": ", command.synopsis, "\n\nusage: drover ",
      command.name, flag_help.empty() ? "" : " [flags]",
      command.arguments.empty() ? "" : " ", command.arguments, "\n");
  if (!command.help.empty()) absl::StrAppend(&text, "\n", command.help);
  if (!flag_help.empty()) absl::StrAppend(&text, "\nflags:\n", flag_help);
  return text;
}

int RunCommandLine(const std::vector<std::string>& args,
                   CommandContext& context) {
  if (args.empty()) return RunCommand(*FindCommand("agent"), {"-dev"}, context);
  const std::string& first = args[0];
  if (first == "-h" || first == "-help" || first == "--help") {
    context.out->Write(ProgramHelp());
    return kExitOk;
  }
  if (first == "-v" || first == "-version" || first == "--version") {
    return RunCommand(*FindCommand("version"), {}, context);
  }
  // The longest name that fits: "job plan" before "job".
  for (const size_t words : {size_t{2}, size_t{1}}) {
    if (args.size() < words) continue;
    const auto end = args.begin() + static_cast<ptrdiff_t>(words);
    const std::string name = absl::StrJoin(args.begin(), end, " ");
    if (const Command* const command = FindCommand(name)) {
      return RunCommand(*command, std::vector<std::string>(end, args.end()),
                        context);
    }
  }
  return UnknownCommand(context, first);
}

}  // namespace agent
