#include "pipeline/provider_text.h"

#include "base/encoding.h"
#include "base/utf8.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace ferry::pipeline {
namespace {

constexpr std::size_t kBytesMax = 4 * 1024;
/// Shorter values of a form are words such as "authorization_code".
constexpr std::size_t kSecretBytesMin = 8;

/// Names of values in forms that providers are sent and nobody else may see (RFC 6749, RFC 7636).
bool isSecretName(std::string_view name) {
    return name == "client_secret" || name == "refresh_token" || name == "access_token" ||
           name == "token" || name == "code_verifier";
}

}  // namespace

ProviderText::ProviderText(const http::OutboundRequest& request) {
    const auto add = [this](std::string secret) {
        if (secret.size() >= kSecretBytesMin) secrets_.push_back(std::move(secret));
    };
    if (const auto header = request.headers.get("Authorization")) {
        const std::string_view value = header->substr(header->find(' ') + 1);
        add(std::string(value));
        // Basic: "<key>:<secret>".
        const std::string pair = base64Decode(value).value_or("");
        const std::size_t colon = pair.find(':');
        if (colon != std::string::npos) add(pair.substr(colon + 1));
    }
    const auto type = request.headers.get("Content-Type").value_or("");
    if (!type.starts_with("application/x-www-form-urlencoded")) return;
    for (std::string_view rest = request.body; !rest.empty();) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || !isSecretName(pair.substr(0, equals))) continue;
        add(percentDecode(pair.substr(equals + 1), true).value_or(""));
    }
}

std::string ProviderText::of(const http::OutboundResponse& response) const {
    const std::string& body = response.body;
    const bool is_readable =
        response.status >= 400 && body.size() <= kBytesMax && isPlainText(body);
    if (!is_readable) return {};
    const bool repeats_secret =
        std::any_of(secrets_.begin(), secrets_.end(), [&](const std::string& secret) {
            return body.find(secret) != std::string::npos;
        });
    return repeats_secret ? std::string() : body;
}

}  // namespace ferry::pipeline
