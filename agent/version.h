// The version of this program.

#ifndef DROVER_AGENT_VERSION_H_
#define DROVER_AGENT_VERSION_H_

namespace agent {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace agent

#endif  // DROVER_AGENT_VERSION_H_
