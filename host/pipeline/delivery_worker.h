#pragma once
// The last step of the flow: leases due deliveries, sends each as one signed callback, and records
// what came of it.

#include "base/random.h"
#include "base/worker.h"
#include "http/outbound.h"
#include "observe/log.h"
#include "pipeline/account_policy.h"
#include "pipeline/callback_health.h"
#include "pipeline/callback_pacer.h"
#include "pipeline/callback_permissions.h"
#include "pipeline/callback_recovery.h"
#include "pipeline/callback_request.h"
#include "pipeline/callback_tokens.h"
#include "pipeline/delivery_metrics.h"
#include "pipeline/delivery_policy.h"
#include "pipeline/settings_cache.h"
#include "store/delivery_store.h"
#include "store/event_log.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

struct DeliveryOptions {
    std::size_t concurrency = 4096;  ///< attempts under way at most
    std::size_t per_callback = 8;    ///< attempts under way to one callback at most
    RetrySchedule schedule = standardRetrySchedule();
    BreakerOptions breaker;
    CallbackRequestOptions request;
};

/// What the worker works with. All of it outlives the worker.
struct DeliveryServices {
    store::DeliveryStore& deliveries;
    store::EventLog& events;
    SettingsCache& settings;
    http::Outbound& outbound;
    const Clock& clock;
    Random& random;
    observe::Metrics& metrics;
    observe::Log& log;
    CallbackPermissions* permissions = nullptr;  ///< null: no receiver is asked
    const AccountPolicy* account = nullptr;      ///< null: the account says nothing
    Wake wake_replays = nullptr;  ///< called when deliveries that were asked for again made room
};

/// While much is under way, what was delivered gathers, for a moment, to be recorded in one commit
/// (mayGather). Everything else is recorded in the step that learns of it.
///
/// Delivers at least once. An attempt whose outcome can't be recorded is kept and recorded later;
/// if the process ends first, its lease ends with it and the delivery is made again, with the same
/// ids.
///
/// A callback that wants an access token (OAuth 2) gets it within the attempt. That no token could
/// be had is a failed attempt like any other, whatever the token URL answered. A 401 to a token
/// that had been kept is answered within the attempt, too, once: with another token.
///
/// A receiver that has to be asked for its permission is asked within the attempt as well. Until it
/// grants it, its deliveries wait without using up attempts.
///
/// A callback that answers 410, and one with the failure policy `queue` that lets a delivery run
/// out of attempts, is switched off (DeliveryStore::switchOff). With `queue` the delivery waits
/// with the others; without, it is dead.
///
/// A delivery goes to the URL that its instance has now. It waits, without using up attempts, while
/// the instance is disabled, its events are disabled, it has no callback URL, or its configuration
/// or events can't be read for good (Corrupt); it is looked at again every kPostponeTime. If the
/// instance or all of the events are gone, it is dropped: recorded as dead.
///
/// When a callback takes a delivery after an outage (CallbackRecovery), what was tried before and
/// waits for its schedule is brought forward, some deliveries at a time. An attempt that fails
/// before the time that was planned for it uses up none: the plan stands.
///
/// Threads: step and finish by one thread at a time; stop and isIdle from any.
class DeliveryWorker final : public Steppable {
  public:
    /// How long a delivery waits that can't be made for a reason of the instance. Short enough for
    /// someone who enables the instance again, long enough that a big backlog of a disabled one
    /// costs little: 100,000 deliveries make 170 cheap writes a second.
    static constexpr Milliseconds kPostponeTime{600'000};

    /// `wake` is called, on the outbound thread, when there is something to step for.
    DeliveryWorker(const DeliveryServices& services, DeliveryOptions options, Wake wake);
    /// Cancels what is under way; see `finish` for the orderly way.
    ~DeliveryWorker() override;
    DeliveryWorker(const DeliveryWorker&) = delete;
    DeliveryWorker& operator=(const DeliveryWorker&) = delete;

    TimePoint step() override;

    /// From now on no delivery is leased; steps only record what comes back. To shut down: stop,
    /// step until isIdle or as long as one likes to wait, then finish.
    void stop() { is_stopping_ = true; }

    /// Nothing was under way and nothing waited to be recorded when the last step ended.
    bool isIdle() const { return unfinished_ == 0; }

    /// Which callbacks fail now; for those who tell people.
    const std::shared_ptr<CallbackHealth>& health() const { return health_; }

    /// Records the answers that have come, cancels the other attempts and gives their deliveries
    /// back, to be made again by whoever leases them next.
    void finish();

  private:
    /// How the worker backs off from a store that fails.
    static constexpr BackoffRange kStorePause{Milliseconds{100}, Milliseconds{10'000}};

    struct InFlight {
        Delivery delivery;
        std::shared_ptr<const InstanceSettings> settings;
        http::RequestHandle request = 0;  ///< 0: it waits for its token or permission
        std::optional<Secret> token;
        bool is_permitted = true;     ///< false: the receiver has to be asked first
        bool is_token_fresh = false;  ///< it got one since it began: another one would not help
    };
    // Answers come on the outbound thread, perhaps after the worker is gone: the inbox outlives it.
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<std::uint64_t, http::OutboundResponse>> answers;
        Wake wake;
    };

    void takeAnswers();
    void takeAnswer(std::uint64_t number, const http::OutboundResponse& response);
    void takeTokens();
    bool takePermissions();
    void takePermission(const PermissionAnswer& answer);
    void settle(
        const InFlight& attempt,
        const AttemptResult& result,
        Milliseconds latency,
        std::string_view body
    );
    void settleFailure(
        const InFlight& attempt, const DeliveryDecision& decision, AttemptOutcome& outcome
    );
    std::optional<TimePoint> plannedLater(const Delivery& delivery, TimePoint now);
    static void keepPlace(const InFlight& attempt, AttemptOutcome& outcome);
    void keepOutcome(AttemptOutcome outcome);
    bool mustRecordFirst() const;
    bool mayGather() const;
    bool recordOutcomes();
    Status recordSwitches();
    bool resumeRecovered();
    Status learnWhatIsBehind();
    TimePoint leaseMore();
    Result<std::shared_ptr<const InstanceSettings>> settingsOf(InstanceId id);
    Status beginAll(std::span<const Delivery> leased);
    Status begin(const Delivery& delivery);
    Result<std::optional<CallbackPermission>> permissionFor(
        const Delivery& delivery, const InstanceSettings& settings
    );
    void waitForPermission(CallbackId callback, TimePoint until);
    Result<bool> admit(
        const Delivery& delivery,
        const InstanceSettings& settings,
        const std::optional<CallbackPermission>& permission
    );
    void advance(InFlight attempt);
    void awaitToken(InFlight attempt);
    void awaitPermission(InFlight attempt);
    bool renewsToken(InFlight& attempt, int status);
    void advanceAgain(InFlight attempt);
    void giveBack(const InFlight& attempt);
    Status sendReady();
    Status sendSome(
        std::span<InFlight> ready, std::span<const store::EventRange> ranges, std::size_t& sent
    );
    Status sendOne(InFlight& attempt, const std::vector<RecordedEvent>& events);
    Status cantBeRead(const InFlight& attempt, const Error& error);
    Status split(const Delivery& delivery, std::span<const RecordedEvent> events);
    std::string nameOf(InstanceId id);
    void tell(std::string_view what, const Delivery& delivery, const AttemptOutcome& outcome);
    void tellRecovery(const Delivery& delivery, TimePoint failed_since);
    std::string traceTextOf(const Delivery& delivery) const;
    void noteAttempt(const InFlight& attempt, const AttemptOutcome& outcome);
    Status setAside(const Delivery& delivery, const Error& error);
    Result<std::vector<RecordedEvent>> repeatedRecords(const InFlight& attempt);
    void send(
        InFlight attempt,
        const std::vector<RecordedEvent>& events,
        const std::vector<RecordedEvent>& records
    );
    void postpone(const Delivery& delivery, std::string reason, bool is_for_all);
    void drop(const Delivery& delivery, std::string reason);
    void noteStoreFailure(std::string_view what, const Error& error);
    void closeInbox();

    DeliveryServices services_;
    const DeliveryOptions options_;
    DeliveryMetrics metrics_;
    CallbackPacer pacer_;
    CallbackRecovery recovery_;
    bool knows_behind_ = false;  // what an earlier process left to be tried later
    CallbackTokens tokens_;
    std::shared_ptr<Inbox> inbox_;
    std::unordered_map<std::uint64_t, InFlight> in_flight_;
    std::vector<InFlight> ready_;  // their events are next to be read; none between steps
    store::EventPages pages_;      // what was read last; its memory is used again
    std::unordered_map<InstanceId, std::shared_ptr<const InstanceSettings>> settings_of_step_;
    std::shared_ptr<CallbackHealth> health_ = std::make_shared<CallbackHealth>();
    std::uint64_t next_number_ = 1;
    std::size_t submitted_ = 0;               // requests, in this step
    std::vector<AttemptOutcome> outcomes_;    // not recorded yet; their leases are still held
    TimePoint record_at_ = TimePoint::max();  // when outcomes_ are recorded at the latest
    bool makes_room_ = false;                 // one of outcomes_ is of a delivery asked for again
    std::vector<store::CallbackSwitchedOff> switches_;  // to be recorded with outcomes_
    unsigned failures_ = 0;                             // of the store, in a row
    TimePoint paused_until_{};                          // the store is left alone until then
    std::atomic<bool> is_stopping_{false};
    std::atomic<std::size_t> unfinished_{0};
};

}  // namespace ferry::pipeline
