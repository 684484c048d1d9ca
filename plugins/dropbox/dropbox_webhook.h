#pragma once
// What Dropbox sends: the question whether an address is ours, and "these accounts changed". Pure;
// whatever is not clearly right is refused.

#include <ferry/sdk.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace ferry::dropbox {

inline constexpr std::size_t kChallengeBytesMax = 1024;
inline constexpr std::size_t kNotificationBytesMax = 1 << 20;
inline constexpr std::size_t kAccountsMax = 10'000;  ///< in one notification
inline constexpr std::size_t kAccountIdBytesMax = 256;

/// GET ?challenge=…: the same bytes back, as text that no browser takes for a page.
std::optional<sdk::Reply> verifyChallenge(const sdk::WebhookRequestView& request);

/// X-Dropbox-Signature is the hex HMAC-SHA256 of the raw body under one of `secrets`. Throws Error
/// if the host has no crypto.
bool verifySignature(
    const sdk::Call& call, const sdk::WebhookRequestView& request, const sdk::FieldsView& secrets
);

/// The accounts of list_folder.accounts, each once, in their order; the rest of the body is not
/// looked at. Throws Error: MALFORMED, LIMIT.
std::vector<sdk::Notice> parseNotification(const sdk::WebhookRequestView& request);

}  // namespace ferry::dropbox
