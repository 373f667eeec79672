#include "hcl/text.h"

#include <utf8proc.h>

#include <cstdlib>

namespace hcl {

bool IsAscii(absl::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

int Utf8SequenceLength(absl::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) -> unsigned {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  // Allowed range of the second byte, after table 3-7 of the Unicode standard.
  unsigned low = 0x80, high = 0xBF;
  size_t length;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return static_cast<int>(length);
}

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const int length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

uint32_t TakeCodePoint(absl::string_view* text) {
  const int length = Utf8SequenceLength(*text);
  if (length == 0) {
    text->remove_prefix(1);
    return 0xFFFD;
  }
  const auto byte = [&](size_t i) -> uint32_t {
    return static_cast<unsigned char>((*text)[i]);
  };
  uint32_t code_point = byte(0);
  if (length > 1) {
    code_point &= 0x7Fu >> length;
    for (int i = 1; i < length; ++i) {
      code_point = code_point << 6 | (byte(i) & 0x3F);
    }
  }
  text->remove_prefix(length);
  return code_point;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  utf8proc_uint8_t bytes[4];
  const auto length =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  out->append(reinterpret_cast<const char*>(bytes),
              static_cast<size_t>(length));
}

std::string NormalizeNfc(absl::string_view text) {
  if (IsAscii(text)) return std::string(text);
  utf8proc_uint8_t* buffer = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &buffer,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (length < 0) return std::string(text);  // not UTF-8
  std::string result(reinterpret_cast<char*>(buffer),
                     static_cast<size_t>(length));
  free(buffer);
  return result;
}

size_t GraphemeLength(absl::string_view text) {
  if (text.empty()) return 0;
  // CR LF is one cluster; any other ASCII pair is two.
  if (text.size() == 1 || (static_cast<unsigned char>(text[0]) < 0x80 &&
                           static_cast<unsigned char>(text[1]) < 0x80)) {
    return text.size() > 1 && text[0] == '\r' && text[1] == '\n' ? 2 : 1;
  }
  absl::string_view rest = text;
  auto previous = static_cast<utf8proc_int32_t>(TakeCodePoint(&rest));
  utf8proc_int32_t state = 0;
  while (!rest.empty()) {
    absl::string_view after = rest;
    const auto next = static_cast<utf8proc_int32_t>(TakeCodePoint(&after));
    if (utf8proc_grapheme_break_stateful(previous, next, &state)) break;
    previous = next;
    rest = after;
  }
  return text.size() - rest.size();
}

size_t CountGraphemes(absl::string_view text) {
  size_t count = 0;
  if (IsAscii(text)) {  // only CR LF is more than one byte
    for (size_t i = text.find("\r\n"); i != absl::string_view::npos;
         i = text.find("\r\n", i + 2)) {
      ++count;
    }
    return text.size() - count;
  }
  while (!text.empty()) {
    text.remove_prefix(GraphemeLength(text));
    ++count;
  }
  return count;
}

bool IsSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

absl::string_view TrimLeftSpace(absl::string_view text) {
  while (!text.empty()) {
    absl::string_view rest = text;
    if (!IsSpace(TakeCodePoint(&rest))) break;
    text = rest;
  }
  return text;
}

absl::string_view TrimRightSpace(absl::string_view text) {
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 &&
           (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
      --start;
    absl::string_view last = text.substr(start);
    if (!IsSpace(TakeCodePoint(&last)) || !last.empty()) break;
    text = text.substr(0, start);
  }
  return text;
}

namespace {

// ID_Start by general category, plus the few of Other_ID_Start.
bool IsIdStart(uint32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return c != 0x2E2F;
    default:
      return c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212E ||
             c == 0x309B || c == 0x309C;
  }
}

bool IsIdContinue(uint32_t c) {
  if (IsIdStart(c)) return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return c == 0x00B7 || c == 0x0387 || (c >= 0x1369 && c <= 0x1371) ||
             c == 0x19DA;
  }
}

}  // namespace

bool IsIdentifierStart(uint32_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
  return IsIdStart(c);
}

bool IsIdentifierPart(uint32_t c) {
  if (c < 0x80) {
    return IsIdentifierStart(c) || (c >= '0' && c <= '9') || c == '-';
  }
  return IsIdContinue(c);
}

bool IsIdentifier(absl::string_view text) {
  if (text.empty() || !IsIdentifierStart(TakeCodePoint(&text))) return false;
  while (!text.empty()) {
    if (!IsIdentifierPart(TakeCodePoint(&text))) return false;
  }
  return true;
}

namespace {

template <typename Map>
std::string MapCodePoints(absl::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    AppendUtf8(static_cast<uint32_t>(
                   map(static_cast<utf8proc_int32_t>(TakeCodePoint(&text)))),
               &out);
  }
  return out;
}

}  // namespace

std::string ToUpper(absl::string_view text) {
  return MapCodePoints(text, utf8proc_toupper);
}

std::string ToLower(absl::string_view text) {
  return MapCodePoints(text, utf8proc_tolower);
}

std::string ToTitle(absl::string_view text) {
  bool after_separator = true;
  return MapCodePoints(text, [&](utf8proc_int32_t c) {
    const bool first = after_separator;
    const auto u = static_cast<uint32_t>(c);
    after_separator = c < 0x80 ? !IsIdentifierPart(u) || c == '-' : IsSpace(u);
    return first ? utf8proc_totitle(c) : c;
  });
}

}  // namespace hcl
