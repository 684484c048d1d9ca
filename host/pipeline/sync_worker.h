#pragma once
// Parent of the sync half of the flow: leases notices and moves their drains through fetch,
// normalization, derivation and recording, many at once on one thread. Decides what an error means
// for the instance.

#include "base/clock.h"
#include "base/random.h"
#include "base/work_elsewhere.h"
#include "base/worker.h"
#include "http/outbound.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/drain.h"
#include "pipeline/operation_runner.h"
#include "pipeline/request_budget.h"
#include "pipeline/settings_cache.h"
#include "pipeline/token_source.h"
#include "store/store.h"

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

struct SyncWorkerOptions {
    std::string hub_id;
    std::size_t drains_max = 64;  ///< drains in flight at once
    unsigned page_records = 2000;
};

/// What the worker works with; everything outlives it.
struct SyncWorkerParts {
    store::Store& store;
    const ProviderDirectory& providers;
    SettingsCache& settings;
    TokenSource& tokens;
    http::Outbound& outbound;
    const Clock& clock;
    Random& random;
    observe::Log& log;
    observe::Metrics& metrics;
};

/// Threads: step and shutDown by one thread at a time.
class SyncWorker final : public Steppable {
  public:
    /// `wake` asks for a step; `wake_deliveries` is called when a commit made deliveries.
    SyncWorker(SyncWorkerParts parts, SyncWorkerOptions options, Wake wake, Wake wake_deliveries);
    ~SyncWorker() override;

    TimePoint step() override;

    /// A drain of the instance that is under way ends after its next commit, so that the next one
    /// begins with what was asked of the cursor. Threads: any.
    void interrupt(InstanceId instance);

    /// Ends all drains where they are and gives their leases back. What was committed stays; the
    /// rest runs again at the next start. No step may follow.
    void shutDown();

    std::size_t drainsInFlight() const { return drains_.size(); }

  private:
    using DrainId = std::uint64_t;
    struct Inbox;
    struct Counters;
    struct Wait;

    void leaseDrains(TimePoint now);
    /// Moves every drain as far as it goes without waiting.
    void advance(TimePoint now);
    void begin(store::LeasedNotice notice);
    void requestTokens(DrainId id, std::optional<Secret> rejected);
    void takeTokens();
    void fetch(DrainId id);
    /// Gives the notice back if other instances of the app have used up the provider's rate.
    bool waitsForTurn(Drain& drain);
    /// False: the drain's request has to wait; it is made later, here or by another drain.
    bool takeTurn(DrainId id);
    void fetchHeld(TimePoint now);
    /// What the provider asks of one instance of an app it means of all.
    void pauseApp(const Drain& drain, const Error& error);
    void noteFurtherRequests(const Drain& drain, unsigned requests);
    void receiveFetch(DrainId id, Result<OperationResult> result);
    void takePages();
    void takePage(DrainId id);
    /// Has the page in hand normalized where its provider's plugin may take its time.
    void normalizeElsewhere(DrainId id, SerialExecutor& executor);
    void takeNormalized();
    /// Derives from the page in hand, once it is normalized.
    void workOnPage(DrainId id, Status status);
    /// Drains of plugins that do not come back from a call leave their places to others, but for a
    /// few. Gives the time until they are looked at again.
    Milliseconds makeRoom(TimePoint now);
    /// Gives the notice back if such drains have their few places already.
    bool waitsForRoom(const store::LeasedNotice& notice, const Provider& provider);
    /// True if a call of the provider's plugin has not come back for long, or had not lately.
    bool isSlow(const Provider& provider, TimePoint now);
    TimePoint laterTry(TimePoint now);
    void submitReady();
    bool takeCommits(TimePoint now);
    void goOn(DrainId id, TimePoint now);
    void finishDrain(DrainId id, TimePoint now);
    void refreshAccount(DrainId id, std::optional<Error> cause);
    void takeAccount(DrainId id, const std::optional<Error>& cause, Result<OperationResult> result);
    void noteResync(const Drain& drain, const Error& cause);
    void noteRejections(Drain& drain);
    void noteDoubt(const Drain& drain);
    void noteStep(const Drain& drain, std::string_view what);
    void noteRequest(const Drain& drain);
    void takeInterrupts();
    void onError(DrainId id, Error error);
    /// The store failed: no failure of the instance, which is due again as soon as the store is.
    void onStoreError(DrainId id, const Error& error);
    /// Gives the notice back if the provider asked not to be asked yet: a webhook is no reason to.
    bool waitsForProvider(const store::LeasedNotice& notice);
    /// Somebody has mended the instance since, or wants it tried.
    bool isBegunAnew(const store::LeasedNotice& notice, const Wait& wait) const;
    /// Gives the notice back, due at `due_at`, without another failure.
    void putOff(const store::LeasedNotice& notice, TimePoint due_at);
    void giveBack(const store::LeasedNotice& notice, const Error& error, std::string_view name);
    void giveBackToStore(
        const store::LeasedNotice& notice, const Error& error, std::string_view name
    );
    Status tell(InstanceId id, std::string_view reason);
    void returnLeases();
    void noteStoreFailure(std::string_view what, const Error& error);
    void end(DrainId id);
    /// Hands the drain's prepared commit to the store, at the latest at the end of the step; or
    /// handles the error.
    void settleStep(DrainId id, const Status& status);

    SyncWorkerParts parts_;
    const SyncWorkerOptions options_;
    const Wake wake_deliveries_;
    OperationRunner runner_;
    std::shared_ptr<Inbox> inbox_;
    std::unique_ptr<Counters> counters_;
    struct PageElsewhere;
    WorkElsewhere<PageElsewhere> pages_;  // that are being normalized

    std::unordered_map<DrainId, std::unique_ptr<Drain>> drains_;
    std::vector<DrainId> ready_;      // their commits are prepared
    std::vector<DrainId> with_page_;  // a page has come for them, or can be taken by now
    DrainId next_drain_ = 1;

    struct Return {
        store::LeasedNotice notice;
        TimePoint due_at;
        unsigned failures = 0;
        std::optional<InstanceState> state{};  ///< to put the instance into
        std::optional<std::string> reason{};   ///< to show at the instance
        bool is_lease_held = true;
    };
    std::vector<Return> returns_;  // leases that could not be given back yet
    struct Wait {
        TimePoint until;
        bool was_asked = false;  ///< by the provider: a webhook does not end it
        std::size_t access{};    ///< accessMark of what the drain was made with
    };
    std::unordered_map<InstanceId, Wait> waits_;  // of instances whose last drain failed
    std::unordered_map<InstanceId, Milliseconds> poll_intervals_;  // as they are by now
    std::unordered_map<std::string, TimePoint> slow_until_;        // by connector
    RequestBudget budget_;
    std::vector<std::pair<TimePoint, DrainId>> held_;  // they wait a moment for their turn
    TimePoint store_retry_at_{};     // the store failed: nothing is leased before this
    bool is_store_failing_ = false;  // and people have been told
};

}  // namespace ferry::pipeline
