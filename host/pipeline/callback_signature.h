#pragma once
// The headers by which a receiver knows that a callback comes from this hub and was not changed:
// one function for each scheme. With a key, a callback carries all of them.

#include "base/clock.h"
#include "base/secret.h"
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
    const Secret& key;                 ///< event.notification.signature.key; may be empty
};

/// A scheme: adds its headers.
struct SignatureScheme {
    std::string_view name;
    void (*sign)(const SignatureInput& input, http::Headers& headers);
};

/// `elements`: `Elements-Webhook-Id`, and with a key
/// `Elements-Webhook-Signature: sha256=<base64 HMAC-SHA256 of the body>`. The HMAC key is the text
/// of the signature key as it stands, whatever it looks like. Source: open-connectors contract.
///
/// `standard-webhooks`: with a key `webhook-id`, `webhook-timestamp` and `webhook-signature` (v1:
/// base64 HMAC-SHA256 of `<id>.<timestamp>.<body>`). A signature key `whsec_<base64>` stands for
/// the decoded bytes; any other text is used as its own bytes, and so is one whose base64 is wrong.
/// Source: Standard Webhooks 1.0.0.
std::span<const SignatureScheme> signatureSchemes();

/// Adds the headers of every scheme.
void signCallback(const SignatureInput& input, http::Headers& headers);

/// The HMAC key that `standard-webhooks` makes of a signature key.
Secret standardWebhooksKey(const Secret& signature_key);

}  // namespace ferry::pipeline
