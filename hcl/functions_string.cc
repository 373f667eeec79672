// chomp indent join lower regex_replace replace reverse split strlen strrev
// substr title trim trimprefix trimspace trimsuffix upper urlencode

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/string_view.h"
#include "hcl/function_groups.h"
#include "hcl/text.h"
#include "re2/re2.h"

namespace hcl {

namespace {

Result Chomp(Arguments a) {
  absl::string_view text = a[0].AsString();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return Value::String(text);
}

Result Indent(Arguments a, Budget& budget) {
  const absl::StatusOr<int> spaces = IntArgument(a, 0);
  if (!spaces.ok()) return spaces.status();
  if (*spaces < 0) return ArgumentError(0, "the number must not be negative");
  const std::string& text = a[1].AsString();
  const auto lines =
      static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  const absl::Status paid =
      PayForString(text.size() + lines * static_cast<size_t>(*spaces), budget);
  if (!paid.ok()) return paid;
  if (lines == 0) return a[1];
  return Value::String(absl::StrReplaceAll(
      text, {{"\n", "\n" + std::string(static_cast<size_t>(*spaces), ' ')}}));
}

Result Join(Arguments a, Budget& budget) {
  if (a.size() < 2) {
    return absl::InvalidArgumentError("at least one list is required");
  }
  const std::string& separator = a[0].AsString();
  size_t bytes = 0;
  for (size_t i = 1; i < a.size(); ++i) {
    size_t at = 0;
    for (const Value& v : a[i].AsList()) {
      if (v.IsNull()) {
        return ArgumentError(
            static_cast<int>(i),
            absl::StrCat("element ", at,
                         " is null; cannot concatenate null values"));
      }
      bytes += v.AsString().size() + separator.size();
      ++at;
    }
  }
  const absl::Status paid = PayForString(bytes, budget);
  if (!paid.ok()) return paid;
  std::string out;
  out.reserve(bytes);
  bool first = true;
  for (const Value& list : a.subspan(1)) {
    for (const Value& v : list.AsList()) {
      if (!first) out += separator;
      first = false;
      out += v.AsString();
    }
  }
  return Value::String(out);
}

Result Split(Arguments a, Budget& budget) {
  const std::string& separator = a[0].AsString();
  absl::string_view rest = a[1].AsString();
  ValueList parts;
  while (separator.empty() && !rest.empty()) {
    absl::string_view after = rest;
    (void)TakeCodePoint(&after);
    parts.push_back(Value::String(rest.substr(0, rest.size() - after.size())));
    rest = after;
    if (!budget.Spend(1)) return PayForElements(1, budget);
  }
  while (!separator.empty()) {
    const size_t at = rest.find(separator);
    parts.push_back(Value::String(rest.substr(0, at)));
    if (!budget.Spend(1)) return PayForElements(1, budget);
    if (at == absl::string_view::npos) break;
    rest.remove_prefix(at + separator.size());
  }
  return Value::List(Type::String(), std::move(parts));
}

Result Replace(Arguments a, Budget& budget) {
  const std::string& text = a[0].AsString();
  const std::string& old = a[1].AsString();
  const std::string& with = a[2].AsString();
  size_t count = 0;
  if (old.empty()) {
    count = text.size() + 1;
  } else {
    for (size_t i = text.find(old); i != std::string::npos;
         i = text.find(old, i + old.size())) {
      ++count;
    }
  }
  const absl::Status paid =
      PayForString(text.size() + count * with.size(), budget);
  if (!paid.ok()) return paid;
  if (!old.empty()) {
    return Value::String(absl::StrReplaceAll(text, {{old, with}}));
  }
  // Nothing is found before every character, and at the end.
  std::string out = with;
  absl::string_view rest = text;
  while (!rest.empty()) {
    absl::string_view after = rest;
    (void)TakeCodePoint(&after);
    absl::StrAppend(&out, rest.substr(0, rest.size() - after.size()), with);
    rest = after;
  }
  return Value::String(out);
}

// Appends `replacement` with $1, ${1}, $name, ${name} and $$ replaced. A name
// without braces is as long as possible; one that does not exist is empty.
void AppendReplacement(absl::string_view replacement, const RE2& pattern,
                       absl::Span<const re2::StringPiece> groups,
                       std::string* out) {
  const auto word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  while (true) {
    const size_t dollar = replacement.find('$');
    absl::StrAppend(out, replacement.substr(0, dollar));
    if (dollar == absl::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (absl::ConsumePrefix(&replacement, "$")) {
      out->push_back('$');
      continue;
    }
    absl::string_view name = replacement;
    const bool braces = absl::ConsumePrefix(&name, "{");
    size_t length = 0;
    while (length < name.size() && word(name[length])) ++length;
    if (length == 0 ||
        (braces && (length == name.size() || name[length] != '}'))) {
      out->push_back('$');
      continue;
    }
    replacement = name.substr(length + (braces ? 1 : 0));
    name = name.substr(0, length);
    size_t index = groups.size();
    if (name.find_first_not_of("0123456789") == absl::string_view::npos) {
      int number = 0;
      if (absl::SimpleAtoi(name, &number)) {
        index = static_cast<size_t>(number);
      }
    } else {
      const auto& named = pattern.NamedCapturingGroups();
      const auto it = named.find(std::string(name));
      if (it != named.end()) index = static_cast<size_t>(it->second);
    }
    if (index < groups.size()) {
      out->append(groups[index].data() == nullptr ? "" : groups[index].data(),
                  groups[index].size());
    }
  }
}

Result RegexReplace(Arguments a, Budget& budget) {
  const std::string& text = a[0].AsString();
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(base::Re2Piece(a[1].AsString()), options);
  if (!pattern.ok()) {
    return ArgumentError(
        1, absl::StrCat("invalid regular expression: ", pattern.error()));
  }
  std::vector<re2::StringPiece> groups(
      static_cast<size_t>(pattern.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t at = 0, copied = 0;
  bool after_match = false;
  while (at <= text.size()) {
    if (!budget.Spend(1 + static_cast<int64_t>(groups.size()))) {
      return PayForElements(1, budget);
    }
    if (!pattern.Match(text, at, text.size(), RE2::UNANCHORED, groups.data(),
                       static_cast<int>(groups.size()))) {
      break;
    }
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = begin + groups[0].size();
    // Nothing right behind a match is not a match of its own.
    if (!(begin == end && after_match && begin == copied)) {
      out.append(text, copied, begin - copied);
      const size_t before = out.size();
      AppendReplacement(a[2].AsString(), pattern, groups, &out);
      copied = end;
      const absl::Status paid = PayForString(out.size() - before, budget);
      if (!paid.ok()) return paid;
      if (out.size() > kMaxStringBytes) {
        return PayForString(out.size(), budget);
      }
    }
    after_match = true;
    at = end;
    if (begin == end) {
      if (at == text.size()) break;
      absl::string_view rest = absl::string_view(text).substr(at);
      (void)TakeCodePoint(&rest);
      at = text.size() - rest.size();
    }
  }
  out.append(text, copied, std::string::npos);
  return Value::String(out);
}

Result Reverse(Arguments a) {
  absl::string_view rest = a[0].AsString();
  std::string out(rest.size(), '\0');
  size_t end = out.size();
  while (!rest.empty()) {
    const size_t length = GraphemeLength(rest);
    end -= length;
    out.replace(end, length, rest.data(), length);
    rest.remove_prefix(length);
  }
  return Value::String(out);
}

Result Substr(Arguments a) {
  absl::string_view text = a[0].AsString();
  const absl::StatusOr<int> offset = IntArgument(a, 1);
  if (!offset.ok()) return offset.status();
  const absl::StatusOr<int> length = IntArgument(a, 2);
  if (!length.ok()) return length.status();
  int64_t skip = *offset;
  if (skip < 0) {
    skip =
        std::max<int64_t>(0, skip + static_cast<int64_t>(CountGraphemes(text)));
  }
  for (; skip > 0 && !text.empty(); --skip) {
    text.remove_prefix(GraphemeLength(text));
  }
  if (*length < 0) return Value::String(text);
  absl::string_view rest = text;
  for (int i = 0; i < *length && !rest.empty(); ++i) {
    rest.remove_prefix(GraphemeLength(rest));
  }
  return Value::String(text.substr(0, text.size() - rest.size()));
}

// Whether the first character of `rest` is one of `set`; takes it.
bool TakeOneOf(absl::string_view* rest, absl::string_view set) {
  absl::string_view after = *rest;
  const uint32_t c = TakeCodePoint(&after);
  while (!set.empty()) {
    if (TakeCodePoint(&set) == c) {
      *rest = after;
      return true;
    }
  }
  return false;
}

Result Trim(Arguments a) {
  absl::string_view text = a[0].AsString();
  const absl::string_view set = a[1].AsString();
  while (!text.empty() && TakeOneOf(&text, set)) {
  }
  // From the right: one character at a time, found by its first byte.
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 &&
           (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) {
      --start;
    }
    absl::string_view last = text.substr(start);
    if (!TakeOneOf(&last, set)) break;
    text = text.substr(0, start);
  }
  return Value::String(text);
}

Result UrlEncode(Arguments a) {
  std::string out;
  for (const char c : a[0].AsString()) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '_' || c == '.' ||
        c == '~') {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      constexpr char kHex[] = "0123456789ABCDEF";
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return Value::String(out);
}

}  // namespace

void AddStringFunctions(FunctionTable* table) {
  const Parameter str = StringParameter("str");
  Add(table, "chomp", {str}, Chomp);
  Add(table, "indent", {NumberParameter("spaces"), str}, Indent);
  AddVariadic(table, "join", {StringParameter("separator")},
              {"lists", Type::List(Type::String()), false}, Join);
  Add(table, "split", {StringParameter("separator"), str}, Split);
  Add(table, "lower", {str}, [](Arguments a) -> Result {
    return Value::String(ToLower(a[0].AsString()));
  });
  Add(table, "upper", {str}, [](Arguments a) -> Result {
    return Value::String(ToUpper(a[0].AsString()));
  });
  Add(table, "title", {str}, [](Arguments a) -> Result {
    return Value::String(ToTitle(a[0].AsString()));
  });
  Add(table, "replace",
      {str, StringParameter("substr"), StringParameter("replace")}, Replace);
  Add(table, "regex_replace",
      {str, StringParameter("pattern"), StringParameter("replace")},
      RegexReplace);
  Add(table, "reverse", {str}, Reverse);
  Add(table, "strrev", {str}, Reverse);
  Add(table, "strlen", {str}, [](Arguments a) -> Result {
    return Value::Int(static_cast<int64_t>(CountGraphemes(a[0].AsString())));
  });
  Add(table, "substr",
      {str, NumberParameter("offset"), NumberParameter("length")}, Substr);
  Add(table, "trim", {str, StringParameter("cutset")}, Trim);
  Add(table, "trimprefix", {str, StringParameter("prefix")},
      [](Arguments a) -> Result {
        return Value::String(
            absl::StripPrefix(a[0].AsString(), a[1].AsString()));
      });
  Add(table, "trimsuffix", {str, StringParameter("suffix")},
      [](Arguments a) -> Result {
        return Value::String(
            absl::StripSuffix(a[0].AsString(), a[1].AsString()));
      });
  Add(table, "trimspace", {str}, [](Arguments a) -> Result {
    return Value::String(TrimLeftSpace(TrimRightSpace(a[0].AsString())));
  });
  Add(table, "urlencode", {str}, UrlEncode);
}

}  // namespace hcl
