// Of Notifications: questions of the provider that are answered at once.
#include "json.h"
#include "notifications.h"
#include "text.h"
#include "webhook_sources.h"

#include <algorithm>

namespace ferry::declarative {
namespace {

constexpr std::size_t kReplyBytesMax = 4096;
constexpr std::size_t kHeaderBytesMax = 1024;
constexpr std::size_t kTokenBytesMax = 128;
constexpr int kNoContent = 204;

bool isHeaderValue(std::string_view text) {
    return !text.empty() && text.size() <= kHeaderBytesMax &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Notifications::Challenge Notifications::readChallenge(const rapidjson::Value& item) {
    if (!item.IsObject() || !item.HasMember("reply"))
        throw sdk::Error::invalid("settings: a challenge has no 'reply'");
    Challenge challenge;
    challenge.method = textAt(item, "method");
    challenge.status = static_cast<int>(numberAt(item, "status", challenge.status));
    challenge.content_type = textAt(item, "content_type");
    challenge.has_condition = item.HasMember("when");
    challenge.reply = Expression(item["reply"]);
    challenge.is_empty = item["reply"].IsString() && item["reply"].GetStringLength() == 0;
    challenge.is_verified = item.HasMember("verified") && item["verified"].IsTrue();
    if (challenge.has_condition) challenge.condition = compileCondition(item["when"]);
    if (item.HasMember("crc") && item["crc"].IsObject()) {
        const rapidjson::Value& signature = item["crc"];
        if (!signature.HasMember("token"))
            throw sdk::Error::invalid("settings: 'crc' has no 'token'");
        challenge.crc_token = Expression(signature["token"]);
        challenge.crc_hash = textAt(signature, "hash");
        challenge.crc_encoding = textAt(signature, "encoding");
    }
    challenge.headers = expressionsAt(item, "headers");
    return challenge;
}

/// The signed token; empty: there is nothing that may be signed. Whoever asks gets what the secret
/// makes of a text of his own, so the text must be none that a webhook could be: a token and no
/// more.
std::string Notifications::crc(
    const sdk::Call& call,
    const Challenge& challenge,
    const Sources& sources,
    const sdk::FieldsView& secrets
) {
    Scratch scratch;
    const std::string_view token = challenge.crc_token.evaluate(sources, scratch).text;
    const bool is_token =
        !token.empty() && token.size() <= kTokenBytesMax &&
        std::all_of(token.begin(), token.end(), [](char c) {
            return isDigit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
        });
    if (!is_token || secrets.size() == 0 || secrets.value(0).empty()) return {};
    const ferry_hash hash = challenge.crc_hash == "sha1"     ? FERRY_HASH_SHA1
                            : challenge.crc_hash == "sha512" ? FERRY_HASH_SHA512
                                                             : FERRY_HASH_SHA256;
    const std::string mac = call.crypto().hmac(hash, secrets.value(0), token);
    if (challenge.crc_encoding == "hex") return call.crypto().hex(mac);
    return challenge.crc_encoding == "base64url" ? call.crypto().base64Url(mac)
                                                 : call.crypto().base64(mac);
}

std::optional<sdk::Reply> Notifications::answer(
    const sdk::Call& call, const sdk::WebhookRequestView& request, const sdk::FieldsView& secrets
) const {
    if (challenges_.empty()) return std::nullopt;
    std::optional<JsonDocument> body;
    std::string made;
    for (const Challenge& challenge : challenges_) {
        if (!challenge.method.empty() && challenge.method != request.method()) continue;
        if (!body) {
            body.emplace();
            const auto json = jsonOf(request, made);
            body->parseOrNull(json.value_or(std::string_view()));
        }
        WebhookSources sources(request, body->root(), body->root());
        Scratch scratch;
        if (challenge.has_condition && !holds(challenge.condition, sources, scratch)) continue;
        if (challenge.crc_token.isSet()) sources.crc = crc(call, challenge, sources, secrets);
        std::optional<sdk::Reply> answer = reply(challenge, sources, scratch);
        // Last, as it costs most. What does not hold goes on as a notification, to be refused.
        if (answer && (!challenge.is_verified || whyNotVerified(call, request, secrets).empty()))
            return answer;
    }
    return std::nullopt;
}

std::optional<sdk::Reply> Notifications::reply(
    const Challenge& challenge, const Sources& sources, Scratch& scratch
) {
    const Value body = challenge.reply.evaluate(sources, scratch);
    const bool is_empty = body.text.empty() && !challenge.is_empty;
    if (body.isMissing() || is_empty || body.text.size() > kReplyBytesMax) return std::nullopt;
    // What has no body has no type of it either.
    sdk::Reply answer =
        challenge.status == kNoContent
            ? sdk::Reply(kNoContent)
            : sdk::Reply(challenge.status, challenge.content_type, std::string(body.text));
    for (const auto& [name, expression] : challenge.headers) {
        const Value value = expression.evaluate(sources, scratch);
        // A line break in it would begin another header.
        if (value.isMissing() || !isHeaderValue(value.text)) return std::nullopt;
        answer.header(name, std::string(value.text));
    }
    // Reflected text must not be taken for a page.
    answer.header("X-Content-Type-Options", "nosniff");
    return answer;
}

}  // namespace ferry::declarative
