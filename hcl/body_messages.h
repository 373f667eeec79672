// What the kinds of bodies say alike about what does not fit a schema. Private.

#ifndef DROVER_HCL_BODY_MESSAGES_H_
#define DROVER_HCL_BODY_MESSAGES_H_

#include "absl/strings/string_view.h"
#include "hcl/body.h"

namespace hcl {

void ReportMissingAttribute(absl::string_view name, const Range& range,
                            Diagnostics* diagnostics);
void ReportUnsupportedAttribute(const Attribute& attribute,
                                const BodySchema& schema,
                                Diagnostics* diagnostics);
void ReportUnsupportedBlock(absl::string_view type, const Range& range,
                            const BodySchema& schema, Diagnostics* diagnostics);
// False after an error: there are too few or too many labels.
bool CheckLabels(const Block& block, const BlockSchema& schema,
                 Diagnostics* diagnostics);

}  // namespace hcl

#endif  // DROVER_HCL_BODY_MESSAGES_H_
