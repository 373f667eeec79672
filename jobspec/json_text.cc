#include "jobspec/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jobspec/schema.h"

namespace jobspec {
namespace {

// Shortest digits that read back as the same double; an exponent only below
// 1e-6 and from 1e21 on, without leading zeros in it.
std::string GoFloat(double value) {
  if (value == 0) return "0";
  char buffer[400];  // 1.8e308 has 309 digits
  const double size = std::fabs(value);
  const auto format = size < 1e-6 || size >= 1e21
                          ? std::chars_format::scientific
                          : std::chars_format::fixed;
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, format);
  std::string text(buffer, end.ptr);
  // to_chars writes e-07 and e+21; Go drops one leading zero.
  const size_t exponent = text.find('e');
  if (exponent != std::string::npos && text[exponent + 2] == '0') {
    text.erase(exponent + 2, 1);
  }
  return text;
}

class Writer {
 public:
  explicit Writer(const JsonStyle& style) : style_(style) {}

  std::string Take() { return std::move(out_); }

  void Write(const Node& node, const Field* field) {
    if (const auto* flag = node.As<bool>()) {
      out_ += *flag ? "true" : "false";
    } else if (const auto* number = node.As<int64_t>()) {
      absl::StrAppend(&out_, *number);
    } else if (const auto* text = node.As<std::string>()) {
      const bool bytes = field != nullptr && field->type == Field::Type::kBytes;
      String(bytes ? absl::Base64Escape(*text) : *text);
    } else if (node.Is<Node::List>()) {
      WriteList(node);
    } else if (const auto* map = node.As<Node::Map>()) {
      WriteMap(*map);
    } else if (const auto* object = node.As<Node::Object>()) {
      WriteObject(*object);
    } else if (const auto* form = node.As<FreeForm>()) {
      WriteValue(form->value);
    } else {
      out_ += "null";
    }
  }

 private:
  // Everything between two brackets goes through these three.
  void Open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void Element() {
    if (!first_) out_ += ',';
    first_ = false;
    Break();
  }
  void Close(char bracket) {
    --depth_;
    if (!first_) Break();
    first_ = false;
    out_ += bracket;
  }
  void Break() {
    if (style_.indent == 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(depth_ * style_.indent), ' ');
  }
  void Key(absl::string_view key) {
    Element();
    String(key);
    out_ += style_.indent == 0 ? ":" : ": ";
  }

  void WriteList(const Node& node) {
    Open('[');
    for (const Node& item : node.items()) {
      Element();
      Write(item, nullptr);
    }
    Close(']');
  }

  void WriteMap(const Node::Map& map) {
    absl::btree_map<absl::string_view, const Node*> sorted;
    for (const auto& [key, value] : map) sorted[key] = &value;
    Open('{');
    for (const auto& [key, value] : sorted) {
      Key(key);
      Write(*value, nullptr);
    }
    Close('}');
  }

  void WriteObject(const Node::Object& object) {
    Open('{');
    for (size_t i = 0; i < object.fields.size(); ++i) {
      const Field& field = object.schema->fields[i];
      if (field.json.empty()) continue;
      if (object.fields[i].IsNull() &&
          (field.omit_null || (style_.stored && field.api_only))) {
        continue;
      }
      Key(field.json);
      Write(object.fields[i], &field);
    }
    Close('}');
  }

  void WriteValue(const hcl::Value& value) {
    if (value.IsBool()) {
      out_ += value.AsBool() ? "true" : "false";
    } else if (value.IsNumber()) {
      WriteNumber(value.AsNumber());
    } else if (value.IsString()) {
      String(value.AsString());
    } else if (value.IsSequence()) {
      Open('[');
      for (const hcl::Value& element : value.AsList()) {
        Element();
        WriteValue(element);
      }
      Close(']');
    } else if (value.IsMapping()) {
      Open('{');
      for (const auto& [key, element] : value.AsMap()) {
        Key(key);
        WriteValue(element);
      }
      Close('}');
    } else {
      out_ += "null";
    }
  }

  void WriteNumber(const hcl::Number& number) {
    if (const absl::optional<int64_t> whole = number.AsInt64()) {
      absl::StrAppend(&out_, *whole);
    } else {
      out_ += GoFloat(number.AsDouble());
    }
  }

  void String(absl::string_view text) {
    out_ += '"';
    for (size_t i = 0; i < text.size(); ++i) Character(text, i);
    out_ += '"';
  }

  void Character(absl::string_view text, size_t i) {
    const char c = text[i];
    switch (c) {
      case '"':
        out_ += "\\\"";
        return;
      case '\\':
        out_ += "\\\\";
        return;
      case '\n':
        out_ += "\\n";
        return;
      case '\r':
        out_ += "\\r";
        return;
      case '\t':
        out_ += "\\t";
        return;
      case '\b':
        out_ += "\\b";
        return;
      case '\f':
        out_ += "\\f";
        return;
      default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool html = style_.escape_html && (c == '<' || c == '>' || c == '&');
    if (byte < 0x20 || html) {
      absl::StrAppend(&out_, "\\u", absl::Hex(byte, absl::kZeroPad4));
      return;
    }
    // U+2028 and U+2029 end a line in JavaScript: E2 80 A8 and E2 80 A9.
    if (i >= 2 && (byte == 0xa8 || byte == 0xa9) &&
        text.substr(i - 2, 2) == "\xe2\x80") {
      out_.resize(out_.size() - 2);
      out_ += byte == 0xa8 ? "\\u2028" : "\\u2029";
      return;
    }
    out_ += c;
  }

  const JsonStyle& style_;
  std::string out_;
  int depth_ = 0;
  bool first_ = true;
};

}  // namespace

std::string WriteJson(const Node& node, const JsonStyle& style) {
  Writer writer(style);
  writer.Write(node, nullptr);
  return writer.Take();
}

}  // namespace jobspec
