#pragma once
// The seams of the flow: what the pipeline asks of a provider's plugin. host/plugin implements
// them over the ABI; tests implement them in memory. Nothing here does I/O: a hook that needs the
// provider is an operation that hands out one HTTP request at a time.

#include "base/result.h"
#include "base/secret.h"
#include "base/serial_executor.h"
#include "http/message.h"
#include "http/outbound.h"
#include "model/object.h"
#include "model/sync_position.h"
#include "model/token_set.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ferry::pipeline {

/// What a provider call is told about the account it is for. Borrowed for the call only.
struct ProviderAccount {
    std::string account_id;
    std::string account_state;
    /// Configuration of the instance by parameter key, secrets included.
    std::vector<std::pair<std::string, std::string>> configuration;
    /// Named base URLs with the overrides of ferry.yaml applied.
    std::vector<std::pair<std::string, std::string>> base_urls;
};

/// One page of a provider's change feed: raw records in the order that the provider gave.
struct ChangePage {
    std::vector<std::string> changes;
    std::string next_cursor;
    bool has_more = false;
    std::vector<std::string> hints{};  ///< of the changes, for normalization; or none at all
    bool lists_next = false;  ///< of a last page: everything is to be listed and compared now
};

/// A change that a webhook brings with it.
struct BroughtChange {
    std::string account;    ///< empty: the webhook's URL alone tells whose it is
    std::string change_id;  ///< the provider's; may be empty
    std::string hint;       ///< for the plugin
    std::string raw;        ///< the provider's record; never empty
};

/// What a webhook says.
struct Notification {
    std::vector<std::string> accounts;   ///< that changed, in order, without repeats
    std::vector<BroughtChange> changes;  ///< of providers without a feed
};

/// Files and folders that a caller of the API asked for, in the provider's order.
struct DocumentPage {
    std::vector<IndexedObject> documents;
    std::string next_cursor;  ///< empty: that was all
};

/// How much room an account has.
struct StorageUsage {
    std::int64_t used = 0;              ///< bytes
    std::optional<std::int64_t> total;  ///< bytes; nullopt: unknown, or without a limit
};

/// Where the content of a file is for a while, for whoever has the address.
struct DocumentLink {
    std::string url;
    std::optional<TimePoint> expires_at;  ///< nullopt: unknown
};

/// A webhook that is registered at the provider.
struct WebhookRegistration {
    std::string state;                    ///< the plugin's, to renew and remove it by
    std::optional<TimePoint> expires_at;  ///< nullopt: it stays until it is removed
    Secret secret;  ///< that the provider signs with from now on; empty: as before
};

/// What an operation ended with; each kind of operation fills its own member.
struct OperationResult {
    std::optional<TokenSet> tokens;                     ///< exchange, refresh
    std::optional<AccountIdentity> identity;            ///< verify
    std::optional<ChangePage> page;                     ///< fetch
    std::optional<IndexedObject> document;              ///< metadata, download
    std::optional<DocumentPage> documents;              ///< list, search, revisions
    std::optional<StorageUsage> storage{};              ///< storage
    std::optional<DocumentLink> link{};                 ///< link
    std::optional<WebhookRegistration> registration{};  ///< subscribe
    unsigned requests = 0;                              ///< made for it; set by operation_runner
};

/// Either one request to make, or the end.
using OperationStep = std::variant<http::OutboundRequest, OperationResult>;

/// A plugin's operation in progress. Dropping it at any point ends it.
/// Threads: one at a time, not bound to any.
class ProviderOperation {
  public:
    virtual ~ProviderOperation() = default;
    /// Where a worker calls `advance`, because it may take seconds; null: anywhere. Lives as long
    /// as this.
    virtual SerialExecutor* executor() { return nullptr; }
    /// First call with null; then with the answer to the request that the last step gave.
    virtual Result<OperationStep> advance(const http::OutboundResponse* response) = 0;
};

using OperationPtr = std::unique_ptr<ProviderOperation>;

struct AuthorizeUrlRequest {
    std::string redirect_uri;
    std::string state;
    std::string scope;           ///< empty: the connector's default
    std::string code_challenge;  ///< PKCE S256; empty: none
};

struct CodeExchangeRequest {
    std::string code;
    std::string redirect_uri;
    std::string code_verifier;  ///< empty: PKCE was not used
};

struct FetchRequest {
    std::string cursor;  ///< empty: begin a listing
    SyncPhase phase = SyncPhase::Live;
    unsigned limit = 2000;  ///< records a page, a wish
};

/// How an instance's changes come to its drains.
enum class Feed : std::uint8_t {
    Fetched,  ///< asked for; webhooks are marks
    Brought,  ///< in webhooks, and drains read the inbox
    Either,   ///< Fetched of instances that poll, Brought of the others
};

/// At most so many requests in any such time.
struct RequestRate {
    unsigned requests = 0;
    Milliseconds period{0};
};

/// How instances are polled that no webhook tells of.
struct PollingOptions {
    Milliseconds interval_min{60'000};   ///< after a poll that has found something
    Milliseconds interval_max{900'000};  ///< after many that have not
    std::optional<RequestRate> rate{};   ///< shared by all instances of an app at the provider
    bool can_list = false;               ///< the provider can be asked for everything
    bool lists_by_number = false;        ///< and its pages shift if something is deleted meanwhile
    bool is_default = false;             ///< instances poll unless they say that webhooks come
};

/// What the manifest and ferry.yaml say of a connector, as far as the flow needs it.
struct ProviderOptions {
    std::vector<std::pair<std::string, std::string>> base_urls;  ///< name, URL
    Milliseconds poll_interval{300'000};  ///< the safety net, spread by 10 % either way
    Milliseconds expiry_margin{300'000};  ///< an access token is refreshed this long before its end
    bool uses_pkce = true;
    std::string default_scope;  ///< space-separated
    /// An answer to a challenge is signed, or the challenge verified, with the secret of the
    /// instance that the URL names.
    bool signs_challenges = false;
    /// The app gets tokens by itself (RFC 6749, 4.4): nobody has to consent.
    bool uses_client_credentials = false;
    Feed feed = Feed::Fetched;
    std::optional<PollingOptions> polling{};  ///< of connectors that know how
};

class Documents;
class Subscriptions;

/// A provider as its plugin implements it. Pure functions unless they start an operation.
/// Unsupported if the plugin lacks the hook; of an operation in a process of its own, its first
/// step says so. Threads: any. Lifetime: outlives every operation it started.
class Provider {
  public:
    virtual ~Provider() = default;

    virtual std::string_view key() const = 0;  ///< connector key, "dropbox"
    virtual std::string_view hub() const = 0;  ///< "documents"
    virtual const ProviderOptions& options() const = 0;

    // Webhooks (fail closed).
    /// The answer to a provider's verification request; nullopt if the request is none. `secret`:
    /// of the instance that the URL names, if `options().signs_challenges`; null: none.
    virtual Result<std::optional<http::Response>> answerChallenge(
        const http::Request& request, const Secret* secret
    ) = 0;
    /// OK if `secret` signed the raw body; Unauthenticated if not.
    virtual Status verifySignature(const http::Request& request, const Secret& secret) = 0;
    virtual Result<Notification> parseNotification(const http::Request& request) = 0;

    // Authorization.
    virtual Result<std::string> authorizeUrl(
        const ProviderAccount& account, const AuthorizeUrlRequest& request
    ) = 0;
    virtual Result<OperationPtr> startExchange(
        const ProviderAccount& account, const CodeExchangeRequest& request
    ) = 0;
    virtual Result<OperationPtr> startRefresh(
        const ProviderAccount& account, const TokenSet& tokens
    ) = 0;
    virtual Result<OperationPtr> startRevoke(
        const ProviderAccount& account, const TokenSet& tokens
    ) = 0;
    virtual Result<OperationPtr> startVerify(
        const ProviderAccount& account, const TokenSet& tokens
    ) = 0;

    // Changes.
    virtual Result<OperationPtr> startFetch(
        const ProviderAccount& account, const TokenSet& tokens, const FetchRequest& request
    ) = 0;
    /// One result per change, in order, and further ones behind it (`is_further`). `changes` are
    /// moved into the first results' `raw`; `hints` has one for each, or none at all.
    virtual Result<std::vector<NormalizedChange>> normalize(
        const ProviderAccount& account,
        std::vector<std::string> changes,
        const std::vector<std::string>& hints
    ) = 0;

    /// What callers can read besides (pipeline/documents.h); null: nothing. Lives as long as this.
    virtual Documents* documents() { return nullptr; }
    /// How webhooks are registered there (pipeline/subscriptions.h); null: people do that. Lives as
    /// long as this.
    virtual Subscriptions* subscriptions() { return nullptr; }
    /// OK if a request of the hub for this provider may go to `url`. Errors: PermissionDenied.
    virtual Status checkEgress(const std::string& url) const = 0;

    /// Where a worker calls `normalize`, because it may take seconds: the plugin runs in a process
    /// of its own. Null: anywhere. Lives as long as this.
    virtual SerialExecutor* executor() { return nullptr; }
    /// For how long a call of a worker into such a process has not come back; 0: there is none.
    virtual Milliseconds silentFor() const { return Milliseconds(0); }
    /// True: what takes webhooks may take seconds as well, and is not for a thread that others
    /// wait for.
    virtual bool takesWebhooksApart() const { return false; }
};

/// Finds the provider of a connector key. Threads: any; a reload may replace what it gives.
class ProviderDirectory {
  public:
    virtual ~ProviderDirectory() = default;
    /// Null if no connector of that key is loaded.
    virtual std::shared_ptr<Provider> find(std::string_view connector_key) const = 0;
};

}  // namespace ferry::pipeline
