#pragma once
// One drain of one instance: from a leased notice, page by page, to the commit that gives the
// notice back. A state machine without I/O of its own; sync_worker moves it.

#include "base/clock.h"
#include "base/result.h"
#include "model/token_set.h"
#include "pipeline/change_derivation.h"
#include "pipeline/event_recorder.h"
#include "pipeline/instance_settings.h"
#include "pipeline/stages.h"
#include "store/store.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ferry::pipeline {

struct DrainOptions {
    std::string hub_id;
    unsigned page_records = 2000;
    double poll_unit = 0;  ///< random number in [0,1) for the next poll
    /// Time between the poll before and this one; nullopt: not known.
    std::optional<Milliseconds> poll_interval{};
};

/// What the worker does once the commit that a drain prepared is on disk.
enum class AfterCommit : std::uint8_t {
    Derive,  ///< go on with the page that is in memory
    Fetch,   ///< go on with the next page, which is being fetched already
    List,    ///< get the first page of a listing
    Finish,  ///< go on ending the drain
    End,     ///< the drain is over
};

/// Records of a page that can't be taken.
struct PageRejections {
    std::size_t count = 0;
    std::string first;  ///< why the first of them
};

/// What `normalizePage` needs, for a thread that the drain is not for.
struct PageToNormalize {
    std::shared_ptr<Provider> provider;
    ProviderAccount account;
    std::vector<std::string> changes;
    std::vector<std::string> hints;
};

/// Threads: one at a time.
class Drain {
  public:
    Drain(
        store::LeasedNotice notice,
        std::shared_ptr<const InstanceSettings> settings,
        std::shared_ptr<Provider> provider,
        DrainOptions options
    );

    /// Reads position and folder moves, and begins with what was asked to be done with the cursor;
    /// before anything else.
    Status open(store::Store& store);

    /// The request for the page after the one in hand. The tokens must be set.
    Result<OperationPtr> startFetch();

    /// Keeps a page until `takePage`: the next one can be fetched while it is worked on.
    Status receivePage(ChangePage page);
    /// Makes the received page the one in hand, and room for the next.
    void takePage();
    /// True from `takePage` until all of the page is in a commit.
    bool hasPage() const { return has_page_; }
    /// True if the feed goes on after the page in hand.
    bool hasMore() const { return raw_.has_more; }
    /// Normalizes the page in hand. May be called while the commit before is on its way.
    Status normalizePage();
    /// The same in two parts: what is to be normalized, and what came of it.
    PageToNormalize pageToNormalize();
    Status takeNormalized(Result<std::vector<NormalizedChange>> normalized);
    /// Applies as much of the page as fits one commit; `commit()` holds it then.
    Status derive(TimePoint now);
    /// Derives while the commit before is on its way, if that can make no difference. The new
    /// commit must not be submitted before the other one is on disk.
    Status deriveAhead(TimePoint now);
    Status finish(TimePoint now);

    /// Begins to list everything again, into a new generation; `commit()` holds the new position.
    void beginResync(TimePoint now);
    /// False: webhooks bring the changes, and no request is made.
    bool fetches() const { return inbox_ == nullptr; }

    /// Of a listing that nothing came of yet: a commit that changes nothing but what
    /// `endForAccount` adds.
    void keepListing(TimePoint now) { prepareCommit(AfterCommit::End, now); }

    /// After one of them: the account has changed, and with it the settings, so the listing is
    /// for another drain. The commit does not give the notice back.
    void endForAccount(std::string account_state);

    /// The prepared commit; it is prepared until it is taken.
    const store::SyncCommit& commit() const { return commit_; }
    bool hasCommit() const { return has_commit_; }
    store::SyncCommit takeCommit();
    AfterCommit afterCommit() const { return after_commit_; }

    const store::LeasedNotice& notice() const { return notice_; }
    InstanceId instance() const { return notice_.instance; }
    const std::shared_ptr<const InstanceSettings>& settings() const { return settings_; }
    const std::shared_ptr<Provider>& provider() const { return provider_; }
    const ProviderAccount& account() const { return account_; }
    const DerivationCounts& counts() const { return derivation_->counts(); }

    /// A listing from the start failed before its first page was kept.
    bool isAtListingStart() const;
    /// It begins a listing, and nobody has looked yet whether the account is what it was when it
    /// was verified, which may be long ago.
    bool needsAccount() const;

    TokenSet tokens;
    bool has_retried_token = false;  ///< the provider refused a token, and no page came since
    bool has_seen_account = false;   ///< the provider was asked about the account
    bool has_resynced = false;       ///< one resync a drain; another one waits
    bool is_committing = false;      ///< its commit was submitted and is not on disk yet
    std::optional<Status> received;  ///< how the next page came, which was not taken yet
    std::optional<Status> ahead;     ///< how the work went that was done while `is_committing`
    Milliseconds poll_interval{0};   ///< until the next poll, once the drain has finished
    bool has_turn = false;           ///< the provider's rate has room for its next request
    TimePoint resume_at{};           ///< when another drain goes on, if it is interrupted
    bool is_in_doubt = false;        ///< its end began a resync, and nobody was told so far
    /// Nobody waits any more for what is done for it elsewhere.
    const std::shared_ptr<std::atomic<bool>> is_over = std::make_shared<std::atomic<bool>>(false);
    bool is_interrupted = false;  ///< it ends after its next commit, and another one begins
    std::optional<store::CursorRequest> request;  ///< that it began with
    bool changes_account = false;  ///< the cached settings are void once its commit is on disk
    std::chrono::steady_clock::time_point fetch_began_at{};  ///< of the page on its way; measured
    PageRejections rejections;  ///< of the page that was normalized last
    std::uint64_t pages = 0;
    std::uint64_t changes = 0;
    std::uint64_t pages_counted = 0;  ///< of `pages`, in the metrics
    DerivationCounts counted;         ///< of `counts()`, in the metrics

  private:
    void dropPage();
    void prepareCommit(AfterCommit after, TimePoint now);

    const store::LeasedNotice notice_;
    const std::shared_ptr<const InstanceSettings> settings_;
    const std::shared_ptr<Provider> provider_;
    const ProviderAccount account_;
    const DrainOptions options_;
    EventRecorder recorder_;
    std::optional<ChangeDerivation> derivation_;
    store::InboxStore* inbox_ =
        nullptr;  // where the changes come from, of a provider without a feed

    ChangePage received_;

    // The page in hand.
    ChangePage raw_;  // its changes go into `page_`
    bool has_page_ = false;
    std::vector<NormalizedChange> page_;
    std::size_t next_change_ = 0;
    bool is_prefetched_ = false;  // the index was read ahead for the page

    store::SyncCommit commit_;
    bool has_commit_ = false;
    AfterCommit after_commit_ = AfterCommit::End;
};

}  // namespace ferry::pipeline
