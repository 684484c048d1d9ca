#pragma once
// Access tokens for callbacks that want OAuth 2 (client credentials): fetched when a delivery needs
// one, kept until shortly before they end, one fetch at a time for each client.

#include "base/clock.h"
#include "base/secret.h"
#include "base/worker.h"
#include "http/outbound.h"
#include "pipeline/delivery_settings.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

/// A token is not used in its last tenth, and not in its last half minute if it is a long one.
inline constexpr Milliseconds kTokenMarginMax{30'000};
/// Of a token whose end the server does not tell.
inline constexpr Milliseconds kTokenLifeUnknown{300'000};
/// Ends that lie further ahead are not believed.
inline constexpr Milliseconds kTokenLifeMax{24 * 3'600'000};

/// What came of one wait for a token.
struct TokenAnswer {
    std::uint64_t waiter = 0;
    std::optional<Secret> token;
    /// Without a token: why, for people and without secrets; empty if the hub is stopping.
    std::string problem;
    std::optional<Milliseconds> retry_after;  ///< what the token URL asked for
    Milliseconds latency{0};                  ///< of the fetch
};

/// Tokens are shared by all deliveries whose credentials are equal in every part, the secret
/// included: who knows a client's id alone gets no token of its.
/// Memory: tokens that have ended go with the next fetch; kept are kTokensMax at most.
/// Threads: one at a time. Lifetime: all of the services outlive it.
class CallbackTokens {
  public:
    static constexpr std::size_t kTokensMax = 10'000;

    /// `wake` is called, on the outbound thread, when takeAnswers has something.
    CallbackTokens(http::Outbound& outbound, const Clock& clock, std::string user_agent, Wake wake);
    ~CallbackTokens();
    CallbackTokens(const CallbackTokens&) = delete;
    CallbackTokens& operator=(const CallbackTokens&) = delete;

    /// A token that may be used now, if there is one.
    std::optional<Secret> find(const ClientCredentials& credentials) const;

    /// Fetches a token, or waits for the fetch that is under way; takeAnswers tells `waiter`.
    void fetch(const ClientCredentials& credentials, Milliseconds timeout, std::uint64_t waiter);

    /// The receiver refused `token`: it is not given again. Another one, meanwhile fetched, stays.
    void reject(const ClientCredentials& credentials, const Secret& token);

    /// What came since the last call.
    std::vector<TokenAnswer> takeAnswers();

  private:
    struct Token {
        Secret text;
        TimePoint usable_until;
    };
    struct Fetch {
        std::vector<std::uint64_t> waiters;
        http::RequestHandle request = 0;
    };
    // Answers come on the outbound thread, perhaps after this is gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<std::string, http::OutboundResponse>> answers;
        Wake wake;
    };

    std::vector<TokenAnswer> settle(const std::string& key, const http::OutboundResponse& response);
    void keep(const std::string& key, Token token);

    http::Outbound& outbound_;
    const Clock& clock_;
    const std::string user_agent_;
    std::shared_ptr<Inbox> inbox_;
    std::unordered_map<std::string, Token> tokens_;   // by a digest of the credentials
    std::unordered_map<std::string, Fetch> fetches_;  // by the same
};

}  // namespace ferry::pipeline
