// Unicode as the language needs it: validity of UTF-8, normalisation to NFC,
// grapheme clusters, identifier characters and white space.
//
// Threads:    pure functions.
// Spec:       UAX #15 (NFC), UAX #29 (grapheme clusters), UAX #31
//             (identifiers), through utf8proc.

#ifndef DROVER_HCL_TEXT_H_
#define DROVER_HCL_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hcl {

bool IsAscii(absl::string_view text);

// Length in bytes of the well-formed UTF-8 sequence at the start of `text`
// (1 to 4); 0 if it is empty or malformed. Overlong forms, surrogates and
// values above U+10FFFF are malformed.
int Utf8SequenceLength(absl::string_view text);
bool IsValidUtf8(absl::string_view text);

// Reads one code point and advances `text`. Malformed bytes give U+FFFD, one
// byte at a time.
uint32_t TakeCodePoint(absl::string_view* text);
void AppendUtf8(uint32_t code_point, std::string* out);

// Text that is not valid UTF-8 is returned as it is.
std::string NormalizeNfc(absl::string_view text);

// Bytes of the first grapheme cluster; 0 for an empty text.
size_t GraphemeLength(absl::string_view text);
size_t CountGraphemes(absl::string_view text);

// Unicode White_Space.
bool IsSpace(uint32_t code_point);
absl::string_view TrimLeftSpace(absl::string_view text);
absl::string_view TrimRightSpace(absl::string_view text);

// ID_Start or `_`; ID_Continue or `-`.
bool IsIdentifierStart(uint32_t code_point);
bool IsIdentifierPart(uint32_t code_point);
// The whole text is one identifier.
bool IsIdentifier(absl::string_view text);

std::string ToUpper(absl::string_view text);
std::string ToLower(absl::string_view text);
// Title case for whatever follows the start or a separator: ASCII other than
// letters, digits and underscore, and white space.
std::string ToTitle(absl::string_view text);

}  // namespace hcl

#endif  // DROVER_HCL_TEXT_H_
