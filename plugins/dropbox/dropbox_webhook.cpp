#include "dropbox_webhook.h"

#include "json.h"
#include "text.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

namespace ferry::dropbox {
namespace {

constexpr std::string_view kSignatureHeader = "x-dropbox-signature";
constexpr std::size_t kSignatureBytes = 64;

/// The signature header if there is exactly one and it is 64 lower-case hex digits, else nothing.
std::string_view signatureOf(const sdk::FieldsView& headers) noexcept {
    std::string_view signature;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (!sdk::detail::equalIgnoringCase(headers.name(i), kSignatureHeader)) continue;
        if (!signature.empty()) return {};
        signature = headers.value(i);
    }
    const bool is_hex = std::all_of(signature.begin(), signature.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    return is_hex && signature.size() == kSignatureBytes ? signature : std::string_view();
}

/// No more than what any id looks like; the hub knows which ones exist.
bool isAccountId(std::string_view id) noexcept {
    return !id.empty() && id.size() <= kAccountIdBytesMax &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::optional<sdk::Reply> verifyChallenge(const sdk::WebhookRequestView& request) {
    if (request.method() != "GET" || request.query().size() > 4 * kChallengeBytesMax)
        return std::nullopt;
    std::optional<std::string> challenge = queryValue(request.query(), "challenge");
    if (!challenge || challenge->empty() || challenge->size() > kChallengeBytesMax)
        return std::nullopt;
    // Dropbox asks for both headers: reflected text must not be taken for a page.
    sdk::Reply reply(200, "text/plain", std::move(*challenge));
    reply.header("X-Content-Type-Options", "nosniff");
    return reply;
}

bool verifySignature(
    const sdk::Call& call, const sdk::WebhookRequestView& request, const sdk::FieldsView& secrets
) {
    const std::string_view signature = signatureOf(request.headers());
    if (signature.empty()) return false;
    const sdk::Crypto crypto = call.crypto();
    bool is_good = false;  // all secrets are tried, so that time does not tell which one fits
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        const std::string_view secret = secrets.value(i);
        if (secret.empty()) continue;
        const std::string mac = crypto.hex(sdk::asText(crypto.hmacSha256(secret, request.body())));
        is_good = crypto.equalConstantTime(mac, signature) || is_good;
    }
    return is_good;
}

std::vector<sdk::Notice> parseNotification(const sdk::WebhookRequestView& request) {
    if (request.body().size() > kNotificationBytesMax)
        throw sdk::Error(FERRY_ERROR_LIMIT, "notification: the body is too large");
    rapidjson::Document body;
    const json::Fault fault = json::parse(request.body(), body);
    if (fault != json::Fault::None || !body.IsObject())
        throw sdk::Error::malformed(
            "notification: the body " +
            std::string(faultName(fault == json::Fault::None ? json::Fault::BadShape : fault))
        );
    std::vector<sdk::Notice> notices;
    const rapidjson::Value* accounts = json::member(json::member(body, "list_folder"), "accounts");
    if (accounts == nullptr || !accounts->IsArray()) return notices;
    std::unordered_set<std::string_view> seen;
    for (const rapidjson::Value& account : accounts->GetArray()) {
        if (!account.IsString()) continue;
        const std::string_view id(account.GetString(), account.GetStringLength());
        if (!isAccountId(id) || !seen.insert(id).second) continue;
        if (notices.size() == kAccountsMax)
            throw sdk::Error(FERRY_ERROR_LIMIT, "notification: too many accounts");
        notices.emplace_back(std::string(id));
    }
    return notices;
}

}  // namespace ferry::dropbox
