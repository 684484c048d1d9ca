#include "pipeline/callback_signature.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace ferry::pipeline {
namespace {

std::string signatureText(std::string_view key, std::initializer_list<std::string_view> content) {
    const Digest256 digest = hmacSha256(key, content);
    return base64Encode(asText(digest));
}

void signElements(const SignatureInput& input, http::Headers& headers) {
    headers.add("Elements-Webhook-Id", std::string(input.notification_id));
    const auto key = std::find_if(input.keys.begin(), input.keys.end(), [&](const SigningKey& one) {
        return !one.ed25519 && one.signsAt(input.attempted_at);
    });
    if (key == input.keys.end()) return;
    headers.add(
        "Elements-Webhook-Signature", "sha256=" + signatureText(key->text.reveal(), {input.body})
    );
}

void signStandardWebhooks(const SignatureInput& input, http::Headers& headers) {
    const auto signs = [&](const SigningKey& key) { return key.signsAt(input.attempted_at); };
    FERRY_CHECK(
        input.message_id.find('.') == std::string_view::npos, "a '.' would make the id ambiguous"
    );
    const auto timestamp = std::chrono::floor<std::chrono::seconds>(input.attempted_at);
    const std::string seconds = std::to_string(timestamp.time_since_epoch().count());
    const std::string before = fmt::format("{}.{}.", input.message_id, seconds);
    std::string signatures;
    for (const SigningKey& key : input.keys) {
        if (!signs(key)) continue;
        if (!signatures.empty()) signatures += ' ';
        signatures +=
            key.ed25519 ? "v1a," + base64Encode(key.ed25519->sign(before + std::string(input.body)))
                        : "v1," + signatureText(key.hmac.reveal(), {before, input.body});
    }
    headers.add("webhook-id", std::string(input.message_id));
    headers.add("webhook-timestamp", seconds);
    // Without a key the id tells repetitions all the same.
    if (!signatures.empty()) headers.add("webhook-signature", std::move(signatures));
}

constexpr std::array kSchemes{
    SignatureScheme{"elements", signElements},
    SignatureScheme{"standard-webhooks", signStandardWebhooks},
};

}  // namespace

std::span<const SignatureScheme> signatureSchemes() {
    return kSchemes;
}

void signCallback(const SignatureInput& input, http::Headers& headers) {
    for (const SignatureScheme& scheme : kSchemes)
        scheme.sign(input, headers);
}

}  // namespace ferry::pipeline
