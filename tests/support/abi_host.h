#pragma once
// A host for plugins in tests, over the C ABI alone: loads a .so, plays answers to its operations,
// and records all it puts out. It is stricter than the hub: what a plugin borrowed is freed as soon
// as the ABI allows, so that AddressSanitizer sees a view that is kept too long.

#include <ferry/ferry.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct AbiRequest {
    std::string method;
    std::string url;
    Pairs headers;
    std::string body;
    std::int64_t timeout_ms = 0;
    std::int64_t response_bytes_max = 0;
    bool streams_answer = false;

    /// "POST url\nName: value\n...\n\nbody": to compare whole.
    std::string text() const;
};

struct AbiResponse {
    int status = 200;
    std::string body;
    Pairs headers{{"content-type", "application/json"}};
    ferry_transport_error transport_error = FERRY_TRANSPORT_NONE;

    static AbiResponse json(int status, std::string body) { return {status, std::move(body)}; }
    static AbiResponse plain(int status, std::string body, std::string type = "text/plain") {
        return {status, std::move(body), {{"content-type", std::move(type)}}};
    }
    static AbiResponse failure(ferry_transport_error error) { return {0, {}, {}, error}; }
    AbiResponse with(std::string name, std::string value) && {
        headers.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }
};

struct AbiAccount {
    std::string id;
    std::string state;
    Pairs configuration;
    Pairs base_urls;
};

struct AbiTokens {
    std::string access_token;
    std::string refresh_token;
    std::string token_type;
    std::int64_t expires_at_ms = 0;
    std::string scope;
    std::string account_id;
};

struct AbiIdentity {
    std::string account_id;
    std::string label;
    std::string tenant;
    std::string account_state;
    std::string extra;
};

struct AbiIndexOp {
    std::uint32_t change = 0;
    ferry_index_action action = FERRY_INDEX_IGNORE;
    std::uint32_t flags = 0;
    bool has_object = false;
    ferry_object_type type = FERRY_OBJECT_OTHER;
    Pairs texts;  ///< fields of the object that are not empty, by name
    std::int64_t size = -1;
    std::int64_t created_ms = FERRY_TIME_UNKNOWN;
    std::int64_t modified_ms = FERRY_TIME_UNKNOWN;
    std::int64_t client_modified_ms = FERRY_TIME_UNKNOWN;
};

struct AbiReject {
    std::uint32_t change = 0;
    ferry_status status = 0;
    std::string message;
};

/// What a webhook is registered with.
struct AbiSubscribe {
    std::string callback_url = "https://hub.test/events";
    std::string secret;
    std::string nonce = "nonce";
    std::string state;
};

struct AbiSubscription {
    std::string state;
    std::int64_t expires_at_ms = 0;
    std::string secret;
};

/// All that one hook, or one whole operation, gave to its host.
struct AbiOutcome {
    ferry_status status = 0;  ///< of the last call; FERRY_NEED_HTTP: the script has ended
    std::string message;      ///< of the last fail()
    ferry_status failed_as = 0;
    std::int64_t retry_after_ms = -1;
    std::vector<AbiRequest> requests;
    std::vector<std::string> texts;
    std::vector<AbiTokens> tokens;
    std::vector<AbiIdentity> identities;
    std::vector<std::string> changes;
    std::vector<std::string> hints;  ///< one a change
    bool has_page = false;
    bool has_more = false;
    std::string next_cursor;
    std::vector<std::string> notices;
    std::vector<AbiResponse> replies;
    std::vector<AbiIndexOp> index_ops;
    std::vector<AbiReject> rejects;
    std::vector<AbiIndexOp> objects;  ///< type, texts, size and times
    bool has_objects_end = false;     ///< next_cursor is that of the objects
    std::vector<std::pair<std::int64_t, std::int64_t>> storages;  ///< used and total
    std::vector<std::pair<std::string, std::int64_t>> links;      ///< URL and expiry
    std::vector<AbiSubscription> subscriptions;
    std::vector<std::string> log;
    std::string violation;  ///< the first breach of the ABI's documentation
};

using Script = std::vector<AbiResponse>;

/// A loaded plugin with one object. Threads: one.
class AbiPlugin {
  public:
    /// Ends the test program with a message if the file is not a plugin.
    /// `settings`: sections of the connector, as JSON.
    AbiPlugin(const std::string& file, const std::string& connector, Pairs settings = {});
    ~AbiPlugin();
    AbiPlugin(const AbiPlugin&) = delete;
    AbiPlugin& operator=(const AbiPlugin&) = delete;

    std::int64_t now_ms = 1'800'000'000'000;
    bool is_cancelled = false;
    bool has_crypto = true;  ///< set before an object is made: see remake()
    /// Destroys the object and makes a new one.
    void remake();

    // Operations: plays `script` until the end, or as far as it goes; then drops.
    AbiOutcome exchange(
        const AbiAccount& account,
        const std::string& code,
        const std::string& redirect_uri,
        const std::string& verifier,
        const Script& script
    );
    AbiOutcome refresh(const AbiAccount& account, const AbiTokens& tokens, const Script& script);
    AbiOutcome revoke(const AbiAccount& account, const AbiTokens& tokens, const Script& script);
    AbiOutcome verify(const AbiAccount& account, const AbiTokens& tokens, const Script& script);
    AbiOutcome initialCursor(
        const AbiAccount& account, const AbiTokens& tokens, const Script& script
    );
    AbiOutcome fetch(
        const AbiAccount& account,
        const AbiTokens& tokens,
        ferry_fetch_mode mode,
        const std::string& cursor,
        const Script& script,
        std::uint32_t limit = 0
    );

    /// `ref`: an id, or a path if it begins with '/'; "" is the top folder.
    AbiOutcome metadata(
        const AbiAccount& account,
        const AbiTokens& tokens,
        const std::string& ref,
        const Script& script
    );
    AbiOutcome list(
        const AbiAccount& account,
        const AbiTokens& tokens,
        const std::string& ref,
        const std::string& cursor,
        std::uint32_t limit,
        const Script& script
    );
    AbiOutcome search(
        const AbiAccount& account,
        const AbiTokens& tokens,
        const std::string& ref,
        const std::string& text,
        const std::string& cursor,
        const Script& script
    );
    /// A 2xx answer of the script is streamed if the plugin asks for that: it sees no body.
    AbiOutcome download(
        const AbiAccount& account,
        const AbiTokens& tokens,
        const std::string& ref,
        const std::string& range,
        const Script& script
    );

    AbiOutcome revisions(
        const AbiAccount& account,
        const AbiTokens& tokens,
        const std::string& ref,
        const std::string& cursor,
        std::uint32_t limit,
        const Script& script
    );
    AbiOutcome storage(const AbiAccount& account, const AbiTokens& tokens, const Script& script);
    AbiOutcome link(
        const AbiAccount& account,
        const AbiTokens& tokens,
        const std::string& ref,
        const Script& script
    );

    AbiOutcome subscribe(
        const AbiAccount& account, const AbiSubscribe& wanted, const Script& script
    );
    AbiOutcome unsubscribe(
        const AbiAccount& account, const AbiSubscribe& wanted, const Script& script
    );

    // Pure hooks.
    AbiOutcome authorizeUrl(
        const AbiAccount& account,
        const std::string& redirect_uri,
        const std::string& state,
        const std::vector<std::string>& scopes,
        const std::string& challenge,
        const Pairs& extras = {}
    );
    AbiOutcome verifyChallenge(
        const std::string& method,
        const std::string& query,
        const std::string& body = {},
        const Pairs& headers = {},
        const std::vector<std::string>& secrets = {}
    );
    ferry_status verifySignature(
        const std::string& body, const Pairs& headers, const std::vector<std::string>& secrets
    );
    AbiOutcome parseNotification(const std::string& body);
    /// `hints`: of the changes, or none at all.
    AbiOutcome normalize(
        const std::vector<std::string>& changes, const std::vector<std::string>& hints = {}
    );

    /// The raw table, for calls that the functions above do not make.
    const ferry_module& module() const { return *module_; }
    void* self() const { return self_; }

  private:
    template <typename Start>
    AbiOutcome run(const Script& script, Start start);

    const ferry_module* module_ = nullptr;
    void* self_ = nullptr;
    std::string connector_;
    Pairs settings_;
    ferry_host host_{};
};

}  // namespace ferry::test
