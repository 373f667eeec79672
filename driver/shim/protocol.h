// What the driver and its shims say to each other.
//
// To start a task the driver sends one datagram to the spawner's socket
// (SOCK_SEQPACKET): a StartRequest with the descriptors that it counts. The
// plan itself, which holds the command line and the environment and may be
// megabytes long, is in the first of them, a memory file.
//
// Afterwards both sides exchange Message datagrams on a control connection:
// the one whose end was among the descriptors, or a later one made by
// connecting to "shim.sock" in the task's state directory.
//
// Everything is plain data of fixed size in the machine's byte order: both
// ends run on one kernel. An agent may be newer than a shim that it recovers,
// so a field is never moved: kProtocolVersion grows, and fields are added at
// the end of Message.
//
// This header is shared with code that runs between clone3(2) and execve(2):
// no Abseil, no allocation.

#ifndef DROVER_DRIVER_SHIM_PROTOCOL_H_
#define DROVER_DRIVER_SHIM_PROTOCOL_H_

#include <cstdint>
#include <type_traits>

namespace driver::shim {

inline constexpr uint32_t kProtocolVersion = 1;

// Names inside a task's state directory.
inline constexpr char kSocketName[] = "shim.sock";
inline constexpr char kExitRecordName[] = "exit";
inline constexpr char kExitRecordPartName[] = "exit.part";

// The descriptors that the spawner inherits from the agent.
inline constexpr int kRequestSocket = 3;  // StartRequests come in
inline constexpr int kNoticeSocket = 4;   // ShimNotices go out

// What a descriptor in a StartRequest is for. They are sent in this order;
// StartRequest::present says which are there.
enum class FdUse : uint32_t {
  kPlan,      // memory file that begins with a Plan
  kControl,   // the shim's end of the first control connection
  kStateDir,  // where the socket and the exit record go
  kLogDir,    // where rotated files go; without it kStdout and kStderr
  kStdin,     // without it /dev/null
  kStdout,    // given to the task as it is
  kStderr,
  kNetworkNamespace,
  kGroup0,  // directory of Plan::groups[0], and so on
};
inline constexpr uint32_t kMaxGroups = 8;
inline constexpr uint32_t kMaxFds =
    static_cast<uint32_t>(FdUse::kGroup0) + kMaxGroups;

struct StartRequest {
  uint32_t version;
  uint32_t present;  // bit n: the descriptor for FdUse n is there
};

// What a cgroup is to the shim.
enum class GroupKind : uint32_t {
  kUnified,  // v2, ours: the task is born in it; killed and removed at the end
  kFreezer,  // v1 freezer, ours: joined; killed by freezing; removed
  kLimits,   // v1, ours: joined for its limits and counters; removed
  kForeign,  // somebody else's, v1 or v2: joined, otherwise left alone
};

struct PlanGroup {
  GroupKind kind;
  uint32_t path;        // offset of its absolute path
  uint32_t counts_oom;  // has memory.events or memory.oom_control
};

// One stream of output that goes to rotated files.
struct PlanLog {
  uint32_t name;    // offset of "<task>.stdout"
  uint32_t index;   // N of the file to go on with
  uint32_t oldest;  // smallest N that is there
  uint32_t max_files;
  uint64_t max_bytes;
};

// Strings are offsets from the start of the plan to text that ends with NUL;
// offset 0 is "not given". `pointers` is the offset of room for argv and envp:
// arguments + 1 + variables + 1 pointers, filled by the shim.
struct Plan {
  uint32_t size;   // of the whole memory file
  uint32_t title;  // shown by ps(1)
  uint32_t path;   // of the program, absolute
  uint32_t cwd;    // absolute
  uint32_t argument_count;
  uint32_t arguments;  // offset of argument_count offsets
  uint32_t variable_count;
  uint32_t variables;  // offset of variable_count offsets
  uint32_t pointers;
  uint32_t switch_user;  // 0 or 1: uid, gid and groups are to be set
  uint32_t uid;
  uint32_t gid;
  uint32_t group_count;    // of supplementary groups
  uint32_t supplementary;  // offset of group_count ids
  int32_t oom_score_adj;
  uint32_t oom_required;  // 1: failing to set it fails the start
  uint32_t terminal;      // 1: stdin is a terminal to control the session
  uint32_t log_count;     // 0 or 2: stdout, stderr
  PlanLog logs[2];
  uint32_t cgroup_count;
  PlanGroup cgroups[kMaxGroups];
};
static_assert(std::is_trivially_copyable_v<Plan>);

// Where a start failed. Values are stored nowhere, but go over the socket.
enum class Step : uint32_t {
  kNone,
  kPlan,      // the plan was not understood
  kStateDir,  // no socket in the state directory
  kOpenLog,
  kPipe,
  kClone,      // no new process
  kJoinGroup,  // detail: index in Plan::cgroups
  kSession,
  kOomScore,
  kNetworkNamespace,
  kStdio,
  kChangeDirectory,
  kGroups,
  kGroupId,
  kUserId,
  kTerminal,
  kExec,  // reached exec; failed if error is not 0
};

enum class MessageType : uint32_t {
  // From the driver.
  kHello = 1,  // asks for kStatus
  kStop,       // signal, timeout_nanos, whole_tree
  kSignal,     // signal; answered with kDone
  kExec,       // descriptors beside it; kExecStarted, later kExecExited
  kForget,     // after kExited: the result is known, no record is needed

  // From the shim.
  kStatus = 64,    // pid, started_nanos; step and error when the start failed
  kExited,         // exit fields; the last message of a task
  kDone,           // error
  kExecStarted,    // pid; step and error when it failed
  kExecExited,     // exit fields
  kOutputBlocked,  // detail: 1 stdout, 2 stderr; error
  kOutputResumed,  // detail
};

struct Message {
  MessageType type;
  uint32_t version;
  int32_t signal;
  int32_t error;  // errno
  Step step;
  uint32_t detail;
  int32_t pid;
  uint32_t whole_tree;  // kStop: signal goes to every process
  int64_t timeout_nanos;
  int64_t started_nanos;  // wall clock, since 1970
  int64_t finished_nanos;
  int32_t exit_status;  // as exit(2) had it
  int32_t exit_signal;
  uint32_t core_dumped;
  uint32_t oom_kills;   // counted in the task's group
  uint64_t lost_bytes;  // output that could not be written
  uint32_t present;     // kExec: as in StartRequest
  int32_t shim_pid;     // kStatus
  uint32_t survivors;   // kExited: processes that could not be killed
  uint32_t reserved;
};
static_assert(std::is_trivially_copyable_v<Message>);

// From the spawner: a shim has ended, and whatever it left behind with it.
struct ShimNotice {
  int32_t pid;
  int32_t status;  // as wait(2) gives it
};

}  // namespace driver::shim

#endif  // DROVER_DRIVER_SHIM_PROTOCOL_H_
