#pragma once
// Whether a receiver wants to be sent to: the abuse protection of "HTTP 1.1 Web Hooks for Event
// Delivery" (CloudEvents), which asks with OPTIONS before the first delivery to a callback.

#include "base/backoff.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/worker.h"
#include "http/message.h"
#include "http/outbound.h"
#include "pipeline/callback_handshake.h"
#include "pipeline/instance_settings.h"
#include "store/store.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

/// Where a receiver may grant its permission later; the last part is a token.
inline constexpr std::string_view kPermissionPath = "/callbacks/permission/";

struct PermissionOptions {
    std::string public_url;  ///< of the hub; its host is who asks
    std::string user_agent = "Ferry";
    /// Between two questions to a receiver that has not granted it.
    BackoffRange waits{Milliseconds(60'000), Milliseconds(3'600'000)};
    /// Whether an instance that asks for permission has the callback still; null: it is asked for
    /// as long as no delivery goes out without. Those of nobody no longer wait.
    std::function<Result<bool>(CallbackId callback)> is_used = nullptr;
};

/// What a receiver has granted.
struct CallbackPermission {
    std::optional<RateLimit> rate;  ///< none: as fast as the hub likes
};

/// What came of a question.
struct PermissionAnswer {
    CallbackId callback;
    std::vector<std::uint64_t> waiters;
    bool is_granted = false;    ///< or not needed any more
    bool is_cancelled = false;  ///< the hub is stopping; it says nothing
    int status = 0;             ///< HTTP status of the answer to OPTIONS; 0: none came
    std::string reason;         ///< why it is not granted, for people; no secrets
    bool is_new_reason = false;
    TimePoint ask_again_at{};  ///< if it is not granted
};

/// A callback that waits for its receiver's permission, for people.
struct WaitingPermission {
    CallbackId callback;
    TimePoint since;
    std::string reason;
};

/// The first ones of a running hub; those of a hub that has stopped are what it knew last.
Result<std::vector<WaitingPermission>> waitingPermissions(store::MetaStore& meta);

/// Callbacks in a minute that the receiver has allowed; nullopt: it was not asked, or named none.
Result<std::optional<std::int64_t>> allowedRate(store::MetaStore& meta, CallbackId callback);

/// A permission is kept in the store, for the origin that was asked for: it outlives the process
/// and is asked for anew when the hub's public URL has another host, or an instance may send faster
/// than was asked for. It is never forgotten otherwise: a receiver that wants no more answers 410.
/// So is since when one waits for it, and when the receiver is asked again.
///
/// Threads: receiveGrant and waitingCount from any; everything else by one at a time. Lifetime: all
/// references outlive it.
class CallbackPermissions {
  public:
    /// `wake` is called, on any thread, when takeAnswers has something.
    CallbackPermissions(
        store::MetaStore& meta,
        http::Outbound& outbound,
        const Clock& clock,
        Random& random,
        const SealingKey& key,
        PermissionOptions options,
        Wake wake
    );
    ~CallbackPermissions();
    CallbackPermissions(const CallbackPermissions&) = delete;
    CallbackPermissions& operator=(const CallbackPermissions&) = delete;

    /// nullopt: the receiver has to be asked, but not before askAgainAt. Errors: as the store.
    Result<std::optional<CallbackPermission>> find(
        CallbackId callback, const DeliverySettings& settings
    );
    TimePoint askAgainAt(CallbackId callback) const;

    /// Asks, or waits for the answer that is on its way; takeAnswers tells `waiter`. `token` is the
    /// access token that deliveries carry, if they do. `callback` was looked for by `find`.
    void ask(
        CallbackId callback,
        const InstanceSettings& settings,
        const std::optional<Secret>& token,
        Milliseconds timeout,
        std::uint64_t waiter
    );

    /// What came since the last call; permissions are in the store by then. Errors: as the store;
    /// nothing is lost, the next call tries again.
    Result<std::vector<PermissionAnswer>> takeAnswers();

    /// The callback is sent to without permission now: if no instance asks any more, it does not
    /// wait.
    void leave(CallbackId callback);

    /// Answers a request to kPermissionPath with `token` behind it: GET or POST, which grants what
    /// was asked for, or what WebHook-Allowed-Rate says.
    http::Response receiveGrant(std::string_view token, const http::Request& request);

    /// Callbacks that wait for a permission now. Threads: any.
    std::size_t waitingCount() const noexcept { return waiting_count_; }

  private:
    struct Entry {
        std::optional<PermissionGrant> grant;
        std::vector<std::uint64_t> waiters;  ///< not empty while a question is on its way
        std::int64_t asked = 0;              ///< with that question
        unsigned refusals = 0;               ///< in a row
        TimePoint ask_again_at{};
        TimePoint waiting_since{};  ///< if `reason` is not empty
        TimePoint looked_at{};      ///< when an instance that asks was last looked for
        std::string reason;
    };
    // Answers come on the outbound thread and grants on those of the server, perhaps after this is
    // gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<CallbackId, http::OutboundResponse>> answers;
        std::vector<std::pair<CallbackId, PermissionGrant>> grants;
        Wake wake;
    };

    static std::optional<CallbackPermission> permissionOf(const Entry& entry, std::int64_t wanted);
    std::string tokenOf(CallbackId callback, std::int64_t asked) const;
    Status store(CallbackId callback, const PermissionGrant& grant);
    Result<Entry*> entryOf(CallbackId callback);
    Status restoreWait(CallbackId callback, Entry& entry);
    Status restoreWaiting();
    Status storeWait(CallbackId callback);
    void beginWait(CallbackId callback, Entry& entry);
    void endWait(CallbackId callback, Entry& entry);
    Status endUnusedWaits();
    Status storeWaiting();
    http::OutboundRequest makeRequest(
        CallbackId callback,
        const InstanceSettings& settings,
        const std::optional<Secret>& token,
        std::int64_t asked
    ) const;
    PermissionAnswer settle(
        CallbackId callback, Entry& entry, const http::OutboundResponse& response
    );
    void accept(CallbackId callback, Entry& entry, const PermissionGrant& grant);

    store::MetaStore& meta_;
    http::Outbound& outbound_;
    const Clock& clock_;
    Random& random_;
    const SealingKey& key_;
    const PermissionOptions options_;
    const std::string origin_;
    std::shared_ptr<Inbox> inbox_;
    std::unordered_map<CallbackId, Entry> entries_;
    std::unordered_map<CallbackId, http::RequestHandle> requests_;
    std::vector<PermissionAnswer> answers_;  ///< not taken yet
    std::vector<std::pair<CallbackId, PermissionGrant>> unstored_;
    std::set<CallbackId> unstored_waits_;
    std::set<CallbackId> waiting_;  ///< those whose entry has a reason
    CallbackId looked_until_;       ///< of those that wait
    TimePoint look_at_{};           ///< for those that nobody asks for
    bool is_restored_ = false;      ///< what the process before knew is in entries_
    bool is_list_stored_ = false;   ///< what the store has of those that wait is what there is
    std::atomic<std::size_t> waiting_count_{0};  ///< as waiting_ has
};

}  // namespace ferry::pipeline
