#include "pipeline/delivery_settings.h"

#include "base/ascii.h"
#include "base/duration_text.h"
#include "base/encoding.h"
#include "base/hub_headers.h"
#include "base/number_text.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

std::string_view valueOf(const Values& values, std::string_view name) {
    const auto found = values.find(std::string("event.notification.").append(name));
    return found == values.end() ? std::string_view() : std::string_view(found->second);
}

/// The parts of `text` between separators, without blanks around them; empty ones are left out.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        const std::string_view part = trimBlanks(text.substr(0, end));
        if (!part.empty()) parts.push_back(part);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<RetryDelays> readRetry(std::string_view text) {
    if (text.empty()) return std::nullopt;
    auto retry = parseRetrySchedule(text);
    return retry ? std::optional(std::move(*retry)) : std::nullopt;
}

std::optional<RateLimit> readRate(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto count = parseInteger(text.substr(0, slash));
    const auto period = parseDuration("1" + std::string(text.substr(slash + 1)));
    if (!count || *count < 1 || !period) return std::nullopt;
    return RateLimit{*count, *period};
}

EventFilter readFilter(const Values& values) {
    EventFilter filter;
    for (const std::string_view name : split(valueOf(values, "filter.event.types"), ',')) {
        for (const EventType type :
             {EventType::Created, EventType::Updated, EventType::Moved, EventType::Deleted}) {
            if (name == eventTypeName(type)) filter.event_types.push_back(type);
        }
    }
    for (const std::string_view name : split(valueOf(values, "filter.object.types"), ','))
        filter.object_types.emplace_back(name);
    for (const std::string_view pattern : split(valueOf(values, "filter.paths"), ','))
        filter.paths.emplace_back(pattern);
    if (const auto size = parseInteger(valueOf(values, "filter.size.min"))) filter.size_min = *size;
    if (const auto size = parseInteger(valueOf(values, "filter.size.max"))) filter.size_max = *size;
    return filter;
}

void readHeaders(const Values& values, DeliverySettings& settings) {
    for (const std::string_view line : split(valueOf(values, "callback.headers"), '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, colon);
        std::string_view value = line.substr(colon + 1);
        if (value.ends_with('\r')) value.remove_suffix(1);
        if (isHubHeader(name)) continue;
        settings.headers.emplace_back(name, Secret(std::string(trimBlanks(value))));
    }
    const std::string_view user = valueOf(values, "basic.username");
    const std::string_view token = valueOf(values, "bearer.token");
    if (!user.empty()) {
        const std::string pair =
            std::string(user) + ":" + std::string(valueOf(values, "basic.password"));
        settings.headers.emplace_back("Authorization", Secret("Basic " + base64Encode(pair)));
    } else if (!token.empty()) {
        settings.headers.emplace_back("Authorization", Secret("Bearer " + std::string(token)));
    }
}

std::shared_ptr<const http::TlsIdentity> readTls(const Values& values) {
    http::TlsIdentity tls;
    tls.client_certificate = valueOf(values, "tls.client.certificate");
    tls.client_key = Secret(std::string(valueOf(values, "tls.client.key")));
    tls.authorities = valueOf(values, "tls.ca");
    if (tls.client_certificate.empty() && tls.authorities.empty()) return nullptr;
    return std::make_shared<const http::TlsIdentity>(std::move(tls));
}

std::optional<ClientCredentials> readCredentials(
    const Values& values, const std::shared_ptr<const http::TlsIdentity>& tls
) {
    ClientCredentials out;
    out.token_url = valueOf(values, "oauth2.token.url");
    if (out.token_url.empty()) return std::nullopt;
    out.client_id = valueOf(values, "oauth2.client.id");
    out.client_secret = Secret(std::string(valueOf(values, "oauth2.client.secret")));
    out.scope = valueOf(values, "oauth2.scope");
    out.audience = valueOf(values, "oauth2.audience");
    out.is_in_header = valueOf(values, "oauth2.client.authentication") != "client_secret_post";
    if (valueOf(values, "oauth2.tls") == "callback") out.tls = tls;
    return out;
}

}  // namespace

std::string_view failurePolicyName(FailurePolicy policy) {
    return policy == FailurePolicy::Queue ? "queue" : "retry";
}

std::optional<FailurePolicy> parseFailurePolicy(std::string_view name) {
    if (name == "queue") return FailurePolicy::Queue;
    if (name == "retry") return FailurePolicy::Retry;
    return std::nullopt;
}

RetrySchedule retryScheduleOf(const DeliverySettings& settings, const RetrySchedule& of_hub) {
    const auto& own = settings.retry;
    return own ? RetrySchedule{"instance", own->delays, own->jitter, own->is_exact} : of_hub;
}

CallbackLimits readCallbackLimits(const Values& values) {
    CallbackLimits limits;
    limits.rate = readRate(valueOf(values, "rate.limit"));
    if (const auto count = parseInteger(valueOf(values, "concurrency")); count && *count > 0) {
        limits.concurrency = *count;
    }
    return limits;
}

DeliverySettings readDeliverySettings(const Values& values) {
    DeliverySettings settings;
    settings.retry = readRetry(valueOf(values, "retry.schedule"));
    settings.timeout = parseDuration(valueOf(values, "timeout"));
    settings.failure_policy = parseFailurePolicy(valueOf(values, "retry.policy"));
    settings.limits = readCallbackLimits(values);
    const std::string_view ordering = valueOf(values, "ordering");
    if (ordering == "instance") settings.ordering = DeliveryOrdering::Instance;
    if (ordering == "object") settings.ordering = DeliveryOrdering::Object;
    settings.filter = readFilter(values);
    settings.asks_permission = valueOf(values, "cloudevents.handshake") == "true" &&
                               valueOf(values, "format") == "cloudevents";
    readHeaders(values, settings);
    settings.tls = readTls(values);
    settings.credentials = readCredentials(values, settings.tls);
    return settings;
}

}  // namespace ferry::pipeline
