// What all runners of a client use together. Plain pointers: the client owns
// everything and outlives its runners.

#ifndef DROVER_AGENT_CLIENT_CONTEXT_H_
#define DROVER_AGENT_CLIENT_CONTEXT_H_

#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "artifact/options.h"
#include "base/clock.h"
#include "base/event_loop.h"
#include "base/thread_pool.h"
#include "driver/driver.h"
#include "interpolation/node.h"

namespace agent {

struct ClientContext {
  base::EventLoop* loop = nullptr;  // where all runners live
  // Calls that block for moments: directories, starting a process.
  base::ThreadPool* pool = nullptr;
  // Calls that may block for minutes: downloads. Apart from `pool`, so that
  // slow servers hold up nobody else.
  base::ThreadPool* download_pool = nullptr;
  driver::RawExecDriver* driver = nullptr;
  const base::Clock* clock = nullptr;

  std::shared_ptr<const interpolation::Node> node;
  // What of the agent's own environment reaches tasks.
  std::map<std::string, std::string> host_env;
  artifact::Options artifact_options;
  absl::Duration max_kill_timeout = absl::Seconds(30);
};

}  // namespace agent

#endif  // DROVER_AGENT_CLIENT_CONTEXT_H_
