#pragma once
// A provider in memory. Its webhooks are simple texts; its operations ask for one HTTP request
// each, and take answers in the form that the comments below give.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "pipeline/stages.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace ferry::test {

/// "a=1;b=2" as a map.
inline std::map<std::string, std::string> parseFields(std::string_view text) {
    std::map<std::string, std::string> fields;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        fields.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return fields;
}

/// One request to `https://provider.test/<what>` with `body`, then the end.
class FakeOperation final : public pipeline::ProviderOperation {
  public:
    using Finish =
        std::function<Result<pipeline::OperationResult>(const std::map<std::string, std::string>&)>;

    FakeOperation(std::string what, std::string body, Finish finish)
        : what_(std::move(what)), body_(std::move(body)), finish_(std::move(finish)) {}

    Result<pipeline::OperationStep> advance(const http::OutboundResponse* response) override {
        if (!response) {
            http::OutboundRequest request;
            request.url = "https://provider.test/" + what_;
            request.body = body_;
            request.traffic = http::Traffic::Provider;
            return pipeline::OperationStep(std::move(request));
        }
        if (response->error != http::TransportError::None || response->status >= 500) {
            return fail(ErrorCode::Unavailable, what_ + ": the provider is down");
        }
        const auto fields = parseFields(response->body);
        if (response->status == 429) {
            const auto wait = fields.count("wait_ms") > 0 ? std::stol(fields.at("wait_ms")) : 1000;
            return fail(Error(ErrorCode::RateLimited, what_ + ": slow down", Milliseconds(wait)));
        }
        if (response->status == 401) return fail(ErrorCode::Unauthenticated, what_ + ": 401");
        if (response->body == "invalid_grant") {
            return fail(ErrorCode::AuthorizationRevoked, what_ + ": invalid_grant");
        }
        if (response->status != 200) return fail(ErrorCode::InvalidArgument, response->body);
        auto result = finish_(fields);
        if (!result) return fail(std::move(result.error()));
        return pipeline::OperationStep(std::move(*result));
    }

  private:
    std::string what_;
    std::string body_;
    Finish finish_;
};

/// Webhooks: `GET ?challenge=x` is echoed; a notification is the body "accounts:a,b", signed in the
/// header X-Fake-Signature with the hex HMAC-SHA256 of the body.
/// Token answers: "access=A;refresh=R;expires_in=SECONDS", the last two optional. Verify answers:
/// "account=ID;label=TEXT". Errors: status 400 with the body "invalid_grant" or another text.
class FakeProvider : public pipeline::Provider {
  public:
    explicit FakeProvider(const Clock& clock) : clock_(clock) {
        provider_options.expiry_margin = Milliseconds(300'000);
        provider_options.base_urls = {{"api", "https://provider.test"}};
    }

    pipeline::ProviderOptions provider_options;
    std::optional<Error> challenge_error;
    std::optional<Error> parse_error;
    std::optional<Error> signature_error;         ///< what verifySignature gives, whatever came
    std::vector<pipeline::BroughtChange> brings;  ///< with every notification
    std::optional<std::string> authorize_url;
    std::atomic<unsigned> signature_checks = 0;
    std::atomic<unsigned> refreshes = 0;
    std::thread::id operations_thread;  ///< of the last start of an operation
    pipeline::AuthorizeUrlRequest last_authorize;

    static std::string sign(std::string_view body, std::string_view secret) {
        return hexEncode(asText(hmacSha256(secret, body)));
    }

    std::string_view key() const override { return "fake"; }
    std::string_view hub() const override { return "documents"; }
    const pipeline::ProviderOptions& options() const override { return provider_options; }
    Status checkEgress(const std::string&) const override { return {}; }

    Result<std::optional<http::Response>>
    answerChallenge(const http::Request& request, const Secret*) override {
        if (challenge_error) return fail(*challenge_error);
        if (request.method != "GET" || !request.query.starts_with("challenge=")) {
            return std::optional<http::Response>();
        }
        http::Response response;
        response.content_type = "text/plain";
        response.body = request.query.substr(10);
        return std::optional(std::move(response));
    }
    Status verifySignature(const http::Request& request, const Secret& secret) override {
        ++signature_checks;
        if (signature_error) return fail(*signature_error);
        for (const auto& [name, value] : request.headers.fields()) {
            if (name == "X-Fake-Signature" &&
                equalConstantTime(value, sign(request.body, secret.reveal()))) {
                return {};
            }
        }
        return fail(ErrorCode::Unauthenticated, "the signature is missing or wrong");
    }
    Result<pipeline::Notification> parseNotification(const http::Request& request) override {
        if (parse_error) return fail(*parse_error);
        std::string_view rest = request.body;
        if (!rest.starts_with("accounts:")) {
            return fail(ErrorCode::InvalidArgument, "the body is no notification");
        }
        rest.remove_prefix(9);
        pipeline::Notification notification;
        std::vector<std::string>& accounts = notification.accounts;
        while (!rest.empty()) {
            const std::string_view one = rest.substr(0, rest.find(','));
            accounts.emplace_back(one);
            rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        }
        notification.changes = brings;
        return notification;
    }

    Result<std::string> authorizeUrl(
        const pipeline::ProviderAccount&, const pipeline::AuthorizeUrlRequest& request
    ) override {
        last_authorize = request;
        if (authorize_url) return *authorize_url;
        return "https://provider.test/authorize?state=" + request.state;
    }
    Result<pipeline::OperationPtr> startExchange(
        const pipeline::ProviderAccount&, const pipeline::CodeExchangeRequest& request
    ) override {
        return tokenOperation(
            "exchange",
            "code=" + request.code + ";redirect_uri=" + request.redirect_uri +
                ";verifier=" + request.code_verifier
        );
    }
    Result<pipeline::OperationPtr> startRefresh(
        const pipeline::ProviderAccount&, const TokenSet& tokens
    ) override {
        ++refreshes;
        return tokenOperation("refresh", "refresh=" + tokens.refresh_token.reveal());
    }
    Result<pipeline::OperationPtr> startRevoke(const pipeline::ProviderAccount&, const TokenSet&)
        override {
        return fail(ErrorCode::Unsupported, "the fake revokes nothing");
    }
    Result<pipeline::OperationPtr> startVerify(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override {
        operations_thread = std::this_thread::get_id();
        std::string key;
        for (const auto& [name, value] : account.configuration) {
            if (name == "fake.apikey") key = value;
        }
        return operation(
            "verify",
            "access=" + tokens.access_token.reveal() + ";key=" + key,
            [](const auto& fields) -> Result<pipeline::OperationResult> {
                pipeline::OperationResult result;
                result.identity = AccountIdentity{
                    value(fields, "account"), value(fields, "label"), value(fields, "state")};
                return result;
            }
        );
    }

    Result<pipeline::OperationPtr>
    startFetch(const pipeline::ProviderAccount&, const TokenSet&, const pipeline::FetchRequest&)
        override {
        return fail(ErrorCode::Unsupported, "the fake has no changes");
    }
    Result<std::vector<NormalizedChange>>
    normalize(const pipeline::ProviderAccount&, std::vector<std::string>, const std::vector<std::string>&)
        override {
        return fail(ErrorCode::Unsupported, "the fake has no changes");
    }

  private:
    static std::string value(const std::map<std::string, std::string>& fields, const char* name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    }
    static Result<pipeline::OperationPtr> operation(
        std::string what, std::string body, FakeOperation::Finish finish
    ) {
        return pipeline::OperationPtr(
            std::make_unique<FakeOperation>(std::move(what), std::move(body), std::move(finish))
        );
    }
    Result<pipeline::OperationPtr> tokenOperation(std::string what, std::string body) {
        operations_thread = std::this_thread::get_id();
        return operation(
            std::move(what),
            std::move(body),
            [this](const auto& fields) -> Result<pipeline::OperationResult> {
                TokenSet tokens;
                tokens.access_token = Secret(value(fields, "access"));
                tokens.refresh_token = Secret(value(fields, "refresh"));
                if (fields.count("expires_in") > 0) {
                    tokens.expires_at =
                        clock_.now() + Milliseconds(1000 * std::stol(fields.at("expires_in")));
                }
                pipeline::OperationResult result;
                result.tokens = std::move(tokens);
                return result;
            }
        );
    }

    const Clock& clock_;
};

/// Threads: find() from any thread.
class FakeDirectory final : public pipeline::ProviderDirectory {
  public:
    std::map<std::string, std::shared_ptr<pipeline::Provider>, std::less<>> providers;

    std::shared_ptr<pipeline::Provider> find(std::string_view connector_key) const override {
        const auto found = providers.find(connector_key);
        return found == providers.end() ? nullptr : found->second;
    }
};

}  // namespace ferry::test
