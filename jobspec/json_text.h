// A tree as JSON text, byte for byte as Go's encoder would write it: fields in
// their order, numbers in Go's form.

#ifndef DROVER_JOBSPEC_JSON_TEXT_H_
#define DROVER_JOBSPEC_JSON_TEXT_H_

#include <string>

#include "jobspec/node.h"

namespace jobspec {

struct JsonStyle {
  int indent = 0;           // blanks a level; 0 writes everything on one line
  bool escape_html = true;  // < > & as \u003c \u003e \u0026
  bool stored = false;      // leave out what a stored job does not have
};

std::string WriteJson(const Node& node, const JsonStyle& style);

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_JSON_TEXT_H_
