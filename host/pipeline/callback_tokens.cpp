#include "pipeline/callback_tokens.h"

#include "base/ascii.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "pipeline/delivery_policy.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kTokenBytesMax = 16 * 1024;

/// Equal for equal credentials alone; holds no secret.
std::string keyOf(const ClientCredentials& credentials) {
    std::string all;
    const auto add = [&all](std::string_view part) {
        all += std::to_string(part.size()) + ":";
        all += part;
    };
    add(credentials.token_url);
    add(credentials.client_id);
    add(credentials.client_secret.reveal());
    add(credentials.scope);
    add(credentials.audience);
    add(credentials.is_in_header ? "header" : "body");
    if (credentials.tls) {
        add(credentials.tls->client_certificate);
        add(credentials.tls->client_key.reveal());
        add(credentials.tls->authorities);
    }
    std::string key(asText(sha256(all)));
    wipe(all);
    return key;
}

http::OutboundRequest makeTokenRequest(
    const ClientCredentials& credentials, Milliseconds timeout, const std::string& user_agent
) {
    http::OutboundRequest request;
    request.method = "POST";
    request.url = credentials.token_url;
    request.timeout = timeout;
    request.response_bytes_max = kAnswerBytesMax;
    request.traffic = http::Traffic::Callback;
    request.tls = credentials.tls;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Accept", "application/json");
    request.headers.add("User-Agent", user_agent);
    request.body = "grant_type=client_credentials";
    if (!credentials.scope.empty()) request.body += "&scope=" + percentEncode(credentials.scope);
    if (!credentials.audience.empty())
        request.body += "&audience=" + percentEncode(credentials.audience);
    const std::string id = percentEncode(credentials.client_id);
    const std::string secret = percentEncode(credentials.client_secret.reveal());
    if (credentials.is_in_header) {
        // RFC 6749, 2.3.1: both are encoded before they are put together.
        request.headers.add("Authorization", "Basic " + base64Encode(id + ":" + secret));
    } else {
        request.body += "&client_id=" + id + "&client_secret=" + secret;
    }
    return request;
}

/// The `error` of an answer (RFC 6749, 5.2). Its description stays out: servers may say a secret
/// back in it.
std::string errorCodeOf(const rapidjson::Document& document) {
    if (!document.IsObject()) return {};
    const auto member = document.FindMember("error");
    if (member == document.MemberEnd() || !member->value.IsString()) return {};
    const std::string code(member->value.GetString(), member->value.GetStringLength());
    const bool is_word = std::all_of(code.begin(), code.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    });
    return is_word && code.size() <= 64 ? code : std::string();
}

std::optional<std::string> textOf(const rapidjson::Document& document, const char* name) {
    const auto member = document.FindMember(name);
    if (member == document.MemberEnd() || !member->value.IsString()) return std::nullopt;
    return std::string(member->value.GetString(), member->value.GetStringLength());
}

/// What may stand in a header (RFC 6750, 2.1, and what servers beyond it send).
bool isUsableToken(std::string_view text) {
    return !text.empty() && text.size() <= kTokenBytesMax &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// `expires_in`, a number of seconds; some servers write it as a text.
Milliseconds lifeOf(const rapidjson::Document& document) {
    const auto member = document.FindMember("expires_in");
    if (member == document.MemberEnd()) return kTokenLifeUnknown;
    double seconds = -1;
    if (member->value.IsNumber()) {
        seconds = member->value.GetDouble();
    } else if (member->value.IsString()) {
        seconds = std::atof(member->value.GetString());
    }
    const double most = static_cast<double>(kTokenLifeMax.count()) / 1000;
    if (!(seconds > 0)) return Milliseconds(0);
    return Milliseconds(static_cast<std::int64_t>(std::min(seconds, most) * 1000));
}

struct Grant {
    Secret token;
    Milliseconds life;
};

/// The token of an answer, or why there is none.
Result<Grant> readGrant(const http::OutboundResponse& response) {
    const auto refuse = [](std::string why) {
        return fail(ErrorCode::Unavailable, "no access token from the token URL: " + why);
    };
    if (response.error != http::TransportError::None) {
        std::string why(http::transportErrorName(response.error));
        if (!response.error_detail.empty()) why += ": " + response.error_detail;
        return refuse(std::move(why));
    }
    rapidjson::Document document;
    document.Parse(response.body.data(), response.body.size());
    if (response.status != 200) {
        const std::string code = document.HasParseError() ? "" : errorCodeOf(document);
        return refuse(
            fmt::format("it answered {}{}{}", response.status, code.empty() ? "" : " ", code)
        );
    }
    if (document.HasParseError() || !document.IsObject()) return refuse("its answer is not JSON");
    const auto type = textOf(document, "token_type");
    if (type && lowerAscii(*type) != "bearer") return refuse("its token is not a bearer token");
    auto token = textOf(document, "access_token");
    if (!token || !isUsableToken(*token)) return refuse("its answer has no usable access_token");
    return Grant{Secret(std::move(*token)), lifeOf(document)};
}

}  // namespace

CallbackTokens::CallbackTokens(
    http::Outbound& outbound, const Clock& clock, std::string user_agent, Wake wake
)
    : outbound_(outbound),
      clock_(clock),
      user_agent_(std::move(user_agent)),
      inbox_(std::make_shared<Inbox>()) {
    inbox_->wake = std::move(wake);
}

CallbackTokens::~CallbackTokens() {
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->wake = nullptr;
        inbox_->answers.clear();
    }
    for (const auto& [key, fetch] : fetches_)
        outbound_.cancel(fetch.request);
}

std::optional<Secret> CallbackTokens::find(const ClientCredentials& credentials) const {
    const auto found = tokens_.find(keyOf(credentials));
    if (found == tokens_.end() || clock_.now() >= found->second.usable_until) return std::nullopt;
    return found->second.text;
}

void CallbackTokens::fetch(
    const ClientCredentials& credentials, Milliseconds timeout, std::uint64_t waiter
) {
    const std::string key = keyOf(credentials);
    Fetch& fetch = fetches_[key];
    fetch.waiters.push_back(waiter);
    if (fetch.waiters.size() > 1) return;
    fetch.request = outbound_.submit(
        makeTokenRequest(credentials, timeout, user_agent_),
        [inbox = inbox_, key](http::OutboundResponse answer) {
            const std::lock_guard lock(inbox->mutex);
            if (!inbox->wake) return;
            inbox->answers.emplace_back(key, std::move(answer));
            inbox->wake();
        }
    );
}

void CallbackTokens::reject(const ClientCredentials& credentials, const Secret& token) {
    const auto found = tokens_.find(keyOf(credentials));
    if (found != tokens_.end() && found->second.text == token) tokens_.erase(found);
}

std::vector<TokenAnswer> CallbackTokens::takeAnswers() {
    std::vector<std::pair<std::string, http::OutboundResponse>> answers;
    {
        const std::lock_guard lock(inbox_->mutex);
        answers.swap(inbox_->answers);
    }
    std::vector<TokenAnswer> out;
    for (auto& [key, response] : answers) {
        for (TokenAnswer& answer : settle(key, response))
            out.push_back(std::move(answer));
        wipe(response.body);
    }
    return out;
}

std::vector<TokenAnswer> CallbackTokens::settle(
    const std::string& key, const http::OutboundResponse& response
) {
    const auto found = fetches_.find(key);
    if (found == fetches_.end()) return {};
    const Fetch fetch = std::move(found->second);
    fetches_.erase(found);
    TokenAnswer answer;
    answer.latency = response.latency;
    if (response.error != http::TransportError::Cancelled) {
        auto grant = readGrant(response);
        if (grant) {
            // The token's life began on the server, at the latest when its answer came.
            const Milliseconds margin = std::min(kTokenMarginMax, grant->life / 10);
            keep(key, {grant->token, clock_.now() + grant->life - margin - response.latency});
            answer.token = std::move(grant->token);
        } else {
            answer.problem = std::move(grant.error().message);
            answer.retry_after = retryAfterOf(response.headers, clock_.wallNow());
        }
    }
    std::vector<TokenAnswer> answers(fetch.waiters.size(), answer);
    for (std::size_t i = 0; i < answers.size(); ++i)
        answers[i].waiter = fetch.waiters[i];
    return answers;
}

void CallbackTokens::keep(const std::string& key, Token token) {
    const TimePoint now = clock_.now();
    std::erase_if(tokens_, [now](const auto& kept) { return kept.second.usable_until <= now; });
    if (tokens_.size() >= kTokensMax) tokens_.erase(tokens_.begin());
    tokens_.insert_or_assign(key, std::move(token));
}

}  // namespace ferry::pipeline
