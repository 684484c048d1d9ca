#pragma once
// The headers by which a receiver knows that a callback comes from this hub and was not changed:
// one function for each scheme. With a key, a callback carries all of them.

#include "base/clock.h"
#include "base/signing_key.h"
#include "http/message.h"

#include <span>
#include <string>
#include <string_view>

namespace ferry::pipeline {

/// What is signed. Borrowed for the call.
struct SignatureInput {
    std::string_view notification_id;  ///< number of the delivery; not empty
    std::string_view message_id;       ///< the same at every attempt; no '.'
    TimePoint attempted_at;            ///< wall clock: receivers compare it with theirs
    std::string_view body;             ///< the bytes that are sent
    std::span<const SigningKey> keys;  ///< may be none
};

/// A scheme: adds its headers.
struct SignatureScheme {
    std::string_view name;
    void (*sign)(const SignatureInput& input, http::Headers& headers);
};

/// `elements`: `Elements-Webhook-Id`, and `Elements-Webhook-Signature: sha256=<base64 HMAC-SHA256
/// of the body>` by the first key for HMAC that has not ended. The HMAC key is the text of that key
/// as it stands, whatever it looks like. Source: open-connectors contract.
///
/// `standard-webhooks`: with a key that has not ended `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`: of each such key, in order and separated by spaces, `v1,` and the base64
/// HMAC-SHA256, or `v1a,` and the base64 Ed25519 signature, of `<id>.<timestamp>.<body>`.
/// Source: Standard Webhooks 1.0.0.
std::span<const SignatureScheme> signatureSchemes();

/// Adds the headers of every scheme.
void signCallback(const SignatureInput& input, http::Headers& headers);

}  // namespace ferry::pipeline
