#pragma once
// What the hub and ferry-plugin-host agree on. Both come from one build, so there are no versions.
//
// The hub sends a call and waits for its answer; meanwhile the plugin's log lines come. A frame is
// its length (four bytes, little-endian), one byte for its kind, and the values of that kind.

#include "base/clock.h"
#include "isolation/frame.h"
#include "pipeline/stages.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ferry::isolation {

/// Where the child finds what it was given: the plugin's image, the socket, and a pipe that says
/// nothing and ends with the hub.
inline constexpr int kImageDescriptor = 3;
inline constexpr int kSocketDescriptor = 4;
inline constexpr int kLifelineDescriptor = 5;

/// A page of changes, 64 MiB, and as much again for what is said about it.
inline constexpr std::size_t kFrameBytesMax = 128U << 20U;

/// Hub to child.
enum class Call : std::uint8_t {
    Load,     ///< StartOptions; nothing else comes before it
    Connect,  ///< the description and setup of a connector: makes its provider
    AnswerChallenge,
    VerifySignature,
    ParseNotification,
    AuthorizeUrl,
    Start,    ///< an OperationKind and its arguments: begins an operation of the given number
    Advance,  ///< the number of the operation, the answer to its request
    Normalize,
};
template <>
inline constexpr std::uint8_t kEnumCount<Call> = 9;

enum class OperationKind : std::uint8_t {
    Exchange,
    Refresh,
    Revoke,
    Verify,
    Fetch,
    Metadata,
    List,
    Search,
    Download,
    Revisions,
    Storage,
    Link,
    Subscribe,
    Unsubscribe,
};
template <>
inline constexpr std::uint8_t kEnumCount<OperationKind> = 14;

/// Child to hub.
enum class Report : std::uint8_t {
    Answer,     ///< AnswerHead, then a Result of what the call gives
    Log,        ///< a plugin::LogLine
    Forbidden,  ///< the name of a system call; the child ends with it
};
template <>
inline constexpr std::uint8_t kEnumCount<Report> = 3;

/// Begins every call.
struct CallHead {
    Call call = Call::Load;
    TimePoint now;                       ///< the hub's wall clock: the plugin's only one
    std::uint64_t connector = 0;         ///< number of the connector that it is for
    std::vector<std::uint64_t> dropped;  ///< operations that the hub let go of
};
void fields(auto& archive, Is<CallHead> auto& head) {
    archive(head.call, head.now, head.connector, head.dropped);
}

struct StartOptions {
    std::string id;       ///< of the plugin
    std::string version;  ///< of the plugin
    std::string path;     ///< where the file was, for messages
    std::uint32_t abi_major = 1;
    std::uint64_t memory_bytes = 0;  ///< that the plugin may use
};
void fields(auto& archive, Is<StartOptions> auto& options) {
    archive(options.id, options.version, options.path, options.abi_major, options.memory_bytes);
}

/// What the child's guard has counted (plugin/call_guard.h).
struct AnswerHead {
    std::uint64_t misbehaviours = 0;
    bool is_quarantined = false;
};
void fields(auto& archive, Is<AnswerHead> auto& head) {
    archive(head.misbehaviours, head.is_quarantined);
}

/// What the plugin has of what the connector wants, as an answer to Call::Connect.
struct ConnectAnswer {
    pipeline::Feed feed = pipeline::Feed::Fetched;
    bool registers_webhooks = false;
};
void fields(auto& archive, Is<ConnectAnswer> auto& answer) {
    archive(answer.feed, answer.registers_webhooks);
}

/// Why the plugin was not loaded, as an answer to Call::Load; an empty rule: it was.
struct LoadAnswer {
    std::string rule;
    std::string message;
};
void fields(auto& archive, Is<LoadAnswer> auto& answer) {
    archive(answer.rule, answer.message);
}

}  // namespace ferry::isolation
