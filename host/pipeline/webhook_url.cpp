#include "pipeline/webhook_url.h"

#include "base/ascii.h"
#include "base/encoding.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

struct PublicUrl {
    std::string_view authority;  ///< host, and the port if it has one
    std::string_view path;       ///< without a slash at its end; may be empty
};

PublicUrl partsOf(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    const std::string_view rest = url.substr(scheme + 3);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    return {rest.substr(0, slash), rest.substr(slash)};
}

}  // namespace

std::string webhookUrl(
    std::string_view public_url, std::string_view connector_key, std::optional<InstanceId> instance
) {
    std::string url = fmt::format("{}{}{}", public_url, kWebhookPath, connector_key);
    if (instance) url.append("/").append(base64Encode(std::to_string(instance->value)));
    return url;
}

std::optional<http::Request> asProviderSent(
    const http::Request& request, std::string_view public_url
) {
    const PublicUrl known = partsOf(public_url);
    if (known.authority.empty()) return std::nullopt;
    const bool is_cut = !request.raw_path.starts_with(known.path);
    if (!is_cut && request.headers.get("Host") == known.authority) return std::nullopt;
    http::Request sent = request;
    sent.headers = {};
    sent.headers.reserve(request.headers.fields().size() + 1);
    sent.headers.add("Host", std::string(known.authority));
    for (const auto& [name, value] : request.headers.fields())
        if (lowerAscii(name) != "host") sent.headers.add(name, value);
    if (is_cut) {
        sent.path.insert(0, known.path);
        sent.raw_path.insert(0, known.path);
    }
    return sent;
}

}  // namespace ferry::pipeline
