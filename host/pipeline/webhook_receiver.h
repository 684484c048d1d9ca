#pragma once
// The front door of the flow: a provider's notification comes in, the instances it is for are
// marked in the notice queue, and only then it is answered. Knows no provider and no HTTP server.

#include "base/clock.h"
#include "base/once_in_a_while.h"
#include "base/random.h"
#include "http/message.h"
#include "model/ids.h"
#include "model/trace_context.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/stages.h"
#include "store/inbox_store.h"
#include "store/notice_store.h"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ferry::pipeline {

/// Accounts in one notification at most. The accounts are looked up before the signature can be
/// checked, so this bounds what an unsigned request can cost.
inline constexpr std::size_t kNotificationAccountsMax = 10'000;

/// Secrets that one notification's body is verified with at most, those of most accounts first. A
/// notification comes from one app, so the right one is among the first unless somebody is
/// guessing.
inline constexpr std::size_t kNotificationSecretsMax = 64;

/// Takes provider webhooks. What each request is answered, and why:
///
/// | request | answer |
/// |---|---|
/// | connector, or the URL's instance, is unknown | 404 |
/// | HEAD: is the URL there? | 200, or what POST would be answered if it is not |
/// | another method than GET, HEAD or POST | 405 |
/// | the provider's challenge | what the provider wants |
/// | not a notification in the provider's form, or a header that names no instances | 400 |
/// | more than kNotificationAccountsMax accounts | 413 |
/// | no account of a running instance (or none at all) | 200: a retry would not change that |
/// | known accounts, but no secret of theirs signed the body | 401, nothing is marked |
/// | it brings changes without an account, and neither URL nor header name instances | 404 |
/// | signed with the secret of at least one instance | 200, after a commit of marks and changes |
/// | store or plugin out of order | 503 with Retry-After: the provider sends it again |
///
/// Nothing is believed before it is verified: an unsigned request costs look-ups, bounded by the
/// limits above and the server's limit of the body, and can tell known accounts (401) from unknown
/// ones (200). Account ids are long random texts, so that gives nothing to a guesser.
///
/// Notices are in the trace of the request's `traceparent`, or in a new one: with it the callbacks
/// are found that come of it.
///
/// Threads: all functions from any thread. Lifetime: all that is given outlives it.
class WebhookReceiver {
  public:
    struct Parts {
        const ProviderDirectory& providers;
        InstanceLookup& lookup;
        store::NoticeStore& notices;
        store::InboxStore& inbox;
        const Clock& clock;
        Random& random;
        observe::Log& log;
        observe::Metrics& metrics;
        /// Called after instances were marked, so that they are drained at once. May be empty.
        std::function<void()> notices_marked;
    };

    explicit WebhookReceiver(Parts parts);

    /// Answers one request to the webhook URL of `connector_key`; `instance` is given if the URL
    /// names one. A 200 to a notification says that its notices are durable: it is given on a
    /// thread of the store's, all other answers within this call. Whoever destroys this has all
    /// answers.
    void receive(
        std::string_view connector_key,
        std::optional<InstanceId> instance,
        const http::Request& request,
        http::Answer answer
    );

    /// Answers one to a URL whose last part is no instance id at all.
    http::Response rejectInstance(const http::Request& request);

    /// Counts one to a webhook URL that the server refused with `status`: too large, say.
    void countRefused(int status);

  private:
    enum class Reason : std::uint8_t {
        UnknownConnector,
        UnknownInstance,
        Method,
        Malformed,
        TooLarge,
        Timeout,
        TooManyAccounts,
        BadSignature,
        NoSecret,
        Fault,
    };
    struct Verified {
        std::vector<InstanceId> instances;
        std::size_t without_secret = 0;
        std::optional<Error> fault;  ///< why a secret could not be tried; not a wrong signature
    };

    static constexpr std::string_view kComponent = "webhook_receiver";
    /// A store that is out of order fails every webhook: one line of a kind in it is enough.
    static constexpr Milliseconds kLineInterval{10'000};
    /// What is remembered of a notification until it is on disk.
    struct Marking {
        std::string connector_key;
        std::string request_id;
        TraceContext trace;
        InstanceId first;
        std::size_t count = 0;
        std::chrono::steady_clock::time_point began_at;
        http::Answer answer;
    };
    /// Whose webhook it is, and what it brings them.
    struct Accepted {
        std::vector<InstanceId> instances;
        std::vector<store::InboxChange> changes;
    };
    /// An answer, or what is to be written first.
    using Decision = std::variant<http::Response, Accepted>;

    Decision decide(
        std::string_view connector_key,
        std::optional<InstanceId> instance,
        const http::Request& request
    );
    http::Response answerHead(
        Provider& provider, std::optional<InstanceId> instance, const http::Request& request
    );
    Decision decideNotification(
        Provider& provider, std::optional<InstanceId> instance, const http::Request& request
    );
    std::shared_ptr<const Secret> secretOf(const Provider& provider, InstanceId instance);
    Verified verify(
        Provider& provider,
        std::span<const store::AccountMatch> matches,
        const http::Request& request
    );
    bool isSignedByNobody(Provider& provider, const http::Request& request);
    static std::vector<store::InboxChange> changesFor(
        std::vector<BroughtChange> brought,
        const LookupResult& found,
        const std::vector<InstanceId>& verified
    );
    void mark(Accepted accepted, Marking marking);
    http::Response marked(const Status& status, const Marking& marking);
    static http::Response accepted();
    void observe(std::chrono::steady_clock::time_point began_at, int status);
    http::Response reject(
        std::string_view request_id, Reason reason, int status, std::string_view text
    );
    /// 400; says so in the log: the provider may have changed its form.
    http::Response rejectMalformed(
        const http::Request& request, std::string_view connector_key, std::string_view why
    );
    /// 401; says in the log which instances to look at: a wrong app secret is seen nowhere else.
    http::Response rejectUnverified(
        const http::Request& request,
        std::string_view connector_key,
        const Verified& verified,
        std::span<const store::AccountMatch> matches
    );
    /// Why no instance of the matches has a secret.
    std::string_view whyNoSecret(std::span<const store::AccountMatch> matches);
    /// For faults of our own side.
    http::Response askToRetry(
        std::string_view request_id, std::string_view what, const Error& error
    );
    observe::Counter& rejected(Reason reason);

    Parts parts_;
    observe::Counter& received_;
    observe::Counter& verified_;
    observe::Counter& unknown_accounts_;
    observe::Counter& marked_;
    observe::Histogram& accepted_seconds_;
    observe::Histogram& refused_seconds_;
    observe::Histogram& failed_seconds_;
    std::vector<observe::Counter*> rejected_;  ///< by Reason
    // By connector: whoever sends nonsense can send much of it.
    OnceInAWhile fault_lines_{kLineInterval};
    OnceInAWhile unverified_lines_{kLineInterval};
    OnceInAWhile malformed_lines_{kLineInterval};
};

}  // namespace ferry::pipeline
