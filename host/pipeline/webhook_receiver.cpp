#include "pipeline/webhook_receiver.h"

#include "http/problem.h"
#include "pipeline/webhook_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ferry::pipeline {
namespace {

// Dropbox retries with a back-off of its own; this is for providers that ask us.
constexpr Milliseconds kRetryAfter{5000};

constexpr std::string_view kWrongSignature = "the signature is missing or wrong";
constexpr std::string_view kSecondsName = "ferry_webhook_seconds";
constexpr std::string_view kSecondsHelp =
    "Time to answer requests to the webhook URLs, by what became of them; failed: the sender is "
    "asked to come again";

constexpr std::array<std::string_view, 10> kReasonNames = {
    "unknown_connector",
    "unknown_instance",
    "method",
    "malformed",
    "too_large",
    "timeout",
    "too_many_accounts",
    "bad_signature",
    "no_secret",
    "fault",
};

/// None if the request has none that can be read.
TraceContext traceOf(const http::Request& request) {
    const auto header = request.headers.get("traceparent");
    return header ? parseTraceparent(*header).value_or(TraceContext()) : TraceContext();
}

}  // namespace

WebhookReceiver::WebhookReceiver(Parts parts)
    : parts_(std::move(parts)),
      received_(parts_.metrics.counter(
          "ferry_webhooks_received_total", "Requests to the webhook URLs, challenges included"
      )),
      verified_(parts_.metrics.counter(
          "ferry_webhooks_verified_total", "Notifications whose signature was verified"
      )),
      unknown_accounts_(parts_.metrics.counter(
          "ferry_webhook_accounts_unknown_total",
          "Accounts in notifications that no running instance has"
      )),
      marked_(parts_.metrics.counter(
          "ferry_notices_marked_total", "Instances marked by verified notifications"
      )),
      accepted_seconds_(parts_.metrics.histogram(kSecondsName, kSecondsHelp, "result=\"accepted\"")
      ),
      refused_seconds_(parts_.metrics.histogram(kSecondsName, kSecondsHelp, "result=\"refused\"")),
      failed_seconds_(parts_.metrics.histogram(kSecondsName, kSecondsHelp, "result=\"failed\"")) {
    for (const std::string_view name : kReasonNames) {
        rejected_.push_back(&parts_.metrics.counter(
            "ferry_webhooks_rejected_total",
            "Webhook requests that were refused, by reason",
            fmt::format("reason=\"{}\"", name)
        ));
    }
}

void WebhookReceiver::receive(
    std::string_view connector_key,
    std::optional<InstanceId> instance,
    const http::Request& request,
    http::Answer answer
) {
    const auto began_at = std::chrono::steady_clock::now();
    received_.add();
    Decision decision = decide(connector_key, instance, request);
    if (auto* const response = std::get_if<http::Response>(&decision)) {
        observe(began_at, response->status);
        return answer(std::move(*response));
    }
    auto& accepted = std::get<Accepted>(decision);
    verified_.add();
    Marking marking{
        std::string(connector_key),
        request.request_id,
        traceOf(request),
        accepted.instances.front(),
        accepted.instances.size(),
        began_at,
        std::move(answer)};
    if (!marking.trace) marking.trace = beginTrace(parts_.random);
    mark(std::move(accepted), std::move(marking));
}

void WebhookReceiver::observe(std::chrono::steady_clock::time_point began_at, int status) {
    observe::Histogram& seconds = status >= 500   ? failed_seconds_
                                  : status >= 400 ? refused_seconds_
                                                  : accepted_seconds_;
    seconds.observe(std::chrono::steady_clock::now() - began_at);
}

WebhookReceiver::Decision WebhookReceiver::decide(
    std::string_view connector_key, std::optional<InstanceId> instance, const http::Request& request
) {
    const std::shared_ptr<Provider> provider = parts_.providers.find(connector_key);
    if (!provider) {
        return reject(
            request.request_id, Reason::UnknownConnector, 404, "no connector of this key is loaded"
        );
    }
    if (request.method == "HEAD") return answerHead(*provider, instance, request);
    if (request.method != "GET" && request.method != "POST") {
        http::Response response =
            reject(request.request_id, Reason::Method, 405, "webhooks come by GET or POST");
        response.headers.add("Allow", "GET, HEAD, POST");
        return response;
    }
    std::shared_ptr<const Secret> secret;
    if (instance && provider->options().signs_challenges) secret = secretOf(*provider, *instance);
    auto challenge = provider->answerChallenge(request, secret.get());
    if (challenge) {
        if (*challenge) return std::move(**challenge);
    } else if (challenge.error().code == ErrorCode::InvalidArgument) {
        return rejectMalformed(request, connector_key, challenge.error().message);
    } else if (challenge.error().code != ErrorCode::Unsupported) {
        return askToRetry(request.request_id, connector_key, challenge.error());
    }
    return decideNotification(*provider, instance, request);
}

WebhookReceiver::Decision WebhookReceiver::decideNotification(
    Provider& provider, std::optional<InstanceId> instance, const http::Request& request
) {
    auto notification = provider.parseNotification(request);
    if (!notification) {
        const Error& error = notification.error();
        if (error.code == ErrorCode::InvalidArgument) {
            // Mostly somebody who opens the URL in a browser.
            constexpr std::string_view kNoChallenge =
                "this URL takes a provider's webhooks: notifications by POST, and by GET a "
                "challenge "
                "in the provider's form, which is missing here, empty or too long";
            return request.method == "GET"
                       ? reject(request.request_id, Reason::Malformed, 400, kNoChallenge)
                       : rejectMalformed(request, provider.key(), error.message);
        }
        if (error.code == ErrorCode::Unsupported) {
            return reject(
                request.request_id,
                Reason::UnknownConnector,
                404,
                "this connector takes no webhooks"
            );
        }
        return askToRetry(request.request_id, provider.key(), error);
    }
    const std::vector<std::string>& accounts = notification->accounts;
    if (accounts.size() > kNotificationAccountsMax) {
        return reject(
            request.request_id,
            Reason::TooManyAccounts,
            413,
            "the notification names too many accounts"
        );
    }

    const auto named = namedInstances(request.headers);
    if (!named) return rejectMalformed(request, provider.key(), named.error().message);
    const auto found = findTargets(parts_.lookup, provider.key(), instance, *named, *notification);
    if (!found) {
        if (found.error().code == ErrorCode::NotFound) {
            const std::string_view said = found.error().message;
            const std::string_view why = instance ? "no instance of this id" : said;
            return reject(request.request_id, Reason::UnknownInstance, 404, why);
        }
        return askToRetry(request.request_id, provider.key(), found.error());
    }
    unknown_accounts_.add(found->unknown_accounts);
    // Nothing to mark, and a retry would not change that; but strangers must not learn of accounts.
    if (found->matches.empty()) {
        if (!isSignedByNobody(provider, request)) return accepted();
        return reject(request.request_id, Reason::BadSignature, 401, kWrongSignature);
    }

    Verified verified = verify(provider, found->matches, request);
    if (!verified.instances.empty()) {
        auto changes = changesFor(std::move(notification->changes), *found, verified.instances);
        return Accepted{std::move(verified.instances), std::move(changes)};
    }
    if (verified.fault) return askToRetry(request.request_id, provider.key(), *verified.fault);
    return rejectUnverified(request, provider.key(), verified, found->matches);
}

http::Response WebhookReceiver::rejectMalformed(
    const http::Request& request, std::string_view connector_key, std::string_view why
) {
    if (malformed_lines_.mayPass(connector_key, parts_.clock.now())) {
        parts_.log.warning(
            kComponent,
            "a webhook was refused: it is not in the provider's form; more are only counted for a "
            "while",
            {{"connector", connector_key},
             {"reason", why},
             {"bytes", static_cast<std::int64_t>(request.body.size())},
             {"peer", request.peer},
             {"trace", traceIdText(traceOf(request))}}
        );
    }
    return reject(request.request_id, Reason::Malformed, 400, why);
}

http::Response WebhookReceiver::rejectUnverified(
    const http::Request& request,
    std::string_view connector_key,
    const Verified& verified,
    std::span<const store::AccountMatch> matches
) {
    const bool has_no_secret = verified.without_secret == matches.size();
    const std::string_view why = has_no_secret ? whyNoSecret(matches) : kWrongSignature;
    if (unverified_lines_.mayPass(connector_key, parts_.clock.now())) {
        parts_.log.warning(
            kComponent,
            "a webhook was refused: its signature was made with another app secret than that of "
            "the "
            "instances of its account, or by somebody else; more are only counted for a while",
            {{"connector", connector_key},
             {"instance_id", matches.front().instance.value},
             {"instances", static_cast<std::int64_t>(matches.size())},
             {"reason", why},
             {"peer", request.peer},
             {"trace", traceIdText(traceOf(request))}}
        );
    }
    return reject(
        request.request_id, has_no_secret ? Reason::NoSecret : Reason::BadSignature, 401, why
    );
}

http::Response WebhookReceiver::reject(
    std::string_view request_id, Reason reason, int status, std::string_view text
) {
    rejected(reason).add();
    return http::problem(status, request_id, text);
}

http::Response WebhookReceiver::rejectInstance(const http::Request& request) {
    received_.add();
    return reject(
        request.request_id,
        Reason::UnknownInstance,
        404,
        "the last part of the path is no instance id"
    );
}

void WebhookReceiver::countRefused(int status) {
    received_.add();
    const Reason reason = status == 413   ? Reason::TooLarge
                          : status == 408 ? Reason::Timeout
                          : status == 503 ? Reason::Fault
                                          : Reason::Malformed;
    rejected(reason).add();
}

http::Response WebhookReceiver::askToRetry(
    std::string_view request_id, std::string_view what, const Error& error
) {
    if (fault_lines_.mayPass(what, parts_.clock.now())) {
        parts_.log.error(
            kComponent,
            "a webhook could not be taken; the provider is asked to send it again",
            {{"in", what}, {"code", errorCodeName(error.code)}, {"error", error.message}}
        );
    }
    // Our faults are for the log: a provider is told when to come back, no more.
    http::Response response = reject(request_id, Reason::Fault, 503, "try again later");
    const Milliseconds wait = error.retry_after.value_or(kRetryAfter);
    response.headers.add(
        "Retry-After", std::to_string(std::max<std::int64_t>(1, wait.count() / 1000))
    );
    return response;
}

observe::Counter& WebhookReceiver::rejected(Reason reason) {
    return *rejected_[static_cast<std::size_t>(reason)];
}

}  // namespace ferry::pipeline
