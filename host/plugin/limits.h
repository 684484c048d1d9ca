#pragma once
// Limits on what a plugin may give to the host, and a call on itself. They bound memory; none is
// near what a well-behaved provider needs.

#include <cstddef>
#include <cstdint>

namespace ferry::plugin {

inline constexpr std::size_t kPluginFileBytesMax = 256u << 20;
inline constexpr std::size_t kMessageBytesMax = 512;  ///< cut on a UTF-8 boundary
inline constexpr std::size_t kFieldsMax = 100;        ///< headers of a message
inline constexpr std::size_t kFieldNameBytesMax = 256;
inline constexpr std::size_t kFieldValueBytesMax = 64u
                                                   << 10;  ///< tokens of some providers are long
inline constexpr std::size_t kUrlBytesMax = 16u << 10;
inline constexpr std::size_t kRequestBodyBytesMax = 16u << 20;
inline constexpr std::size_t kReplyBodyBytesMax = 64u << 10;
inline constexpr std::size_t kTokenBytesMax = 64u << 10;
inline constexpr std::size_t kCursorBytesMax = 64u << 10;
inline constexpr std::size_t kAccountStateBytesMax = 64u << 10;
inline constexpr std::size_t kKeyBytesMax = 1024;       ///< account keys, object ids, revisions
inline constexpr std::size_t kTextBytesMax = 8u << 10;  ///< names, labels, hints
inline constexpr std::size_t kTypeNameBytesMax = 64;
inline constexpr std::size_t kPropertiesBytesMax = 64u << 10;
inline constexpr std::size_t kPathBytesMax = 32u << 10;
inline constexpr std::size_t kPageChangesMax = 10'000;
inline constexpr std::size_t kChangeBytesMax = 1u << 20;
inline constexpr std::size_t kPageBytesMax = 64u << 20;  ///< all changes of a page together
inline constexpr std::size_t kNoticesMax = 10'000;
inline constexpr std::size_t kOutputsPerChangeMax = 4;  ///< of normalize, on average over a page
/// Of a page of few changes: one record may be a list of what happened.
inline constexpr std::size_t kOutputsPerPageMin = 100;
inline constexpr std::int64_t kTimeoutMsMax = 600'000;
/// Rounds of one operation: a plugin that asks for request after request for ever is stopped.
inline constexpr int kOperationRequestsMax = 100;

}  // namespace ferry::plugin
