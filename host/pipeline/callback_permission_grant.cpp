// Permissions that receivers grant later, at an address that was given to them with the question.
#include "base/ascii.h"
#include "base/encoding.h"
#include "base/number_text.h"
#include "pipeline/callback_permissions.h"

#include <fmt/format.h>

namespace ferry::pipeline {
namespace {

http::Response plain(int status, std::string text) {
    http::Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text) + "\n";
    return response;
}

}  // namespace

/// It follows from what it grants and the hub's key, so it is good after a restart, too.
std::string CallbackPermissions::tokenOf(CallbackId callback, std::int64_t asked) const {
    const std::string what = fmt::format("{}-{}", callback.value, asked);
    const Digest256 proof = key_.fingerprint("callback permission/" + origin_ + "/" + what);
    return what + "-" + hexEncode(asText(proof));
}

http::Response CallbackPermissions::receiveGrant(
    std::string_view token, const http::Request& request
) {
    // HEAD is what looks at links.
    if (request.method != "GET" && request.method != "POST") {
        return plain(405, "GET or POST grants the permission");
    }
    const std::size_t first = token.find('-');
    const std::size_t second = token.find('-', first == token.npos ? first : first + 1);
    const auto callback = parseInteger(token.substr(0, first));
    const auto asked = second == token.npos
                           ? std::nullopt
                           : parseInteger(token.substr(first + 1, second - first - 1));
    if (!callback || !asked || !equalConstantTime(tokenOf(CallbackId(*callback), *asked), token)) {
        return plain(404, "this address grants nothing; take WebHook-Request-Callback as it came");
    }
    const auto origin = request.headers.get("WebHook-Allowed-Origin");
    if (origin && trimBlanks(*origin) != "*" && lowerAscii(trimBlanks(*origin)) != origin_) {
        return plain(400, "WebHook-Allowed-Origin is not " + origin_);
    }
    PermissionGrant grant{*asked, *asked};
    if (const auto rate = request.headers.get("WebHook-Allowed-Rate")) {
        const auto allowed = readAllowedRate(*rate);
        if (!allowed) return plain(400, "WebHook-Allowed-Rate is neither a positive number nor *");
        grant.allowed = *allowed;
    }
    if (const Status status = store(CallbackId(*callback), grant); !status) {
        return plain(503, "the permission can't be written down now; try again");
    }
    {
        const std::lock_guard lock(inbox_->mutex);
        if (inbox_->wake) {
            inbox_->grants.emplace_back(CallbackId(*callback), grant);
            inbox_->wake();
        }
    }
    return plain(200, fmt::format("{} may now send callbacks to your URL", origin_));
}

}  // namespace ferry::pipeline
