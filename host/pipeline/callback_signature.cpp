#include "pipeline/callback_signature.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <fmt/format.h>

#include <array>

namespace ferry::pipeline {
namespace {

std::string signatureText(std::string_view key, std::string_view content) {
    const Digest256 digest = hmacSha256(key, content);
    return base64Encode(asText(digest));
}

void signElements(const SignatureInput& input, http::Headers& headers) {
    headers.add("Elements-Webhook-Id", std::string(input.notification_id));
    if (input.key.empty()) return;
    headers.add(
        "Elements-Webhook-Signature", "sha256=" + signatureText(input.key.reveal(), input.body)
    );
}

void signStandardWebhooks(const SignatureInput& input, http::Headers& headers) {
    if (input.key.empty()) return;
    FERRY_CHECK(
        input.message_id.find('.') == std::string_view::npos, "a '.' would make the id ambiguous"
    );
    const auto timestamp = std::chrono::floor<std::chrono::seconds>(input.attempted_at);
    const std::string seconds = std::to_string(timestamp.time_since_epoch().count());
    const std::string content = fmt::format("{}.{}.{}", input.message_id, seconds, input.body);
    const Secret key = standardWebhooksKey(input.key);
    headers.add("webhook-id", std::string(input.message_id));
    headers.add("webhook-timestamp", seconds);
    headers.add("webhook-signature", "v1," + signatureText(key.reveal(), content));
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

Secret standardWebhooksKey(const Secret& signature_key) {
    constexpr std::string_view kPrefix = "whsec_";
    const std::string_view text = signature_key.reveal();
    if (text.substr(0, kPrefix.size()) == kPrefix) {
        auto bytes = base64Decode(text.substr(kPrefix.size()));
        if (bytes && !bytes->empty()) return Secret(std::move(*bytes));
    }
    return signature_key;
}

}  // namespace ferry::pipeline
