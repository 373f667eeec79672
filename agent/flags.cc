#include "agent/flags.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/nearest_name.h"
#include "base/status.h"

namespace agent {
namespace {

absl::Status SetSwitch(absl::string_view value, bool* target) {
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (value == yes) {
      *target = true;
      return absl::OkStatus();
    }
  }
  for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (value == no) {
      *target = false;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", value, "\" is neither true nor false"));
}

}  // namespace

void FlagSet::Add(Flag flag) { flags_.push_back(std::move(flag)); }

void FlagSet::Switch(absl::string_view name, absl::string_view help,
                     bool* target) {
  Add({std::string(name), "", std::string(help), false,
       [target](absl::string_view value) { return SetSwitch(value, target); }});
}

void FlagSet::Text(absl::string_view name, absl::string_view value_name,
                   absl::string_view help, std::string* target) {
  Add({std::string(name), std::string(value_name), std::string(help), false,
       [target](absl::string_view value) {
         *target = std::string(value);
         return absl::OkStatus();
       }});
}

void FlagSet::List(absl::string_view name, absl::string_view value_name,
                   absl::string_view help, std::vector<std::string>* target) {
  Add({std::string(name), std::string(value_name), std::string(help), true,
       [target](absl::string_view value) {
         target->emplace_back(value);
         return absl::OkStatus();
       }});
}

void FlagSet::KeyValues(absl::string_view name, absl::string_view value_name,
                        absl::string_view help, std::vector<KeyValue>* target) {
  Add({std::string(name), std::string(value_name), std::string(help), true,
       [target, shape = std::string(value_name)](absl::string_view value) {
         const size_t equals = value.find('=');
         if (equals == 0 || equals == absl::string_view::npos) {
           return absl::InvalidArgumentError(
               absl::StrCat("\"", value, "\" is not ", shape));
         }
         target->emplace_back(value.substr(0, equals),
                              value.substr(equals + 1));
         return absl::OkStatus();
       }});
}

const FlagSet::Flag* FlagSet::Find(absl::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

absl::Status FlagSet::Unknown(absl::string_view name) const {
  std::vector<std::string> known;
  for (const Flag& flag : flags_) known.push_back(flag.name);
  known.push_back("help");
  std::string text = absl::StrCat("unknown flag \"-", name, "\"");
  if (const std::string nearest = base::NearestName(name, known);
      !nearest.empty()) {
    absl::StrAppend(&text, "; did you mean \"-", nearest, "\"?");
  }
  return absl::InvalidArgumentError(text);
}

absl::StatusOr<FlagSet::Parsed> FlagSet::Parse(
    const std::vector<std::string>& args) const {
  Parsed parsed;
  for (size_t i = 0; i < args.size(); ++i) {
    absl::string_view text = args[i];
    if (text == "--") {
      parsed.arguments.insert(parsed.arguments.end(),
                              args.begin() + static_cast<ptrdiff_t>(i) + 1,
                              args.end());
      return parsed;
    }
    if (text.size() < 2 || text[0] != '-') {
      parsed.arguments.emplace_back(text);
      if (!stop_at_first_argument_) continue;
      parsed.arguments.insert(parsed.arguments.end(),
                              args.begin() + static_cast<ptrdiff_t>(i) + 1,
                              args.end());
      return parsed;
    }
    text.remove_prefix(1);
    (void)absl::ConsumePrefix(&text, "-");
    const size_t equals = text.find('=');
    const absl::string_view name = text.substr(0, equals);
    if (name.empty() || name[0] == '-') {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", args[i], "\" is not a flag: it has no name"));
    }
    const Flag* flag = Find(name);
    if (flag == nullptr) {
      if (name == "h" || name == "help") {
        parsed.help = true;
        return parsed;
      }
      return Unknown(name);
    }
    absl::string_view value;
    if (equals != absl::string_view::npos) {
      value = text.substr(equals + 1);
    } else if (flag->value_name.empty()) {
      value = "true";
    } else if (i + 1 < args.size()) {
      value = args[++i];
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("flag \"-", name, "\" needs a value: -", name, " ",
                       flag->value_name));
    }
    RETURN_IF_ERROR(base::Prefixed(absl::StrCat("flag \"-", name, "\": "),
                                   flag->set(value)));
  }
  return parsed;
}

std::string FlagSet::Help() const {
  std::string text;
  for (const Flag& flag : flags_) {
    absl::StrAppend(&text, "  -", flag.name);
    if (!flag.value_name.empty()) absl::StrAppend(&text, " ", flag.value_name);
    absl::StrAppend(&text, "\n      ", flag.help,
                    flag.repeated ? " May be repeated." : "", "\n");
  }
  return text;
}

}  // namespace agent
